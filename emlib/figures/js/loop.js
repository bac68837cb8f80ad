/* The loop in the plane: E-step and M-step as half-steps that go forward and back. */
(function (emlib) {
  "use strict";

  emlib.kinds.loop = function (figure) {
    const { make, outline, shade, coordinate } = emlib.stage;
    const { show } = emlib.panel;
    const { paint, clouds } = figure.config.options;
    const most = figure.config.limits.half_steps[1];
    const plane = figure.plane("main");
    const chart = figure.plane("trace");
    const names = figure.clusters.map((cluster) => cluster.name);
    const crowd = figure.part("observations");
    let run = null;
    let key = "";

    /* equal weights, and for every cluster the covariance of all observations */
    function startOf(X, means) {
      const { covariances: [spread] } = emlib.mStep(X, X.map(() => [1]));
      return { weights: means.map(() => 1 / means.length), means, covariances: means.map(() => spread) };
    }
    function view({ X, start, half_steps: halfSteps }) {
      const now = JSON.stringify([X, start]);
      if (now !== key) [run, key] = [emlib.makeRun(X, startOf(X, start)), now];
      return run.view(halfSteps);
    }
    const place = ({ X, chosen }) => X[Math.min(chosen, X.length - 1)];
    const likelihood = (state) => view(state).trace.at(-1);
    const said = (state) => {
      const [done, half] = [Math.floor(state.half_steps / 2), state.half_steps % 2];
      return `${done} ${done === 1 ? "iteration" : "iterations"}${half ? " and an E-step" : ""}; log-likelihood ${show(likelihood(state), 3)}`;
    };
    const again = (patch) => figure.set({ ...patch, half_steps: 0 });

    figure.words = said;
    figure.python = ({ X, start, half_steps: halfSteps }) =>
      `X = np.array(${JSON.stringify(X)})\nspread = np.cov(X.T, bias=True)\n` +
      `start = emlib.Parameters([0.5, 0.5], ${JSON.stringify(start)}, [spread, spread])\n` +
      `emlib.fit_em(X, start, tol=0, max_iter=${Math.max(1, Math.floor(halfSteps / 2))})`;

    names.forEach((name, k) => figure.handle({
      part: `start-${k}`, key: "start", index: k, plane, limits: [plane.x, plane.y],
      step: [(plane.x[1] - plane.x[0]) / 60, (plane.y[1] - plane.y[0]) / 60],
      label: `where the mean of ${name} starts`,
      when: () => figure.state().half_steps === 0,
      where: ({ start }) => start[k],
      patch: (point, { start }) => ({ start: start.map((old, j) => (j === k ? point : old)) }),
      words: ({ start }) => start[k].map((value) => show(value)).join(", "),
    }));
    figure.handle({
      part: "this-one", key: "X", plane, limits: [plane.x, plane.y],
      step: [(plane.x[1] - plane.x[0]) / 60, (plane.y[1] - plane.y[0]) / 60],
      label: "the chosen observation",
      where: place,
      patch: (point, { X, chosen }) => ({ X: X.map((old, i) => (i === chosen ? point : old)) }),
      words: (state) => {
        const { resp } = view(state);
        const shares = resp ? `; ${resp[state.chosen].map((r, k) => `${names[k]} ${show(r)}`).join(", ")}` : "";
        return `observation ${state.chosen + 1}: ${place(state).map((value) => show(value)).join(", ")}${shares}`;
      },
    });
    /* A tap takes the nearest observation; on empty ground, a reader who paints adds one. */
    const tapped = (event) => {
      if (!figure.free() || event.target.closest(".em-handle")) return;
      const { X } = figure.state();
      const point = plane.at(event);
      if (point[0] < plane.x[0] || point[0] > plane.x[1] || point[1] < plane.y[0] || point[1] > plane.y[1]) return;
      const away = ([x, y]) => Math.hypot(plane.px(x) - plane.px(point[0]), plane.py(y) - plane.py(point[1]));
      const distances = X.map(away);
      const nearest = distances.indexOf(Math.min(...distances));
      if (paint && distances[nearest] > 14 && X.length < figure.config.most.X) figure.set({ X: [...X, point], chosen: X.length });
      else figure.set({ chosen: nearest });
      figure.settle();
    };
    plane.group.ownerSVGElement.addEventListener("click", tapped);
    figure.onClean(() => plane.group.ownerSVGElement.removeEventListener("click", tapped));

    const drive = make("div", { class: "em-row" }, figure.panel);
    const go = (label, change, when) => figure.button({
      label, when, press: ({ half_steps: h }) => figure.set({ half_steps: change(h) }),
    }, drive);
    go("E-step", (h) => h + 1, ({ half_steps: h }) => h % 2 === 0 && h < most);
    go("M-step", (h) => h + 1, ({ half_steps: h }) => h % 2 === 1 && h < most);
    go("Back", (h) => h - 1, ({ half_steps: h }) => h > 0);
    go("Ten iterations", (h) => Math.min(most, h + 20), ({ half_steps: h }) => h < most);
    figure.number({
      key: "half_steps", label: "half-steps", min: 0, max: most, step: 1, decimals: 0,
      words: () => said(figure.state()),
    });
    figure.readout({ name: "likelihood", value: likelihood, words: (state) => {
      const { stopped } = view(state);
      return `${said(state)}.${stopped ? " A cluster has collapsed onto too few observations: the loop has ended." : ""}`;
    } });
    const columns = ["cluster", "weight", "mean x", "mean y", "sd x", "sd y", "correlation"];
    figure.table({
      name: "parameters", caption: "The parameters", columns,
      rows: (state) => {
        const { weights, means, covariances } = view(state).parameters;
        return names.map((name, k) => {
          const sds = [0, 1].map((d) => Math.sqrt(covariances[k][d][d]));
          const values = [weights[k], ...means[k], ...sds, covariances[k][0][1] / (sds[0] * sds[1])];
          return { head: name, cluster: name, link: `cluster-${k}`, cells: values.map((value) => ({ text: show(value, 3), value })) };
        });
      },
    });
    if (paint) {
      const row = make("div", { class: "em-row" }, figure.panel);
      figure.button({
        label: "Add an observation", when: ({ X }) => X.length < figure.config.most.X,
        press(state) {
          const [x, y] = place(state);
          figure.set({ X: [...state.X, [x + (plane.x[1] - plane.x[0]) / 40, y]], chosen: state.X.length });
        },
      }, row);
      figure.button({
        label: "Remove this one", when: ({ X }) => X.length > 6,
        press: ({ X, chosen }) => figure.set({ X: X.filter((_, i) => i !== chosen), chosen: 0 }),
      }, row);
      for (const [label, X] of Object.entries(clouds))
        figure.button({ label, press: () => again({ X, chosen: 0 }) }, row);
    }
    const fold = make("details", {}, figure.panel);
    make("summary", {}, fold, "Type numbers");
    const axes = [["x", plane.x], ["y", plane.y]];
    names.forEach((name, k) => {
      const row = make("div", { class: "em-row" }, fold);
      axes.forEach(([axis, [min, max]], d) => figure.number({
        key: "start", index: [k, d], label: `${name} starts at ${axis}`, min, max, step: (max - min) / 60, slider: false,
        write: (value, { start }) => ({
          half_steps: 0, start: start.map((mean, j) => (j === k ? mean.map((old, e) => (e === d ? value : old)) : mean)),
        }),
      }, row));
    });
    const row = make("div", { class: "em-row" }, fold);
    figure.number({
      key: "chosen", label: "observation no.", min: 1, max: 300, step: 1, decimals: 0, slider: false,
      read: ({ chosen }) => chosen + 1,
      write: (value, { X }) => ({ chosen: Math.min(X.length, value) - 1 }),
    }, row);
    axes.forEach(([axis, [min, max]], d) => figure.number({
      key: "X", index: d, label: `its ${axis}`, min, max, step: (max - min) / 60, slider: false,
      read: (state) => place(state)[d],
      write: (value, { X, chosen }) => ({ X: X.map((old, i) => (i === chosen ? old.map((v, e) => (e === d ? value : v)) : old)) }),
    }, row));

    return function update(state) {
      const { parameters, resp, trace } = view(state);
      while (crowd.children.length > state.X.length) crowd.lastChild.remove();
      while (crowd.children.length < state.X.length) crowd.append(crowd.firstChild.cloneNode());
      state.X.forEach(([x, y], i) => {
        const dot = crowd.children[i];
        dot.setAttribute("transform", `translate(${coordinate(plane.px(x))} ${coordinate(plane.py(y))}) scale(0.8)`);
        dot.classList.toggle("em-grey", !resp);
        if (resp) shade(dot, resp[i], figure.clusters);
        else {
          dot.setAttribute("fill", "currentColor");
          dot.setAttribute("d", figure.config.dot);
        }
      });
      names.forEach((_, k) => {
        for (const radius of [1, 2]) {
          const points = outline(parameters.means[k], parameters.covariances[k], radius);
          figure.part(`ellipse-${k}-${radius}`).setAttribute("d", plane.path(points, true));
        }
        figure.part(`start-${k}`).setAttribute("visibility", state.half_steps === 0 ? "visible" : "hidden");
      });
      const shown = trace.length > 2 ? trace.slice(1) : trace;
      const low = Math.min(...shown);
      const high = Math.max(...shown, low + 1);
      const points = trace.map((value, i) => [i, emlib.stage.clamp((value - low) / (high - low), [0, 1])]);
      figure.part("trace").setAttribute("d", chart.path(points));
      chart.place(figure.part("trace-now"), points.at(-1));
      figure.part("trace-high").textContent = show(high, 0);
      figure.part("trace-low").textContent = show(low, 0);
    };
  };
})(globalThis.emlib);
