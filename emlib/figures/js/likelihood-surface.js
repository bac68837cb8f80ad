/* The log-likelihood of two unknown means, as a landscape, beside the data and the two curves. */
(function (emlib) {
  "use strict";

  emlib.kinds["likelihood-surface"] = function (figure) {
    const { x, variance, curve, landmarks } = figure.config;
    const { show } = emlib.panel;
    const { names } = figure;
    const map = figure.plane("map");
    const data = figure.plane("data");

    const mixture = ({ means }) => ({
      weights: [0.5, 0.5],
      means: means.map((mean) => [mean]),
      covariances: [variance, variance],
      covarianceType: "spherical",
    });
    const height = (state) => emlib.logLikelihood(x, mixture(state));
    function gradient(state) {
      const resp = emlib.responsibilities(x, mixture(state));
      const { weights, means } = emlib.mStep(x, resp, "spherical");
      const pull = ([average], k) => average - state.means[k];
      return means.map((mean, k) => (x.length * weights[k] * pull(mean, k)) / variance);
    }

    figure.words = (state, revealed = figure.revealed()) =>
      figure.list(state.means, (mean) => show(mean, 1)) +
      (revealed ? `; log-likelihood ${show(height(state))}` : "");
    figure.python = ({ means }) =>
      "x = emlib.load_faithful().X[::11, 1:]\n" +
      `means = [[${means.join("], [")}]]\n` +
      `variances = [${variance}, ${variance}]\n` +
      'parameters = emlib.Parameters([0.5, 0.5], means, variances, "spherical")\n' +
      "emlib.log_likelihood(x, parameters)";

    figure.handle({
      part: "here",
      key: "means",
      plane: map,
      step: [1, 1],
      label: "this pair of means",
    });
    const typed = figure.row();
    names.forEach((name, index) =>
      figure.number(
        {
          key: "means",
          index,
          label: `mean of ${name}`,
          step: 1,
          slider: false,
          link: `mean-${index}`,
        },
        typed,
      ),
    );
    const row = figure.row();
    row.classList.add("em-reveal");
    ["To one top", "To the other", "To the pass"].forEach((label, m) => {
      const here = ({ means }) => means.every((mean, k) => Math.abs(mean - landmarks[m][k]) < 1e-6);
      const press = () => ({ means: landmarks[m] });
      figure.button({ label, press, when: (state) => !here(state) }, row);
    });
    figure.readout({
      name: "log_likelihood",
      value: height,
      words: (now) => `Log-likelihood ${show(now)}.`,
    });
    figure.readout({
      name: "gradient",
      value: gradient,
      words: (slopes) =>
        `Slope per minute of each mean: ${figure.list(slopes, (slope) => show(slope))}.`,
    });

    /* From the handle uphill, the longer the steeper. */
    function arrow(state) {
      const [right, up] = gradient(state);
      const steep = Math.hypot(right, up);
      if (steep < 0.02) return "";
      const [ahead, down] = [right / steep, -up / steep];
      const here = [map.px(state.means[0]), map.py(state.means[1])];
      const at = (along, aside) =>
        [here[0] + along * ahead - aside * down, here[1] + along * down + aside * ahead]
          .map(emlib.stage.coordinate)
          .join(" ");
      const tip = 17 + (40 * steep) / (steep + 4);
      const head = `M${at(tip - 7, 5)}L${at(tip, 0)}L${at(tip - 7, -5)}`;
      return `M${at(9, 0)}L${at(tip, 0)}${head}`;
    }

    return function parts(state) {
      const logs = emlib.logGaussian(
        curve.map((at) => [at]),
        mixture(state),
      );
      const lines = names.map((_, k) => curve.map((at, i) => [at, 0.5 * Math.exp(logs[i][k])]));
      const right = state.means.map((mean) => data.px(mean));
      const tops = lines.map((line) => data.py(Math.max(...line.map(([, up]) => up))) - 5);
      const down = emlib.stage.apart(right, tops);
      return {
        arrow: { d: arrow(state) },
        curve: lines,
        label: names.map((_, k) => ({ x: right[k], y: down[k] })),
      };
    };
  };
})(globalThis.emlib);
