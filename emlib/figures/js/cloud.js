/* A cloud of observations: grey, shaded by responsibility, or assigned hard. */
(function (emlib) {
  "use strict";

  const VIEWS = [["grey", "grey"], ["shaded", "shaded by responsibility"], ["hard", "hard"]];
  const GIVENS = [["nothing", "nothing"], ["these", "the parameters"], ["others", "somebody else's"]];

  emlib.kinds.cloud = function (figure) {
    const { X, mixtures, clear, neighbours, halves } = figure.config;
    const { views, givens, array } = figure.config.options;
    const { show } = emlib.panel;
    const { attributes, shade, coordinate, clamp } = emlib.stage;
    const names = figure.clusters.map((cluster) => cluster.name);
    const { first } = figure;
    const plane = figure.plane("main");
    const part = (name) => figure.part(name);
    const [observations, sum] = [part("observations"), part("sum")];
    const dots = [...observations.children];

    const soft = {};
    for (const [key, mixture] of Object.entries(mixtures)) soft[key] = emlib.responsibilities(X, mixture);
    const largest = (row) => row.indexOf(Math.max(...row));
    const harden = (row) => row.map((_, k) => Number(k === largest(row)));
    const resp = ({ given }) => soft[given] || null;
    const shown = (state) => {
      const rows = state.view === "grey" ? null : resp(state);
      return rows && state.view === "hard" ? rows.map(harden) : rows;
    };
    const even = names.map(() => 1 / names.length); // of whom nobody has been asked
    const total = (rows, value) => emlib.sum(rows.map(value));

    const place = ({ chosen }) => `Observation ${chosen}, at (${X[chosen].map((v) => show(v)).join(", ")})`;
    const shares = (row, decimals) => row.map((r, k) => `${names[k]} ${show(r, decimals)}`).join(", ");
    const words = (state) => {
      const rows = resp(state);
      if (!rows) return `${place(state)}: no parameters, so nobody can say.`;
      if (state.view === "grey") return `${place(state)}: all is grey, nobody has been asked yet.`;
      const row = rows[state.chosen];
      const whole = state.view === "hard" ? ` Hard, all of it goes to ${names[largest(row)]}.` : "";
      return `${place(state)}: ${shares(row, 4)}; together ${show(emlib.sum(row), 4)}.${whole}`;
    };
    figure.words = (state) => (figure.revealed() ? words(state) : place(state));
    figure.python = ({ given, chosen }) => {
      const mixture = mixtures[given];
      const list = (value) => (Array.isArray(value) ? `[${value.map(list).join(", ")}]` : value);
      const entry = (key) => `    ${key}=${list(mixture[key])},\n`;
      return mixture
        ? `emlib.responsibilities(\n    [${list(X[chosen])}],\n${["weights", "means", "covariances"].map(entry).join("")})`
        : `X = np.array([${list(X[chosen])}])  # and no parameters`;
    };

    figure.picker({
      part: "this-one", key: "chosen", plane, label: "this observation",
      points: () => X, words: (state) => figure.words(state),
    });
    const still = (group) => group && group.addEventListener("click", (event) => event.stopPropagation());
    still(part("bars"));
    /* what this figure does not offer stays as it is, whatever a link says */
    for (const key of ["view", "given"]) figure.accepts[key] = (value) => value === first[key];
    if (views) figure.choice({ key: "view", label: "Draw it", options: VIEWS });
    if (givens) figure.choice({ key: "given", label: "Given", options: GIVENS });
    const typed = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    figure.number({
      key: "chosen", label: "observation", min: 0, max: X.length - 1, step: 1, slider: false,
      write: (value) => ({ chosen: Math.round(value) }),
    }, typed);
    figure.readout({ name: "resp", words, value: (state) => (resp(state) || [])[state.chosen] || [] });

    if (views) {
      const sure = (state) => total(resp(state) || [], (row) => Number(Math.max(...row) > clear));
      const stake = (state) => total(resp(state) || [], (row) => 1 - Math.max(...row));
      figure.readout({
        name: "clear", value: sure,
        words: (state) => state.view === "grey" ? "" :
          `For ${sure(state)} of the ${X.length} observations one cluster has more than ${clear} of the responsibility.`,
      });
      figure.readout({
        name: "at-stake", value: stake,
        words: (state) => state.view !== "hard" ? "" :
          `Hard, each goes whole to its largest; the responsibility that is thrown away adds up to ${show(stake(state))} observations.`,
      });
    }
    if (array) {
      const around = (state) => {
        const rows = shown(state);
        if (!rows) return [];
        const start = clamp(state.chosen - neighbours, [0, X.length - 2 * neighbours - 1]);
        const cells = (values, decimals) => [...values, emlib.sum(values)].map((value, k) =>
          ({ text: show(value, decimals), value, link: k < names.length ? `cluster-${k}` : "sum" }));
        const near = rows.slice(start, start + 2 * neighbours + 1).map((row, j) =>
          ({ head: String(start + j), cells: cells(row, 3), mark: start + j === state.chosen }));
        const counts = names.map((_, k) => total(rows, (row) => row[k]));
        return [...near, { head: "all", cells: cells(counts, 2) }];
      };
      figure.table({
        name: "rows", caption: "The chosen row of r among its neighbours, and each column's sum over all rows",
        columns: ["row", ...figure.clusters.map(({ name }, k) => ({ text: name, cluster: name, link: `cluster-${k}` })), "sum"],
        rows: around,
      });
    }
    const strip = array && frameOf(part("ground"), X.length);
    if (array)
      part("array").addEventListener("click", (event) => {
        event.stopPropagation();
        if (!figure.free()) return;
        const { top, bottom } = part("ground").getBoundingClientRect();
        const row = Math.floor(((event.clientY - top) / (bottom - top)) * X.length);
        figure.set({ chosen: clamp(row, [0, X.length - 1]) });
        figure.settle();
      });

    /* Where the array's columns and rows stand: what cloud.py drew, read back. */
    function frameOf(rect, rows) {
      const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(rect.getAttribute(key)));
      return { left: x + 4, top: y, step: height / rows, room: (width - 8) / names.length };
    }

    function updateArray(state, rows) {
      const { left, top, step, room } = strip;
      names.forEach((_, k) => {
        const start = coordinate(left + k * room);
        part(`column-${k}`).setAttribute("d", X.map((_, i) => {
          const length = coordinate(rows ? (room - 3) * rows[i][k] : 0);
          return `M${start} ${coordinate(top + i * step)}h${length}v1.6h${length ? -length : 0}Z`;
        }).join(""));
      });
      const [x, y] = X[state.chosen];
      const down = top + state.chosen * step;
      part("leader").setAttribute("d",
        `M${coordinate(plane.px(x))} ${coordinate(plane.py(y))}L${coordinate(left - 4)} ${coordinate(down + 0.8)}`);
      attributes(part("row"), { y: down - 1.6 });
    }

    function updateGiven({ given }) {
      const mixture = mixtures[given];
      const said = halves[mixture ? "given" : "nothing"];
      ["parameters", "responsibilities"].forEach((title, i) => { part(`half-${title}`).textContent = said[i]; });
      part("forth").setAttribute("stroke-dasharray", mixture ? "none" : "3 4");
      names.forEach((_, k) => {
        for (const name of [`ellipse-${k}`, `mean-${k}`, `weight-${k}`])
          part(name).setAttribute("visibility", mixture ? "visible" : "hidden");
        const { means, covariances, weights } = mixture || mixtures.these;
        const [x, y] = means[k];
        part(`ellipse-${k}`).setAttribute("d", plane.path(emlib.stage.outline([x, y], covariances[k], 1), true));
        const reach = Math.sqrt(covariances[k][1][1]);
        attributes(part(`mean-${k}`), { x: plane.px(x), y: plane.py(y) + 6 });
        attributes(part(`weight-${k}`), { x: plane.px(x), y: y > 0.3 ? plane.py(y + reach) - 6 : plane.py(y - reach) + 16 });
        part(`weight-${k}`).textContent = `${figure.clusters[k].glyph} π = ${weights[k]}`;
      });
    }

    return function update(state) {
      const rows = shown(state);
      plane.group.dataset.view = rows ? state.view : "grey";
      observations.setAttribute("visibility", rows ? "visible" : "hidden");
      dots.forEach((dot, i) => shade(dot, rows ? rows[i] : even, figure.clusters));
      names.forEach((_, k) => {
        const bar = part(`bar-${k}`);
        const share = rows ? rows[state.chosen][k] : 0;
        attributes(bar, { width: Number(bar.dataset.room) * share });
        part(`bar-${k}-number`).textContent = rows ? share.toFixed(4) : "–";
      });
      sum.textContent = rows ? `sum ${emlib.sum(rows[state.chosen]).toFixed(4)}` : "sum –";
      if (array) updateArray(state, rows);
      if (givens) updateGiven(state);
    };
  };
})(globalThis.emlib);
