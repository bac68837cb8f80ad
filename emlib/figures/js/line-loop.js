/* The loop along one axis: clusters as curves, observations shaded, every number in a table. */
(function (emlib) {
  "use strict";

  emlib.kinds["line-loop"] = function (figure) {
    const { make, shade } = emlib.stage;
    const { show } = emlib.panel;
    const { x, variances } = figure.config.options;
    const X = x.map((value) => [value]);
    const plane = figure.plane("main");
    const names = figure.clusters.map((cluster) => cluster.name);
    const grid = Array.from({ length: 191 }, (_, i) => plane.x[0] + ((plane.x[1] - plane.x[0]) * i) / 190);
    let run = null;
    let key = "";

    function view({ start, half_steps: halfSteps }) {
      if (String(start) !== key) {
        const covariances = variances.map((value) => [[value]]);
        const weights = start.map(() => 1 / start.length);
        run = emlib.makeRun(X, { weights, means: start.map((mean) => [mean]), covariances });
        key = String(start);
      }
      return run.view(halfSteps);
    }
    figure.python = ({ start, half_steps: halfSteps }) =>
      `X = [[${x.join("], [")}]]\nstart = emlib.Parameters(\n    [1 / 3, 1 / 3, 1 / 3], [[${start.join("], [")}]], [[[${variances.join("]], [[")}]]]\n)\n` +
      emlib.panel.stepsInPython(halfSteps);

    names.forEach((name, k) => figure.handle({
      part: `start-${k}`, key: "start", index: k, plane, along: "x", step: [0.25, 0],
      label: `where the mean of ${name} starts`,
      when: () => figure.state().half_steps === 0,
      where: ({ start }) => [start[k], plane.y[1] * 0.82],
      patch: ([mean], { start }) => ({ start: start.map((old, j) => (j === k ? mean : old)) }),
      words: ({ start }) => show(start[k]),
    }));
    emlib.panel.drive(figure, { view, decimals: 4, collapsed: "one observation" });
    figure.table({
      name: "parameters", caption: "The parameters", columns: ["cluster", "weight", "mean", "variance"],
      rows: (state) => {
        const { weights, means, covariances } = view(state).parameters;
        return names.map((name, k) => ({
          head: name, cluster: name, link: `cluster-${k}`,
          cells: [weights[k], means[k][0], covariances[k][0][0]].map((value) => ({ text: show(value, 6), value })),
        }));
      },
    });
    figure.table({
      name: "resp", caption: "The responsibilities, as last computed",
      columns: ["x", ...figure.clusters.map(({ name }, k) => ({ text: name, cluster: name, link: `cluster-${k}` }))],
      rows: (state) => {
        const { resp } = view(state);
        return x.map((value, i) => ({
          head: show(value, 1), cells: names.map((_, k) => ({ text: resp ? show(resp[i][k], 4) : "", value: resp && resp[i][k] })),
        }));
      },
    });
    const fold = make("details", {}, figure.panel);
    make("summary", {}, fold, "Type the start");
    const row = make("div", { class: "em-row" }, fold);
    names.forEach((name, k) => figure.number({
      key: "start", index: k, label: name, min: plane.x[0], max: plane.x[1], step: 0.25, slider: false,
      write: (value, { start }) => ({ half_steps: 0, start: start.map((old, j) => (j === k ? value : old)) }),
    }, row));

    return function update(state) {
      const { parameters, resp } = view(state);
      const joint = emlib.logJoint(grid.map((value) => [value]), parameters);
      names.forEach((_, k) => {
        figure.part(`curve-${k}`).setAttribute("d", plane.path(grid.map((value, i) => [value, Math.exp(joint[i][k])])));
        figure.part(`start-${k}`).setAttribute("visibility", state.half_steps === 0 ? "visible" : "hidden");
      });
      x.forEach((_, i) => {
        const dot = figure.part(`obs-${i}`);
        dot.classList.toggle("em-grey", !resp);
        if (resp) shade(dot, resp[i], figure.clusters);
        else {
          dot.setAttribute("fill", "currentColor");
          dot.setAttribute("d", figure.clusters[0].mark);
        }
      });
    };
  };
})(globalThis.emlib);
