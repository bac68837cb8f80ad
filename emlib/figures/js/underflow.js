/* Walk away from two clusters until 64 bits cannot hold their densities; logarithms can. */
(function (emlib) {
  "use strict";

  emlib.kinds.underflow = function (figure) {
    const { means, variances, lens, options } = figure.config;
    const { weights } = options;
    const { show } = emlib.panel;
    const [walk, logs] = [figure.plane("walk"), figure.plane("logs")];
    const mixture = { weights, means, covariances: variances, covarianceType: "spherical" };

    /* Equally far from both centres, which lie at (0, 1) and (0, -1). */
    const place = (distance) => [Math.sqrt(distance ** 2 - 1), 0];
    const logProducts = ({ distance }) => emlib.logJoint([place(distance)], mixture)[0];
    /* The naive way, in this machine's own 64 bits: zeros, and zero divided by zero. */
    const products = ({ distance }) =>
      emlib.naiveGaussian([place(distance)], mixture)[0].map((density, k) => weights[k] * density);
    const naive = (state) => emlib.divide([products(state)], "rows")[0];
    const resp = ({ distance }) => emlib.responsibilities([place(distance)], mixture)[0];

    const power = (value) => (value === 0 ? "0" : value.toExponential(2).replace(/-/g, "\u2212"));
    const plain = (value) => show(value, 4);

    figure.words = (state, revealed = figure.revealed()) =>
      `${show(state.distance)} standard deviations from both centres` +
      (revealed
        ? `; naive: ${figure.list(naive(state), plain)}; ` +
          `by log-sum-exp: ${figure.list(resp(state), plain)}`
        : "");
    figure.python = ({ distance }) =>
      emlib.python.call("responsibilities", emlib.python.list([place(distance)]), mixture);

    const [min, max] = figure.limits("distance");
    figure.handle({
      part: "this-one",
      key: "distance",
      plane: walk,
      along: "x",
      step: [1, 0],
      limits: [[min, max].map((distance) => place(distance)[0]), walk.y],
      label: "this observation",
      where: ({ distance }) => place(distance),
      patch: ([x]) => ({ distance: Math.hypot(x, 1) }),
    });
    figure.number({
      key: "distance",
      label: "distance",
      step: 0.1,
      words: (distance) => `${show(distance)} standard deviations`,
    });
    for (const [name, value, start, spell] of [
      ["products", products, "Products", power],
      ["naive", naive, "Shares, naive", plain],
      ["log_products", logProducts, "Natural logarithms of the products", (v) => show(v)],
      ["resp", resp, "Shares by log-sum-exp", plain],
    ])
      figure.readout({ name, value, words: (now) => `${start}: ${figure.list(now, spell)}.` });

    return function parts(state) {
      const { distance } = state;
      const inLens = emlib.stage.clamp(distance, lens) === distance;
      return {
        here: distance,
        dot: { cx: logs.px(distance), cy: logs.py(logProducts(state)[0]) },
        "this-one-words": place(distance)[0],
        "here-lens": inLens ? distance : null,
      };
    };
  };
})(globalThis.emlib);
