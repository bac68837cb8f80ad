/* Walk away from two clusters until 64 bits cannot hold their densities; logarithms can. */
(function (emlib) {
  "use strict";

  emlib.kinds.underflow = function (figure) {
    const { means, variances, lens, options: { weights } } = figure.config;
    const { show } = emlib.panel;
    const names = figure.clusters.map((cluster) => cluster.name);
    const [walk, logs, magnified] = ["walk", "logs", "lens"].map(figure.plane);
    const [dot, here, hereInLens] = ["dot", "here", "here-lens"].map(figure.part);
    const thisOne = figure.part("this-one-words");
    const mixture = { weights, means, covariances: variances, covarianceType: "spherical" };

    /* Equally far from both centres, which lie at (0, 1) and (0, -1). */
    const place = (distance) => [Math.sqrt(distance ** 2 - 1), 0];
    const logProducts = ({ distance }) => emlib.logJoint([place(distance)], mixture)[0];
    /* The naive way, in this machine's own 64 bits: zeros, and zero divided by zero. */
    const products = ({ distance }) =>
      emlib.naiveGaussian([place(distance)], mixture)[0].map((density, k) => weights[k] * density);
    const naive = (state) => products(state).map((product) => product / emlib.sum(products(state)));
    const resp = ({ distance }) => emlib.responsibilities([place(distance)], mixture)[0];

    const power = (value) => (value === 0 ? "0" : value.toExponential(2).replace(/-/g, "\u2212"));
    const pair = (values, spell) => values.map((value, k) => `${names[k]} ${spell(value)}`).join(", ");
    const share = (value) => show(value, 4);
    const away = ({ distance }) => `${show(distance)} standard deviations from both centres`;
    const sayAll = (state) =>
      `${away(state)}; naive: ${pair(naive(state), share)}; by log-sum-exp: ${pair(resp(state), share)}`;

    figure.words = (state) => (figure.revealed() ? sayAll(state) : away(state));
    figure.python = ({ distance }) =>
      `emlib.responsibilities(\n    [[${place(distance).join(", ")}]],\n    weights=[${weights.join(", ")}],\n` +
      `    means=[[${means.map((mean) => mean.join(", ")).join("], [")}]],\n` +
      `    covariances=[${variances.join(", ")}],\n    covariance_type="spherical",\n)`;

    figure.handle({
      part: "this-one", key: "distance", plane: walk, along: "x", step: [1, 0],
      limits: [figure.config.limits.distance.map((distance) => place(distance)[0]), walk.y],
      label: "this observation",
      where: ({ distance }) => place(distance),
      patch: ([x]) => ({ distance: Math.hypot(x, 1) }),
      words: (state, revealed) => (revealed ? sayAll(state) : away(state)),
    });
    const [min, max] = figure.config.limits.distance;
    figure.number({
      key: "distance", label: "distance", min, max, step: 0.1,
      words: (distance) => `${show(distance)} standard deviations`,
    });
    for (const [name, value, start, spell] of [
      ["products", products, "Products", power],
      ["naive", naive, "Shares, naive", share],
      ["log_products", logProducts, "Logarithms of the products", share],
      ["resp", resp, "Shares by log-sum-exp", share],
    ])
      figure.readout({ name, value, words: (state) => `${start}: ${pair(value(state), spell)}.` });

    return function update(state) {
      const right = logs.px(state.distance).toFixed(2);
      for (const key of ["x1", "x2"]) here.setAttribute(key, right);
      dot.setAttribute("cx", right);
      dot.setAttribute("cy", logs.py(logProducts(state)[0] / Math.LN10).toFixed(2));
      thisOne.setAttribute("x", state.distance > 30 ? -16 : 16);
      thisOne.setAttribute("text-anchor", state.distance > 30 ? "end" : "start");
      const at = emlib.stage.clamp(state.distance, lens);
      for (const key of ["x1", "x2"]) hereInLens.setAttribute(key, magnified.px(at).toFixed(2));
      hereInLens.setAttribute("visibility", at === state.distance ? "visible" : "hidden");
    };
  };
})(globalThis.emlib);
