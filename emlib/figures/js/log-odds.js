/* Where the likelihood beats the prior: two signed bars that add. */
(function (emlib) {
  "use strict";

  const [GREEN, BLUE] = [1, 2];

  emlib.kinds["log-odds"] = function (figure) {
    const { bars, words, lane, grid, options } = figure.config;
    const { means, variances } = options;
    const { show } = emlib.panel;
    const { clamp, coordinate } = emlib.stage;
    const plane = figure.plane("main");
    const odds = figure.plane("odds");
    const xs = emlib.linspace(...figure.plane("band").x, grid - 1);

    const mixture = ({ weight }) => ({
      weights: [(1 - weight) / 2, weight, (1 - weight) / 2],
      means: means.map((mean) => [mean]),
      covariances: variances,
      covarianceType: "spherical",
    });
    const ahead = (row) => row[BLUE] - row[GREEN];
    const numbers = {
      prior: (state) => ahead(mixture(state).weights.map(Math.log)),
      likelihood: (state) => ahead(emlib.logGaussian([[state.x]], mixture(state))[0]),
      sum: (state) => ahead(emlib.logJoint([[state.x]], mixture(state))[0]),
      resp: (state) => emlib.responsibilities([[state.x]], mixture(state))[0],
    };
    const signed = (value) => (Number(value.toFixed(2)) > 0 ? "+" : "") + show(value);

    figure.words = (state, revealed = figure.revealed()) =>
      `x ${show(state.x)}` +
      (revealed
        ? `; log odds ${signed(numbers.sum(state))}; ${figure.list(numbers.resp(state))}`
        : "");
    figure.python = (state) =>
      `joint = ${emlib.python.call("log_joint", `[[${state.x}]]`, mixture(state))}\n` +
      `joint[0, ${BLUE}] - joint[0, ${GREEN}]`;

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
    const afterwards = emlib.stage.make("div", { class: "em-reveal" }, figure.panel);
    figure.number(
      {
        key: "weight",
        label: "prior of green",
        step: 0.01,
        link: "prior",
        words: (green) => `green ${show(green)}, fuchsia and blue ${show((1 - green) / 2, 3)} each`,
      },
      afterwards,
    );
    const terms = { prior: "log π", likelihood: "log 𝒩", sum: "log r" };
    const list = figure.symbols({
      label: "The terms of the equation, blue against green",
      entries: bars.map((link) => [
        link,
        terms[link],
        (_, revealed) => (link === "prior" || revealed ? "" : "what do you expect?"),
      ]),
    });
    bars.forEach((name, row) =>
      figure.readout(
        {
          name,
          value: numbers[name],
          reveal: name !== "prior",
          words: (value) => `${words[row]} ${signed(value)}`,
        },
        list.children[row],
      ),
    );
    figure.readout({
      name: "resp",
      value: numbers.resp,
      words: (resp) => `Responsibilities: ${figure.list(resp)}.`,
    });

    return function parts(state) {
      const [prior, likelihood, sum] = bars.map((bar) => numbers[bar](state));
      const spans = [
        [0, prior],
        [prior, sum],
        [0, sum],
      ];
      const moved = { "this-one-words": state.x };
      [prior, likelihood, sum].forEach((value, row) => {
        const ends = spans[row].map((end) => odds.px(clamp(end, odds.x)));
        const [left, right] = ends.sort((a, b) => a - b);
        const fill = figure.clusters[value > 0 ? BLUE : GREEN].paint;
        moved[`bar-${bars[row]}`] = { x: left, width: right - left, fill };
        moved[`words-${bars[row]}`] = `${words[row]} ${signed(value)}`;
        /* a bar that goes on beyond the edge has an arrowhead there */
        const [, end] = spans[row];
        const side = end < 0 ? -1 : 1;
        const middle = figure.part(`cut-${bars[row]}`).dataset.middle;
        const at = coordinate(odds.px(odds.x[side < 0 ? 0 : 1]));
        const transform = `translate(${at} ${middle}) scale(${side} 1)`;
        moved[`cut-${bars[row]}`] = clamp(end, odds.x) === end ? null : { transform };
      });
      const resp = emlib.responsibilities(
        xs.map((x) => [x]),
        mixture(state),
      );
      const edge = (k) => xs.map((x, i) => [x, emlib.sum(resp[i].slice(0, k))]);
      moved.band = figure.names.map((_, k) => [...edge(k), ...edge(k + 1).reverse()]);
      return moved;
    };
  };
})(globalThis.emlib);
