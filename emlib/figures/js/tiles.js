/* A photograph in tiles, each divided between a building, trees and sky. */
(function (emlib) {
  "use strict";

  emlib.kinds.tiles = function (figure) {
    const { X, shape: [, columns], labels, names, counted, shapes, marks } = figure.config;
    const { show } = emlib.panel;
    const kinds = names.slice(0, 3);
    const plane = figure.plane("mosaic");
    const places = X.map((_, i) => [i % columns, -Math.floor(i / columns)]);
    const tiles = [...figure.part("mosaic").children];
    const own = X.map((colour) => `#${colour.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`);
    const seen = { colour: X, brightness: X.map((colour) => [emlib.sum(colour) / 3]) };
    const cell = (part) => kinds.map((_, k) => emlib.stage.cell(figure.part(`${part}-${k}`)));
    const [priorCells, likelihoodCells, respCells] = ["prior", "likelihood", "resp"].map(cell);

    const mixture = ({ bag, features }) => ({
      weights: bag.map((count) => count / emlib.sum(bag)), means: shapes[features][0], covariances: shapes[features][1],
    });
    const largest = (row) => row.indexOf(Math.max(...row));
    const all = (state) => emlib.responsibilities(seen[state.features], mixture(state));
    const tile = (state) => [seen[state.features][state.tile]];
    const resp = (state) => emlib.responsibilities(tile(state), mixture(state))[0];
    const likelihood = (state) => emlib.logGaussian(tile(state), mixture(state))[0];
    const logMixture = (state) => emlib.logSumExp(emlib.logJoint(tile(state), mixture(state))[0]);
    const first = Object.fromEntries(Object.keys(shapes).map((features) => [features, all({ bag: counted, features }).map(largest)]));
    const changed = (state, rows = all(state)) => rows.filter((row, i) => largest(row) !== first[state.features][i]).length;

    /* A number, given its logarithm: 9.0e-29, however small. */
    function scientific(logValue) {
      let power = Math.floor(logValue / Math.LN10);
      let digits = (10 ** (logValue / Math.LN10 - power)).toFixed(1);
      if (digits === "10.0") [power, digits] = [power + 1, "1.0"];
      return `${digits}e${power}`.replace("-", "\u2212");
    }
    const said = (values, digits) => values.map((value, k) => `${kinds[k]} ${show(value, digits)}`).join(", ");
    const where = ({ tile: i }) => `tile in row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}, by eye: ${names[labels[i]]}`;
    figure.words = (state) => figure.revealed() ? `${where(state)}; ${said(resp(state), 3)}` : where(state);
    figure.python = ({ bag, features, tile: i }) =>
      `tiles = emlib.load_tiles()\nX = tiles.X${features === "colour" ? "" : ".mean(axis=1, keepdims=True)"}\n` +
      `kinds = [X[tiles.labels == kind] for kind in ("${kinds.join('", "')}")]\n` +
      `emlib.responsibilities(\n    X[[${i}]],\n    weights=np.array([${bag.join(", ")}]) / ${emlib.sum(bag)},\n` +
      `    means=[kind.mean(axis=0).round(6) for kind in kinds],\n` +
      `    covariances=[np.atleast_2d(np.cov(kind.T, bias=True)).round(6) for kind in kinds],\n)`;

    figure.picker({
      part: "this-one", key: "tile", plane, label: "tile",
      points: () => places,
      words: (state, revealed) => revealed ? `${where(state)}; ${said(resp(state), 3)}` : where(state),
    });
    figure.choice({ key: "colours", label: "Colour each tile by", options: [["own", "its own colour"], ["responsibility", "responsibility"]] });
    figure.choice({ key: "features", label: "The clusters know its", options: [["colour", "red, green, blue"], ["brightness", "brightness only"]] });
    emlib.stage.make("p", {}, figure.panel, "In the bag, from which a tile is drawn:");
    kinds.forEach((kind, index) => figure.number({
      key: "bag", index, label: `${kind} tiles`, min: 1, max: 400, step: 1, decimals: 0,
    }));
    const words = (name, value, text) => figure.readout({ name, value, words: text });
    words("resp", resp, (state) => `This ${where(state)}. Responsibilities: ${said(resp(state), 3)}.`);
    words("log_mixture", logMixture, (state) => `Mixture density p(x): ${scientific(logMixture(state))}, the sum of the three products.`);
    words("changed", changed, (state) => `Against the bag as it was counted, ${changed(state)} of ${X.length} tiles have another cluster in front.`);
    const line = emlib.stage.make("div", { class: "em-row" }, figure.panel);
    figure.readout({ name: "prior", value: (state) => mixture(state).weights, words: (state) => `Priors: ${said(mixture(state).weights, 2)}.` }, line);
    figure.readout({ name: "log_likelihood", value: likelihood, words: (state) => `Logarithms of the likelihoods: ${said(likelihood(state), 1)}.` }, line);

    let painted = "";
    function paint(state) {
      const now = JSON.stringify([state.colours, state.features, state.bag]);
      if (now === painted) return;
      painted = now;
      const rows = state.colours === "own" ? null : all(state);
      tiles.forEach((element, i) => element.setAttribute("fill", rows ? emlib.stage.blend(rows[i], figure.clusters) : own[i]));
      marks.forEach((mark, k) => {
        const mine = places.filter((_, i) => rows && largest(rows[i]) === k);
        const d = mine.map(([x, y]) => `M${emlib.stage.coordinate(plane.px(x))} ${emlib.stage.coordinate(plane.py(y))}${mark}`);
        figure.part(`mark-${k}`).setAttribute("d", d.join(""));
      });
    }
    return function update(state) {
      paint(state);
      const weights = mixture(state).weights;
      const logs = likelihood(state);
      const shares = resp(state);
      kinds.forEach((_, k) => {
        priorCells[k](weights[k].toFixed(2), weights[k]);
        likelihoodCells[k](scientific(logs[k]), Math.exp(logs[k] - Math.max(...logs)));
        respCells[k](shares[k].toFixed(3), shares[k]);
      });
    };
  };
})(globalThis.emlib);
