/* The lower bound under the log-likelihood, with shares that the reader sets by hand. */
(function (emlib) {
  "use strict";

  emlib.kinds.bound = function (figure) {
    const { x, green, variance, grid, options } = figure.config;
    const { show } = emlib.panel;
    const X = x.map((value) => [value]);
    const curves = figure.plane("curves");
    const plane = figure.plane("shares");
    const low = curves.y[0];

    const mixture = (mean) => ({
      weights: [0.5, 0.5], means: [[green], [mean]],
      covariances: [variance, variance], covarianceType: "spherical",
    });
    const pairs = (shares) => shares.map((share) => [1 - share, share]);
    const likelihood = ({ mean }) => emlib.logLikelihood(X, mixture(mean));
    const bound = ({ mean, shares }) => emlib.lowerBound(X, pairs(shares), mixture(mean));
    const posterior = ({ mean }) => emlib.responsibilities(X, mixture(mean)).map((row) => row[1]);
    const divergences = ({ mean, shares }) =>
      emlib.divergence(pairs(shares), emlib.responsibilities(X, mixture(mean)));
    const gap = (state) => likelihood(state) - bound(state);

    figure.words = (state) => `mean of blue ${show(state.mean)}; gap ${show(gap(state))}`;
    figure.python = ({ mean, shares }) =>
      `X = [[${x.join("], [")}]]\nresp = [[${pairs(shares).map((pair) => pair.map((q) => Number(q.toFixed(6))).join(", ")).join("], [")}]]\n` +
      `parameters = emlib.Parameters(\n    [0.5, 0.5], [[${green}], [${mean}]], [${variance}, ${variance}], "spherical"\n)\n` +
      "emlib.log_likelihood(X, parameters) - emlib.lower_bound(X, resp, parameters)";

    figure.handle({
      part: "mean", key: "mean", plane: curves, along: "x", step: [0.1, 0], label: "mean of blue",
      where: ({ mean }) => [mean, low],
      patch: ([mean]) => ({ mean }),
      words: (state, revealed) => revealed
        ? `mean ${show(state.mean)}; log-likelihood ${show(likelihood(state))}, bound ${show(bound(state))}`
        : `mean ${show(state.mean)}`,
    });
    x.forEach((value, i) => figure.handle({
      part: `share-${i}`, key: "shares", index: i, plane, along: "y", step: [0, 0.05],
      label: `blue's share of the observation ${show(value, 1)}`,
      where: ({ shares }) => [i, shares[i]],
      patch: ([, share], { shares }) => ({ shares: shares.map((old, j) => (j === i ? share : old)) }),
      words: (state, revealed) => revealed
        ? `share ${show(state.shares[i])}; responsibility ${show(posterior(state)[i])}`
        : `share ${show(state.shares[i])}`,
    }));

    const row = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    if (options.steps) {
      const equal = (a, b) => a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
      const top = ({ shares }) => emlib.mStep(X, pairs(shares), "spherical").means[1][0];
      figure.button({
        label: "E-step: close the gap", press: (state) => figure.set({ shares: posterior(state) }),
        when: (state) => !equal(state.shares, posterior(state)),
      }, row);
      figure.button({
        label: "M-step: climb the bound", press: (state) => figure.set({ mean: top(state) }),
        when: (state) => emlib.sum(state.shares) > 0 && !equal([state.mean], [top(state)]),
      }, row);
    }
    figure.number({ key: "mean", label: "mean of blue", min: -5, max: 7, step: 0.1, slider: false, link: "mean" });
    const fold = emlib.stage.make("details", {}, figure.panel);
    emlib.stage.make("summary", {}, fold, "Type the shares");
    const typed = emlib.stage.make("div", { class: "em-row" }, fold);
    x.forEach((value, index) => figure.number({
      key: "shares", index, label: `q at ${show(value, 1)}`, min: 0, max: 1, step: 0.05,
      slider: false, link: `row-${index}`,
    }, typed));
    const numbers = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    const line = (name, label, value) => figure.readout({
      name, value, words: (state) => `${label} ${show(value(state), 4)}`,
    }, numbers);
    line("likelihood", "log-likelihood", likelihood);
    line("bound", "bound", bound);
    line("gap", "gap", gap);
    figure.table({
      name: "divergences", caption: "What is missing, observation by observation",
      columns: ["x", "q, blue's share", "r, its responsibility", "divergence of q from r"],
      rows: (state) => {
        const [r, kl] = [posterior(state), divergences(state)];
        const text = (...values) => values.map((value) => ({ text: show(value, 3), value }));
        return [
          ...x.map((value, i) => ({
            head: show(value, 1), link: `row-${i}`, cells: text(state.shares[i], r[i], kl[i]),
          })),
          { head: "sum", link: "gap", cells: text(emlib.sum(state.shares), emlib.sum(r), emlib.sum(kl)) },
        ];
      },
    });

    return function update(state) {
      const line = grid.map((mean) => [mean, bound({ mean, shares: state.shares })]);
      figure.part("bound").setAttribute("d", curves.path(line.filter(([, height]) => height >= low)));
      const [above, below] = [likelihood(state), Math.max(bound(state), low)];
      const at = curves.px(state.mean);
      const bar = figure.part("gap");
      const ends = { x1: at, x2: at, y1: curves.py(above), y2: curves.py(below) };
      for (const [key, value] of Object.entries(ends)) bar.setAttribute(key, value.toFixed(2));
      const words = figure.part("gap-words");
      words.textContent = `gap ${gap(state).toFixed(2)}`;
      posterior(state).forEach((r, i) => plane.place(figure.part(`posterior-${i}`), [i, r]));
    };
  };
})(globalThis.emlib);
