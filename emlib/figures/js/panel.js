/* What surrounds the picture: the guess before the look, native controls, tables, and the tools
 * that every figure has (undo, reset, copy as Python, a link that carries the state). */
(function (emlib) {
  "use strict";

  const { make, clamp } = emlib.stage;
  emlib.fields ??= 0; // one count for all: JupyterLab loads this file once a figure
  const nextId = () => `em-field-${++emlib.fields}`;

  /* 0.73 and not 0.7300000001: so many decimals, a true minus sign. */
  function show(value, decimals = 2) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : String(value);
    const text = value.toFixed(decimals);
    return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
  }

  /* The guess comes first. `prediction` is what prediction.py wrote down. */
  function prediction(figure, parent) {
    const { ask, options, gaps, place } = figure.config.prediction;
    const box = make("fieldset", { class: "em-prediction" }, parent);
    make("legend", {}, box, ask);
    const group = nextId();
    let chosen = null;
    if (place) make("p", { class: "em-hint" }, box, place.how);
    else
      for (const [key, label] of options) {
        const line = make("label", { class: "em-option" }, box);
        const radio = make("input", { type: "radio", name: group, value: key }, line);
        make("span", {}, line, label);
        radio.addEventListener("change", () => {
          chosen = key;
          commit.disabled = false;
        });
      }
    const row = make("div", { class: "em-commit" }, box);
    const commit = make("button", { type: "button", disabled: !place }, row, "That is my guess: show me");
    commit.addEventListener("click", () => {
      figure.set({ guess: place ? String([figure.state()[place.key]].flat()[place.index ?? 0]) : chosen });
      figure.settle();
      told.focus();
    });
    if (place) {
      const unsure = make("button", { type: "button" }, row, "I am not sure: show me");
      unsure.addEventListener("click", () => {
        figure.set({ guess: "unsure" });
        figure.settle();
        told.focus();
      });
    }
    const told = make("div", { class: "em-told", tabindex: "-1" }, parent);
    make("p", { class: "em-asked" }, told, ask);
    const guess = make("p", { class: "em-guess" }, told);
    const gap = make("p", { class: "em-gap" }, told);

    function placeGap(said) {
      if (said === "unsure") return gaps.unsure;
      const off = Number(said) - place.answer;
      const key = Math.abs(off) <= place.tolerance ? "near" : off < 0 ? "below" : "above";
      return gaps[key];
    }
    return function update(state) {
      const said = state.guess;
      box.hidden = Boolean(said);
      told.hidden = !said;
      if (!said) {
        for (const radio of box.querySelectorAll("input")) radio.checked = radio.value === chosen;
        return;
      }
      chosen = null;
      commit.disabled = !place;
      const label = place
        ? said === "unsure" ? "not sure" : show(Number(said))
        : options.find(([key]) => key === said)[1];
      guess.textContent = `Your guess: ${label}.`;
      gap.textContent = place ? placeGap(said) : gaps[said];
    };
  }

  /* A number that a slider and a typed field change alike.
   *   key, index   where in the state (index for one entry of a list)
   *   label, min, max, step, decimals; words: (value) => value text                         */
  function number(figure, parent, options) {
    const { key, index, label, min, max, step, decimals = 2, slider = true, link } = options;
    const words = options.words || ((value) => `${label} ${show(value, decimals)}`);
    /* the entry at an index, or at several: [2, 0] is the first coordinate of the third point */
    const path = index == null ? [] : [index].flat();
    const read = options.read || ((state) => path.reduce((part, i) => part[i], state[key]));
    const put = (part, [first, ...rest], entry) =>
      first == null ? entry : part.map((old, i) => (i === first ? put(old, rest, entry) : old));
    const write = (value) => {
      const within = clamp(decimals === 0 ? Math.round(value) : value, [min, max]);
      if (options.write) figure.set(options.write(within, figure.state()));
      else figure.set({ [key]: put(figure.state()[key], path, within) });
    };
    const row = make("div", { class: "em-number", "data-link": link, "data-key": key, "data-index": index }, parent);
    const id = nextId();
    make("label", { for: id }, row, label);
    const typed = make("input", { type: "number", id, min, max, step: "any", inputmode: "decimal" }, row);
    typed.addEventListener("change", () => {
      if (typed.value !== "" && Number.isFinite(Number(typed.value))) write(Number(typed.value));
      figure.settle();
      figure.refresh();
    });
    let range = null;
    if (slider) {
      range = make("input", { type: "range", min, max, step, "aria-label": label }, row);
      range.addEventListener("input", () => write(Number(range.value)));
      range.addEventListener("change", () => figure.settle());
      range.addEventListener("keydown", (event) => {
        const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
        if (!event.shiftKey || !way) return;
        event.preventDefault();
        write(read(figure.state()) + (way * step) / 10);
        figure.settle();
      });
    }
    figure.onUpdate((state) => {
      const value = read(state);
      if (document.activeElement !== typed || Number(typed.value) !== value) typed.value = value;
      typed.disabled = !figure.free();
      if (!range) return;
      range.value = value;
      range.setAttribute("aria-valuetext", words(value));
      range.disabled = !figure.free();
    });
  }

  /* One of a few: native radio buttons in a row. options: [[value, label], …] */
  function choice(figure, parent, { key, label, options, always = false }) {
    const box = make("fieldset", { class: "em-choice" }, parent);
    make("legend", {}, box, label);
    const name = nextId();
    figure.accepts[key] = (wanted) => options.some(([value]) => value === wanted);
    const radios = options.map(([value, text]) => {
      const line = make("label", { class: "em-option" }, box);
      const radio = make("input", { type: "radio", name, value }, line);
      make("span", {}, line, text);
      radio.addEventListener("change", () => {
        figure.set({ [key]: value });
        figure.settle();
      });
      return [radio, value];
    });
    figure.onUpdate((state) => {
      box.disabled = !(always || figure.free());
      for (const [radio, value] of radios) radio.checked = state[key] === value;
    });
    return box;
  }

  function button(figure, parent, { label, press, when = () => true, always = false }) {
    const element = make("button", { type: "button" }, parent, label);
    element.addEventListener("click", () => {
      press(figure.state());
      figure.settle();
    });
    figure.onUpdate((state) => {
      element.disabled = !((always || figure.free()) && when(state));
    });
    return element;
  }

  /* A table of numbers. rows(state) => [{ head, cells: [{ text, value, link }], link, mark }]
   * Cells are made once and filled by update; `value` keeps every digit for whoever looks, and a
   * table with a `name` carries all its values as a readout does.  */
  function table(figure, parent, { caption, columns, rows, reveal = true, name }) {
    const frame = make("div", { class: `em-table${reveal ? " em-reveal" : ""}`, tabindex: "0", role: "group", "aria-label": caption, "data-readout": name }, parent);
    const element = make("table", {}, frame);
    make("caption", {}, element, caption);
    const head = make("tr", {}, make("thead", {}, element));
    for (const column of columns) {
      const title = typeof column === "string" ? { text: column } : column;
      make("th", { scope: "col", "data-link": title.link, class: title.cluster && `em-cluster em-${title.cluster}` }, head, title.text);
    }
    const body = make("tbody", {}, element);
    figure.onUpdate((state) => {
      const wanted = rows(state);
      while (body.children.length > wanted.length) body.lastChild.remove();
      if (name) frame.dataset.value = JSON.stringify(wanted.map((row) => row.cells.map((cell) => cell.value)));
      wanted.forEach((row, i) => {
        const line = body.children[i] || make("tr", {}, body);
        line.className = row.mark ? "em-marked" : "";
        const cells = [{ text: row.head, head: true, link: row.link, cluster: row.cluster }, ...row.cells];
        cells.forEach((cell, j) => {
          const spot = line.children[j] || make(cell.head ? "th" : "td", cell.head ? { scope: "row" } : {}, line);
          if (spot.textContent !== cell.text) spot.textContent = cell.text;
          spot.className = cell.cluster ? `em-cluster em-${cell.cluster}` : cell.mark ? "em-marked" : "";
          if (cell.link) spot.dataset.link = cell.link;
          if (cell.value != null) spot.dataset.value = cell.value;
        });
      });
    });
    return frame;
  }

  /* A line of words that follows the state; `value` as in table. */
  function readout(figure, parent, { words, value, reveal = true, name }) {
    const line = make("p", { class: `em-readout${reveal ? " em-reveal" : ""}`, "data-readout": name }, parent);
    figure.onUpdate((state) => {
      line.textContent = words(state);
      if (value) line.dataset.value = JSON.stringify(value(state));
    });
    return line;
  }

  /* Drive a run of EM by half-steps: forward and back, how far it is, and its log-likelihood.
   *   view      (state) => what emlib.makeRun shows, or null      decimals  of the log-likelihood
   *   collapsed  onto what, where the loop ends                   more  half-steps of a long press
   *   missing   (state) => a sentence, where there is nothing to run    */
  function drive(figure, { view, decimals, collapsed, more, missing = () => "" }) {
    const most = figure.config.limits.half_steps[1];
    const likelihood = (state) => (view(state) ? view(state).trace.at(-1) : NaN);
    const said = (state) => {
      if (missing(state)) return missing(state);
      const { stopped, trace } = view(state);
      const [done, half] = [trace.length - 1, !stopped && state.half_steps % 2];
      return `${done} ${done === 1 ? "iteration" : "iterations"}${half ? " and an E-step" : ""}; log-likelihood ${show(likelihood(state), decimals)}`;
    };
    figure.words = (state) => (figure.revealed() ? said(state) : "the start");
    figure.accepts.half_steps = Number.isInteger;
    const row = make("div", { class: "em-row" }, figure.panel);
    const go = (label, by, when) => figure.button({
      label, when: (state) => !missing(state) && when(state.half_steps),
      press: ({ half_steps: h }) => figure.set({ half_steps: h + by }),
    }, row);
    go("E-step", 1, (h) => h % 2 === 0 && h < most);
    go("M-step", 1, (h) => h % 2 === 1 && h < most);
    go("Back", -1, (h) => h > 0);
    if (more) go("Ten iterations", more, (h) => h < most);
    figure.number({
      key: "half_steps", label: "half-steps", min: 0, max: most, step: 1, decimals: 0,
      words: () => said(figure.state()),
    });
    figure.readout({ name: "likelihood", value: likelihood, words: (state) => {
      const stopped = view(state) && view(state).stopped;
      const end = stopped ? ` A cluster has collapsed onto ${collapsed}: the loop has ended.` : "";
      return missing(state) || `${said(state)}.${end}`;
    } });
  }

  /* Python that goes so many half-steps from `start`, to the parameters and the responsibilities on
   * screen: after an M-step those are still what the E-step before it gave. */
  function stepsInPython(halfSteps) {
    if (halfSteps === 0) return "start";
    return `run = emlib.fit_em(X, start, tol=0, max_iter=${Math.floor(halfSteps / 2)}, keep_history=True)\n` +
      `held = run.history[${halfSteps % 2 ? -1 : -2}]\n` +
      "run.parameters, emlib.responsibilities(X, held.weights, held.means, held.covariances)";
  }

  /* Keep what carries this link marked, until it or another one is pinned. */
  function togglePin(figure, link) {
    const on = figure.root.dataset.pinned !== link;
    figure.root.dataset.pinned = on ? link : "";
    for (const element of figure.root.querySelectorAll("[data-pin]"))
      element.setAttribute("aria-pressed", String(on && element.dataset.pin === link));
    figure.mark([]);
  }

  /* The symbols of the equation as buttons, each with what it is now: press one, and the thing that
   * it stands for is marked in the picture and stays marked. entries: [{ link, symbol, words }] */
  function symbols(figure, parent, { label, entries }) {
    const equation = figure.root.querySelector(".em-equation");
    if (equation) parent.append(equation);
    const list = make("ul", { class: "em-symbols", "aria-label": label }, parent);
    for (const { link, symbol, words } of entries) {
      const item = make("li", { "data-link": link }, list);
      const pin = { type: "button", "aria-pressed": "false", "data-pin": link };
      const press = make("button", pin, item, symbol);
      const said = make("span", {}, item);
      press.addEventListener("click", () => togglePin(figure, link));
      figure.onUpdate((state) => {
        said.textContent = words(state, figure.revealed());
      });
    }
    return list;
  }

  /* The way back, from a thing in the picture to its symbol: point at it, press it, or walk from
   * one to the next with the arrow keys. One Tab stop for all. entries: [{ part, link, words }] */
  function things(figure, { entries }) {
    const all = entries.map(({ part, link, words }) => {
      const element = figure.part(part);
      element.classList.add("em-thing");
      for (const [key, value] of Object.entries({ role: "button", "aria-pressed": "false", "data-pin": link, "data-link": link }))
        element.setAttribute(key, value);
      figure.onUpdate((state) => element.setAttribute("aria-label", words(state)));
      return element;
    });
    const stop = (here) => all.forEach((element) => element.setAttribute("tabindex", element === here ? 0 : -1));
    stop(all[0]);
    const press = (link) => figure.root.querySelector(".em-armed") || togglePin(figure, link);
    all.forEach((element, i) => {
      element.addEventListener("click", () => press(entries[i].link));
      element.addEventListener("keydown", (event) => {
        const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === "Enter" || event.key === " ") press(entries[i].link);
        else if (way) {
          const next = all[(i + way + all.length) % all.length];
          stop(next);
          next.focus();
        } else return;
        event.preventDefault();
      });
    });
  }

  async function copy(figure, area, text, what) {
    area.value = text;
    area.parentElement.hidden = false;
    area.rows = text.split("\n").length;
    area.focus();
    area.select();
    try {
      await navigator.clipboard.writeText(text);
      figure.say(`${what} copied.`);
    } catch {
      figure.say(`${what} selected: copy it from the field below the figure.`);
    }
  }

  /* Undo, reset, copy as Python, copy a link. */
  function tools(figure, parent) {
    const row = make("div", { class: "em-tools" }, parent);
    const tool = (label, act) => {
      const element = make("button", { type: "button" }, row, label);
      element.addEventListener("click", act);
      return element;
    };
    const undo = tool("Undo", () => figure.undo());
    const reset = tool("Reset", () => figure.reset());
    const field = make("div", { class: "em-copied", hidden: true }, parent);
    const id = nextId();
    make("label", { for: id }, field, "Copied");
    const area = make("textarea", { id, readonly: true, spellcheck: "false" }, field);
    if (figure.python)
      tool("Copy as Python", () => copy(figure, area, figure.python(figure.state()), "Python"));
    if (figure.address) tool("Copy link", () => copy(figure, area, figure.address(), "Link"));
    figure.onUpdate(() => {
      undo.disabled = !figure.canUndo();
      reset.disabled = !figure.canReset();
    });
  }

  /* Pointing at, or focusing, one of several things that carry the same data-link marks them all,
   * in the picture, the equation and the tables. */
  function linkViews(figure) {
    const { root } = figure;
    figure.mark = (names) => {
      const wanted = [...names, ...(root.dataset.pinned || "").split(" ")].filter(Boolean);
      for (const element of root.querySelectorAll("[data-link]")) {
        const own = element.dataset.link.split(" ");
        element.classList.toggle("em-linked", own.some((name) => wanted.includes(name)));
      }
    };
    const under = (event) => {
      const source = event.target.closest("[data-link]");
      figure.mark(source ? source.dataset.link.split(" ") : []);
    };
    for (const type of ["pointerover", "focusin"]) root.addEventListener(type, under);
    for (const type of ["pointerleave", "focusout"])
      root.addEventListener(type, () => figure.mark([]));
  }

  emlib.panel = {
    nextId, show, prediction, number, choice, button, table, readout, symbols, things, tools, linkViews,
    drive, stepsInPython,
  };
})((globalThis.emlib ??= {}));
