/* Clusters along one axis: curves of weight times density, and one observation below them. */
(function (emlib) {
  "use strict";

  emlib.kinds["one-dimension"] = function (figure) {
    const {
      frame: [floor, top],
      cells,
      scales,
      stick,
      wide,
      options,
    } = figure.config;
    const { reach, adjust, boundary, bands, table } = options;
    const { show, share } = emlib.panel;
    const { clamp, coordinate } = emlib.stage;
    const { clusters } = figure;
    const [plane, rail] = [figure.plane("main"), figure.plane("rail")];
    const foot = plane.py(0);
    const named = ({ glyph, name }) => `${glyph} ${name}`;
    const grid = emlib.linspace(reach[0], reach[1], cells);

    const mixture = ({ weights, means, variances }) => ({
      weights: weights.map((weight) => weight / emlib.sum(weights)),
      means: means.map((mean) => [mean]),
      covariances: variances,
      covarianceType: "spherical",
    });
    const points = (places) => places.map((place) => [place]);
    const joint = (places, state) => emlib.logJoint(points(places), mixture(state));
    const resp = (state) => emlib.responsibilities([[state.x]], mixture(state))[0];
    const places = (state) => emlib.boundaries(mixture(state), reach, cells);

    figure.words = (state, revealed = figure.revealed()) =>
      `x ${show(state.x)}${revealed ? `; ${figure.list(resp(state))}` : ""}`;
    figure.python = (state) =>
      emlib.python.call("responsibilities", `[[${state.x}]]`, mixture(state));

    figure.handle({
      part: "this-one",
      key: "x",
      plane: rail,
      along: "x",
      at: 0.45,
      label: "this observation",
      step: [reach[1] - reach[0] > 15 ? 0.5 : 0.1, 0],
    });
    const link = "observation";
    figure.number({ key: "x", label: "observation x", step: 0.1, slider: false, link });
    const sliders = {
      weights: ["weight", 0.05, "weight"],
      means: ["mean", 0.1, "mean"],
      variances: ["variance", 0.05, "covariance"],
    };
    for (const key of adjust)
      clusters.forEach(({ name }, index) => {
        const [what, step, link] = sliders[key];
        figure.number({ key, index, label: `${what} of ${name}`, step, link });
      });
    figure.accepts.scale = (value) => Object.hasOwn(scales, value);
    if (options.scales) {
      const ways = [
        ["linear", "as they are"],
        ["log", "logarithms"],
      ];
      figure.choice({ key: "scale", label: "Heights", options: ways });
    }
    if (table)
      figure.table({
        name: "table",
        caption: "Seen from the ringed observation",
        columns: ["", "distance", "in σ", "height"],
        rows: (state) => {
          const [logs] = joint([state.x], state);
          return clusters.map(({ name }, k) => {
            const distance = Math.abs(state.x - state.means[k]);
            const numbers = [distance, distance / Math.sqrt(state.variances[k]), Math.exp(logs[k])];
            const cells = numbers.map((value, j) => ({
              text: j === 2 ? small(value) : show(value),
              value,
            }));
            return { head: name, cluster: name, cells, link: `cluster-${k}` };
          });
        },
      });
    figure.readout({
      name: "resp",
      value: resp,
      words: (now) => `Responsibilities: ${figure.list(now)}.`,
    });
    if (options.entropy)
      figure.readout({
        name: "entropy",
        value: (state) => emlib.entropy([resp(state)])[0],
        words: (now) =>
          `Entropy ${show(now, 3)}, of at most ${show(Math.log(clusters.length), 3)}.`,
      });
    if (boundary)
      figure.readout({
        name: "boundary",
        value: places,
        words: (all) =>
          all.length
            ? `The largest share changes hands at ${all.map((at) => show(at)).join(" and at ")}.`
            : "One cluster takes the largest share everywhere in sight.",
      });

    /* How far up the frame a height is drawn, as one_dimension.py's `level`. */
    function level(logHeight, scale) {
      if (scale === "log") return clamp((logHeight - floor) / (top - floor), [0, 1]);
      return Math.min(Math.exp(logHeight - top), 1);
    }

    function curves(state, moved) {
      const logs = joint(grid, state);
      const peaks = joint(state.means, state).map((row, k) => level(row[k], state.scale));
      const right = state.means.map((mean) => clamp(plane.px(mean), [36, 324]));
      const high = peaks.map((peak) => Math.max(plane.py(peak) - 7, 36));
      const down = emlib.stage.apart(right, high);
      clusters.forEach((_, k) => {
        const line = grid.map((x, i) => [x, level(logs[i][k], state.scale)]);
        moved[`curve-${k}`] = aboveFloor(line);
        moved[`label-${k}`] = { x: right[k], y: down[k] };
      });
    }

    function sticks(state, moved) {
      const at = plane.px(state.x);
      moved.pole = state.x;
      moved.flag = { x: clamp(at, [28, 332]) };
      joint([state.x], state)[0].forEach((logHeight, k) => {
        const x = at + (k - clusters.length / 2) * stick;
        const y = plane.py(level(logHeight, state.scale));
        moved[`stick-${k}`] = { x, y, height: foot - y };
        const head = `translate(${coordinate(x + stick / 2)} ${coordinate(y)})`;
        moved[`head-${k}`] = { transform: head };
      });
    }

    /* Who has the largest share between two edges, in words as far as there is room. */
    function region(state, low, high) {
      const [logs] = joint([(low + high) / 2], state);
      const winner = clusters[logs.indexOf(Math.max(...logs))];
      const room = plane.px(high) - plane.px(low);
      return room > wide ? named(winner) : room > 12 ? winner.glyph : "";
    }

    function handovers(state, moved) {
      const found = places(state);
      for (let i = 0; boundary && i < 2 * clusters.length - 2; i++)
        moved[`boundary-${i}`] = found[i] ?? null;
      if (!bands) return;
      const rows = emlib.responsibilities(points(grid), mixture(state));
      clusters.forEach((_, k) => {
        const line = grid.map((x, i) => [x, emlib.sum(rows[i].slice(0, k + 1))]);
        moved[`band-${k}`] = [...line, [reach[1], 0], [reach[0], 0]];
      });
      moved["pole-over"] = state.x;
      const edges = [reach[0], ...found, reach[1]];
      for (let i = 0; i < 2 * clusters.length - 1; i++) {
        const [low, high] = i + 1 < edges.length ? edges.slice(i, i + 2) : [reach[0], reach[0]];
        moved[`region-${i}`] = region(state, low, high);
        figure.part(`region-${i}`).setAttribute("x", coordinate(plane.px((low + high) / 2)));
      }
    }

    return function parts(state) {
      const shares = resp(state);
      const moved = {
        share: shares,
        "axis-words": `value x; height of a curve: ${scales[state.scale]}`,
      };
      clusters.forEach((cluster, k) => {
        moved[`share-${k}-words`] = `${named(cluster)} ${share(shares[k])}`;
      });
      curves(state, moved);
      sticks(state, moved);
      handovers(state, moved);
      return moved;
    };
  };

  /* The points on the floor are left out, but for those beside a higher one. */
  function aboveFloor(line) {
    const high = (i) => i in line && line[i][1] > 0;
    const seen = line.filter((_, i) => high(i - 1) || high(i) || high(i + 1));
    return seen.length ? seen : line.slice(0, 1);
  }

  /* 0.000012: two digits that count, however small. */
  function small(value) {
    if (value === 0 || value >= 0.01) return value.toFixed(3);
    const [digits, power] = value.toExponential(1).split("e-");
    return `${digits}·10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  }
})(globalThis.emlib);
