/* Observations as discs on planks, one plank a cluster: counts, averages and spreads to hold. */
(function (emlib) {
  "use strict";

  const DISC = 10; // radius of one whole observation; areas add up

  emlib.kinds.planks = function (figure) {
    const { mode } = figure.config.options;
    const { show } = emlib.panel;
    const { coordinate } = emlib.stage;
    const { names, first } = figure;
    const planks = names.map((_, k) => figure.plane(`plank-${k}`));
    const floor = (plane) => plane.py(0);

    const pairs = ({ shares }) => shares.map((share) => [share, 1 - share]);
    /* count, weight, mean, standard deviation; null where there is none */
    function clusters(state) {
      const resp = pairs(state);
      const X = state.x.map((x) => [x]);
      const { weights, means, covariances } = emlib.mStep(X, resp, "spherical");
      const counts = emlib.columnSums(resp);
      return counts.map((count, k) =>
        count > 0
          ? [count, weights[k], means[k][0], Math.sqrt(covariances[k])]
          : [0, 0, null, null],
      );
    }
    const there = (rows) => rows.filter(([count]) => count > 0);
    const together = (state) =>
      emlib.sum(there(clusters(state)).map(([, weight, mean]) => weight * mean));
    const average = ({ x }) => emlib.sum(x) / x.length;
    function variances(state) {
      const rows = there(clusters(state));
      const away = (mean) => (mean - average(state)) ** 2;
      const inside = emlib.sum(rows.map(([, weight, , spread]) => weight * spread ** 2));
      const between = emlib.sum(rows.map(([, weight, mean]) => weight * away(mean)));
      return [inside, between, inside + between];
    }
    const text = (value, decimals = 2) => (value == null ? "none" : show(value, decimals));

    figure.words = (state) =>
      figure.revealed()
        ? clusters(state)
            .map((row, k) => `${names[k]} ${text(row[0])} at ${text(row[2])}`)
            .join(", ")
        : "";
    figure.python = (state) => {
      const { list } = emlib.python;
      const empty = clusters(state).some(([count]) => count === 0);
      const made = "emlib.statistics(X, resp)";
      return (
        `X = [[${state.x.join("], [")}]]\nresp = ${list(pairs(state))}\n` +
        (empty ? `${made}.counts  # the empty cluster has no mean` : `emlib.m_step(${made})`)
      );
    };

    if (mode === "labels") labelled();
    else shared();

    function labelled() {
      const name = (state, i) => names[state.shares[i] >= 0.5 ? 0 : 1];
      const plane = figure.plane("holds");
      first.x.forEach((_, i) =>
        figure.handle({
          part: `hold-${i}`,
          key: "x",
          index: i,
          plane,
          step: [1, 1],
          limits: [plane.x, [0, 1]],
          label: `observation ${i + 1}`,
          where: ({ x, shares }) => [x[i], Math.round(shares[i])],
          patch: ([at, up], state) => ({
            ...figure.put(state, "x", i, at),
            ...figure.put(state, "shares", i, up >= 0.5 ? 1 : 0),
          }),
          words: (state) => `${show(state.x[i], 1)} minutes, ${name(state, i)}`,
        }),
      );
      const typed = figure.row("Type waiting times and labels");
      first.x.forEach((_, index) => {
        const common = { index, slider: false, link: `row-${index}`, step: 1 };
        figure.number({ ...common, key: "x", label: `no. ${index + 1}, minutes` }, typed);
        figure.number(
          {
            ...common,
            key: "shares",
            label: `no. ${index + 1}, green 1 or 0`,
            decimals: 0,
          },
          typed,
        );
      });
    }

    function shared() {
      const plane = figure.plane("band");
      first.x.forEach((x, i) =>
        figure.handle({
          part: `share-${i}`,
          key: "shares",
          index: i,
          plane,
          along: "y",
          step: [0, 0.025],
          at: (state) => state.x[i],
          label: `green's share of the observation at ${show(x, 0)} minutes`,
          words: (state) => `green ${show(state.shares[i])}, blue ${show(1 - state.shares[i])}`,
        }),
      );
      const row = figure.row();
      const set = (label, share) =>
        figure.button({ label, press: () => ({ shares: first.x.map((_, i) => share(i)) }) }, row);
      set("At random", () => Math.round(100 * Math.random()) / 100);
      set("Half and half", () => 0.5);
      set("As the ranger wrote", (i) => (i < 3 ? 1 : 0));
      const typed = figure.row("Type the shares");
      first.x.forEach((x, index) =>
        figure.number(
          {
            key: "shares",
            index,
            label: `at ${show(x, 0)}`,
            step: 0.05,
            slider: false,
            link: `row-${index}`,
          },
          typed,
        ),
      );
    }

    figure.table({
      name: "clusters",
      caption: "Counts, averages, spreads",
      columns: ["cluster", "count", "weight", "mean", "spread"],
      rows: (state) =>
        clusters(state).map((row, k) => ({
          head: names[k],
          cluster: names[k],
          link: `cluster-${k}`,
          cells: row.map((value, m) => ({ text: text(value, m === 1 ? 3 : 2), value })),
        })),
    });
    figure.readout({
      words: (_, state) => {
        const empty = clusters(state).findIndex(([count]) => count === 0);
        if (empty < 0) return "";
        return `Nothing is left to ${names[empty]}: its mean would be 0/0, and its wedge is gone.`;
      },
    });
    figure.readout({
      name: "together",
      value: together,
      words(now, state) {
        const term = ([, weight, mean]) => `${show(weight, 3)} × ${show(mean)}`;
        return `Together: ${there(clusters(state)).map(term).join(" + ")} = ${show(now)}.`;
      },
    });
    if (mode === "game")
      figure.readout({
        name: "variances",
        value: variances,
        words: ([inside, between, total]) =>
          `Variance: ${show(inside)} inside the clusters + ` +
          `${show(between)} between their means = ` +
          `${show(total)}.`,
      });

    function disc(plane, at, count) {
      const radius = DISC * Math.sqrt(Math.max(count, 0));
      return { cx: plane.px(at), cy: floor(plane) - radius, r: radius };
    }
    /* What a cluster's plank carries, the wedge at its mean, and the bar of its spread. */
    function plank(state, [count, , mean, spread], k, moved) {
      const plane = planks[k];
      moved[`disc-${k}`] = state.x.map((x, i) => disc(plane, x, pairs(state)[i][k]));
      moved[`count-${k}`] = `${count.toFixed(2)} observations`;
      moved[`wedge-${k}`] = count > 0 ? [mean, 0] : null;
      const ends = [plane.px(mean - spread), plane.px(mean + spread)].map(coordinate);
      const down = floor(plane) + 20;
      const end = (at) => `M${at} ${down - 4}V${down + 4}`;
      const d = `${end(ends[0])}M${ends[0]} ${down}H${ends[1]}${end(ends[1])}`;
      moved[`spread-${k}`] = count > 0 ? { d } : null;
    }
    return function parts(state) {
      const rows = clusters(state);
      const moved = {};
      rows.forEach((row, k) => plank(state, row, k, moved));
      if (mode !== "labels") moved.track = state.x;
      if (mode !== "shares") {
        const plane = figure.plane("together");
        moved.whole = rows.map(([count, , mean]) => disc(plane, mean ?? plane.x[0], count));
        moved["wedge-all"] = [average(state), 0];
      }
      if (mode === "game") {
        const [inside, between, total] = variances(state);
        const [left, room] = [4, 352];
        const middle = left + (total > 0 ? (room * inside) / total : 0); // all in one place
        moved.inside = { x: left, width: middle - left };
        moved.between = { x: middle, width: left + room - middle };
        moved["inside-words"] = `inside ${inside.toFixed(2)}`;
        moved["between-words"] = `between ${between.toFixed(2)}`;
      }
      return moved;
    };
  };
})(globalThis.emlib);
