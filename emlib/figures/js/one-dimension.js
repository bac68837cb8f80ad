/* Clusters along one axis: curves of weight times density, and one observation below them. */
(function (emlib) {
  "use strict";

  emlib.kinds["one-dimension"] = function (figure) {
    const { frame: [floor, top], cells, scales, stick, wide, options } = figure.config;
    const { reach, adjust, boundary, bands, table } = options;
    const { show } = emlib.panel;
    const { clamp, coordinate, attributes } = emlib.stage;
    const { clusters } = figure;
    const [plane, rail] = [figure.plane("main"), figure.plane("rail")];
    const area = bands && figure.plane("bands");
    const [left, room] = ["x", "width"].map((key) => Number(figure.part("share-frame").getAttribute(key)));
    const foot = plane.py(0);
    const named = ({ glyph, name }) => `${glyph} ${name}`;
    const grid = emlib.linspace(reach[0], reach[1], cells);

    const mixture = ({ weights, means, variances }) => ({
      weights: weights.map((weight) => weight / emlib.sum(weights)),
      means: means.map((mean) => [mean]), covariances: variances, covarianceType: "spherical",
    });
    const points = (places) => places.map((place) => [place]);
    const resp = (state) => emlib.responsibilities([[state.x]], mixture(state))[0];
    const entropy = (state) => emlib.entropy([resp(state)])[0];
    const places = (state) => emlib.boundaries(mixture(state), reach, cells);
    const shares = (state) => resp(state).map((r, k) => `${clusters[k].name} ${show(r)}`).join(", ");
    const words = (state, revealed = figure.revealed()) =>
      revealed ? `x ${show(state.x)}; ${shares(state)}` : `x ${show(state.x)}`;

    figure.words = (state) => words(state);
    figure.python = (state) => {
      const { weights, means, covariances } = mixture(state);
      return `emlib.responsibilities(\n    [[${state.x}]],\n    weights=[${weights.join(", ")}],\n` +
        `    means=[[${means.join("], [")}]],\n    covariances=[${covariances.join(", ")}],\n` +
        `    covariance_type="spherical",\n)`;
    };

    figure.handle({
      part: "this-one", key: "x", plane: rail, limits: [reach, [0.45, 0.45]], along: "x",
      step: [reach[1] - reach[0] > 15 ? 0.5 : 0.1], label: "this observation", words,
      where: (state) => [state.x, 0.45],
      patch: ([x]) => ({ x }),
    });
    figure.number({ key: "x", label: "observation x", min: reach[0], max: reach[1], step: 0.1, slider: false, link: "observation" });
    const sliders = {
      weights: { label: "weight", min: 0.05, max: 20, step: 0.05, link: "weight" },
      means: { label: "mean", min: reach[0], max: reach[1], step: 0.1, link: "mean" },
      variances: { label: "variance", min: 0.05, max: 25, step: 0.05, link: "covariance" },
    };
    for (const key of adjust)
      clusters.forEach(({ name }, index) =>
        figure.number({ ...sliders[key], key, index, label: `${sliders[key].label} of ${name}` }));
    figure.accepts.scale = (value) => Object.hasOwn(scales, value);
    if (options.scales)
      figure.choice({ key: "scale", label: "Heights", options: [["linear", "as they are"], ["log", "logarithms"]] });
    if (table)
      figure.table({
        name: "table", caption: "Seen from the ringed observation",
        columns: ["", "distance", "in σ", "height"],
        rows: (state) => {
          const logs = emlib.logJoint([[state.x]], mixture(state))[0];
          return clusters.map(({ name }, k) => {
            const distance = Math.abs(state.x - state.means[k]);
            const numbers = [distance, distance / Math.sqrt(state.variances[k]), Math.exp(logs[k])];
            const cell = (value, j) => ({ text: j === 2 ? small(value) : show(value), value });
            return { head: name, cluster: name, cells: numbers.map(cell), link: `cluster-${k}` };
          });
        },
      });
    figure.readout({ name: "resp", value: resp, words: (state) => `Responsibilities: ${shares(state)}.` });
    if (options.entropy)
      figure.readout({
        name: "entropy", value: entropy,
        words: (state) => `Entropy ${show(entropy(state), 3)}, of at most ${show(Math.log(clusters.length), 3)}.`,
      });
    if (boundary)
      figure.readout({
        name: "boundary", value: places,
        words: (state) => {
          const all = places(state).map((place) => show(place));
          return all.length ? `The largest share changes hands at ${all.join(" and at ")}.` : "One cluster takes the largest share everywhere in sight.";
        },
      });

    /* How far up the frame a height is drawn, as one_dimension.py's `level`. */
    function level(logHeight, scale) {
      if (scale === "log") return clamp((logHeight - floor) / (top - floor), [0, 1]);
      return Math.min(Math.exp(logHeight - top), 1);
    }

    function curves(state, current) {
      const logs = emlib.logJoint(points(grid), current);
      const peaks = emlib.logJoint(current.means, current).map((row, k) => level(row[k], state.scale));
      const right = state.means.map((mean) => clamp(plane.px(mean), [36, 324]));
      const down = apart(right, peaks.map((peak) => Math.max(plane.py(peak) - 7, 36)));
      clusters.forEach((cluster, k) => {
        const line = grid.map((x, i) => [x, level(logs[i][k], state.scale)]);
        figure.part(`curve-${k}`).setAttribute("d", plane.path(aboveFloor(line)));
        attributes(figure.part(`label-${k}`), { x: right[k], y: down[k] });
      });
    }

    function sticks(state, current) {
      const at = plane.px(state.x);
      attributes(figure.part("pole"), { x1: at, x2: at });
      attributes(figure.part("flag"), { x: clamp(at, [28, 332]) });
      emlib.logJoint([[state.x]], current)[0].forEach((logHeight, k) => {
        const [x, y] = [at + (k - clusters.length / 2) * stick, plane.py(level(logHeight, state.scale))];
        attributes(figure.part(`stick-${k}`), { x, y, height: foot - y });
        const head = `translate(${coordinate(x + stick / 2)} ${coordinate(y)})`;
        figure.part(`head-${k}`).setAttribute("transform", head);
      });
    }

    function divide(state) {
      let start = left;
      resp(state).forEach((r, k) => {
        attributes(figure.part(`share-${k}`), { x: start, width: room * r });
        start += room * r;
        figure.part(`share-${k}-words`).textContent = `${named(clusters[k])} ${r.toFixed(2)}`;
      });
    }

    function handovers(state, current) {
      const found = places(state);
      for (let i = 0; boundary && i < 2 * clusters.length - 2; i++) {
        const at = i < found.length ? plane.px(found[i]) : 0;
        attributes(figure.part(`boundary-${i}`), { x1: at, x2: at });
        figure.part(`boundary-${i}`).setAttribute("visibility", i < found.length ? "visible" : "hidden");
      }
      if (!bands) return;
      const rows = emlib.responsibilities(points(grid), current);
      clusters.forEach((cluster, k) => {
        const line = grid.map((x, i) => [x, emlib.sum(rows[i].slice(0, k + 1))]);
        figure.part(`band-${k}`).setAttribute("d", area.path([...line, [reach[1], 0], [reach[0], 0]], true));
      });
      const at = area.px(state.x);
      attributes(figure.part("pole-over"), { x1: at, x2: at });
      const edges = [reach[0], ...found, reach[1]];
      for (let i = 0; i < 2 * clusters.length - 1; i++) {
        const [low, high] = i + 1 < edges.length ? edges.slice(i, i + 2) : [reach[0], reach[0]];
        const middle = (low + high) / 2;
        const logs = emlib.logJoint([[middle]], current)[0];
        const winner = clusters[logs.indexOf(Math.max(...logs))];
        const width = area.px(high) - area.px(low);
        const region = figure.part(`region-${i}`);
        region.textContent = width > wide ? named(winner) : width > 12 ? winner.glyph : "";
        attributes(region, { x: area.px(middle) });
      }
    }

    return function update(state) {
      const current = mixture(state);
      curves(state, current);
      sticks(state, current);
      divide(state);
      handovers(state, current);
      figure.part("axis-words").textContent = `value x; height of a curve: ${scales[state.scale]}`;
    };
  };

  /* The points on the floor are left out, but for those beside a higher one. */
  function aboveFloor(line) {
    const high = (i) => i in line && line[i][1] > 0;
    const seen = line.filter((_, i) => high(i - 1) || high(i) || high(i + 1));
    return seen.length ? seen : line.slice(0, 1);
  }

  /* Labels that would overlap move below each other, the sooner the nearer they are. */
  function apart(right, down) {
    const moved = [...down];
    const order = down.map((_, k) => k).sort((a, b) => down[a] - down[b]);
    order.forEach((k, place) => {
      for (const other of order.slice(0, place)) {
        const near = emlib.stage.clamp((76 - Math.abs(right[k] - right[other])) / 12, [0, 1]);
        moved[k] = Math.max(moved[k], moved[other] + 16 * near);
      }
    });
    return moved;
  }

  /* 0.000012: two digits that count, however small. */
  function small(value) {
    if (value === 0 || value >= 0.01) return value.toFixed(3);
    const [digits, power] = value.toExponential(1).split("e-");
    return `${digits}·10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  }
})(globalThis.emlib);
