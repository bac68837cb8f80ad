/* The linkage example: EM as a staircase between a curve and a line. */
(function (emlib) {
  "use strict";

  emlib.kinds.linkage = function (figure) {
    const { counts, limit, most } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("main");
    const iterates = ({ start, steps }) => {
      const found = [start];
      for (let i = 0; i < Math.round(steps); i++) found.push(emlib.linkageStep(found[i], counts));
      return found;
    };
    const left = (found, i) => (found[i] - limit) / (found[i - 1] - limit);
    const last = (state) => iterates(state).at(-1);
    const said = (state) => `from ${show(state.start)}, ${Math.round(state.steps)} steps: ${show(last(state), 6)}`;

    figure.words = (state) => (figure.revealed() ? said(state) : `start ${show(state.start)}`);
    figure.python = ({ start, steps }) =>
      "from emlib.figures.linkage import linkage_step\n\n" +
      `p = ${start}\nfor _ in range(${Math.round(steps)}):\n    p = linkage_step(p)\np`;
    figure.handle({
      part: "start", key: "start", plane, along: "x", step: [0.02, 0], label: "start",
      where: ({ start }) => [start, 0],
      patch: ([start]) => ({ start }),
      words: (state, revealed) => (revealed ? said(state) : `start ${show(state.start)}`),
    });
    figure.number({ key: "start", label: "start", min: 0, max: 1, step: 0.02, link: "start" });
    figure.number({
      key: "steps", label: "times around", min: 0, max: most, step: 1, decimals: 0,
      words: (steps) => `${show(steps, 0)} times around the loop`,
    });
    figure.readout({
      name: "estimate", value: last, words: (state) => `estimate ${show(last(state), 9)}`,
    });
    figure.readout({
      name: "left",
      value: (state) => (iterates(state).length > 1 ? left(iterates(state), iterates(state).length - 1) : NaN),
      words: (state) => {
        const found = iterates(state);
        if (found.length < 2) return "No step yet.";
        return `The last step left ${show(left(found, found.length - 1), 4)} of the error.`;
      },
    });
    figure.table({
      name: "steps", caption: "Each step and the share of the error that it leaves",
      columns: ["step", "estimate", "error", "share left"],
      rows: (state) => {
        const found = iterates(state);
        return found.map((p, i) => ({
          head: String(i),
          cells: [
            { text: show(p, 9), value: p }, { text: show(p - limit, 9), value: p - limit },
            i > 0 ? { text: show(left(found, i), 4), value: left(found, i) } : { text: "" },
          ],
        }));
      },
    });

    return function update(state) {
      const found = iterates(state);
      const stairs = [[state.start, 0]];
      found.slice(1).forEach((after, i) => stairs.push([found[i], after], [after, after]));
      figure.part("stairs").setAttribute("d", plane.path(stairs));
    };
  };
})(globalThis.emlib);
