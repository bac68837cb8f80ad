/* Two coins, five rows of ten tosses. */
(function (emlib) {
  "use strict";

  emlib.kinds.coins = function (figure) {
    const { heads, tosses, coins, tie } = figure.config;
    const { show } = emlib.panel;
    const { attributes } = emlib.stage;
    const plane = figure.plane("bias");
    const keys = ["a", "b"];
    const heights = [1.5, 0.5];
    const limits = figure.config.limits;
    const glyphs = figure.clusters.map((cluster) => cluster.glyph);
    const frames = heads.map((_, i) => figure.part(`row-${i}-frame`));
    const [left, room] = ["x", "width"].map((key) => Number(frames[0].getAttribute(key)));

    const resp = ({ a, b }) => emlib.coinResponsibilities(heads, tosses, [0.5, 0.5], [a, b]);
    const harden = ([first, second]) => (second > first + tie ? [0, 1] : [1, 0]);
    const shown = (state) => (state.assign === "hard" ? resp(state).map(harden) : resp(state));
    const counts = (state) => coins.map((_, k) => emlib.sum(shown(state).map((row) => row[k])));
    const biases = ({ a, b }) => `coin A ${show(a)}, coin B ${show(b)}`;
    const shares = (state) => shown(state).map((row) => show(row[0], 4)).join(", ");
    const words = (state) =>
      `${state.assign === "hard" ? "Hard, A gets" : "A is responsible for"} ${shares(state)} of the five rows; B for the rest.`;

    figure.words = (state) => (figure.revealed() ? `${biases(state)}. ${words(state)}` : biases(state));
    figure.python = ({ a, b }) =>
      "from emlib.figures.coins import coin_responsibilities\n\n" +
      `coin_responsibilities(\n    heads=[${heads.join(", ")}],\n    tosses=${tosses},\n` +
      `    weights=[0.5, 0.5],\n    biases=[${a}, ${b}],\n)`;

    keys.forEach((key, k) => {
      figure.handle({
        part: `grip-${k}`, key, plane, along: "x", step: [0.05, 0],
        limits: [limits[key], [heights[k], heights[k]]],
        label: `coin ${coins[k]}: probability of heads`,
        where: (state) => [state[key], heights[k]],
        patch: ([bias]) => ({ [key]: bias }),
        words: (state) => `coin ${coins[k]} ${show(state[key])}`,
      });
    });
    const typed = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    keys.forEach((key, k) => figure.number({
      key, label: `coin ${coins[k]}`, min: limits[key][0], max: limits[key][1], step: 0.05,
      slider: false, link: `coin-${k}`,
    }, typed));
    figure.choice({ key: "assign", label: "Divide the rows", options: [["soft", "soft"], ["hard", "hard"]] });
    figure.readout({ name: "resp", value: resp, words });
    figure.readout({
      name: "counts", value: counts,
      words: (state) => `Together: A ${show(counts(state)[0], 4)} rows, B ${show(counts(state)[1], 4)} rows.`,
    });

    return function update(state) {
      const rows = shown(state);
      rows.forEach((row, i) => row.forEach((share, k) => {
        attributes(figure.part(`row-${i}-${k}`), { x: left + (k ? room * row[0] : 0), width: room * share });
        figure.part(`row-${i}-${k}-words`).textContent = `${glyphs[k]} ${share.toFixed(4)}`;
      }));
      counts(state).forEach((count, k) => {
        figure.part(`count-${k}`).textContent = `${glyphs[k]} ${count.toFixed(4)}`;
      });
    };
  };
})(globalThis.emlib);
