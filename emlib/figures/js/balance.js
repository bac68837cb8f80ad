/* One plank, discs of unequal size, and a wedge to push under it until it balances. */
(function (emlib) {
  "use strict";

  emlib.kinds.balance = function (figure) {
    const { floor, options } = figure.config;
    const { x, shares } = options;
    const { show } = emlib.panel;
    const plane = figure.plane("beam");

    const pulls = ({ wedge }) => x.map((at, i) => shares[i] * (at - wedge));
    const pull = (state) => emlib.sum(pulls(state));
    const columns = [x, shares].map((list) => list.map((value) => [value]));
    const [[balance]] = emlib.mStep(...columns, "spherical").means;

    figure.words = (state, revealed = figure.revealed()) =>
      `wedge at ${show(state.wedge)}${revealed ? `, pull ${show(pull(state))}` : ""}`;
    figure.python = ({ wedge }) =>
      `x = np.array([${x.join(", ")}])\nshares = np.array([${shares.join(", ")}])\n` +
      `(shares * (x - ${wedge})).sum(), np.average(x, weights=shares)`;

    figure.handle({
      part: "wedge",
      key: "wedge",
      plane,
      along: "x",
      step: [0.5, 0],
      label: "the wedge",
    });
    figure.number({ key: "wedge", label: "wedge at", step: 0.5, link: "wedge" });
    figure.readout({
      name: "pull",
      value: pull,
      words(together, state) {
        const side = (way) => show(emlib.sum(pulls(state).filter((one) => one * way > 0)));
        const sides = `to the left ${side(-1)}, to the right ${side(1)}`;
        return `Pulls ${sides}; together ${show(together)}.`;
      },
    });
    figure.readout({
      name: "balance",
      value: () => balance,
      words: () => `It balances at ${show(balance)}.`,
    });

    return function parts(state) {
      const strength = figure.revealed() ? pull(state) : 0;
      const angle = (8 * strength) / (Math.abs(strength) + 20);
      const [turn, at] = [angle, plane.px(state.wedge)].map(emlib.stage.coordinate);
      return { lean: { transform: `rotate(${turn + 0} ${at} ${floor})` } };
    };
  };
})(globalThis.emlib);
