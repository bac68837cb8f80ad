/* k-means as the cold limit: three means over a cloud, and a temperature that melts the borders. */
(function (emlib) {
  "use strict";

  emlib.kinds.temperature = function (figure) {
    const { X, columns, rows, empty, options } = figure.config;
    const { show } = emlib.panel;
    const { make, mix, clip } = emlib.stage;
    const plane = figure.plane("main");
    const { names, clusters } = figure;
    const ground = figure.part("ground");

    const heat = (state) => 10 ** state.log_temperature;
    const mixture = (state) => ({
      weights: names.map(() => 1 / 3),
      means: state.means,
      covariances: names.map(() => heat(state)),
      covarianceType: "spherical",
    });
    const resp = (state) => emlib.responsibilities(X, mixture(state));
    const counts = (state) => emlib.columnSums(resp(state));
    const squares = (x, mean) => (x[0] - mean[0]) ** 2 + (x[1] - mean[1]) ** 2;
    /* A mean that is given nothing stays where it is. */
    const once = (state) => {
      const moved = emlib.mStep(X, resp(state), "spherical").means;
      const all = counts(state);
      return { means: all.map((count, k) => (count > empty ? moved[k] : state.means[k])) };
    };
    const tellHeat = (value) => `temperature ${(10 ** value).toPrecision(3)}`;
    const tellCounts = (values) => figure.list(values, (count) => show(count));

    figure.words = (state) =>
      `${tellHeat(state.log_temperature)}; soft counts ${tellCounts(counts(state))}`;
    figure.python = (state) =>
      "from emlib.figures.temperature import cloud\n\nemlib.responsibilities(\n    cloud(),\n" +
      `    weights=[1 / 3, 1 / 3, 1 / 3],\n    means=${emlib.python.list(state.means)},\n` +
      `    covariances=[10 ** ${state.log_temperature}] * 3,\n` +
      '    covariance_type="spherical",\n).sum(axis=0)';

    names.forEach((name, k) =>
      figure.handle({
        part: `mean-${k}`,
        key: "means",
        index: k,
        plane,
        step: [0.1, 0.1],
        label: `mean of ${name}`,
        words: ({ means }) => `x ${show(means[k][0])}, y ${show(means[k][1])}`,
      }),
    );
    figure.number({
      key: "log_temperature",
      label: "log₁₀ temperature",
      step: 0.05,
      words: tellHeat,
    });
    if (options.iterate) {
      const row = figure.row();
      figure.button({ label: "One iteration", press: once }, row);
      figure.button(
        {
          label: "Twenty iterations",
          press(state) {
            let now = state;
            for (let i = 0; i < 20; i++) now = { ...now, ...once(now) };
            return { means: now.means };
          },
        },
        row,
      );
    }
    const typed = figure.row("Type the means");
    names.forEach((name, k) =>
      ["x", "y"].forEach((axis, d) =>
        figure.number(
          {
            key: "means",
            index: [k, d],
            label: `${name} ${axis}`,
            step: 0.1,
            slider: false,
          },
          typed,
        ),
      ),
    );
    figure.readout({
      name: "counts",
      value: counts,
      words: (now) => `Soft counts: ${tellCounts(now)}.`,
    });
    figure.readout({
      name: "entropy",
      value: (state) => emlib.sum(emlib.entropy(resp(state))) / X.length,
      words: (now) => `Mean entropy ${show(now, 3)}, of at most ${show(Math.log(3), 3)}.`,
    });
    const nearest = (x, means) => Math.min(...means.map((mean) => squares(x, mean)));
    figure.readout({
      name: "inertia",
      value: ({ means }) => emlib.sum(X.map((x) => nearest(x, means))) / X.length,
      words: (now) =>
        "Mean squared distance to the nearest mean, what k-means makes small: " +
        `${show(now, 3)}.`,
    });

    /* The ground in cells, cut where two means are equally far: there its colour may jump. */
    const xs = emlib.linspace(...plane.x, columns);
    const ys = emlib.linspace(plane.y[1], plane.y[0], rows);
    const cells = ys.slice(1).flatMap((low, j) =>
      xs.slice(1).map((right, i) => [
        [xs[i], ys[j]],
        [right, ys[j]],
        [right, low],
        [xs[i], low],
      ]),
    );
    function pieces(means) {
      return means.flatMap((mean, k) => {
        const others = means.filter((_, j) => j !== k);
        const nearer = (other) => (x) => squares(x, other) - squares(x, mean);
        return cells
          .map((cell) => others.reduce((rest, other) => clip(rest, nearer(other)), cell))
          .filter((piece) => area(piece) > 1e-6);
      });
    }
    const area = (points) =>
      Math.abs(
        emlib.sum(
          points.map(([x, y], m) => {
            const [right, up] = points[(m + 1) % points.length];
            return x * up - right * y;
          }),
        ),
      ) / 2;
    const middle = (points) =>
      [0, 1].map((d) => emlib.sum(points.map((point) => point[d])) / points.length);

    return function parts(state) {
      const found = pieces(state.means);
      while (ground.children.length > found.length) ground.lastChild.remove();
      while (ground.children.length < found.length) make("path", {}, ground);
      emlib.responsibilities(found.map(middle), mixture(state)).forEach((row, i) => {
        ground.children[i].setAttribute("d", plane.path(found[i], true));
        mix(ground.children[i], row, clusters);
      });
      return { obs: resp(state) };
    };
  };
})(globalThis.emlib);
