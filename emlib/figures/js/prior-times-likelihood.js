/* Prior, likelihood and their product, for the observation under the finger. */
(function (emlib) {
  "use strict";

  emlib.kinds["prior-times-likelihood"] = function (figure) {
    const { groups, lane, broad, options } = figure.config;
    const { means, variances } = options;
    const { show, share } = emlib.panel;
    const { clusters, names } = figure;
    const plane = figure.plane("main");

    const mixture = ({ weight }) => ({
      weights: [weight, 1 - weight],
      means: means.map((mean) => [mean]),
      covariances: variances,
      covarianceType: "spherical",
    });
    const numbers = {
      prior: (state) => mixture(state).weights,
      likelihood: (state) => emlib.logGaussian([[state.x]], mixture(state))[0].map(Math.exp),
      product: (state) => emlib.logJoint([[state.x]], mixture(state))[0].map(Math.exp),
      resp: (state) => emlib.responsibilities([[state.x]], mixture(state))[0],
    };
    const pair = (values, decimals) => figure.list(values, (value) => show(value, decimals));

    figure.words = (state, revealed = figure.revealed()) =>
      `x ${show(state.x)}; likelihood ${pair(numbers.likelihood(state), 4)}` +
      (revealed ? `; responsibilities ${figure.list(numbers.resp(state))}` : "");
    figure.python = (state) =>
      emlib.python.call("responsibilities", `[[${state.x}]]`, mixture(state));

    figure.handle({
      part: "this-one",
      key: "x",
      plane,
      along: "x",
      at: lane / 2,
      step: [0.1, 0],
      label: "this observation",
    });
    figure.number({ key: "x", label: "value x", step: 0.1, link: "observation" });
    figure.number({
      key: "weight",
      label: "prior of green",
      step: 0.01,
      link: "weight",
      words: (weight) => pair([weight, 1 - weight], 2),
    });
    /* Each symbol with the number that it has now; the last two only after the guess. */
    const meanings = [
      ["weight", "π", "prior", 2],
      ["likelihood", "𝒩", "likelihood", 4],
      ["product", "π𝒩", "product", 4],
      ["responsibility", "r", "resp", 3],
    ];
    const secret = (name) => name === "product" || name === "resp";
    const asked = (name) => (_, revealed) =>
      secret(name) && !revealed ? "what do you expect?" : "";
    const list = figure.symbols({
      label: "The symbols of the equation",
      entries: [
        ...meanings.map(([link, symbol, name]) => [link, symbol, asked(name)]),
        ["mean", "μ", () => `mean: ${pair(means, 1)}`],
        ["covariance", "σ²", () => `variance: ${pair(variances, 2)}`],
      ],
    });
    meanings.forEach(([, , name, decimals], i) =>
      figure.readout(
        {
          name,
          value: numbers[name],
          reveal: secret(name),
          words: (value) =>
            `${name === "resp" ? "responsibility" : name}: ${pair(value, decimals)}`,
        },
        list.children[i],
      ),
    );

    return function parts(state) {
      const shares = numbers.resp(state);
      const moved = { share: shares, "this-one-words": state.x };
      for (const [part, , , full, decimals] of groups)
        numbers[part](state).forEach((value, k) => {
          moved[`${part}-${k}`] = value / full;
          moved[`${part}-${k}-number`] = value.toFixed(decimals);
        });
      moved.height = numbers.likelihood(state).map((height, k) => ({
        x: plane.px(state.x) + (k - 1) * broad,
        y: plane.py(height),
        height: plane.py(0) - plane.py(height),
      }));
      shares.forEach((r, k) => {
        moved[`share-${k}-words`] = `${clusters[k].glyph} ${names[k]} ${share(r)}`;
      });
      return moved;
    };
  };
})(globalThis.emlib);
