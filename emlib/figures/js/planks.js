/* Observations as discs on planks, one plank a cluster: counts, averages and spreads to hold. */
(function (emlib) {
  "use strict";

  const DISC = 10; // radius of one whole observation; areas add up

  emlib.kinds.planks = function (figure) {
    const { mode } = figure.config.options;
    const { show } = emlib.panel;
    const { make } = emlib.stage;
    const names = figure.clusters.map((cluster) => cluster.name);
    const { first } = figure;
    const planks = names.map((_, k) => figure.plane(`plank-${k}`));
    const floor = (plane) => plane.py(0);

    const pairs = ({ shares }) => shares.map((share) => [share, 1 - share]);
    const rowOf = (i) => `row-${i}`;
    /* count, weight, mean, standard deviation; null where there is none */
    function clusters(state) {
      const resp = pairs(state);
      const { weights, means, covariances } = emlib.mStep(state.x.map((x) => [x]), resp, "spherical");
      return weights.map((weight, k) => {
        const count = emlib.sum(resp.map((row) => row[k]));
        return count > 0 ? [count, weight, means[k][0], Math.sqrt(covariances[k])] : [0, 0, null, null];
      });
    }
    const there = (rows) => rows.filter(([count]) => count > 0);
    const together = (state) =>
      emlib.sum(there(clusters(state)).map(([, weight, mean]) => weight * mean));
    const average = ({ x }) => emlib.sum(x) / x.length;
    function variances(state) {
      const rows = there(clusters(state));
      const inside = emlib.sum(rows.map(([, weight, , spread]) => weight * spread ** 2));
      const between = emlib.sum(rows.map(([, weight, mean]) => weight * (mean - average(state)) ** 2));
      return [inside, between, inside + between];
    }
    const text = (value, decimals = 2) => (value == null ? "none" : show(value, decimals));

    figure.words = (state) => figure.revealed()
      ? clusters(state).map((row, k) => `${names[k]} ${text(row[0])} at ${text(row[2])}`).join(", ") : "";
    figure.python = (state) =>
      `X = [[${state.x.join("], [")}]]\n` +
      `resp = [[${pairs(state).map((pair) => pair.map((r) => Number(r.toFixed(6))).join(", ")).join("], [")}]]\n` +
      "emlib.m_step(emlib.statistics(X, resp))";

    /* One entry of a list, changed; no cluster gives away the last that it has. */
    const change = (list, i, value) => list.map((old, j) => (j === i ? value : old));
    function share(i, value, state) {
      const shares = change(state.shares, i, value);
      const green = emlib.sum(shares);
      return green > 0 && green < shares.length ? { shares } : {};
    }
    if (mode === "labels") labelled();
    else shared();

    function labelled() {
      const plane = figure.plane("holds");
      const name = (state, i) => names[state.shares[i] >= 0.5 ? 0 : 1];
      first.x.forEach((_, i) => figure.handle({
        part: `hold-${i}`, key: "x", index: i, plane, step: [1, 1], limits: [plane.x, [0, 1]],
        label: `observation ${i + 1}`,
        where: ({ x, shares }) => [x[i], Math.round(shares[i])],
        patch: ([at, up], state) => ({ x: change(state.x, i, at), ...share(i, up >= 0.5 ? 1 : 0, state) }),
        words: (state) => `${show(state.x[i], 1)} minutes, ${name(state, i)}`,
      }));
      const fold = make("details", {}, figure.panel);
      make("summary", {}, fold, "Type waiting times and labels");
      const typed = make("div", { class: "em-row" }, fold);
      first.x.forEach((_, index) => {
        const common = { index, slider: false, link: rowOf(index) };
        figure.number({ ...common, key: "x", label: `no. ${index + 1}, minutes`, min: 40, max: 98, step: 1 }, typed);
        figure.number({
          ...common, key: "shares", label: `no. ${index + 1}, green 1 or 0`, min: 0, max: 1, step: 1,
          write: (value, state) => share(index, Math.round(value), state),
        }, typed);
      });
    }

    function shared() {
      const plane = figure.plane("band");
      first.x.forEach((x, i) => figure.handle({
        part: `share-${i}`, key: "shares", index: i, plane, along: "y", step: [0, 0.025],
        label: `green's share of the observation at ${show(x, 0)} minutes`,
        where: (state) => [state.x[i], state.shares[i]],
        patch: ([, up], state) => share(i, up, state),
        words: (state) => `green ${show(state.shares[i])}, blue ${show(1 - state.shares[i])}`,
      }));
      const row = make("div", { class: "em-row" }, figure.panel);
      const set = (label, shares) =>
        figure.button({ label, press: () => figure.set({ shares: first.x.map((_, i) => shares(i)) }) }, row);
      set("At random", () => Math.round(100 * Math.random()) / 100);
      set("Half and half", () => 0.5);
      set("As the ranger wrote", (i) => (i < 3 ? 1 : 0));
      const fold = make("details", {}, figure.panel);
      make("summary", {}, fold, "Type the shares");
      const typed = make("div", { class: "em-row" }, fold);
      first.x.forEach((x, index) => figure.number({
        key: "shares", index, label: `at ${show(x, 0)}`, min: 0, max: 1, step: 0.05, slider: false, link: rowOf(index),
        write: (value, state) => share(index, value, state),
      }, typed));
    }

    figure.table({
      name: "clusters", caption: "Counts, averages, spreads",
      columns: ["cluster", "count", "weight", "mean", "spread"],
      rows: (state) => clusters(state).map((row, k) => ({
        head: names[k], cluster: names[k], link: `cluster-${k}`,
        cells: row.map((value, m) => ({ text: text(value, m === 1 ? 3 : 2), value })),
      })),
    });
    figure.readout({
      name: "together", value: together,
      words: (state) => {
        const terms = there(clusters(state)).map(([, weight, mean]) => `${show(weight, 3)} × ${show(mean)}`);
        return `Together: ${terms.join(" + ")} = ${show(together(state))}.`;
      },
    });
    if (mode === "game")
      figure.readout({
        name: "variances", value: variances,
        words: (state) => {
          const [inside, between, total] = variances(state);
          return `Variance: ${show(inside)} inside the clusters + ${show(between)} between their means = ${show(total)}.`;
        },
      });

    const set = (part, numbers) => {
      for (const [key, value] of Object.entries(numbers)) part.setAttribute(key, Number(value.toFixed(2)));
    };
    const near = (value) => Number(value.toFixed(2));

    function disc(part, plane, at, count) {
      const radius = DISC * Math.sqrt(Math.max(count, 0));
      set(figure.part(part), { cx: plane.px(at), cy: floor(plane) - radius, r: radius });
    }
    return function update(state) {
      const rows = clusters(state);
      const resp = pairs(state);
      rows.forEach(([count, , mean, spread], k) => {
        const plane = planks[k];
        state.x.forEach((x, i) => {
          disc(`disc-${k}-${i}`, plane, x, resp[i][k]);
          const track = figure.part(`track-${i}`);
          if (track) set(track, { x1: plane.px(x), x2: plane.px(x) });
        });
        figure.part(`count-${k}`).textContent = `${count.toFixed(2)} observations`;
        const [wedge, bar] = [figure.part(`wedge-${k}`), figure.part(`spread-${k}`)];
        for (const part of [wedge, bar])
          if (count > 0) part.removeAttribute("visibility");
          else part.setAttribute("visibility", "hidden");
        const at = count > 0 ? plane.px(mean) : 0; // hidden, and where emlib draws it
        wedge.setAttribute("transform", `translate(${near(at)} ${near(floor(plane))})`);
        const [low, high] = count > 0 ? [plane.px(mean - spread), plane.px(mean + spread)].map(near) : [0, 0];
        const down = floor(plane) + 20;
        bar.setAttribute("d", `M${low} ${down - 4}V${down + 4}M${low} ${down}H${high}M${high} ${down - 4}V${down + 4}`);
      });
      if (mode !== "shares") {
        const plane = figure.plane("together");
        rows.forEach(([count, , mean], k) => disc(`whole-${k}`, plane, mean ?? plane.x[0], count));
        plane.place(figure.part("wedge-all"), [average(state), 0]);
      }
      if (mode === "game") {
        const [inside, between, total] = variances(state);
        const [left, room] = [4, 352];
        const middle = left + (total > 0 ? (room * inside) / total : 0); // all in one place
        set(figure.part("inside"), { x: left, width: middle - left });
        set(figure.part("between"), { x: middle, width: left + room - middle });
        figure.part("inside-words").textContent = `inside ${inside.toFixed(2)}`;
        figure.part("between-words").textContent = `between ${between.toFixed(2)}`;
      }
    };
  };
})(globalThis.emlib);
