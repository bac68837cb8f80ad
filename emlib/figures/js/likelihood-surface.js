/* The log-likelihood of two unknown means, as a landscape, beside the data and the two curves. */
(function (emlib) {
  "use strict";

  emlib.kinds["likelihood-surface"] = function (figure) {
    const { x, variance, curve, landmarks } = figure.config;
    const { show } = emlib.panel;
    const names = figure.clusters.map((cluster) => cluster.name);
    const map = figure.plane("map");
    const data = figure.plane("data");

    const mixture = ({ means }) => ({
      weights: [0.5, 0.5], means: means.map((mean) => [mean]),
      covariances: [variance, variance], covarianceType: "spherical",
    });
    const height = (state) => emlib.logLikelihood(x, mixture(state));
    function gradient(state) {
      const { weights, means } = emlib.mStep(x, emlib.responsibilities(x, mixture(state)), "spherical");
      return means.map(([average], k) => (x.length * weights[k] * (average - state.means[k])) / variance);
    }
    const place = ({ means }) => means.map((mean, k) => `${names[k]} ${show(mean, 1)}`).join(", ");
    const seen = (state, revealed) => revealed ? `${place(state)}; log-likelihood ${show(height(state))}` : place(state);

    figure.words = (state) => seen(state, figure.revealed());
    figure.python = ({ means }) =>
      "x = emlib.load_faithful().X[::11, 1:]\n" +
      `means = [[${means.join("], [")}]]\n` +
      `parameters = emlib.Parameters([0.5, 0.5], means, [${variance}, ${variance}], "spherical")\n` +
      "emlib.log_likelihood(x, parameters)";

    figure.handle({
      part: "here", key: "means", plane: map, step: [1, 1], label: "this pair of means",
      where: ({ means }) => means, patch: (point) => ({ means: point }), words: seen,
    });
    const typed = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    names.forEach((name, index) => figure.number({
      key: "means", index, label: `mean of ${name}`, min: map.x[0], max: map.x[1], step: 1,
      slider: false, link: `mean-${index}`,
    }, typed));
    const row = emlib.stage.make("div", { class: "em-row em-reveal" }, figure.panel);
    ["To one top", "To the other", "To the pass"].forEach((label, m) => {
      const there = ({ means }) => means.every((mean, k) => Math.abs(mean - landmarks[m][k]) < 1e-6);
      figure.button({
        label, press: () => figure.set({ means: landmarks[m] }), when: (state) => !there(state),
      }, row);
    });
    figure.readout({
      name: "log_likelihood", value: height, words: (state) => `Log-likelihood ${show(height(state))}.`,
    });
    const slopes = (state) => gradient(state).map((slope, k) => `${names[k]} ${show(slope)}`).join(", ");
    figure.readout({
      name: "gradient", value: gradient,
      words: (state) => `Slope per minute of each mean: ${slopes(state)}.`,
    });

    /* From the handle uphill, the longer the steeper. */
    function arrow(state) {
      const [right, up] = gradient(state);
      const steep = Math.hypot(right, up);
      if (steep < 0.02) return "";
      const ahead = [right / steep, -up / steep];
      const here = [map.px(state.means[0]), map.py(state.means[1])];
      const at = (along, aside) =>
        `${(here[0] + along * ahead[0] - aside * ahead[1]).toFixed(2)} ${(here[1] + along * ahead[1] + aside * ahead[0]).toFixed(2)}`;
      const tip = 17 + (40 * steep) / (steep + 4);
      return `M${at(9, 0)}L${at(tip, 0)}M${at(tip - 7, 5)}L${at(tip, 0)}L${at(tip - 7, -5)}`;
    }

    return function update(state) {
      figure.part("arrow").setAttribute("d", arrow(state));
      const densities = emlib.logGaussian(curve.map((at) => [at]), mixture(state))
        .map((logs) => logs.map((log) => 0.5 * Math.exp(log)));
      names.forEach((_, k) => {
        const line = curve.map((at, i) => [at, densities[i][k]]);
        figure.part(`curve-${k}`).setAttribute("d", data.path(line));
        const label = figure.part(`label-${k}`);
        label.setAttribute("x", data.px(state.means[k]).toFixed(2));
        label.setAttribute("y", (data.py(Math.max(...line.map(([, up]) => up))) - 5).toFixed(2));
      });
    };
  };
})(globalThis.emlib);
