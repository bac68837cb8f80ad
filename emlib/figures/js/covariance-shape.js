/* A covariance as a factor: the two columns of L bend a circle into the ellipse. */
(function (emlib) {
  "use strict";

  emlib.kinds["covariance-shape"] = function (figure) {
    const { reach } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("main");
    const origin = [0, 0];

    const factor = ({ l11, l21, l22 }) => [
      [l11, 0],
      [l21, l22],
    ];
    const covariance = (state) => emlib.fromFactor(factor(state));
    const solved = (state) => emlib.solveLower(factor(state), state.x);
    const distance = (state) => Math.hypot(...solved(state));
    const determinant = (state) => emlib.determinant(factor(state));
    const mixture = (state) => ({
      weights: [1],
      means: [origin],
      covariances: [covariance(state)],
    });
    const logDensity = (state) => emlib.logGaussian([state.x], mixture(state))[0][0];
    const density = (state) => Math.exp(logDensity(state));

    const small = (value) =>
      value < 1e-3 ? value.toExponential(2).replace("-", "\u2212") : show(value, 4);
    const at = ([x, y]) => `${show(x)}, ${show(y)}`;
    const far = (state) => `distance ${show(distance(state))}, density ${small(density(state))}`;
    const told = (state, revealed) => (revealed ? `; ${far(state)}` : "");

    figure.words = (state, revealed = figure.revealed()) => {
      const { l11, l21, l22 } = state;
      return `columns ${at([l11, l21])} and 0, ${show(l22)}${told(state, revealed)}`;
    };
    figure.python = (state) => {
      const sigma = emlib.python.list(covariance(state));
      const x = emlib.python.list(state.x);
      const given = `    [${x}],\n    means=[[0, 0]],\n    covariances=[${sigma}],\n`;
      return `emlib.log_gaussian(\n${given})`;
    };

    const limits = (...keys) => keys.map((key) => figure.limits(key));
    figure.handle({
      part: "first",
      key: "l11",
      plane,
      step: [0.1, 0.1],
      label: "tip of the first column",
      limits: limits("l11", "l21"),
      where: ({ l11, l21 }) => [l11, l21],
      patch: ([l11, l21]) => ({ l11, l21 }),
    });
    const second = "tip of the second column";
    figure.handle({ part: "second", key: "l22", plane, along: "y", step: [0, 0.1], label: second });
    figure.handle({
      part: "this-one",
      key: "x",
      plane,
      step: [0.1, 0.1],
      label: "this observation",
      words: (state, revealed) => `at ${at(state.x)}${told(state, revealed)}`,
    });
    figure.number({ key: "l11", label: "l₁₁", step: 0.02, link: "first" });
    figure.number({ key: "l21", label: "l₂₁", step: 0.02, link: "first" });
    figure.number({ key: "l22", label: "l₂₂", step: 0.02, link: "second" });
    const row = figure.row();
    ["x₁", "x₂"].forEach((label, index) =>
      figure.number({ key: "x", index, label, step: 0.1, slider: false, link: "observation" }, row),
    );
    figure.symbols({
      label: "The symbols of the equation",
      entries: [
        ["observation", "x", (state) => at(state.x)],
        ["mean", "μ", () => at(origin)],
        ["covariance", "Σ", () => "L Lᵀ, the ellipse"],
        ["solved", "y", () => "solves L y = x − μ"],
        ["determinant", "l₁₁ l₂₂", () => "root of the determinant"],
      ],
    });
    const spread = ([[xx, xy], [, yy]]) =>
      `Σ has variances ${show(xx, 3)} and ${show(yy, 3)}, covariance ${show(xy, 3)}.`;
    for (const [name, value, words, link = name] of [
      ["covariance", covariance, spread],
      ["determinant", determinant, (now) => `Determinant ${small(now)}.`],
      ["solved", solved, (now) => `y = (${at(now)}).`],
      ["distance", distance, (now) => `Mahalanobis distance ${show(now, 3)}.`, "solved"],
      ["log_density", logDensity, (now) => `Log density ${show(now, 3)}.`],
      ["density", density, (now) => `Density ${small(now)}.`],
    ])
      figure.readout({ name, value, words, link });

    return function parts(state) {
      const sigma = covariance(state);
      const y = solved(state);
      const most = Math.max(...y.map(Math.abs));
      const seen = y.map((value) => value * (most > 0 ? Math.min(1, (0.96 * reach) / most) : 1));
      const moved = {
        "ellipse-1": [origin, sigma],
        "ellipse-2": [origin, sigma],
        "arrow-first": [origin, [state.l11, state.l21]],
        "arrow-second": [origin, [0, state.l22]],
        length: [origin, seen],
        solved: seen,
        determinant: `det Σ = ${show(determinant(state), 4)}`,
      };
      for (const [name, matrix] of [
        ["L", factor(state)],
        ["Σ", sigma],
      ])
        matrix.forEach((line, i) =>
          line.forEach((value, j) => {
            moved[`${name}-${i}${j}`] = name === "L" && i < j ? "0" : show(value);
          }),
        );
      return moved;
    };
  };
})(globalThis.emlib);
