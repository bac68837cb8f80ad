/* The lower bound under the log-likelihood, with shares that the reader sets by hand. */
(function (emlib) {
  "use strict";

  emlib.kinds.bound = function (figure) {
    const { x, green, variance, grid, options } = figure.config;
    const { show } = emlib.panel;
    const { list } = emlib.python;
    const X = x.map((value) => [value]);
    const curves = figure.plane("curves");
    const plane = figure.plane("shares");
    const [low] = curves.y;

    const mixture = ({ mean }) => ({
      weights: [0.5, 0.5],
      means: [[green], [mean]],
      covariances: [variance, variance],
      covarianceType: "spherical",
    });
    const pairs = ({ shares }) => shares.map((share) => [1 - share, share]);
    const likelihood = (state) => emlib.logLikelihood(X, mixture(state));
    const bound = (state) => emlib.lowerBound(X, pairs(state), mixture(state));
    const resp = (state) => emlib.responsibilities(X, mixture(state));
    const posterior = (state) => resp(state).map((row) => row[1]);
    const gap = (state) => likelihood(state) - bound(state);

    figure.words = (state) => `mean of blue ${show(state.mean)}; gap ${show(gap(state))}`;
    figure.python = (state) =>
      `X = ${list(X)}\nresp = ${list(pairs(state))}\nparameters = emlib.Parameters(\n` +
      `    [0.5, 0.5], [[${green}], [${state.mean}]], [${variance}, ${variance}], ` +
      '"spherical"\n' +
      ")\n" +
      "emlib.log_likelihood(X, parameters) - emlib.lower_bound(X, resp, parameters)";

    const heights = (state) =>
      `log-likelihood ${show(likelihood(state))}, bound ${show(bound(state))}`;
    figure.handle({
      part: "mean",
      key: "mean",
      plane: curves,
      along: "x",
      at: low,
      step: [0.1, 0],
      label: "mean of blue",
      words: (state, revealed) =>
        `mean ${show(state.mean)}${revealed ? `; ${heights(state)}` : ""}`,
    });
    x.forEach((value, i) =>
      figure.handle({
        part: `share-${i}`,
        key: "shares",
        index: i,
        plane,
        along: "y",
        at: i,
        step: [0, 0.05],
        label: `blue's share of the observation ${show(value, 1)}`,
        words: (state, revealed) =>
          `share ${show(state.shares[i])}` +
          (revealed ? `; responsibility ${show(posterior(state)[i])}` : ""),
      }),
    );

    const row = figure.row();
    if (options.steps) {
      const equal = (a, b) => a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
      const top = (state) => emlib.mStep(X, pairs(state), "spherical").means[1][0];
      figure.button(
        {
          label: "E-step: close the gap",
          press: (state) => ({ shares: posterior(state) }),
          when: (state) => !equal(state.shares, posterior(state)),
        },
        row,
      );
      figure.button(
        {
          label: "M-step: climb the bound",
          press: (state) => ({ mean: top(state) }),
          when: (state) => emlib.sum(state.shares) > 0 && !equal([state.mean], [top(state)]),
        },
        row,
      );
    }
    figure.number({ key: "mean", label: "mean of blue", step: 0.1, slider: false, link: "mean" });
    const typed = figure.row("Type the shares");
    x.forEach((value, index) =>
      figure.number(
        {
          key: "shares",
          index,
          label: `q at ${show(value, 1)}`,
          step: 0.05,
          slider: false,
          link: `row-${index}`,
        },
        typed,
      ),
    );
    const numbers = figure.row();
    const line = (name, label, value) =>
      figure.readout({ name, value, words: (now) => `${label} ${show(now, 4)}` }, numbers);
    line("likelihood", "log-likelihood", likelihood);
    line("bound", "bound", bound);
    line("gap", "gap", gap);
    figure.table({
      name: "divergences",
      caption: "What is missing, observation by observation",
      columns: ["x", "q, blue's share", "r, its responsibility", "divergence of q from r"],
      rows: (state) => {
        const [r, kl] = [posterior(state), emlib.divergence(pairs(state), resp(state))];
        const columns = [state.shares, r, kl];
        const cells = (values) => values.map((value) => ({ text: show(value, 3), value }));
        const at = (i) => cells(columns.map((column) => column[i]));
        return [
          ...x.map((value, i) => ({ head: show(value, 1), link: `row-${i}`, cells: at(i) })),
          { head: "sum", link: "gap", cells: cells(columns.map(emlib.sum)) },
        ];
      },
    });

    return function parts(state) {
      const [above, below] = [likelihood(state), bound(state)];
      const at = curves.px(state.mean);
      const ends = { x1: at, x2: at, y1: curves.py(above), y2: curves.py(Math.max(below, low)) };
      return {
        bound: grid.map((mean) => [mean, bound({ ...state, mean })]),
        gap: ends,
        "gap-words": `gap ${gap(state).toFixed(2)}`,
        "gap-below": below < low ? [state.mean, low] : null,
        posterior: posterior(state).map((r, i) => [i, r]),
      };
    };
  };
})(globalThis.emlib);
