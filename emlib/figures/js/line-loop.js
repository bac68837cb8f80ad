/* The loop along one axis: clusters as curves, observations shaded, every number in a table. */
(function (emlib) {
  "use strict";

  emlib.kinds["line-loop"] = function (figure) {
    const { show } = emlib.panel;
    const { x, variances } = figure.config.options;
    const X = x.map((value) => [value]);
    const plane = figure.plane("main");
    const { names } = figure;
    const grid = emlib.linspace(...plane.x, 190);
    let run = null;
    let key = "";

    function view({ start, half_steps: halfSteps }) {
      if (String(start) !== key) {
        key = String(start);
        run = emlib.makeRun(X, {
          weights: start.map(() => 1 / start.length),
          means: start.map((mean) => [mean]),
          covariances: variances.map((value) => [[value]]),
        });
      }
      return run.view(halfSteps);
    }
    figure.python = ({ start, half_steps: halfSteps }) =>
      `X = [[${x.join("], [")}]]\nstart = emlib.Parameters(\n    [1 / 3, 1 / 3, 1 / 3], ` +
      `[[${start.join("], [")}]], [[[${variances.join("]], [[")}]]]\n)\n` +
      emlib.python.halfSteps(halfSteps);

    names.forEach((name, k) =>
      figure.handle({
        part: `start-${k}`,
        key: "start",
        index: k,
        plane,
        along: "x",
        at: plane.y[1] * 0.82,
        step: [0.25, 0],
        label: `where the mean of ${name} starts`,
        when: () => figure.state().half_steps === 0,
        words: ({ start }) => show(start[k]),
      }),
    );
    emlib.panel.drive(figure, { view, decimals: 4 });
    figure.table({
      name: "parameters",
      caption: "The parameters",
      columns: ["cluster", "weight", "mean", "variance"],
      rows: (state) => {
        const { weights, means, covariances } = view(state).parameters;
        const row = (k) => [weights[k], means[k][0], covariances[k][0][0]];
        return names.map((name, k) => ({
          head: name,
          cluster: name,
          link: `cluster-${k}`,
          cells: row(k).map((value) => ({ text: show(value, 6), value })),
        }));
      },
    });
    const heads = names.map((name, k) => ({ text: name, cluster: name, link: `cluster-${k}` }));
    figure.table({
      name: "resp",
      caption: "The responsibilities, as last computed",
      columns: ["x", ...heads],
      rows: (state) => {
        const { resp } = view(state);
        const cell = (value) => ({ text: value == null ? "" : show(value, 4), value });
        return x.map((value, i) => ({
          head: show(value, 1),
          cells: names.map((_, k) => cell(resp?.[i][k])),
        }));
      },
    });
    const row = figure.row("Type the start");
    names.forEach((name, k) =>
      figure.number(
        {
          key: "start",
          index: k,
          label: name,
          step: 0.25,
          slider: false,
          write: (value, state) => ({ ...figure.put(state, "start", k, value), half_steps: 0 }),
        },
        row,
      ),
    );

    return function parts(state) {
      const { parameters, resp, collapsed } = view(state);
      const joint = emlib.logJoint(
        grid.map((value) => [value]),
        parameters,
      );
      const first = state.half_steps === 0;
      return {
        curve: names.map((_, k) => grid.map((value, i) => [value, Math.exp(joint[i][k])])),
        start: names.map((_, k) => (first ? [state.start[k], plane.y[1] * 0.82] : null)),
        needle: names.map((_, k) => (collapsed?.k === k ? collapsed.mean[0] : null)),
        obs: x.map((_, i) => (resp ? resp[i] : false)),
      };
    };
  };
})(globalThis.emlib);
