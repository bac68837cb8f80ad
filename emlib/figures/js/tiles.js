/* A photograph in tiles, each divided between a building, trees and sky. */
(function (emlib) {
  "use strict";

  emlib.kinds.tiles = function (figure) {
    const {
      X,
      shape: [, columns],
      labels,
      names,
      counted,
      shapes,
      marks,
    } = figure.config;
    const { show } = emlib.panel;
    const { coordinate, mix } = emlib.stage;
    const kinds = names.slice(0, 3);
    const plane = figure.plane("mosaic");
    const places = X.map((_, i) => [i % columns, -Math.floor(i / columns)]);
    const tiles = [...figure.part("mosaic").children];
    const hex = (value) => Math.round(value).toString(16).padStart(2, "0");
    const own = X.map((colour) => `#${colour.map(hex).join("")}`);
    const seen = { colour: X, brightness: X.map((colour) => [emlib.sum(colour) / 3]) };

    const mixture = ({ bag, features }) => ({
      weights: bag.map((count) => count / emlib.sum(bag)),
      means: shapes[features][0],
      covariances: shapes[features][1],
    });
    const largest = (row) => row.indexOf(Math.max(...row));
    const all = (state) => emlib.responsibilities(seen[state.features], mixture(state));
    const tile = (state) => [seen[state.features][state.tile]];
    const resp = (state) => emlib.responsibilities(tile(state), mixture(state))[0];
    const likelihood = (state) => emlib.logGaussian(tile(state), mixture(state))[0];
    const first = {};
    for (const features of Object.keys(shapes))
      first[features] = all({ bag: counted, features }).map(largest);
    const changed = (state) =>
      all(state).filter((row, i) => largest(row) !== first[state.features][i]).length;

    /* A number, given its logarithm: 9.0e-29, however small. */
    function scientific(logValue) {
      let power = Math.floor(logValue / Math.LN10);
      let digits = (10 ** (logValue / Math.LN10 - power)).toFixed(1);
      if (digits === "10.0") [power, digits] = [power + 1, "1.0"];
      return `${digits}e${power}`.replace("-", "\u2212");
    }
    const tell = (values, digits) =>
      values.map((value, k) => `${kinds[k]} ${show(value, digits)}`).join(", ");
    const where = ({ tile: i }) =>
      `tile [${Math.floor(i / columns)}, ${i % columns}], counted from 0, ` +
      `by eye: ${names[labels[i]]}`;
    figure.words = (state, revealed = figure.revealed()) =>
      where(state) + (revealed ? `; ${tell(resp(state), 3)}` : "");
    figure.python = ({ bag, features, tile: i }) =>
      `tiles = emlib.load_tiles()\n` +
      `X = tiles.X${features === "colour" ? "" : ".mean(axis=1, keepdims=True)"}\n` +
      `kinds = [X[tiles.labels == kind] for kind in ("${kinds.join('", "')}")]\n` +
      `emlib.responsibilities(\n    X[[${i}]],\n` +
      `    weights=np.array([${bag.join(", ")}]) / ${emlib.sum(bag)},\n` +
      `    means=[kind.mean(axis=0).round(6) for kind in kinds],\n` +
      `    covariances=[np.atleast_2d(np.cov(kind.T, bias=True)).round(6) for kind in kinds],\n)`;

    figure.picker({ part: "this-one", key: "tile", plane, label: "tile", points: () => places });
    const colours = [
      ["own", "its own colour"],
      ["responsibility", "responsibility"],
    ];
    figure.choice({ key: "colours", label: "Colour each tile by", options: colours });
    const features = [
      ["colour", "red, green, blue"],
      ["brightness", "brightness only"],
    ];
    figure.choice({ key: "features", label: "The clusters know its", options: features });
    emlib.stage.make("p", {}, figure.panel, "In the bag, from which a tile is drawn:");
    kinds.forEach((kind, index) =>
      figure.number({ key: "bag", index, label: `${kind} tiles`, step: 1, decimals: 0 }),
    );
    figure.readout({
      name: "resp",
      value: resp,
      words: (now, state) => `This ${where(state)}. Responsibilities: ${tell(now, 3)}.`,
    });
    figure.readout({
      name: "log_mixture",
      value: (state) => emlib.logSumExp(emlib.logJoint(tile(state), mixture(state))[0]),
      words: (now) => `Mixture density p(x): ${scientific(now)}, the sum of the three products.`,
    });
    figure.readout({
      name: "changed",
      value: changed,
      words: (count) =>
        `Compared with the bag as it was counted, ${count} of ${X.length} tiles have another ` +
        "cluster in front.",
    });
    const line = figure.row();
    figure.readout(
      {
        name: "prior",
        value: (state) => mixture(state).weights,
        words: (now) => `Priors: ${tell(now, 2)}.`,
      },
      line,
    );
    figure.readout(
      {
        name: "log_likelihood",
        value: likelihood,
        words: (now) => `Logarithms of the likelihoods: ${tell(now, 1)}.`,
      },
      line,
    );

    let painted = "";
    function paint(state) {
      const now = JSON.stringify([state.colours, state.features, state.bag]);
      if (now === painted) return;
      painted = now;
      const rows = state.colours === "own" ? null : all(state);
      tiles.forEach((element, i) => {
        element.classList.toggle("em-mixed", Boolean(rows));
        if (rows) mix(element, rows[i], figure.clusters);
        else element.setAttribute("fill", own[i]);
      });
      marks.forEach((mark, k) => {
        const mine = places.filter((_, i) => rows && largest(rows[i]) === k);
        const d = mine.map(
          ([x, y]) => `M${coordinate(plane.px(x))} ${coordinate(plane.py(y))}${mark}`,
        );
        figure.part(`mark-${k}`).setAttribute("d", d.join(""));
      });
    }
    return function parts(state) {
      paint(state);
      const logs = likelihood(state);
      const most = Math.max(...logs);
      return {
        prior: mixture(state).weights.map((weight) => [weight.toFixed(2), weight]),
        likelihood: logs.map((log) => [scientific(log), Math.exp(log - most)]),
        resp: resp(state).map((share) => [share.toFixed(3), share]),
      };
    };
  };
})(globalThis.emlib);
