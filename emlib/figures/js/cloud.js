/* A cloud of observations: grey, shaded by responsibility, or assigned hard. */
(function (emlib) {
  "use strict";

  const VIEWS = [
    ["grey", "grey"],
    ["shaded", "shaded by responsibility"],
    ["hard", "hard"],
  ];
  const GIVENS = [
    ["nothing", "nothing"],
    ["these", "the parameters"],
    ["others", "somebody else's"],
  ];

  emlib.kinds.cloud = function (figure) {
    const { X, mixtures, clear, neighbours, halves, options } = figure.config;
    const { views, givens, array } = options;
    const { show } = emlib.panel;
    const { shade, coordinate, clamp } = emlib.stage;
    const { names, first, clusters } = figure;
    const plane = figure.plane("main");
    const dots = [...figure.part("observations").children];

    const soft = {};
    for (const [key, mixture] of Object.entries(mixtures))
      soft[key] = emlib.responsibilities(X, mixture);
    const largest = (row) => row.indexOf(Math.max(...row));
    const harden = (row) => row.map((_, k) => Number(k === largest(row)));
    const resp = ({ given }) => soft[given] || null;
    const shown = (state) => {
      const rows = state.view === "grey" ? null : resp(state);
      return rows && state.view === "hard" ? rows.map(harden) : rows;
    };
    const even = names.map(() => 1 / names.length); // of whom nobody has been asked
    const total = (rows, value) => emlib.sum(rows.map(value));

    const at = ({ chosen }) => X[chosen].map((v) => show(v)).join(", ");
    const place = (state) => `Observation ${state.chosen}, at (${at(state)})`;
    const words = (state) => {
      const rows = resp(state);
      if (!rows) return `${place(state)}: no parameters, so nobody can say.`;
      if (state.view === "grey") return `${place(state)}: all is grey, nobody has been asked yet.`;
      const row = rows[state.chosen];
      const whole = state.view === "hard" ? ` Hard, all of it goes to ${names[largest(row)]}.` : "";
      const shares = figure.list(row, (r) => show(r, 4));
      return `${place(state)}: ${shares}; together ${show(emlib.sum(row), 4)}.${whole}`;
    };
    figure.words = (state) => (figure.revealed() ? words(state) : place(state));
    figure.python = ({ given, chosen }) => {
      const x = `[${emlib.python.list(X[chosen])}]`;
      if (mixtures[given]) return emlib.python.call("responsibilities", x, mixtures[given]);
      return `X = np.array(${x})  # and no parameters\nX`;
    };

    const label = "this observation";
    figure.picker({ part: "this-one", key: "chosen", plane, label, points: () => X });
    figure.part("bars").addEventListener("click", (event) => event.stopPropagation());
    /* what this figure does not offer stays as it is, whatever a link says */
    for (const key of ["view", "given"]) figure.accepts[key] = (value) => value === first[key];
    if (views) figure.choice({ key: "view", label: "Draw it", options: VIEWS });
    if (givens) figure.choice({ key: "given", label: "Given", options: GIVENS });
    figure.number(
      { key: "chosen", label: "observation", step: 1, decimals: 0, slider: false },
      figure.row(),
    );
    figure.readout({
      name: "resp",
      value: (state) => (resp(state) || [])[state.chosen] || [],
      words: (_, state) => words(state),
    });

    if (views) {
      figure.readout({
        name: "clear",
        value: (state) => total(resp(state) || [], (row) => Number(Math.max(...row) > clear)),
        words: (sure, { view }) =>
          view === "grey"
            ? ""
            : `For ${sure} of the ${X.length} observations one cluster has more ` +
              `than ${clear} of the responsibility.`,
      });
      figure.readout({
        name: "at-stake",
        value: (state) => total(resp(state) || [], (row) => 1 - Math.max(...row)),
        words: (stake, { view }) =>
          view !== "hard"
            ? ""
            : "Hard, each goes whole to its largest; the responsibility that is " +
              `thrown away adds up to ${show(stake)} observations.`,
      });
    }
    if (array) {
      const around = (state) => {
        const rows = shown(state);
        if (!rows) return [];
        const start = clamp(state.chosen - neighbours, [0, X.length - 2 * neighbours - 1]);
        const cells = (values, decimals) =>
          [...values, emlib.sum(values)].map((value, k) => ({
            text: show(value, decimals),
            value,
            link: k < names.length ? `cluster-${k}` : "sum",
          }));
        const near = rows.slice(start, start + 2 * neighbours + 1).map((row, j) => ({
          head: String(start + j),
          cells: cells(row, 3),
          mark: start + j === state.chosen,
        }));
        const counts = names.map((_, k) => total(rows, (row) => row[k]));
        return [...near, { head: "all", cells: cells(counts, 2) }];
      };
      const heads = names.map((name, k) => ({ text: name, cluster: name, link: `cluster-${k}` }));
      figure.table({
        name: "rows",
        caption: "The chosen row of r among its neighbours, and each column's sum over all rows",
        columns: ["row", ...heads, "sum"],
        rows: around,
      });
      figure.part("array").addEventListener("click", (event) => {
        event.stopPropagation();
        if (!figure.free()) return;
        const { top, bottom } = figure.part("ground").getBoundingClientRect();
        const row = Math.floor(((event.clientY - top) / (bottom - top)) * X.length);
        figure.set({ chosen: clamp(row, [0, X.length - 1]) });
        figure.settle();
      });
    }

    /* The array's bars, and the line from the chosen observation to its row: in the frame that
     * cloud.py drew. */
    function arrayParts({ chosen }, rows) {
      const frame = ["x", "y", "width", "height"];
      const [x, top, width, height] = frame.map((key) =>
        Number(figure.part("ground").getAttribute(key)),
      );
      const [left, step, room] = [x + 4, height / X.length, (width - 8) / names.length];
      const bar = (i, k) => {
        const length = coordinate(rows ? (room - 3) * rows[i][k] : 0);
        const start = `M${coordinate(left + k * room)} ${coordinate(top + i * step)}`;
        return `${start}h${length}v1.6h${length ? -length : 0}Z`;
      };
      const down = top + chosen * step;
      const from = `M${coordinate(plane.px(X[chosen][0]))} ${coordinate(plane.py(X[chosen][1]))}`;
      return {
        column: names.map((_, k) => ({ d: X.map((_, i) => bar(i, k)).join("") })),
        leader: { d: `${from}L${coordinate(left - 4)} ${coordinate(down + 0.8)}` },
        row: { y: down - 1.6 },
      };
    }

    function givenParts({ given }) {
      const mixture = mixtures[given];
      const [known, computed] = halves[mixture ? "given" : "nothing"];
      const forth = { "stroke-dasharray": mixture ? "none" : "3 4" };
      const said = { "half-parameters": known, "half-responsibilities": computed, forth };
      const nobody = names.map(() => null);
      if (!mixture) return { ...said, ellipse: nobody, mean: nobody, weight: nobody };
      const { means, covariances, weights } = mixture;
      means.forEach(([x, y], k) => {
        const reach = Math.sqrt(covariances[k][1][1]);
        const beside = y > 0.3 ? plane.py(y + reach) - 6 : plane.py(y - reach) + 16;
        const words = `${clusters[k].glyph} π = ${weights[k]}`;
        figure.part(`weight-${k}`).textContent = words;
        said[`ellipse-${k}`] = [[x, y], covariances[k]];
        said[`mean-${k}`] = { x: plane.px(x), y: plane.py(y) + 6 };
        said[`weight-${k}`] = { x: plane.px(x), y: beside };
      });
      return said;
    }

    return function parts(state) {
      const rows = shown(state);
      plane.group.dataset.view = rows ? state.view : "grey";
      dots.forEach((dot, i) => shade(dot, rows ? rows[i] : even, clusters));
      const row = rows?.[state.chosen];
      return {
        observations: rows ? {} : null,
        bar: row || names.map(() => 0),
        ...Object.fromEntries(
          names.map((_, k) => [`bar-${k}-number`, row ? row[k].toFixed(4) : "–"]),
        ),
        sum: row ? `sum ${emlib.sum(row).toFixed(4)}` : "sum –",
        ...(array && arrayParts(state, rows)),
        ...(givens && givenParts(state)),
      };
    };
  };
})(globalThis.emlib);
