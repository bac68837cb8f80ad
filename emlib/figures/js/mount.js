/* Bring a figure to life, in a page and in JupyterLab alike: one state, one update.
 *
 * In a page the markup is already there (drawn by emlib) and the state stands beside it as JSON.
 * In JupyterLab both come with the widget's model, and each entry of the state is a trait.
 *
 * A figure's own file registers   emlib.kinds[name] = (figure) => update
 * where update(state) moves what the picture shows; it is called for every change, whoever makes it.
 */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;
  emlib.kinds ??= {};
  emlib.live ??= {}; // the figures on screen by name, for whoever looks from the console

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const sameButGuess = (a, b) => same({ ...a, guess: 0 }, { ...b, guess: 0 });
  const rounded = (value) =>
    Array.isArray(value) ? value.map(rounded)
      : typeof value === "number" && Math.abs(value) < 1e15 ? Math.round(value * 1e6) / 1e6 + 0 : value;
  const within = (limits, value) =>
    Array.isArray(value) ? value.map((entry) => within(limits, entry))
      : limits && typeof value === "number" ? emlib.stage.clamp(value, limits) : value;
  /* Whether a stranger's value may stand where ours stood: same kind, same shape, finite. */
  const fits = (value, ours, most) =>
    Array.isArray(ours)
      ? Array.isArray(value) && (value.length === ours.length || value.length <= most)
        && value.every((v, i) => fits(v, ours[most ? 0 : i]))
      : typeof value === typeof ours && (typeof value !== "number" || Number.isFinite(value));

  /* What a picture is of, whatever its state: its words up to the first number, which belongs to the
   * state and may be what the reader is asked for. */
  function subject(words) {
    const [sentence] = words.split(/(?<=\.)\s/);
    const number = sentence.search(/\d/);
    return number < 0 ? sentence.replace(/\.$/, "") : sentence.slice(0, number).replace(/(^|[,;:])[^,;:]*$/, "");
  }

  function mount(root, store, config, place) {
    const first = config.state ?? store.read(); // JupyterLab may show a state that was moved before
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

    const figure = {
      root, config, panel, first,
      accepts: {}, // by key: whether a value is one that its picker or its choice knows
      clusters: config.clusters,
      state: () => store.read(),
      part: (name) => root.querySelector(`[data-part="${name}"]`),
      plane: (name) => emlib.stage.plane(root.querySelector(`[data-plane="${name}"]`)),
      /* The reader has committed to a guess, or there is nothing to guess. */
      revealed: () => !config.prediction || Boolean(store.read().guess),
      /* Whether controls may move: a question about what is on screen holds it still. */
      free: () => figure.revealed() || Boolean(config.prediction.place),
      onUpdate: (update) => updates.push(update),
      onClean: (clean) => cleaning.push(clean),
      set(patch) {
        const bounded = ([key, value]) => [key, within(config.limits[key], rounded(value))];
        store.write(Object.fromEntries(Object.entries(patch).map(bounded)));
        refresh();
      },
      refresh,
      say: (words) => { announcer.textContent = words; },
      /* The change is complete: remember what was before, and say once what is now. */
      settle() {
        clearTimeout(timer);
        timer = setTimeout(() => figure.words && figure.say(figure.words(store.read())), 350);
        const now = store.read();
        if (same(now, settled)) return;
        past.push(settled);
        settled = now;
        refresh();
      },
      undo() {
        if (!figure.canUndo()) return;
        while (sameButGuess(past.at(-1), store.read())) past.pop();
        settled = { ...past.pop(), guess: store.read().guess };
        store.write(settled);
        figure.settle();
        refresh();
      },
      canUndo: () => past.some((state) => !sameButGuess(state, store.read())),
      reset() {
        clearTimeout(timer);
        past.length = 0;
        settled = first;
        store.write(first);
        figure.say("As it was at first.");
        refresh();
      },
      canReset: () => !same(store.read(), first),
      address: place && (() => place.link(difference())),
    };
    for (const name of ["number", "choice", "button", "table", "readout", "symbols"])
      figure[name] = (options, parent = panel) => emlib.panel[name](figure, parent, options);
    figure.handle = (options) => {
      const free = () => figure.free() && (!options.when || options.when());
      const part = figure.part(options.part);
      const move = (point) => figure.set(options.patch(point, store.read()));
      const where = () => options.where(store.read());
      cleaning.push(emlib.stage.handle({ ...options, part, where, move, free, settle: figure.settle }));
      part.setAttribute("aria-label", options.label);
      part.dataset.key = options.key;
      if (options.index != null) part.dataset.index = options.index;
      updates.push((state) => {
        const [x, y] = options.where(state);
        options.plane.place(part, [x, y]);
        const axis = options.along === "y" ? 1 : 0;
        const [least, most] = (options.limits || [options.plane.x, options.plane.y])[axis];
        part.setAttribute("aria-valuemin", least);
        part.setAttribute("aria-valuemax", most);
        part.setAttribute("aria-valuenow", [x, y][axis]);
        part.setAttribute("aria-valuetext", options.words(state, figure.revealed()));
        part.setAttribute("aria-disabled", String(!free()));
      });
    };
    figure.picker = (options) => {
      const part = figure.part(options.part);
      const which = () => store.read()[options.key];
      const choose = (index) => figure.set({ [options.key]: index });
      const points = () => options.points(store.read());
      figure.accepts[options.key] = (value) => Number.isInteger(value) && value in points();
      cleaning.push(emlib.stage.picker({ ...options, part, which, choose, points, free: figure.free, settle: figure.settle }));
      part.setAttribute("aria-label", options.label);
      part.dataset.key = options.key;
      updates.push((state) => {
        const all = options.points(state);
        options.plane.place(part, all[state[options.key]]);
        part.setAttribute("aria-valuemin", 1);
        part.setAttribute("aria-valuemax", all.length);
        part.setAttribute("aria-valuenow", state[options.key] + 1);
        part.setAttribute("aria-valuetext", options.words(state, figure.revealed()));
      });
    };

    /* What differs from the first state, less the guess, which nobody makes for the reader. */
    function difference() {
      const entries = Object.entries(store.read());
      return Object.fromEntries(entries.filter(([key, value]) => key !== "guess" && !same(value, first[key])));
    }
    /* Take over what a link brought, as far as it could have been reached by hand. */
    function welcome(given) {
      const known = Object.entries(given).filter(([key, value]) =>
        key !== "guess" && Object.hasOwn(first, key) && fits(value, first[key], config.most?.[key])
        && (!figure.accepts[key] || figure.accepts[key](value)));
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
      const told = figure.revealed() && figure.words?.(state); // the parts themselves say where they are
      if (picture) picture.setAttribute("aria-label", [what, told].filter(Boolean).join(". ") || "The picture");
    }

    if (config.prediction) {
      const asked = make("div", { class: "em-asking" });
      root.prepend(asked);
      updates.push(emlib.panel.prediction(figure, asked));
    }
    if (picture) picture.setAttribute("role", "group");
    updates.push(emlib.kinds[config.kind](figure));
    emlib.panel.tools(figure, panel);
    panel.append(announcer);
    emlib.panel.linkViews(figure);

    if (place) welcome(place.given());
    settled = store.read();
    cleaning.push(store.listen(() => { refresh(); figure.settle(); }));
    root.classList.add("em-live");
    refresh();
    emlib.live[config.name] = figure;
    return () => {
      delete emlib.live[config.name];
      clearTimeout(timer);
      for (const clean of cleaning) clean();
    };
  }

  /* In a page: ?em=<name>:<state as JSON>#figure-<name> carries a state. */
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
      link(state) {
        const address = new URL(location.href);
        address.search = `?${new URLSearchParams({ em: `${name}:${JSON.stringify(state)}` })}`;
        address.hash = root.id;
        return address.href;
      },
    };
  }

  function hydrate(root) {
    const { config, state } = JSON.parse(root.querySelector("script[type='application/json']").textContent);
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
    const keys = Object.keys(config.state);
    el.innerHTML = config.markup;
    const root = el.querySelector("figure");
    let writing = false;
    const store = {
      read: () => Object.fromEntries(keys.map((key) => [key, model.get(key)])),
      write(patch) {
        writing = true;
        for (const [key, value] of Object.entries(patch)) model.set(key, value);
        writing = false;
        model.save_changes();
      },
      /* Only what others change: Python, or another view of the same figure. */
      listen(act) {
        const others = () => writing || act();
        for (const key of keys) model.on(`change:${key}`, others);
        return () => keys.forEach((key) => model.off(`change:${key}`, others));
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
})((globalThis.emlib ??= {}));
