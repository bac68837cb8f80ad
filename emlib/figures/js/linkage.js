/* The linkage example: EM as a staircase between a curve and a line. */
(function (emlib) {
  "use strict";

  emlib.kinds.linkage = function (figure) {
    const { counts, limit } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("main");
    const iterates = ({ start, steps }) => {
      const found = [start];
      while (found.length <= Math.round(steps)) found.push(emlib.linkageStep(found.at(-1), counts));
      return found;
    };
    /* of the error before each step, the share that it leaves; NaN before the first */
    const left = (state) =>
      iterates(state).map((p, i, all) => (p - limit) / (i ? all[i - 1] - limit : NaN));
    const last = (state) => iterates(state).at(-1);

    figure.words = (state, revealed = figure.revealed()) =>
      revealed
        ? `from ${show(state.start)}, ${Math.round(state.steps)} steps: ${show(last(state), 6)}`
        : `start ${show(state.start)}`;
    figure.python = ({ start, steps }) =>
      "from emlib.figures.linkage import linkage_step\n\n" +
      `p = ${start}\nfor _ in range(${Math.round(steps)}):\n    p = linkage_step(p)\np`;
    figure.handle({
      part: "start",
      key: "start",
      plane,
      along: "x",
      step: [0.02, 0],
      label: "start",
    });
    figure.number({ key: "start", label: "start", step: 0.02, link: "start" });
    figure.number({
      key: "steps",
      label: "times around",
      step: 1,
      decimals: 0,
      words: (steps) => `${show(steps, 0)} times around the loop`,
    });
    figure.readout({ name: "estimate", value: last, words: (now) => `estimate ${show(now, 9)}` });
    figure.readout({
      name: "left",
      value: (state) => left(state).at(-1),
      words: (share) =>
        Number.isNaN(share) ? "No step yet." : `The last step left ${show(share, 4)} of the error.`,
    });
    figure.table({
      name: "steps",
      caption: "Each step and the share of the error that it leaves",
      columns: ["step", "estimate", "error", "share left"],
      rows: (state) =>
        iterates(state).map((p, i) => {
          const share = left(state)[i];
          const cells = [
            [p, 9],
            [p - limit, 9],
          ].map(([value, digits]) => ({
            text: show(value, digits),
            value,
          }));
          return {
            head: String(i),
            cells: [...cells, i ? { text: show(share, 4), value: share } : { text: "" }],
          };
        }),
    });

    return function parts(state) {
      const found = iterates(state);
      const corners = found.slice(1).flatMap((after, i) => [
        [found[i], after],
        [after, after],
      ]);
      return { stairs: [[state.start, 0], ...corners] };
    };
  };
})(globalThis.emlib);
