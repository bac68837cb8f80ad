/* One plank, discs of unequal size, and a wedge to push under it until it balances. */
(function (emlib) {
  "use strict";

  emlib.kinds.balance = function (figure) {
    const { floor, options: { x, shares } } = figure.config;
    const { show } = emlib.panel;
    const plane = figure.plane("beam");
    const [low, high] = plane.x;

    const pulls = ({ wedge }) => x.map((at, i) => shares[i] * (at - wedge));
    const pull = (state) => emlib.sum(pulls(state));
    const balance = emlib.mStep(x.map((at) => [at]), shares.map((share) => [share]), "spherical").means[0][0];
    const seen = (state, revealed) =>
      revealed ? `wedge at ${show(state.wedge)}, pull ${show(pull(state))}` : `wedge at ${show(state.wedge)}`;

    figure.words = (state) => seen(state, figure.revealed());
    figure.python = ({ wedge }) =>
      `x = np.array([${x.join(", ")}])\nshares = np.array([${shares.join(", ")}])\n` +
      `(shares * (x - ${wedge})).sum(), np.average(x, weights=shares)`;

    figure.handle({
      part: "wedge", key: "wedge", plane, along: "x", step: [0.5, 0], label: "the wedge",
      where: ({ wedge }) => [wedge, 0], patch: ([wedge]) => ({ wedge }), words: seen,
    });
    figure.number({ key: "wedge", label: "wedge at", min: low, max: high, step: 0.5, link: "wedge" });
    figure.readout({
      name: "pull", value: pull,
      words: (state) => {
        const sides = [-1, 1].map((side) => emlib.sum(pulls(state).filter((one) => one * side > 0)));
        return `Pulls to the left ${show(sides[0])}, to the right ${show(sides[1])}; together ${show(pull(state))}.`;
      },
    });
    figure.readout({
      name: "balance", value: () => balance, words: () => `It balances at ${show(balance)}.`,
    });

    return function update(state) {
      const strength = figure.revealed() ? pull(state) : 0;
      const angle = (8 * strength) / (Math.abs(strength) + 20);
      const [turn, at] = [angle, plane.px(state.wedge)].map((value) => emlib.stage.coordinate(value));
      figure.part("lean").setAttribute("transform", `rotate(${turn + 0} ${at} ${floor})`);
    };
  };
})(globalThis.emlib);
