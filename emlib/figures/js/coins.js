/* Two coins, five rows of ten tosses. */
(function (emlib) {
  "use strict";

  emlib.kinds.coins = function (figure) {
    const { heads, tosses, coins, tie } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("bias");
    const keys = ["a", "b"];
    const glyphs = figure.clusters.map((cluster) => cluster.glyph);

    const resp = ({ a, b }) => emlib.coinResponsibilities(heads, tosses, [0.5, 0.5], [a, b]);
    const harden = ([first, second]) => (second > first + tie ? [0, 1] : [1, 0]);
    const shown = (state) => (state.assign === "hard" ? resp(state).map(harden) : resp(state));
    const counts = (state) => emlib.columnSums(shown(state));
    const biases = ({ a, b }) => `coin A ${show(a)}, coin B ${show(b)}`;
    const words = (state) => {
      const shares = shown(state)
        .map(([a]) => show(a, 4))
        .join(", ");
      const who = state.assign === "hard" ? "Hard, A gets" : "A is responsible for";
      return `${who} ${shares} of the five rows; B for the rest.`;
    };

    figure.words = (state) => biases(state) + (figure.revealed() ? `. ${words(state)}` : "");
    figure.python = ({ a, b }) =>
      "from emlib.figures.coins import coin_responsibilities\n\n" +
      `coin_responsibilities(\n    heads=[${heads.join(", ")}],\n    tosses=${tosses},\n` +
      `    weights=[0.5, 0.5],\n    biases=[${a}, ${b}],\n)`;

    keys.forEach((key, k) =>
      figure.handle({
        part: `grip-${k}`,
        key,
        plane,
        along: "x",
        at: [1.5, 0.5][k],
        step: [0.05, 0],
        label: `coin ${coins[k]}: probability of heads`,
        words: (state) => `coin ${coins[k]} ${show(state[key])}`,
      }),
    );
    const typed = figure.row();
    keys.forEach((key, k) => {
      const link = `coin-${k}`;
      figure.number({ key, label: `coin ${coins[k]}`, step: 0.05, slider: false, link }, typed);
    });
    const options = [
      ["soft", "soft"],
      ["hard", "hard"],
    ];
    figure.choice({ key: "assign", label: "Divide the rows", options });
    figure.readout({ name: "resp", value: resp, words: (_, state) => words(state) });
    figure.readout({
      name: "counts",
      value: counts,
      words: ([a, b]) => `Together: A ${show(a, 4)} rows, B ${show(b, 4)} rows.`,
    });

    return function parts(state) {
      const rows = shown(state);
      const spell = (share, k) => `${glyphs[k]} ${share.toFixed(4)}`;
      const moved = { row: rows, count: counts(state).map(spell) };
      rows.forEach((row, i) =>
        row.forEach((share, k) => {
          moved[`row-${i}-${k}-words`] = spell(share, k);
        }),
      );
      return moved;
    };
  };
})(globalThis.emlib);
