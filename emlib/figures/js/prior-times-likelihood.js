/* Prior, likelihood and their product, for the observation under the finger. */
(function (emlib) {
  "use strict";

  emlib.kinds["prior-times-likelihood"] = function (figure) {
    const { groups, room, lane, broad, options: { means, variances } } = figure.config;
    const { show } = emlib.panel;
    const names = figure.clusters.map((cluster) => cluster.name);
    const plane = figure.plane("main");
    const bar = groups.map(([part]) => names.map((_, k) => figure.part(`${part}-${k}`)));
    const said = groups.map(([part]) => names.map((_, k) => figure.part(`${part}-${k}-number`)));
    const heights = names.map((_, k) => figure.part(`height-${k}`));
    const thisOne = figure.part("this-one-words");
    const share = names.map((_, k) => figure.part(`share-${k}`));
    const words = names.map((_, k) => figure.part(`share-${k}-words`));
    const frame = figure.part("share-frame");
    const [left, width] = ["x", "width"].map((key) => Number(frame.getAttribute(key)));

    const mixture = ({ weight }) => ({
      weights: [weight, 1 - weight], means: means.map((mean) => [mean]),
      covariances: variances, covarianceType: "spherical",
    });
    const numbers = {
      prior: (state) => mixture(state).weights,
      likelihood: (state) => emlib.logGaussian([[state.x]], mixture(state))[0].map(Math.exp),
      product: (state) => emlib.logJoint([[state.x]], mixture(state))[0].map(Math.exp),
      resp: (state) => emlib.responsibilities([[state.x]], mixture(state))[0],
    };
    const pair = (values, decimals) =>
      values.map((value, k) => `${names[k]} ${show(value, decimals)}`).join(", ");
    const sayFactors = (state) => `x ${show(state.x)}; likelihood ${pair(numbers.likelihood(state), 4)}`;
    const sayAll = (state) => `${sayFactors(state)}; responsibilities ${pair(numbers.resp(state), 2)}`;

    figure.words = (state) => (figure.revealed() ? sayAll(state) : sayFactors(state));
    figure.python = ({ x, weight }) =>
      `emlib.responsibilities(\n    [[${x}]],\n    weights=[${weight}, ${Number((1 - weight).toFixed(6))}],\n` +
      `    means=[[${means.join("], [")}]],\n    covariances=[${variances.join(", ")}],\n` +
      `    covariance_type="spherical",\n)`;

    figure.handle({
      part: "this-one", key: "x", plane, along: "x", limits: [plane.x, plane.y], step: [0.1, 0],
      label: "this observation",
      where: (state) => [state.x, lane / 2],
      patch: ([x]) => ({ x }),
      words: (state, revealed) => (revealed ? sayAll(state) : sayFactors(state)),
    });
    figure.number({ key: "x", label: "value x", min: -4, max: 4, step: 0.1, link: "observation" });
    figure.number({
      key: "weight", label: "prior of green", min: 0.02, max: 0.98, step: 0.01, link: "weight",
      words: (weight) => pair([weight, 1 - weight], 2),
    });
    /* Each symbol with the number that it has now; the last two only after the guess. */
    const meanings = [
      ["weight", "π", "prior", 2], ["likelihood", "𝒩", "likelihood", 4],
      ["product", "π𝒩", "product", 4], ["responsibility", "r", "resp", 3],
    ];
    const kept = (name) => name === "product" || name === "resp";
    const list = figure.symbols({
      label: "The symbols of the equation",
      entries: [
        ...meanings.map(([link, symbol, name]) => ({
          link, symbol, words: (_, revealed) => (kept(name) && !revealed ? "what do you expect?" : ""),
        })),
        { link: "mean", symbol: "μ", words: () => `mean: ${pair(means, 1)}` },
        { link: "covariance", symbol: "σ²", words: () => `variance: ${pair(variances, 2)}` },
      ],
    });
    meanings.forEach(([, , name, decimals], i) => figure.readout({
      name, value: numbers[name], reveal: kept(name),
      words: (state) => `${name === "resp" ? "responsibility" : name}: ${pair(numbers[name](state), decimals)}`,
    }, list.children[i]));

    return function update(state) {
      groups.forEach(([part, , , full, decimals], column) =>
        numbers[part](state).forEach((value, k) => {
          bar[column][k].setAttribute("width", (room * Math.min(value / full, 1)).toFixed(2));
          said[column][k].textContent = value.toFixed(decimals);
        }));
      numbers.likelihood(state).forEach((height, k) => {
        heights[k].setAttribute("x", (plane.px(state.x) + (k - 1) * broad).toFixed(2));
        heights[k].setAttribute("y", plane.py(height).toFixed(2));
        heights[k].setAttribute("height", (plane.py(0) - plane.py(height)).toFixed(2));
      });
      thisOne.setAttribute("x", state.x > 2 ? -16 : 16);
      thisOne.setAttribute("text-anchor", state.x > 2 ? "end" : "start");
      let start = left;
      numbers.resp(state).forEach((r, k) => {
        share[k].setAttribute("x", start.toFixed(2));
        share[k].setAttribute("width", (width * r).toFixed(2));
        start += width * r;
        words[k].textContent = `${figure.clusters[k].glyph} ${names[k]} ${r.toFixed(2)}`;
      });
    };
  };
})(globalThis.emlib);
