/* Two clusters, green and blue, and one observation between them. */
(function (emlib) {
  "use strict";

  emlib.kinds["two-clusters"] = function (figure) {
    const { means, stars, options } = figure.config;
    const { boundary, turn, spread, formula } = options;
    const { show, share } = emlib.panel;
    const { names } = figure;
    const plane = figure.plane("main");
    const centre = means.map(([x, y]) => [plane.px(x), plane.py(y)]);
    const variances0 = figure.first.variances; // as the picture was drawn
    const cloud = names.map((_, k) =>
      [...figure.part(`stars-${k}`).children].map((star) => {
        const place = star
          .getAttribute("transform")
          .match(/-?[\d.]+/g)
          .map(Number);
        return { star, away: place.map((value, d) => value - centre[k][d]) };
      }),
    );

    const [across, up] = [plane.x.map(plane.px), plane.y.map(plane.py).reverse()];
    const inside = ([x, y]) => across[0] < x && x < across[1] && up[0] < y && y < up[1];
    const mixture = ({ weight, variances }) => ({
      weights: [weight, 1 - weight],
      means,
      covariances: variances,
      covarianceType: "spherical",
    });
    const resp = (state) => emlib.responsibilities([state.x], mixture(state))[0];

    figure.words = ({ x, ...rest }, revealed = figure.revealed()) =>
      `x ${show(x[0])}, y ${show(x[1])}` +
      (revealed ? `; ${figure.list(resp({ x, ...rest }))}` : "");
    figure.python = (state) =>
      emlib.python.call("responsibilities", emlib.python.list([state.x]), mixture(state));

    const label = "this observation";
    figure.handle({ part: "this-one", key: "x", plane, step: [0.1, 0.1], label });
    const typed = figure.row();
    ["x", "y"].forEach((label, index) =>
      figure.number(
        { key: "x", index, label, step: 0.1, slider: false, link: "observation" },
        typed,
      ),
    );
    if (turn)
      figure.number({
        key: "weight",
        label: "weight of green",
        step: 0.01,
        link: "weight",
        words: (weight) => figure.list([weight, 1 - weight]),
      });
    if (spread)
      names.forEach((name, index) =>
        figure.number({
          key: "variances",
          index,
          label: `variance of ${name}`,
          step: 0.05,
          link: "covariance",
        }),
      );
    figure.readout({
      name: "resp",
      value: resp,
      words: (shares) => `Responsibilities: ${figure.list(shares)}.`,
    });
    if (options.entropy)
      figure.readout({
        name: "entropy",
        value: (state) => emlib.entropy([resp(state)])[0],
        words: (now) => `Entropy ${show(now, 3)}, of at most ${show(Math.log(2), 3)}.`,
      });
    if (formula) {
      const centres = means.map((mean) => `(${mean.map((v) => show(v, 1)).join(", ")})`);
      const pair = (values) => `fixed: ${figure.list(values, (v) => show(v))}`;
      figure.symbols({
        label: "The symbols of the equation",
        entries: [
          [
            "responsibility",
            "r",
            (state, revealed) => (revealed ? figure.list(resp(state)) : "what we ask for"),
          ],
          ["label", "z", () => "random: green or blue"],
          ["observation", "x", (state) => `fixed: ${state.x.map((v) => show(v)).join(", ")}`],
          ["weight", "π", (state) => pair(mixture(state).weights)],
          ["mean", "μ", () => `fixed: ${figure.list(centres, String)}`],
          ["covariance", "Σ", ({ variances }) => `${pair(variances)}, the same in every direction`],
        ],
      });
      const spreads =
        (k) =>
        ({ variances }) =>
          `the circle of ${names[k]}: its covariance, ${show(variances[k])} in every direction`;
      const weights = (k) => (state) =>
        `the stars of ${names[k]}: as many as its weight says, ${show(mixture(state).weights[k])}`;
      figure.things({
        entries: names.flatMap((name, k) => [
          [`mean-${k}`, "mean", () => `the centre of ${name}: its mean, ${centres[k]}`],
          [`ellipse-${k}`, "covariance", spreads(k)],
          [`stars-${k}`, "weight", weights(k)],
          [`target-${k}`, "label", () => `${name}: one of the two values of the label`],
        ]),
      });
    }

    function scatter(state, k) {
      const shown = Math.round(stars * mixture(state).weights[k]);
      const grown = Math.sqrt(state.variances[k] / variances0[k]);
      cloud[k].forEach(({ star, away }, i) => {
        const at = away.map((value, d) => emlib.stage.coordinate(centre[k][d] + grown * value));
        star.setAttribute("transform", `translate(${at.join(" ")})`);
        if (i < shown && inside(at)) star.removeAttribute("visibility");
        else star.setAttribute("visibility", "hidden");
      });
    }
    return function parts(state) {
      const shares = resp(state);
      names.forEach((_, k) => scatter(state, k));
      const odds = (point) => {
        const [green, blue] = emlib.logJoint([point], mixture(state))[0];
        return green - blue;
      };
      return {
        share: shares,
        ...Object.fromEntries(shares.map((r, k) => [`share-${k}-words`, share(r)])),
        ellipse: state.variances.map((v, k) => [
          means[k],
          [
            [v, 0],
            [0, v],
          ],
        ]),
        ...(boundary && { boundary: odds }),
      };
    };
  };
})(globalThis.emlib);
