/* The loop in the plane: E-step and M-step as half-steps that go forward and back. */
(function (emlib) {
  "use strict";

  const NEAR = 14; // a tap that lands no farther off takes the observation, in units of the picture
  const RIM = 3; // a tap so near to the middle of the ring means the ring
  const SPRAY = 11; // how far apart, and how wide, a stroke leaves its observations

  emlib.kinds.loop = function (figure) {
    const { make, shade, clamp } = emlib.stage;
    const { show } = emlib.panel;
    const { most, least, flat, options } = figure.config;
    const { paint, clouds, labels } = options;
    const plane = figure.plane("main");
    const { names } = figure;
    const middle = [(plane.x[0] + plane.x[1]) / 2, (plane.y[0] + plane.y[1]) / 2];
    const step = [(plane.x[1] - plane.x[0]) / 60, (plane.y[1] - plane.y[0]) / 60];
    const crowd = figure.part("observations");
    const plain = make("path", { class: "em-observation em-grey" }, crowd);
    plain.remove();
    let run = null;
    let key = "";

    const countOf = (state) => Math.min(state.n_components, names.length);
    const spreadOf = (X) =>
      emlib.mStep(
        X,
        X.map(() => [1]),
      ).covariances[0];
    function missing(state) {
      const [count, few] = [countOf(state), least * countOf(state) - state.X.length];
      const clusters = ["one cluster needs", "two clusters need", "three clusters need"][count - 1];
      if (few > 0)
        return (
          `${few} more ${few > 1 ? "observations" : "observation"}, please: an ellipse takes ` +
          `${least} that do not lie on one line, so ${clusters} at least ${least * count}.`
        );
      const [[xx, xy], [, yy]] = spreadOf(state.X);
      return xx * yy - xy ** 2 > flat * (xx + yy) ** 2
        ? ""
        : "All observations lie on one line, and an ellipse needs width. Add one beside it.";
    }
    /* equal weights, and for every cluster the covariance of all observations */
    const begin = (X, means) => ({
      weights: means.map(() => 1 / means.length),
      means,
      covariances: means.map(() => spreadOf(X)),
    });
    /* what is on screen after so many half-steps; nothing if there are too few observations */
    function view(state) {
      const { X, start, half_steps: halfSteps } = state;
      const now = JSON.stringify([X, start, countOf(state)]);
      if (now !== key) {
        key = now;
        run = missing(state) ? null : emlib.makeRun(X, begin(X, start.slice(0, countOf(state))));
      }
      return run?.view(halfSteps);
    }
    const place = ({ X, chosen }) => X[Math.min(chosen, X.length - 1)] || middle;
    const shares = (state) => {
      const row = view(state)?.resp?.[state.chosen];
      return row ? `; ${figure.list(row)}` : "";
    };
    const at = (point) => point.map((value) => show(value)).join(", ");
    const chosen = (state) =>
      state.X.length
        ? `observation ${state.chosen + 1}: ${at(place(state))}${shares(state)}`
        : "no observation yet";

    figure.accepts.n_components = Number.isInteger;
    figure.python = (state) => {
      const count = countOf(state);
      const each = (entry) => Array(count).fill(entry).join(", ");
      const start = JSON.stringify(state.start.slice(0, count));
      return (
        `X = np.array(${JSON.stringify(state.X)})\n` +
        (missing(state)
          ? "X  # too few for the loop"
          : "spread = np.cov(X.T, bias=True)\n" +
            `start = emlib.Parameters([${each(`1 / ${count}`)}], ${start}, [${each("spread")}])\n` +
            emlib.python.halfSteps(Math.min(state.half_steps, view(state).last - 1)))
      );
    };

    names.forEach((name, k) =>
      figure.handle({
        part: `start-${k}`,
        key: "start",
        index: k,
        plane,
        step,
        label: `where the mean of ${name} starts`,
        when: () => figure.state().half_steps === 0 && k < countOf(figure.state()),
        words: ({ start }) => at(start[k]),
      }),
    );
    const stage = plane.group.ownerSVGElement;
    const listeners = new AbortController();
    figure.onClean(() => listeners.abort());
    const listen = (type, act) =>
      stage.addEventListener(type, act, { signal: listeners.signal, capture: true });
    const away = ([x, y], [right, up]) =>
      Math.hypot(plane.px(x) - plane.px(right), plane.py(y) - plane.py(up));
    hearBesideTheRing();
    if (paint) brush();
    figure.picker({
      part: "pick",
      key: "chosen",
      plane,
      label: "choose an observation",
      points: ({ X }) => (X.length ? X : [middle]),
      words: chosen,
    });
    figure.handle({
      part: "this-one",
      key: "X",
      plane,
      step,
      label: "move the chosen observation",
      when: () => figure.state().X.length > 0,
      limits: [plane.x, plane.y],
      where: place,
      patch: (point, state) => figure.put(state, "X", state.chosen, point),
      words: chosen,
    });

    /* In a crowd the ring lies over its neighbours: a tap on its rim takes the one it meant. */
    function hearBesideTheRing() {
      const ring = figure.part("this-one");
      let [right, down] = [0, 0];
      listen("pointerdown", (event) => {
        [right, down] = [event.clientX, event.clientY];
      });
      listen("click", (event) => {
        const { X, chosen } = figure.state();
        const dragged = Math.hypot(event.clientX - right, event.clientY - down) > 3;
        if (!ring.contains(event.target) || dragged || !figure.free()) return;
        const distances = X.map((other) => away(plane.at(event), other));
        const nearest = distances.indexOf(Math.min(...distances));
        if (nearest === chosen || distances[chosen] < RIM) return;
        ring.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); // not to be placed
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
      const unit = [plane.px, plane.py].map((to) => 1 / Math.abs(to(1) - to(0)));
      const inside = ([x, y]) => clamp(x, plane.x) === x && clamp(y, plane.y) === y;
      const ours = (event) =>
        figure.free() &&
        !event.target.closest(".em-handle") &&
        !stage.classList.contains("em-armed");
      let last = null;
      let stroke = false;
      listen("pointerdown", (event) => {
        const point = plane.at(event);
        const mouse = event.button === 0 && event.pointerType !== "touch";
        stroke = false;
        last = ours(event) && mouse && inside(point) ? point : null;
        if (last) event.preventDefault(); // or the words beside would be marked
      });
      listen("pointermove", (event) => {
        const point = plane.at(event);
        if (!last || !inside(point) || away(point, last) < SPRAY) return;
        const { length } = figure.state().X;
        const [turn, out] = [2.4 * length, SPRAY * Math.sqrt((length * 0.618) % 1)]; // no two alike
        const aside = [Math.cos(turn), Math.sin(turn)];
        add(point.map((value, d) => value + out * aside[d] * unit[d]));
        [last, stroke] = [point, true];
      });
      for (const type of ["pointerup", "pointercancel", "pointerleave"])
        listen(type, (event) => {
          if (type === "pointerleave" && event.target !== stage) return;
          if (last && stroke) figure.settle();
          last = null;
        });
      listen("click", (event) => {
        const [point, after] = [plane.at(event), stroke];
        stroke = false;
        if (after) event.stopImmediatePropagation();
        else if (ours(event)) {
          const taken = figure.state().X.some((other) => away(point, other) <= NEAR);
          if (taken) return; // the picker's
          event.stopImmediatePropagation();
          if (!inside(point)) return;
          add(point);
          figure.settle();
        }
      });
    }

    emlib.panel.drive(figure, { view, missing, decimals: 3, more: 20 });
    const [right, up] = labels.map((label, d) => label.replace(/ \(.*/, "") || "xy"[d]);
    figure.table({
      name: "parameters",
      caption: "The parameters",
      columns: [
        "cluster",
        "weight",
        `mean ${right}`,
        `mean ${up}`,
        `sd ${right}`,
        `sd ${up}`,
        "correlation",
      ],
      rows: (state) => {
        const { weights = [], means, covariances } = view(state)?.parameters || {};
        return weights.map((weight, k) => {
          const sds = [0, 1].map((d) => Math.sqrt(covariances[k][d][d]));
          const values = [weight, ...means[k], ...sds, covariances[k][0][1] / (sds[0] * sds[1])];
          const cells = values.map((value) => ({ text: show(value, 3), value }));
          return { head: names[k], cluster: names[k], link: `cluster-${k}`, cells };
        });
      },
    });
    if (paint) {
      const words = ["one", "two", "three"].slice(0, names.length);
      const options = words.map((text, k) => [k + 1, text]);
      figure.choice({ key: "n_components", label: "Clusters", options });
      const row = figure.row();
      figure.button(
        {
          label: "Add an observation",
          when: ({ X }) => X.length < most.X,
          press: (state) => {
            const [x, y] = place(state);
            add(state.X.length ? [x + (plane.x[1] - plane.x[0]) / 40, y] : middle);
          },
        },
        row,
      );
      figure.button(
        {
          label: "Remove this one",
          when: ({ X }) => X.length > 0,
          press: ({ X, chosen }) => ({
            X: X.filter((_, i) => i !== chosen),
            chosen: clamp(chosen, [0, Math.max(0, X.length - 2)]),
          }),
        },
        row,
      );
      const again = (label, X, when) =>
        figure.button({ label, when, press: () => ({ X, chosen: 0, half_steps: 0 }) }, row);
      again("Clear", [], ({ X }) => X.length > 0);
      for (const [label, X] of Object.entries(clouds)) again(label, X);
    }
    const folded = figure.row("Type numbers");
    const axes = [
      ["x", plane.x],
      ["y", plane.y],
    ];
    names.forEach((name, k) =>
      axes.forEach(([axis, [min, max]], d) =>
        figure.number(
          {
            key: "start",
            index: [k, d],
            label: `${name} starts at ${axis}`,
            min,
            max,
            step: step[d],
            slider: false,
            write: (value, state) => ({
              ...figure.put(state, "start", [k, d], value),
              half_steps: 0,
            }),
          },
          folded,
        ),
      ),
    );
    figure.number(
      {
        key: "chosen",
        label: "observation no.",
        min: 1,
        max: most.X,
        step: 1,
        decimals: 0,
        slider: false,
        read: ({ chosen }) => chosen + 1,
        write: (value, { X }) => ({ chosen: clamp(value - 1, [0, Math.max(0, X.length - 1)]) }),
      },
      folded,
    );
    axes.forEach(([axis, [min, max]], d) =>
      figure.number(
        {
          key: "X",
          index: d,
          label: `its ${axis}`,
          min,
          max,
          step: step[d],
          slider: false,
          read: (state) => place(state)[d],
          write: (value, state) =>
            state.X.length ? figure.put(state, "X", [state.chosen, d], value) : {},
        },
        folded,
      ),
    );

    return function parts(state) {
      const now = view(state) || {};
      const { parameters: { means = [], covariances } = {}, resp, trace = [], collapsed } = now;
      while (crowd.children.length > state.X.length) crowd.lastChild.remove();
      while (crowd.children.length < state.X.length) crowd.append(plain.cloneNode());
      state.X.forEach((point, i) => {
        const dot = crowd.children[i];
        plane.place(dot, point);
        dot.setAttribute("transform", `${dot.getAttribute("transform")} scale(0.8)`);
        shade(dot, resp?.[i], figure.clusters);
      });
      const moved = {
        "this-one": state.X.length ? place(state) : null,
        pick: state.X.length ? place(state) : null,
        ...traceParts(trace),
      };
      names.forEach((_, k) => {
        const there = k < means.length ? [means[k], covariances[k]] : null;
        for (const radius of [1, 2]) moved[`ellipse-${k}-${radius}`] = there;
        const start = state.half_steps === 0 && k < countOf(state);
        moved[`start-${k}`] = start ? state.start[k] : null;
        moved[`needle-${k}`] = collapsed?.k === k ? needle(collapsed) : null;
      });
      return moved;
    };

    /* The long axis of a covariance that has no width. */
    function needle({ mean: [x, y], covariance: [[xx, xy], [, yy]] }) {
      const turn = Math.atan2(2 * xy, xx - yy) / 2;
      const half = Math.sqrt((xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy));
      const [dx, dy] = [half * Math.cos(turn), half * Math.sin(turn)];
      return [
        [x - dx, y - dy],
        [x + dx, y + dy],
      ];
    }
    /* The start is left out of the range once there are others: it lies far below them. */
    function traceParts(trace) {
      const shown = trace.length > 2 ? trace.slice(1) : trace;
      const low = Math.min(...shown);
      const high = Math.max(...shown, low + 1);
      const up = (value) => clamp((value - low) / (high - low), [0, 1]);
      const points = trace.map((value, i) => [i, up(value)]);
      return {
        trace: points,
        "trace-now": points.at(-1) || null,
        "trace-high": trace.length > 1 ? show(high, 0) : "",
        "trace-low": trace.length ? show(low, 0) : "",
        "trace-start": trace.length > 2 ? `the start, ${show(trace[0], 0)}, lies below` : "",
      };
    }
  };
})(globalThis.emlib);
