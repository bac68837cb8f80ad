/* Bring a figure to life, in a page and in JupyterLab alike: one state, one update.
 *
 * In a page the markup is already there (drawn by emlib) and the state stands beside it as JSON.
 * In JupyterLab both come with the widget's model, and each entry of the state is a trait.
 *
 * A figure's own file registers   emlib.kinds[name] = (figure) => parts
 * where parts(state) returns a value for each part of the picture that changes; it is called for
 * every change, whoever makes it.
 */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;
  emlib.kinds ??= {};
  emlib.live ??= {}; // the figures on screen by name, for whoever looks from the console

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const sameButGuess = (a, b) => same({ ...a, guess: 0 }, { ...b, guess: 0 });
  const DIGITS = 1e6; // as state.py rounds
  function rounded(value) {
    if (Array.isArray(value)) return value.map(rounded);
    const number = typeof value === "number" && Math.abs(value) < 1e15;
    return number ? Math.round(value * DIGITS) / DIGITS + 0 : value;
  }
  /* [low, high] of an entry: bounds are numbers, or lists for the entries of the innermost list */
  const boundsAt = (limits, i) => limits.map((end) => (Array.isArray(end) ? (end[i] ?? end) : end));
  function within(limits, value) {
    if (!limits) return value;
    if (Array.isArray(value)) {
      const nested = Array.isArray(value[0]);
      return value.map((entry, i) => within(nested ? limits : boundsAt(limits, i), entry));
    }
    return typeof value === "number" ? emlib.stage.clamp(value, limits) : value;
  }
  /* Whether a stranger's value may stand where ours stood: same kind, same shape, finite. */
  function fits(value, ours, most) {
    if (!Array.isArray(ours))
      return typeof value === typeof ours && (typeof value !== "number" || Number.isFinite(value));
    const asMany = Array.isArray(value) && (value.length === ours.length || value.length <= most);
    return asMany && value.every((v, i) => fits(v, ours[most ? 0 : i]));
  }

  /* What a picture is of, whatever its state: its words up to the first number, which belongs to
   * the state and may be what the reader is asked for. */
  function subject(words) {
    const [sentence] = words.split(/(?<=\.)\s/);
    const number = sentence.search(/\d/);
    if (number < 0) return sentence.replace(/\.$/, "");
    return sentence.slice(0, number).replace(/(^|[,;:])[^,;:]*$/, "");
  }

  function mount(root, store, config, place) {
    const first = store.first ?? store.read();
    const updates = [];
    const past = [];
    const cleaning = [];
    let settled = first;
    let timer = null;
    const picture = root.querySelector(".em-stage svg");
    const what = picture && subject(picture.getAttribute("aria-label"));
    const panel = root.querySelector(".em-panel") || make("div", { class: "em-panel" });
    root.querySelector("figcaption").after(panel);
    panel.textContent = "";
    const announcer = make("p", { class: "em-announcer", role: "status" });
    const move = emlib.stage.mover(root, config.clusters);
    const path = (index) => (index == null ? [] : [index].flat());

    const figure = {
      root,
      config,
      panel,
      first,
      accepts: {}, // by key: whether a value is one that its picker or its choice knows
      clusters: config.clusters,
      names: config.clusters.map(({ name }) => name),
      state: () => store.read(),
      part: (name) => root.querySelector(`[data-part="${name}"]`),
      plane: (name) => emlib.stage.plane(root.querySelector(`[data-plane="${name}"]`)),
      /* green 0.80, blue 0.20 */
      list: (values, spell = emlib.panel.share) =>
        values.map((value, k) => `${figure.names[k]} ${spell(value)}`).join(", "),
      /* The reader has committed to a guess, or there is nothing to guess. */
      revealed: () => !config.prediction || Boolean(store.read().guess),
      /* Whether controls may move: a question about what is on screen holds it still. */
      free: () => figure.revealed() || Boolean(config.prediction.place),
      held: () => {},
      amend: () => ({}), // what a change entails
      onUpdate: (update) => updates.push(update),
      onClean: (clean) => cleaning.push(clean),
      /* An entry of the state: state[key], or its entry at an index or at several. */
      get: (state, key, index) => path(index).reduce((part, i) => part[i], state[key]),
      put(state, key, index, value) {
        const change = (part, [i, ...rest]) =>
          i == null ? value : part.map((old, j) => (j === i ? change(old, rest) : old));
        return { [key]: change(state[key], path(index)) };
      },
      /* [low, high] of an entry, as its trait says. */
      limits(key, index) {
        const limits = config.limits[key] || [-Infinity, Infinity];
        return index == null ? limits : boundsAt(limits, path(index).at(-1));
      },
      set(patch) {
        const bounded = ([key, value]) => [key, within(config.limits[key], rounded(value))];
        store.write(Object.fromEntries(Object.entries(patch).map(bounded)));
        store.write(figure.amend(store.read()));
        refresh();
      },
      refresh,
      say: (words) => {
        announcer.textContent = words;
      },
      /* The change is complete: remember what was before, and say once what is now. */
      settle() {
        clearTimeout(timer);
        timer = setTimeout(() => figure.words && figure.say(figure.words(store.read())), 350);
        const now = store.read();
        if (same(now, settled)) return;
        past.push(settled);
        settled = now;
        place?.keep(difference(true));
        refresh();
      },
      undo() {
        if (!figure.canUndo()) return;
        while (sameButGuess(past.at(-1), store.read())) past.pop();
        settled = { ...past.pop(), guess: store.read().guess };
        store.write(settled);
        place?.keep(difference(true));
        figure.settle();
        refresh();
      },
      canUndo: () => past.some((state) => !sameButGuess(state, store.read())),
      reset() {
        clearTimeout(timer);
        past.length = 0;
        settled = first;
        store.write(first);
        place?.keep({});
        figure.say("As it was at first.");
        refresh();
      },
      canReset: () => !same(store.read(), first),
      address: place && (() => place.link(difference())),
    };
    for (const [name, control] of Object.entries(emlib.controls))
      figure[name] = (options, parent = panel) => control(figure, parent, options);

    /* What every handle and picker is: named, its place told, and no Tab stop while it is held. */
    function voice(part, { key, label, words }, free, span) {
      part.setAttribute("aria-label", label);
      part.dataset.key = key;
      updates.push((state) => {
        const [least, most, now] = span(state);
        emlib.stage.attributes(part, { "aria-valuemin": least, "aria-valuemax": most });
        part.setAttribute("aria-valuenow", now);
        const say = words || figure.words;
        part.setAttribute("aria-valuetext", say(state, figure.revealed()));
        part.setAttribute("aria-disabled", String(!free()));
        part.setAttribute("tabindex", free() ? 0 : -1);
      });
    }
    /* A handle of an entry of the state, which is a coordinate (`along` "x" or "y"; the other is
     * `at`, a number or a function of the state) or a point; or of what `where` and `patch` say. */
    figure.handle = (options) => {
      const { key, index, along = "xy", at = 0, plane } = options;
      const fixed = (state) => (typeof at === "function" ? at(state) : at);
      const entry = (state) => figure.get(state, key, index);
      const axis = along === "y" ? 1 : 0;
      // the index of a point says which point, and not which of its coordinates
      const bounds = figure.limits(key, along === "xy" ? null : index);
      const own = along === "xy" ? [0, 1].map((d) => boundsAt(bounds, d)) : [bounds, bounds];
      const limits =
        options.limits ||
        own.map((ends, d) =>
          ends.map((end, m) => (Number.isFinite(end) ? end : [plane.x, plane.y][d][m])),
        );
      const around = {
        xy: entry,
        x: (state) => [entry(state), fixed(state)],
        y: (state) => [fixed(state), entry(state)],
      };
      const where = options.where || around[along];
      const patch =
        options.patch ||
        ((point, state) => figure.put(state, key, index, along === "xy" ? point : point[axis]));
      const free = () => figure.free() && (!options.when || options.when());
      const part = figure.part(options.part);
      const { settle } = figure;
      const held = () => figure.held();
      const here = () => where(store.read());
      const go = (point) => figure.set(patch(point, store.read()));
      const reach =
        along === "x" ? [limits[0], plane.y] : along === "y" ? [plane.x, limits[1]] : limits;
      const acts = { where: here, move: go, free, held, settle };
      cleaning.push(emlib.stage.handle({ ...options, ...acts, part, along, limits: reach }));
      if (index != null) part.dataset.index = index;
      const label =
        along === "xy" ? `${options.label}; arrow keys move it both ways` : options.label;
      voice(part, { ...options, label }, free, (state) => [...limits[axis], where(state)[axis]]);
      updates.push((state) => plane.place(part, where(state)));
    };
    figure.picker = (options) => {
      const { key, plane } = options;
      const part = figure.part(options.part);
      const which = () => store.read()[key];
      const choose = (index) => figure.set({ [key]: index });
      const points = () => options.points(store.read());
      const { free, settle } = figure;
      const held = () => figure.held();
      figure.accepts[key] = (value) => Number.isInteger(value) && value in points();
      const acts = { which, choose, points, free, settle, held };
      cleaning.push(emlib.stage.picker({ ...options, ...acts, part }));
      voice(part, options, free, (state) => [1, points().length, state[key] + 1]);
      updates.push((state) => plane.place(part, points()[state[key]]));
    };

    /* What differs from the first state; without the guess, which nobody makes for the reader. */
    function difference(guess = false) {
      const entries = Object.entries(store.read());
      const differs = ([key, value]) => (guess || key !== "guess") && !same(value, first[key]);
      return Object.fromEntries(entries.filter(differs));
    }
    /* Take over what a link brought or what was kept, as far as it could be reached by hand. */
    function welcome(given, guess = false) {
      const known = Object.entries(given).filter(
        ([key, value]) =>
          (guess || key !== "guess") &&
          Object.hasOwn(first, key) &&
          fits(value, first[key], config.most?.[key]) &&
          (!figure.accepts[key] || figure.accepts[key](value)),
      );
      if (!known.length) return;
      try {
        figure.set(Object.fromEntries(known));
      } catch {
        store.write(first);
      }
    }
    function refresh() {
      const state = store.read();
      root.classList.toggle("em-revealed", figure.revealed());
      for (const update of updates) update(state);
      if (!picture) return;
      const told = figure.revealed() && figure.words?.(state); // parts say where they are
      picture.setAttribute("aria-label", [what, told].filter(Boolean).join(". ") || "The picture");
    }

    if (config.prediction) {
      const asked = make("div", { class: "em-asking" });
      root.prepend(asked);
      updates.push(emlib.panel.prediction(figure, asked));
      const { options, place: sought } = config.prediction;
      figure.accepts.guess = (value) =>
        value === "unsure" ||
        (sought ? value !== "" && Number.isFinite(Number(value)) : new Map(options).has(value));
    } else figure.accepts.guess = () => false;
    if (picture) picture.setAttribute("role", "group");
    const parts = emlib.kinds[config.kind](figure);
    updates.push((state) => move(parts(state) || {}));
    emlib.panel.tools(figure, panel);
    panel.append(announcer);
    emlib.panel.linkViews(figure);

    if (place) {
      welcome(place.kept(), true);
      welcome(place.given());
    }
    settled = store.read();
    cleaning.push(
      store.listen(() => {
        refresh();
        figure.settle();
      }),
    );
    root.classList.add("em-live");
    refresh();
    emlib.live[config.name] = figure;
    return () => {
      delete emlib.live[config.name];
      clearTimeout(timer);
      for (const clean of cleaning) clean();
    };
  }

  /* In a page: ?em=<name>:<state as JSON>#figure-<name> carries a state, and the reader's own
   * device keeps one (memory.js). */
  function pagePlace(root, name) {
    const read = () => {
      const all = new URLSearchParams(location.search).getAll("em");
      return all.find((text) => text.startsWith(`${name}:`));
    };
    return {
      given() {
        try {
          return JSON.parse(read().slice(name.length + 1)) ?? {};
        } catch {
          return {};
        }
      },
      kept: () => emlib.memory?.read(name) ?? {},
      keep: (state) => emlib.memory?.write(name, state),
      link(state) {
        const address = new URL(location.href);
        address.search = `?${new URLSearchParams({ em: `${name}:${JSON.stringify(state)}` })}`;
        address.hash = root.id;
        return address.href;
      },
    };
  }

  function hydrate(root) {
    const data = root.querySelector("script[type='application/json']");
    const { config, state } = JSON.parse(data.textContent);
    const store = {
      read: () => ({ ...state }),
      write: (patch) => Object.assign(state, patch),
      listen: () => () => {},
    };
    mount(root, store, config, pagePlace(root, config.name));
  }

  /* In JupyterLab: anywidget calls this for each view. */
  emlib.render = function ({ model, el }) {
    const config = model.get("config");
    el.innerHTML = model.get("markup");
    const root = el.querySelector("figure");
    let writing = false;
    const store = {
      first: config.first, // the figure may be shown in a state that was moved before
      read: () => Object.fromEntries(config.keys.map((key) => [key, model.get(key)])),
      write(patch) {
        writing = true;
        for (const [key, value] of Object.entries(patch)) model.set(key, value);
        writing = false;
        model.save_changes();
      },
      /* Only what others change: Python, or another view of the same figure. */
      listen(act) {
        const others = () => writing || act();
        for (const key of config.keys) model.on(`change:${key}`, others);
        return () => config.keys.forEach((key) => model.off(`change:${key}`, others));
      },
    };
    return mount(root, store, config, null);
  };

  /* One broken figure keeps its picture and its answer, and the others live. */
  emlib.hydrateAll = function () {
    for (const root of document.querySelectorAll("figure.em-figure:not(.em-live)")) {
      try {
        hydrate(root);
      } catch (error) {
        console.error(`The figure ${root.id} stays a picture:`, error);
      }
    }
  };
})(globalThis.emlib);
