/* The table of prior times likelihood, and what to divide it by. */
(function (emlib) {
  "use strict";

  emlib.kinds.normaliser = function (figure) {
    const { x, weights, means, variances, ways, grid: count, layout, options } = figure.config;
    const { show } = emlib.panel;
    const { coordinate } = emlib.stage;
    const { columnSums } = emlib;
    const { names } = figure;
    const plane = figure.plane("main");
    const foot = plane.py(0);
    const height = foot - plane.py(1);
    const [left, right] = plane.x.map(plane.px);
    const ticks = [...figure.root.querySelectorAll("[data-part^='tick-']")].map((group) =>
      Number(group.textContent),
    );
    const way = new Map(ways);
    const spell = (value) => String(value).replace("-", "\u2212");
    const here = ({ chosen }) => spell(x[chosen]);

    const mixture = ({ variance }) => ({
      weights,
      means: means.map((mean) => [mean]),
      covariances: [variances[0], variance, variances[2]],
      covarianceType: "spherical",
    });
    const products = (places, state) =>
      emlib
        .logJoint(
          places.map((place) => [place]),
          mixture(state),
        )
        .map((row) => row.map(Math.exp));
    const chosen = (state) => products([x[state.chosen]], state)[0];
    const table = (state) => emlib.divide(products(x, state), state.divide);
    const rowSum = (state) => emlib.sum(table(state)[state.chosen]);

    /* Places along the axis, most of them where green is, however narrow it is. */
    function grid({ variance }) {
      const [low, high] = plane.x;
      const reach = 4 * Math.sqrt(variance);
      const narrow = emlib.linspace(means[1] - reach, means[1] + reach, count - 1);
      const inside = narrow.filter((place) => place > low && place < high);
      return [...emlib.linspace(low, high, count - 1), ...inside].sort((a, b) => a - b);
    }

    const meaning = {
      nothing: () =>
        "Divided by nothing: a row sums to p(x\u1d62), the mixture density at that observation. " +
        "These are not probabilities of clusters yet.",
      rows: () =>
        "Every row sums to one: somebody made each observation. These are responsibilities, and " +
        "the columns sum to soft counts.",
      columns: (state) =>
        "Every column sums to one, and the rows do not: " +
        `for x = ${here(state)} the three clusters ` +
        `together answer for ${show(rowSum(state), 3)} of one observation.`,
      total: (state) =>
        `All eighteen numbers together sum to one. For x = ${here(state)} that leaves ` +
        `${show(rowSum(state), 3)}, although somebody made it.`,
    };
    figure.words = (state, revealed = figure.revealed()) =>
      `x ${here(state)}` +
      (revealed
        ? `, divided by ${way.get(state.divide)}: the row sums to ${show(rowSum(state), 3)}`
        : "");
    figure.python = (state) => {
      const by = {
        nothing: "products",
        rows: "products / products.sum(axis=1, keepdims=True)",
        columns: "products / products.sum(axis=0)",
        total: "products / products.sum()",
      };
      const X = emlib.python.list(x.map((value) => [value]));
      const joint = emlib.python.call("log_joint", X, mixture(state));
      return `products = np.exp(${joint})\n${by[state.divide]}`;
    };

    figure.choice({ key: "divide", label: "Divide each number by", options: ways });
    figure.readout({
      name: "cells",
      words: (_, state) => meaning[state.divide](state),
      value: table,
    });
    figure.picker({
      part: "this-one",
      key: "chosen",
      plane: figure.plane("rug"),
      label: "observation whose slice is cut out",
      points: () => x.map((value) => [value, 0]),
    });
    const listeners = new AbortController();
    figure.onClean(() => listeners.abort());
    x.forEach((_, i) =>
      figure.part(`row-${i}`).addEventListener(
        "click",
        (event) => {
          event.stopPropagation(); // the picture would take the observation above the tap
          if (!figure.free()) return;
          figure.set({ chosen: i });
          figure.settle();
        },
        { signal: listeners.signal },
      ),
    );
    figure.number({ key: "variance", label: "variance of green", step: 0.01, link: "covariance" });
    figure.readout({
      name: "peak",
      value: (state) => emlib.sum(products([means[1]], state)[0]),
      words: (peak) =>
        `Where green has its mean, the mixture density is ${show(peak)}` +
        (peak > 1
          ? ": above one, and no error. It is a height; what may not exceed one is an area, and " +
            "all of it is still one."
          : "."),
    });
    const line = figure.row();
    const sums = (values) => values.map((value) => show(value, 3)).join(", ");
    const tell = (name, value, words) => figure.readout({ name, value, words }, line);
    tell(
      "row_sums",
      (state) => table(state).map(emlib.sum),
      (now) => `Sums of rows: ${sums(now)}.`,
    );
    tell(
      "column_sums",
      (state) => columnSums(table(state)),
      (now) => `Sums of columns: ${sums(now)}.`,
    );
    tell(
      "total",
      (state) => emlib.sum(table(state).flat()),
      (now) => `All together: ${show(now, 3)}.`,
    );
    if (options.formula) {
      const pair = (values) => figure.list(values, (value) => show(value));
      figure.symbols({
        label: "The symbols of the equation",
        entries: [
          [
            "product",
            "\u03c0\ud835\udca9",
            (state, revealed) => `numerator${revealed ? `: ${sums(chosen(state))}` : ""}`,
          ],
          [
            "mixture",
            "\u2211",
            (state, revealed) =>
              `denominator: their sum${revealed ? `, ${show(emlib.sum(chosen(state)), 3)}` : ""}`,
          ],
          [
            "responsibility",
            "r",
            ({ divide }) =>
              divide === "rows"
                ? "the slice at its new length"
                : "what division by the row’s sum will give",
          ],
          ["weight", "\u03c0", () => pair(weights)],
          ["mean", "\u03bc", () => pair(means)],
          ["covariance", "\u03c3\u00b2", (state) => pair(mixture(state).covariances)],
          ["observation", "x", (state) => `the observation: ${here(state)}`],
        ],
      });
    }

    /* The stacked densities, and the ticks beside them: as high as the frame allows. */
    function densities(state, moved) {
      const places = grid(state);
      const heights = products(places, state);
      const top = 1.12 * Math.max(...heights.map(emlib.sum));
      const edge = (k) =>
        places.map((place, i) => [place, emlib.sum(heights[i].slice(0, k)) / top]);
      moved.band = names.map((_, k) => [...edge(k + 1), ...edge(k).reverse()]);
      moved.mixture = edge(names.length);
      moved.tick = ticks.map((value) => {
        const few = top > 0.6 ? value >= 0.5 : value <= 0.5;
        const down = coordinate(foot - (height * value) / top);
        return few && value < 0.98 * top ? { transform: `translate(0 ${down})` } : null;
      });
      return top;
    }
    /* The slice upright in the densities, and laid down below them. */
    function slice(state, divided, top, moved) {
      let down = foot;
      moved.upright = {
        transform: `translate(${coordinate(plane.px(x[state.chosen]) - layout.slice / 2)} 0)`,
      };
      chosen(state).forEach((product, k) => {
        const share = (height * product) / top;
        down -= share;
        moved[`upright-${k}`] = { y: down, height: share };
      });
      const length = state.divide === "nothing" ? height / top : layout.unit;
      let start = left;
      divided[state.chosen].forEach((value, k) => {
        const width = Math.min(value * length, right - start);
        moved[`lying-${k}`] = { x: start, width };
        start += width;
      });
      const at = { transform: `translate(${coordinate(left + length)} 0)` };
      moved.one = length < 320 ? at : null;
      const what = state.divide === "nothing" ? "laid down" : `divided by ${way.get(state.divide)}`;
      moved["slice-words"] = `the slice at x = ${here(state)}, ${what}`;
    }
    function sum(name, value) {
      const group = figure.part(name);
      group.setAttribute("class", Math.abs(value - 1) < 1e-9 ? "em-one" : "em-sum");
      group.querySelector("text").textContent = value.toFixed(3);
    }

    return function parts(state) {
      const divided = table(state);
      const longest = state.divide === "nothing" ? Math.max(...divided.flat()) : 1;
      const moved = { cell: divided.map((row) => row.map((v) => [v.toFixed(3), v / longest])) };
      slice(state, divided, densities(state, moved), moved);
      divided.forEach((row, i) => sum(`row-sum-${i}`, emlib.sum(row)));
      columnSums(divided).forEach((value, k) => sum(`column-sum-${k}`, value));
      sum("total", emlib.sum(divided.flat()));
      const down = layout.table + state.chosen * layout.row;
      moved["row-mark"] = { transform: `translate(0 ${down})` };
      return moved;
    };
  };
})(globalThis.emlib);
