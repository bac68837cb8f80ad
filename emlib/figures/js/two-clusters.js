/* Two clusters, green and blue, and one observation between them. */
(function (emlib) {
  "use strict";

  emlib.kinds["two-clusters"] = function (figure) {
    const { means, stars, options: { boundary, turn, spread, formula, entropy: tellEntropy } } = figure.config;
    const { show } = emlib.panel;
    const names = figure.clusters.map((cluster) => cluster.name);
    const plane = figure.plane("main");
    const share = names.map((_, k) => figure.part(`share-${k}`));
    const words = names.map((_, k) => figure.part(`share-${k}-words`));
    const frame = figure.part("share-frame");
    const [left, room] = ["x", "width"].map((key) => Number(frame.getAttribute(key)));
    const variances0 = figure.first.variances; // as the picture was drawn
    const cloud = names.map((_, k) => [...figure.part(`stars-${k}`).children].map((star) => {
      const [x, y] = star.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
      return { star, away: [x - plane.px(means[k][0]), y - plane.py(means[k][1])] };
    }));

    const [across, up] = [plane.x.map(plane.px), plane.y.map(plane.py).reverse()];
    const inside = ([x, y]) => across[0] < x && x < across[1] && up[0] < y && y < up[1];
    const mixture = ({ weight, variances }) => ({
      weights: [weight, 1 - weight], means, covariances: variances, covarianceType: "spherical",
    });
    const resp = (state) => emlib.responsibilities([state.x], mixture(state))[0];
    const shares = (state) => resp(state).map((r, k) => `${names[k]} ${show(r)}`).join(", ");
    const place = ({ x }) => `x ${show(x[0])}, y ${show(x[1])}`;

    figure.words = (state) => figure.revealed() ? `${place(state)}; ${shares(state)}` : place(state);
    figure.python = ({ x, weight, variances }) =>
      `emlib.responsibilities(\n    [[${x.join(", ")}]],\n    weights=[${weight}, ${Number((1 - weight).toFixed(6))}],\n` +
      `    means=[[${means.map((mean) => mean.join(", ")).join("], [")}]],\n` +
      `    covariances=[${variances.join(", ")}],\n    covariance_type="spherical",\n)`;

    figure.handle({
      part: "this-one", key: "x", plane, limits: [[-4, 4], [-2.6, 2.6]], step: [0.1, 0.1], label: "this observation",
      where: (state) => state.x,
      patch: (point) => ({ x: point }),
      words: (state, revealed) => revealed ? `${place(state)}; ${shares(state)}` : place(state),
    });
    const typed = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    [["x", [-4, 4]], ["y", [-2.6, 2.6]]].forEach(([label, [min, max]], index) =>
      figure.number({ key: "x", index, label, min, max, step: 0.1, slider: false, link: "observation" }, typed));
    if (turn)
      figure.number({
        key: "weight", label: "weight of green", min: 0.02, max: 0.98, step: 0.01, link: "weight",
        words: (weight) => `green ${show(weight)}, blue ${show(1 - weight)}`,
      });
    if (spread)
      names.forEach((name, index) => figure.number({
        key: "variances", index, label: `variance of ${name}`, min: 0.1, max: 3, step: 0.05, link: `covariance`,
      }));
    const entropy = (state) => emlib.entropy([resp(state)])[0];
    figure.readout({ name: "resp", value: resp, words: (state) => `Responsibilities: ${shares(state)}.` });
    if (tellEntropy)
      figure.readout({
        name: "entropy", value: entropy,
        words: (state) => `Entropy ${show(entropy(state), 3)}, of at most ${show(Math.log(2), 3)}.`,
      });
    if (formula) {
      const centres = means.map((mean) => `(${mean.map((v) => show(v, 1)).join(", ")})`);
      const pair = (values) => values.map((value, k) => `${names[k]} ${value}`).join(", ");
      figure.symbols({
        label: "The symbols of the equation",
        entries: [
          { link: "responsibility", symbol: "r", words: (state, revealed) => revealed ? shares(state) : "what we ask for" },
          { link: "label", symbol: "z", words: () => "random: green or blue" },
          { link: "observation", symbol: "x", words: (state) => `fixed: ${state.x.map((v) => show(v)).join(", ")}` },
          { link: "weight", symbol: "π", words: ({ weight }) => `fixed: ${pair([show(weight), show(1 - weight)])}` },
          { link: "mean", symbol: "μ", words: () => `fixed: ${pair(centres)}` },
          { link: "covariance", symbol: "Σ", words: ({ variances }) => `fixed: ${pair(variances.map((v) => show(v)))}, the same in every direction` },
        ],
      });
      emlib.panel.things(figure, {
        entries: names.flatMap((name, k) => [
          { part: `mean-${k}`, link: "mean", words: () => `the centre of ${name}: its mean, ${centres[k]}` },
          { part: `ellipse-${k}`, link: "covariance", words: ({ variances }) => `the circle of ${name}: its covariance, ${show(variances[k])} in every direction` },
          { part: `stars-${k}`, link: "weight", words: (state) => `the stars of ${name}: as many as its weight says, ${show(mixture(state).weights[k])}` },
          { part: `target-${k}`, link: "label", words: () => `${name}: one of the two values of the label` },
        ]),
      });
    }

    return function update(state) {
      const current = mixture(state);
      let start = left;
      emlib.responsibilities([state.x], current)[0].forEach((r, k) => {
        share[k].setAttribute("x", start.toFixed(2));
        share[k].setAttribute("width", (room * r).toFixed(2));
        start += room * r;
        words[k].textContent = r.toFixed(2);
      });
      names.forEach((name, k) => {
        const spreadNow = Math.sqrt(state.variances[k]);
        const covariance = [[state.variances[k], 0], [0, state.variances[k]]];
        figure.part(`ellipse-${k}`).setAttribute("d", plane.path(emlib.stage.outline(means[k], covariance, 1), true));
        const shown = Math.round(stars * current.weights[k]);
        const grown = spreadNow / Math.sqrt(variances0[k]);
        cloud[k].forEach(({ star, away: [right, down] }, i) => {
          const at = [plane.px(means[k][0]) + grown * right, plane.py(means[k][1]) + grown * down];
          star.setAttribute("visibility", i < shown && inside(at) ? "visible" : "hidden");
          star.setAttribute("transform", `translate(${at.map((value) => Number(value.toFixed(2))).join(" ")})`);
        });
      });
      if (boundary) {
        const odds = (point) => emlib.logJoint([point], current)[0];
        figure.part("boundary").setAttribute("d", plane.contour((point) => {
          const [green, blue] = odds(point);
          return green - blue;
        }));
      }
    };
  };
})(globalThis.emlib);
