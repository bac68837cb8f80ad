/* A covariance as a factor: the two columns of L bend a circle into the ellipse. */
(function (emlib) {
  "use strict";

  emlib.kinds["covariance-shape"] = function (figure) {
    const { reach, limits } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("main");
    const circle = figure.plane("circle");
    const origin = [0, 0];

    const factor = ({ l11, l21, l22 }) => [[l11, 0], [l21, l22]];
    const covariance = (state) => emlib.fromFactor(factor(state));
    const solved = (state) => emlib.solveLower(factor(state), state.x);
    const distance = (state) => Math.hypot(...solved(state));
    const determinant = (state) => emlib.determinant(factor(state));
    const logDensity = (state) =>
      emlib.logGaussian([state.x], { weights: [1], means: [origin], covariances: [covariance(state)] })[0][0];
    const density = (state) => Math.exp(logDensity(state));

    const small = (value) => (value < 1e-3 ? value.toExponential(2).replace("-", "\u2212") : show(value, 4));
    const at = ([x, y]) => `${show(x)}, ${show(y)}`;
    const shape = (state) => `columns ${at([state.l11, state.l21])} and 0, ${show(state.l22)}`;
    const sayDensity = (state) => `distance ${show(distance(state))}, density ${small(density(state))}`;
    const sayAll = (state, revealed) => shape(state) + (revealed ? `; ${sayDensity(state)}` : "");

    figure.words = (state) => sayAll(state, figure.revealed());
    figure.python = (state) =>
      `emlib.log_gaussian(\n    [[${state.x.join(", ")}]],\n    means=[[0, 0]],\n` +
      `    covariances=[[[${covariance(state).map((row) => row.map((v) => Number(v.toFixed(9))).join(", ")).join("], [")}]]],\n)`;

    figure.handle({
      part: "first", key: "l11", plane, step: [0.1, 0.1], label: "tip of the first column",
      limits: [limits.l11, limits.l21],
      where: ({ l11, l21 }) => [l11, l21],
      patch: ([l11, l21]) => ({ l11, l21 }),
      words: sayAll,
    });
    figure.handle({
      part: "second", key: "l22", plane, along: "y", step: [0, 0.1], label: "tip of the second column",
      limits: [plane.x, limits.l22],
      where: ({ l22 }) => [0, l22],
      patch: ([, l22]) => ({ l22 }),
      words: sayAll,
    });
    figure.handle({
      part: "this-one", key: "x", plane, step: [0.1, 0.1], label: "this observation",
      limits: [plane.x, plane.y],
      where: ({ x }) => x,
      patch: (x) => ({ x }),
      words: (state, revealed) => `at ${at(state.x)}` + (revealed ? `; ${sayDensity(state)}` : ""),
    });
    const labels = { l11: "l₁₁", l21: "l₂₁", l22: "l₂₂" };
    const links = { l11: "first", l21: "first", l22: "second" };
    for (const key of ["l11", "l21", "l22"]) {
      const [min, max] = limits[key];
      figure.number({ key, label: labels[key], min, max, step: 0.02, link: links[key] });
    }
    const row = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    ["x₁", "x₂"].forEach((label, index) =>
      figure.number({ key: "x", index, label, min: -3, max: 3, step: 0.1, slider: false, link: "observation" }, row));
    const meanings = [
      ["observation", "x", (state) => at(state.x)],
      ["mean", "μ", () => at(origin)],
      ["covariance", "Σ", () => "L Lᵀ, the ellipse"],
      ["solved", "y", () => "solves L y = x − μ"],
      ["determinant", "l₁₁ l₂₂", () => "root of the determinant"],
    ];
    figure.symbols({
      label: "The symbols of the equation",
      entries: meanings.map(([link, symbol, words]) => ({ link, symbol, words })),
    });
    for (const [name, value, words] of [
      ["covariance", covariance, (now) => `Σ has variances ${show(now[0][0], 3)} and ${show(now[1][1], 3)}, covariance ${show(now[0][1], 3)}.`],
      ["determinant", determinant, (now) => `Determinant ${small(now)}.`],
      ["solved", solved, (now) => `y = (${at(now)}).`],
      ["distance", distance, (now) => `Mahalanobis distance ${show(now, 3)}.`],
      ["log_density", logDensity, (now) => `Log density ${show(now, 3)}.`],
      ["density", density, (now) => `Density ${small(now)}.`],
    ]) {
      const line = figure.readout({ name, value, words: (state) => words(value(state)) });
      line.dataset.link = { distance: "solved" }[name] || name;
    }

    function write(name, matrix) {
      matrix.forEach((line, i) => line.forEach((value, j) => {
        figure.part(`${name}-${i}${j}`).textContent = name === "L" && i < j ? "0" : show(value);
      }));
    }
    return function update(state) {
      for (const radius of [1, 2]) {
        const outline = emlib.stage.outline(origin, covariance(state), radius);
        figure.part(`ellipse-${radius}`).setAttribute("d", plane.path(outline, true));
      }
      figure.part("arrow-first").setAttribute("d", plane.path([origin, [state.l11, state.l21]]));
      figure.part("arrow-second").setAttribute("d", plane.path([origin, [0, state.l22]]));
      const y = solved(state);
      const most = Math.max(...y.map(Math.abs));
      const seen = y.map((value) => value * (most > 0 ? Math.min(1, (0.96 * reach) / most) : 1));
      figure.part("length").setAttribute("d", circle.path([origin, seen]));
      circle.place(figure.part("solved"), seen);
      write("L", factor(state));
      write("Σ", covariance(state));
      figure.part("determinant").textContent = `det Σ = ${show(determinant(state), 4)}`;
    };
  };
})(globalThis.emlib);
