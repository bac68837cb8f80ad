/* The table of prior times likelihood, and what to divide it by. */
(function (emlib) {
  "use strict";

  emlib.kinds.normaliser = function (figure) {
    const { x, weights, means, variances, ways, grid: cellsOfGrid, layout, options: { formula } } = figure.config;
    const { show } = emlib.panel;
    const { attributes } = emlib.stage;
    const names = figure.clusters.map((cluster) => cluster.name);
    const plane = figure.plane("main");
    const foot = plane.py(0);
    const height = foot - plane.py(1);
    const [left, right] = plane.x.map(plane.px);
    const cells = x.map((_, i) => names.map((_, k) => emlib.stage.cell(figure.part(`cell-${i}-${k}`))));
    const ticks = [...figure.root.querySelectorAll("[data-part^='tick-']")]
      .map((group) => ({ group, value: Number(group.textContent) }));
    const spell = (value) => String(value).replace("-", "\u2212");

    const mixture = ({ variance }) => ({
      weights, means: means.map((mean) => [mean]), covariances: [variances[0], variance, variances[2]], covarianceType: "spherical",
    });
    const products = (places, state) => emlib.logJoint(places.map((place) => [place]), mixture(state)).map((row) => row.map(Math.exp));
    const { columnSums } = emlib;
    const table = (state) => emlib.divide(products(x, state), state.divide);
    const rowSum = (state, i = state.chosen) => emlib.sum(table(state)[i]);
    const peak = (state) => emlib.sum(products([means[1]], state)[0]);

    /* Places along the axis, most of them where green is, however narrow it is. */
    function grid({ variance }) {
      const even = (from, to) => Array.from({ length: cellsOfGrid }, (_, i) => from + ((to - from) * i) / (cellsOfGrid - 1));
      const [low, high] = plane.x;
      const reach = 4 * Math.sqrt(variance);
      const narrow = even(means[1] - reach, means[1] + reach).filter((place) => place > low && place < high);
      return [...even(low, high), ...narrow].sort((a, b) => a - b);
    }

    const meaning = {
      nothing: () => "Divided by nothing: a row sums to p(x\u1d62), the mixture density at that observation. These are not probabilities of clusters yet.",
      rows: () => "Every row sums to one: somebody made each observation. These are responsibilities, and the columns sum to soft counts.",
      columns: (state) => `Every column sums to one, and the rows do not: for x = ${spell(x[state.chosen])} the three clusters together answer for ${show(rowSum(state), 3)} of one observation.`,
      total: (state) => `All eighteen numbers together sum to one. For x = ${spell(x[state.chosen])} that leaves ${show(rowSum(state), 3)}, although somebody made it.`,
    };
    figure.words = (state) => !figure.revealed() ? `x ${spell(x[state.chosen])}` : `x ${spell(x[state.chosen])}, divided by ${Object.fromEntries(ways)[state.divide]}: the row sums to ${show(rowSum(state), 3)}`;
    figure.python = ({ divide, variance }) => {
      const by = {
        nothing: "products", rows: "products / products.sum(axis=1, keepdims=True)",
        columns: "products / products.sum(axis=0)", total: "products / products.sum()",
      }[divide];
      return `products = np.exp(emlib.log_joint(\n    [[${x.join("], [")}]],\n    weights=[${weights.join(", ")}],\n` +
        `    means=[[${means.join("], [")}]],\n    covariances=[${variances[0]}, ${variance}, ${variances[2]}],\n` +
        `    covariance_type="spherical",\n))\n${by}`;
    };

    figure.choice({ key: "divide", label: "Divide each number by", options: ways });
    figure.readout({ name: "cells", words: (state) => meaning[state.divide](state), value: table });
    figure.picker({
      part: "this-one", key: "chosen", plane: figure.plane("rug"), label: "observation whose slice is cut out",
      points: () => x.map((value) => [value, 0]),
      words: (state, revealed) => `x ${spell(x[state.chosen])}` + (revealed ? `, row sum ${show(rowSum(state), 3)}` : ""),
    });
    x.forEach((_, i) => {
      const listener = new AbortController();
      figure.part(`row-${i}`).addEventListener("click", (event) => {
        event.stopPropagation(); // the picture would take the observation above the tap
        if (!figure.free()) return;
        figure.set({ chosen: i });
        figure.settle();
      }, { signal: listener.signal });
      figure.onClean(() => listener.abort());
    });
    figure.number({ key: "variance", label: "variance of green", min: 0.01, max: 1, step: 0.01, link: "covariance" });
    figure.readout({
      name: "peak", value: peak,
      words: (state) => `Where green has its mean, the mixture density is ${show(peak(state))}` +
        (peak(state) > 1 ? ": above one, and no error. It is a height; what may not exceed one is an area, and all of it is still one." : "."),
    });
    const line = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    const pair = (values) => values.map((value, k) => `${names[k]} ${show(value)}`).join(", ");
    const sums = (values) => values.map((value) => show(value, 3)).join(", ");
    figure.readout({ name: "row_sums", value: (state) => table(state).map(emlib.sum), words: (state) => `Sums of rows: ${sums(table(state).map(emlib.sum))}.` }, line);
    figure.readout({ name: "column_sums", value: (state) => columnSums(table(state)), words: (state) => `Sums of columns: ${sums(columnSums(table(state)))}.` }, line);
    figure.readout({ name: "total", value: (state) => emlib.sum(columnSums(table(state))), words: (state) => `All together: ${show(emlib.sum(columnSums(table(state))), 3)}.` }, line);
    if (formula)
      figure.symbols({
        label: "The symbols of the equation",
        entries: [
          { link: "product", symbol: "\u03c0\ud835\udca9", words: (state, revealed) => !revealed ? "numerator" : `numerator: ${sums(products([x[state.chosen]], state)[0])}` },
          { link: "mixture", symbol: "\u2211", words: (state, revealed) => !revealed ? "denominator: their sum" : `denominator: their sum, ${show(emlib.sum(products([x[state.chosen]], state)[0]), 3)}` },
          { link: "responsibility", symbol: "r", words: ({ divide }) => divide === "rows" ? "the slice at its new length" : "what division by the row’s sum will give" },
          { link: "weight", symbol: "\u03c0", words: () => pair(weights) },
          { link: "mean", symbol: "\u03bc", words: () => pair(means) },
          { link: "covariance", symbol: "\u03c3\u00b2", words: (state) => pair(mixture(state).covariances) },
          { link: "observation", symbol: "x", words: (state) => `the observation: ${spell(x[state.chosen])}` },
        ],
      });

    function drawDensities(state) {
      const places = grid(state);
      const heights = products(places, state);
      const top = 1.12 * Math.max(...heights.map(emlib.sum));
      let below = places.map((place) => [place, 0]);
      names.forEach((_, k) => {
        const above = places.map((place, i) => [place, below[i][1] + heights[i][k] / top]);
        figure.part(`band-${k}`).setAttribute("d", plane.path([...above, ...below.slice().reverse()], true));
        below = above;
      });
      figure.part("mixture").setAttribute("d", plane.path(below));
      for (const { group, value } of ticks) {
        const few = top > 0.6 ? value >= 0.5 : value <= 0.5;
        group.setAttribute("visibility", few && value < 0.98 * top ? "visible" : "hidden");
        group.setAttribute("transform", `translate(0 ${emlib.stage.coordinate(foot - (height * value) / top)})`);
      }
      return top;
    }
    function drawSlice(state, top, divided) {
      const here = products([x[state.chosen]], state)[0];
      let down = foot;
      here.forEach((product, k) => {
        const share = (height * product) / top;
        down -= share;
        attributes(figure.part(`upright-${k}`), { y: down, height: share });
      });
      const at = emlib.stage.coordinate(plane.px(x[state.chosen]) - layout.slice / 2);
      figure.part("upright").setAttribute("transform", `translate(${at} 0)`);
      const length = state.divide === "nothing" ? height / top : layout.unit;
      let start = left;
      divided[state.chosen].forEach((value, k) => {
        const width = Math.min(value * length, right - start);
        attributes(figure.part(`lying-${k}`), { x: start, width });
        start += width;
      });
      const one = figure.part("one");
      one.setAttribute("transform", `translate(${emlib.stage.coordinate(left + length)} 0)`);
      one.setAttribute("visibility", length < 320 ? "visible" : "hidden");
      const what = state.divide === "nothing" ? "laid down" : `divided by ${Object.fromEntries(ways)[state.divide]}`;
      figure.part("slice-words").textContent = `the slice at x = ${spell(x[state.chosen])}, ${what}`;
    }
    function sum(name, value) {
      const group = figure.part(name);
      group.setAttribute("class", Math.abs(value - 1) < 1e-9 ? "em-one" : "em-sum");
      group.querySelector("text").textContent = value.toFixed(3);
    }

    return function update(state) {
      const divided = table(state);
      drawSlice(state, drawDensities(state), divided);
      const longest = state.divide === "nothing" ? Math.max(...divided.flat()) : 1;
      divided.forEach((row, i) => {
        row.forEach((value, k) => cells[i][k](value.toFixed(3), value / longest));
        sum(`row-sum-${i}`, emlib.sum(row));
      });
      columnSums(divided).forEach((value, k) => sum(`column-sum-${k}`, value));
      sum("total", emlib.sum(columnSums(divided)));
      figure.part("row-mark").setAttribute("transform", `translate(0 ${layout.table + state.chosen * layout.row})`);
    };
  };
})(globalThis.emlib);
