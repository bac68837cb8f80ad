/* Where the likelihood beats the prior: two signed bars that add. */
(function (emlib) {
  "use strict";

  const [GREEN, BLUE] = [1, 2];

  emlib.kinds["log-odds"] = function (figure) {
    const { bars, words, lane, grid, options: { means, variances } } = figure.config;
    const { show } = emlib.panel;
    const { clamp } = emlib.stage;
    const names = figure.clusters.map((cluster) => cluster.name);
    const plane = figure.plane("main");
    const band = figure.plane("band");
    const odds = figure.plane("odds");
    const part = (kind) => bars.map((bar) => figure.part(`${kind}-${bar}`));
    const [drawn, said] = [part("bar"), part("words")];
    const shares = names.map((_, k) => figure.part(`band-${k}`));
    const thisOne = figure.part("this-one-words");
    const xs = Array.from({ length: grid }, (_, i) => band.x[0] + ((band.x[1] - band.x[0]) * i) / (grid - 1));

    const mixture = ({ weight }) => ({
      weights: [(1 - weight) / 2, weight, (1 - weight) / 2], means: means.map((mean) => [mean]),
      covariances: variances, covarianceType: "spherical",
    });
    const ahead = (row) => row[BLUE] - row[GREEN];
    const numbers = {
      prior: (state) => ahead(mixture(state).weights.map(Math.log)),
      likelihood: (state) => ahead(emlib.logGaussian([[state.x]], mixture(state))[0]),
      sum: (state) => ahead(emlib.logJoint([[state.x]], mixture(state))[0]),
      resp: (state) => emlib.responsibilities([[state.x]], mixture(state))[0],
    };
    const signed = (value) => (Number(value.toFixed(2)) > 0 ? "+" : "") + show(value);
    const sayResp = (state) => numbers.resp(state).map((r, k) => `${names[k]} ${show(r)}`).join(", ");
    const place = ({ x }) => `x ${show(x)}`;
    const sayAll = (state) => `${place(state)}; log odds ${signed(numbers.sum(state))}; ${sayResp(state)}`;

    figure.words = (state) => (figure.revealed() ? sayAll(state) : place(state));
    figure.python = (state) =>
      `joint = emlib.log_joint(\n    [[${state.x}]],\n    weights=[${mixture(state).weights.map((w) => Number(w.toFixed(7))).join(", ")}],\n` +
      `    means=[[${means.join("], [")}]],\n    covariances=[${variances.join(", ")}],\n    covariance_type="spherical",\n)\n` +
      `joint[0, ${BLUE}] - joint[0, ${GREEN}]`;

    figure.handle({
      part: "this-one", key: "x", plane, along: "x", limits: [plane.x, plane.y], step: [0.1, 0],
      label: "this observation",
      where: (state) => [state.x, lane / 2],
      patch: ([x]) => ({ x }),
      words: (state, revealed) => (revealed ? sayAll(state) : place(state)),
    });
    figure.number({ key: "x", label: "value x", min: -1, max: 10, step: 0.1, link: "observation" });
    const afterwards = emlib.stage.make("div", { class: "em-reveal" }, figure.panel);
    figure.number({
      key: "weight", label: "prior of green", min: 0.02, max: 0.98, step: 0.01, link: "prior",
      words: (weight) => `green ${show(weight)}, fuchsia and blue ${show((1 - weight) / 2, 3)} each`,
    }, afterwards);
    const terms = { prior: "log π", likelihood: "log 𝒩", sum: "log r" };
    const list = figure.symbols({
      label: "The terms of the equation, blue against green",
      entries: bars.map((link) => ({
        link, symbol: terms[link], words: (_, revealed) => (link === "prior" || revealed ? "" : "what do you expect?"),
      })),
    });
    bars.forEach((name, row) => figure.readout({
      name, value: numbers[name], reveal: name !== "prior",
      words: (state) => `${words[row]} ${signed(numbers[name](state))}`,
    }, list.children[row]));
    figure.readout({ name: "resp", value: numbers.resp, words: (state) => `Responsibilities: ${sayResp(state)}.` });

    return function update(state) {
      const [prior, likelihood, sum] = bars.map((bar) => numbers[bar](state));
      const spans = [[0, prior], [prior, sum], [0, sum]];
      [prior, likelihood, sum].forEach((value, row) => {
        const [left, right] = spans[row].map((end) => odds.px(clamp(end, odds.x))).sort((a, b) => a - b);
        drawn[row].setAttribute("x", left.toFixed(2));
        drawn[row].setAttribute("width", (right - left).toFixed(2));
        drawn[row].setAttribute("fill", figure.clusters[value > 0 ? BLUE : GREEN].color);
        said[row].textContent = `${words[row]} ${signed(value)}`;
      });
      const resp = emlib.responsibilities(xs.map((x) => [x]), mixture(state));
      let lower = xs.map(() => 0);
      names.forEach((_, k) => {
        const upper = lower.map((low, i) => low + resp[i][k]);
        const outline = [...xs.map((x, i) => [x, lower[i]]), ...xs.map((x, i) => [x, upper[i]]).reverse()];
        shares[k].setAttribute("d", band.path(outline, true));
        lower = upper;
      });
      thisOne.setAttribute("x", state.x > 7 ? -16 : 16);
      thisOne.setAttribute("text-anchor", state.x > 7 ? "end" : "start");
    };
  };
})(globalThis.emlib);
