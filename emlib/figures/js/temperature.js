/* k-means as the cold limit: three means over a cloud, and a temperature that melts the borders. */
(function (emlib) {
  "use strict";

  emlib.kinds.temperature = function (figure) {
    const { X, columns, rows, empty, options } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("main");
    const names = figure.clusters.map((cluster) => cluster.name);
    const cells = [...figure.part("ground").children];
    const places = cells.map((_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return [
        plane.x[0] + ((column + 0.5) * (plane.x[1] - plane.x[0])) / columns,
        plane.y[1] - ((row + 0.5) * (plane.y[1] - plane.y[0])) / rows,
      ];
    });

    const heat = (state) => 10 ** state.log_temperature;
    const mixture = (state) => ({
      weights: names.map(() => 1 / 3), means: state.means,
      covariances: names.map(() => heat(state)), covarianceType: "spherical",
    });
    const resp = (state) => emlib.responsibilities(X, mixture(state));
    const counts = (state) => {
      const all = resp(state);
      return names.map((_, k) => emlib.sum(all.map((row) => row[k])));
    };
    const entropy = (state) => emlib.sum(emlib.entropy(resp(state))) / X.length;
    const inertia = ({ means }) => emlib.sum(X.map((x) =>
      Math.min(...means.map((mean) => (x[0] - mean[0]) ** 2 + (x[1] - mean[1]) ** 2)))) / X.length;
    /* A mean that is given nothing stays where it is. */
    const once = (state) => {
      const moved = emlib.mStep(X, resp(state), "spherical").means;
      return { means: counts(state).map((count, k) => (count > empty ? moved[k] : state.means[k])) };
    };
    const said = (state) => `temperature ${heat(state).toPrecision(3)}; soft counts ` +
      counts(state).map((count, k) => `${names[k]} ${show(count)}`).join(", ");

    figure.words = said;
    figure.python = (state) =>
      "from emlib.figures.temperature import cloud\n\nemlib.responsibilities(\n    cloud(),\n" +
      "    weights=[1 / 3, 1 / 3, 1 / 3],\n" +
      `    means=[[${state.means.map((mean) => mean.join(", ")).join("], [")}]],\n` +
      `    covariances=[10 ** ${state.log_temperature}] * 3,\n    covariance_type="spherical",\n).sum(axis=0)`;

    names.forEach((name, k) => figure.handle({
      part: `mean-${k}`, key: "means", index: k, plane, step: [0.1, 0.1], limits: [plane.x, plane.y],
      label: `mean of ${name}`,
      where: ({ means }) => means[k],
      patch: (point, { means }) => ({ means: means.map((old, j) => (j === k ? point : old)) }),
      words: ({ means }) => `x ${show(means[k][0])}, y ${show(means[k][1])}`,
    }));
    figure.number({
      key: "log_temperature", label: "log₁₀ temperature", min: -3, max: 1.5, step: 0.05,
      words: (value) => `temperature ${(10 ** value).toPrecision(3)}`,
    });
    if (options.iterate) {
      const row = emlib.stage.make("div", { class: "em-row" }, figure.panel);
      figure.button({ label: "One iteration", press: (state) => figure.set(once(state)) }, row);
      figure.button({
        label: "Twenty iterations",
        press(state) {
          let now = state;
          for (let i = 0; i < 20; i++) now = { ...now, ...once(now) };
          figure.set({ means: now.means });
        },
      }, row);
    }
    const fold = emlib.stage.make("details", {}, figure.panel);
    emlib.stage.make("summary", {}, fold, "Type the means");
    names.forEach((name, k) => {
      const row = emlib.stage.make("div", { class: "em-row" }, fold);
      [["x", plane.x], ["y", plane.y]].forEach(([axis, [min, max]], index) => figure.number({
        key: "means", index: [k, index], label: `${name} ${axis}`, min, max, step: 0.1, slider: false,
      }, row));
    });
    figure.readout({
      name: "counts", value: counts,
      words: (state) => `Soft counts: ${counts(state).map((count, k) => `${names[k]} ${show(count)}`).join(", ")}.`,
    });
    figure.readout({
      name: "entropy", value: entropy,
      words: (state) => `Mean entropy ${show(entropy(state), 3)}, of at most ${show(Math.log(3), 3)}.`,
    });
    figure.readout({
      name: "inertia", value: inertia,
      words: (state) => `Mean squared distance to the nearest mean, what k-means makes small: ${show(inertia(state), 3)}.`,
    });

    return function update(state) {
      emlib.responsibilities(places, mixture(state)).forEach((row, i) =>
        cells[i].setAttribute("fill", emlib.stage.blend(row, figure.clusters)));
      resp(state).forEach((row, i) => emlib.stage.shade(figure.part(`obs-${i}`), row, figure.clusters));
    };
  };
})(globalThis.emlib);
