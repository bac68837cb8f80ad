/* The loop in the plane: E-step and M-step as half-steps that go forward and back. */
(function (emlib) {
  "use strict";

  const NEAR = 14; // a tap that lands no farther off takes the observation, in units of the picture
  const RIM = 3; // a tap so near to the middle of the ring means the ring
  const SPRAY = 11; // how far apart, and how wide, a stroke leaves its observations

  emlib.kinds.loop = function (figure) {
    const { make, outline, shade, coordinate, clamp } = emlib.stage;
    const { show } = emlib.panel;
    const { most, least, flat } = figure.config;
    const { paint, clouds } = figure.config.options;
    const plane = figure.plane("main");
    const chart = figure.plane("trace");
    const names = figure.clusters.map((cluster) => cluster.name);
    const middle = [(plane.x[0] + plane.x[1]) / 2, (plane.y[0] + plane.y[1]) / 2];
    const crowd = figure.part("observations");
    const plain = make("path", { class: "em-observation em-grey" }, crowd);
    plain.remove();
    let run = null;
    let key = "";

    const countOf = (state) => Math.min(state.n_components, names.length);
    const spreadOf = (X) => emlib.mStep(X, X.map(() => [1])).covariances[0];
    function missing(state) {
      const [count, few] = [countOf(state), least * countOf(state) - state.X.length];
      const clusters = ["one cluster needs", "two clusters need", "three clusters need"][count - 1];
      if (few > 0) return `${few} more ${few > 1 ? "observations" : "observation"}, please: an ellipse takes ${least} that do not lie on one line, so ${clusters} at least ${least * count}.`;
      const [[xx, xy], [, yy]] = spreadOf(state.X);
      return xx * yy - xy ** 2 > flat * (xx + yy) ** 2 ? "" : "All observations lie on one line, and an ellipse needs width. Add one beside it.";
    }
    /* equal weights, and for every cluster the covariance of all observations; null if too few */
    function view(state) {
      const { X, start, half_steps: halfSteps } = state;
      const now = JSON.stringify([X, start, countOf(state)]);
      if (now !== key) {
        key = now;
        const means = start.slice(0, countOf(state));
        run = missing(state) ? null : emlib.makeRun(X, {
          weights: means.map(() => 1 / means.length), means, covariances: means.map(() => spreadOf(X)),
        });
      }
      return run && run.view(halfSteps);
    }
    const place = ({ X, chosen }) => X[Math.min(chosen, X.length - 1)] || middle;
    const shares = (state) => {
      const resp = view(state)?.resp;
      return resp ? `; ${resp[state.chosen].map((r, k) => `${names[k]} ${show(r)}`).join(", ")}` : "";
    };
    const chosen = (state) => state.X.length
      ? `observation ${state.chosen + 1}: ${place(state).map((value) => show(value)).join(", ")}${shares(state)}`
      : "no observation yet";

    figure.accepts.n_components = Number.isInteger;
    figure.python = (state) => {
      const count = countOf(state);
      const each = (entry) => Array(count).fill(entry).join(", ");
      return `X = np.array(${JSON.stringify(state.X)})\nspread = np.cov(X.T, bias=True)\n` +
        `start = emlib.Parameters([${each(`1 / ${count}`)}], ${JSON.stringify(state.start.slice(0, count))}, [${each("spread")}])\n` +
        emlib.panel.stepsInPython(state.half_steps);
    };

    names.forEach((name, k) => figure.handle({
      part: `start-${k}`, key: "start", index: k, plane, limits: [plane.x, plane.y],
      step: [(plane.x[1] - plane.x[0]) / 60, (plane.y[1] - plane.y[0]) / 60],
      label: `where the mean of ${name} starts`,
      when: () => figure.state().half_steps === 0 && k < countOf(figure.state()),
      where: ({ start }) => start[k],
      patch: (point, { start }) => ({ start: start.map((old, j) => (j === k ? point : old)) }),
      words: ({ start }) => start[k].map((value) => show(value)).join(", "),
    }));
    const stage = plane.group.ownerSVGElement;
    const listeners = new AbortController();
    figure.onClean(() => listeners.abort());
    const listen = (type, act) => stage.addEventListener(type, act, { signal: listeners.signal, capture: true });
    const away = ([x, y], [right, up]) => Math.hypot(plane.px(x) - plane.px(right), plane.py(y) - plane.py(up));
    hearBesideTheRing();
    if (paint) brush();
    figure.picker({
      part: "pick", key: "chosen", plane, label: "choose an observation",
      points: ({ X }) => (X.length ? X : [middle]), words: chosen,
    });
    figure.handle({
      part: "this-one", key: "X", plane, limits: [plane.x, plane.y],
      step: [(plane.x[1] - plane.x[0]) / 60, (plane.y[1] - plane.y[0]) / 60],
      label: "move the chosen observation", when: () => figure.state().X.length > 0,
      where: place, words: chosen,
      patch: (point, { X, chosen }) => ({ X: X.map((old, i) => (i === chosen ? point : old)) }),
    });

    /* In a crowd the ring lies over its neighbours: a tap on its rim takes the one that it meant. */
    function hearBesideTheRing() {
      const ring = figure.part("this-one");
      let [right, down] = [0, 0];
      listen("pointerdown", (event) => { [right, down] = [event.clientX, event.clientY]; });
      listen("click", (event) => {
        const { X, chosen } = figure.state();
        const dragged = Math.hypot(event.clientX - right, event.clientY - down) > 3;
        if (!ring.contains(event.target) || dragged || !figure.free()) return;
        const distances = X.map((other) => away(plane.at(event), other));
        const nearest = distances.indexOf(Math.min(...distances));
        if (nearest === chosen || distances[chosen] < RIM) return;
        ring.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); // it is not to be placed
        event.stopImmediatePropagation();
        figure.set({ chosen: nearest });
        figure.settle();
      });
    }
    function add(point) {
      const { X } = figure.state();
      const inside = [clamp(point[0], plane.x), clamp(point[1], plane.y)];
      if (X.length < most.X) figure.set({ X: [...X, inside], chosen: X.length });
    }
    /* On empty ground a tap adds an observation, and a stroke of the mouse many. */
    function brush() {
      const unit = [plane.px, plane.py].map((at) => 1 / Math.abs(at(1) - at(0))); // of the picture
      const inside = ([x, y]) => x >= plane.x[0] && x <= plane.x[1] && y >= plane.y[0] && y <= plane.y[1];
      const ours = (event) => figure.free() && !event.target.closest(".em-handle") && !stage.classList.contains("em-armed");
      let last = null;
      let stroke = false;
      listen("pointerdown", (event) => {
        const point = plane.at(event);
        stroke = false;
        last = ours(event) && event.button === 0 && event.pointerType !== "touch" && inside(point) ? point : null;
        if (last) event.preventDefault(); // or the words beside would be marked
      });
      listen("pointermove", (event) => {
        const point = plane.at(event);
        if (!last || !inside(point) || away(point, last) < SPRAY) return;
        const { length } = figure.state().X;
        const [turn, out] = [2.4 * length, SPRAY * Math.sqrt((length * 0.618) % 1)]; // no two alike
        add([point[0] + out * Math.cos(turn) * unit[0], point[1] + out * Math.sin(turn) * unit[1]]);
        [last, stroke] = [point, true];
      });
      for (const type of ["pointerup", "pointercancel", "pointerleave"])
        listen(type, (event) => {
          if (type === "pointerleave" && event.target !== stage) return;
          if (last && stroke) figure.settle();
          last = null;
        });
      listen("click", (event) => {
        if (stroke) {
          stroke = false;
          event.stopImmediatePropagation(); // this click ends a stroke
        } else if (ours(event)) {
          const point = plane.at(event);
          const taken = figure.state().X.some((other) => away(point, other) <= NEAR);
          if (taken) return; // the picker's
          event.stopImmediatePropagation();
          if (!inside(point)) return;
          add(point);
          figure.settle();
        }
      });
    }

    emlib.panel.drive(figure, { view, missing, decimals: 3, more: 20, collapsed: "too few observations" });
    const columns = ["cluster", "weight", "mean x", "mean y", "sd x", "sd y", "correlation"];
    figure.table({
      name: "parameters", caption: "The parameters", columns,
      rows: (state) => {
        const { weights = [], means, covariances } = view(state)?.parameters || {};
        return weights.map((weight, k) => {
          const sds = [0, 1].map((d) => Math.sqrt(covariances[k][d][d]));
          const values = [weight, ...means[k], ...sds, covariances[k][0][1] / (sds[0] * sds[1])];
          return { head: names[k], cluster: names[k], link: `cluster-${k}`, cells: values.map((value) => ({ text: show(value, 3), value })) };
        });
      },
    });
    if (paint) {
      const words = ["one", "two", "three"].slice(0, names.length);
      figure.choice({ key: "n_components", label: "Clusters", options: words.map((text, k) => [k + 1, text]) });
      const row = make("div", { class: "em-row" }, figure.panel);
      figure.button({
        label: "Add an observation", when: ({ X }) => X.length < most.X,
        press: (state) => {
          const [x, y] = place(state);
          add(state.X.length ? [x + (plane.x[1] - plane.x[0]) / 40, y] : middle);
        },
      }, row);
      figure.button({
        label: "Remove this one", when: ({ X }) => X.length > 0,
        press: ({ X, chosen }) => figure.set({ X: X.filter((_, i) => i !== chosen), chosen: clamp(chosen, [0, Math.max(0, X.length - 2)]) }),
      }, row);
      const again = (label, X, when) => figure.button({
        label, when, press: () => figure.set({ X, chosen: 0, half_steps: 0 }),
      }, row);
      again("Clear", [], ({ X }) => X.length > 0);
      for (const [label, X] of Object.entries(clouds)) again(label, X);
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
      key: "chosen", label: "observation no.", min: 1, max: most.X, step: 1, decimals: 0, slider: false,
      read: ({ chosen }) => chosen + 1,
      write: (value, { X }) => ({ chosen: clamp(value - 1, [0, Math.max(0, X.length - 1)]) }),
    }, row);
    axes.forEach(([axis, [min, max]], d) => figure.number({
      key: "X", index: d, label: `its ${axis}`, min, max, step: (max - min) / 60, slider: false,
      read: (state) => place(state)[d],
      write: (value, { X, chosen }) => ({ X: X.map((old, i) => (i === chosen ? old.map((v, e) => (e === d ? value : v)) : old)) }),
    }, row));

    return function update(state) {
      const { parameters: { means = [], covariances } = {}, resp, trace = [] } = view(state) || {};
      while (crowd.children.length > state.X.length) crowd.lastChild.remove();
      while (crowd.children.length < state.X.length) crowd.append(plain.cloneNode());
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
      const seen = (part, on) => figure.part(part).setAttribute("visibility", on ? "visible" : "hidden");
      names.forEach((_, k) => {
        for (const radius of [1, 2]) {
          const points = k < means.length ? outline(means[k], covariances[k], radius) : null;
          figure.part(`ellipse-${k}-${radius}`).setAttribute("d", points ? plane.path(points, true) : "");
        }
        seen(`start-${k}`, state.half_steps === 0 && k < countOf(state));
      });
      for (const part of ["pick", "this-one"]) seen(part, state.X.length > 0);
      const shown = trace.length > 2 ? trace.slice(1) : trace;
      const low = Math.min(...shown);
      const high = Math.max(...shown, low + 1);
      const points = trace.map((value, i) => [i, clamp((value - low) / (high - low), [0, 1])]);
      figure.part("trace").setAttribute("d", chart.path(points));
      chart.place(figure.part("trace-now"), points.at(-1) || [0, 0]);
      seen("trace-now", points.length > 0);
      figure.part("trace-high").textContent = points.length ? show(high, 0) : "";
      figure.part("trace-low").textContent = points.length ? show(low, 0) : "";
    };
  };
})(globalThis.emlib);
