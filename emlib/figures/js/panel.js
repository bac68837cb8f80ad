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

  /* A share: with two decimals, and with four where two would say none or all of it. */
  function share(value) {
    const text = show(value);
    return text === "0.00" || text === "1.00" ? show(value, 4) : text;
  }

  /* Every number that the words may mean: 0.8, 0,8, .8, 4/5, 80 %, 8e-1, 8·10^-1. None: []. */
  function numbersIn(words) {
    const plain = words
      .replace(/[\s_]/g, "")
      .replace(/[\u2212\u2013]/g, "-")
      .replace(/[\u00b7\u00d7*]10(?:\^|\*\*)?/, "e")
      .replace(/^(?:r|p|x)?=/, "");
    const [, top, , below, percent] =
      plain.match(/^(([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?))(?:[/:](\d+[.,]?\d*))?(%)?$/i) ||
      [];
    if (top === undefined) return [];
    const read = (text) => Number(text.replace(",", "."));
    const value = read(top) / (below ? read(below) : 1);
    if (!Number.isFinite(value)) return [];
    return percent ? [value / 100, value] : [value];
  }
  const UNREADABLE = "I cannot read that. Write a number like 0.8, 4/5 or 80%.";

  /* The guess comes first. `prediction` is what prediction.py wrote down. */
  function prediction(figure, parent) {
    const { ask, options, gaps, place } = figure.config.prediction;
    const box = make("fieldset", { class: "em-prediction" }, parent);
    make("legend", {}, box, ask);
    const group = nextId();
    let chosen = null;
    if (place) make("p", { class: "em-hint" }, box, place.how);
    for (const [key, label] of options || []) {
      const radio = option(box, group, key, label);
      radio.addEventListener("change", () => {
        chosen = key;
        commit.disabled = false;
      });
    }
    const held = make("p", { class: "em-held", role: "status" }, box);
    figure.held = () => (held.textContent = "First your guess: then it moves.");
    const row = make("div", { class: "em-row" }, box);
    function press(label, guess) {
      const button = make("button", { type: "button" }, row, label);
      button.addEventListener("click", (event) => {
        told.hidden = false; // it takes the focus over, and shows it to whoever uses keys
        told.classList.toggle("em-by-hand", event.detail > 0);
        told.focus();
        figure.set({ guess: guess() });
        figure.settle();
      });
      return button;
    }
    const placed = () => String([figure.state()[place.key]].flat()[place.index ?? 0]);
    const commit = press("That is my guess: show me", () => (place ? placed() : chosen));
    commit.disabled = !place;
    if (place) press("I am not sure: show me", () => "unsure");
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
    return function update({ guess: said }) {
      box.hidden = Boolean(said);
      told.hidden = !said;
      if (!said) {
        for (const radio of box.querySelectorAll("input")) radio.checked = radio.value === chosen;
        return;
      }
      chosen = null;
      commit.disabled = !place;
      held.textContent = "";
      const unsure = place && said === "unsure" ? "not sure" : null;
      const label = unsure || (place ? show(Number(said)) : new Map(options).get(said));
      guess.textContent = `Your guess: ${label}.`;
      gap.textContent = place ? placeGap(said) : gaps[said];
    };
  }

  /* A radio button with its words, in a line of its own. */
  function option(parent, name, value, text) {
    const line = make("label", { class: "em-option" }, parent);
    const radio = make("input", { type: "radio", name, value }, line);
    make("span", {}, line, text);
    return radio;
  }

  /* Controls side by side, folded under `summary` if there is one. */
  function row(_figure, parent, summary) {
    const fold = summary && make("details", {}, parent);
    if (fold) make("summary", {}, fold, summary);
    return make("div", { class: "em-row" }, fold || parent);
  }

  /* A number that a slider and a typed field change alike.
   *   key, index   where in the state: index, or [2, 0] for the first entry of the third list
   *   label, step, decimals; words: (value) => value text; min and max, or else the trait's
   *   read, write  (state) => value, (value, state) => patch, where the state holds it otherwise */
  function number(figure, parent, options) {
    const { key, index, label, step, decimals = 2, slider = true, link } = options;
    const [low, high] = figure.limits(key, index);
    const { min = low, max = high } = options;
    const words = options.words || ((value) => `${label} ${show(value, decimals)}`);
    const read = options.read || ((state) => figure.get(state, key, index));
    const write = (value) => {
      const within = clamp(decimals === 0 ? Math.round(value) : value, [min, max]);
      const patch = options.write || ((now, state) => figure.put(state, key, index, now));
      figure.set(patch(within, figure.state()));
    };
    const data = { "data-link": link, "data-key": key, "data-index": index };
    const line = make("div", { class: "em-number", ...data }, parent);
    const id = nextId();
    make("label", { for: id }, line, label);
    const field = { type: "number", id, min, max, step: "any", inputmode: "decimal" };
    const typed = make("input", field, line);
    typed.addEventListener("change", () => {
      if (typed.value !== "" && Number.isFinite(Number(typed.value))) write(Number(typed.value));
      figure.settle();
      figure.refresh();
    });
    const range =
      slider && make("input", { type: "range", min, max, step, "aria-label": label }, line);
    if (range) {
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
  function choice(figure, parent, { key, label, options }) {
    const box = make("fieldset", { class: "em-choice" }, parent);
    make("legend", {}, box, label);
    const name = nextId();
    figure.accepts[key] = (wanted) => options.some(([value]) => value === wanted);
    const radios = options.map(([value, text]) => {
      const radio = option(box, name, value, text);
      radio.addEventListener("change", () => {
        figure.set({ [key]: value });
        figure.settle();
      });
      return [radio, value];
    });
    figure.onUpdate((state) => {
      box.disabled = !figure.free();
      for (const [radio, value] of radios) radio.checked = state[key] === value;
    });
  }

  /* press: (state) => the change, if it does not make it itself */
  function button(figure, parent, { label, press, when = () => true }) {
    const element = make("button", { type: "button" }, parent, label);
    element.addEventListener("click", () => {
      figure.set(press(figure.state()) || {});
      figure.settle();
    });
    figure.onUpdate((state) => {
      element.disabled = !(figure.free() && when(state));
    });
    return element;
  }

  /* A table of numbers. rows(state) => [{ head, cells: [{ text, value, link }], link, mark }]
   * Cells are made once and filled by update; `value` keeps every digit for whoever looks, and a
   * table with a `name` carries all its values as a readout does.  */
  function table(figure, parent, { caption, columns, rows, name }) {
    const place = { tabindex: "0", role: "group", "aria-label": caption, "data-readout": name };
    const frame = make("div", { class: "em-table em-reveal", ...place }, parent);
    const element = make("table", {}, frame);
    make("caption", {}, element, caption);
    const head = make("tr", {}, make("thead", {}, element));
    for (const column of columns) {
      const { text, link, cluster } = typeof column === "string" ? { text: column } : column;
      const look = { class: cluster && `em-cluster em-${cluster}`, "data-link": link };
      make(text ? "th" : "td", { scope: text ? "col" : null, ...look }, head, text);
    }
    const body = make("tbody", {}, element);
    function fill(line, cell, j) {
      const tag = cell.head ? "th" : "td";
      const spot = line.children[j] || make(tag, { scope: cell.head && "row" }, line);
      if (spot.textContent !== cell.text) spot.textContent = cell.text;
      const marked = cell.mark ? "em-marked" : "";
      spot.className = cell.cluster ? `em-cluster em-${cell.cluster}` : marked;
      if (cell.link) spot.dataset.link = cell.link;
      if (cell.value != null) spot.dataset.value = cell.value;
    }
    figure.onUpdate((state) => {
      const wanted = rows(state);
      while (body.children.length > wanted.length) body.lastChild.remove();
      const values = wanted.map(({ cells }) => cells.map((cell) => cell.value));
      if (name) frame.dataset.value = JSON.stringify(values);
      wanted.forEach(({ head: text, link, cluster, cells, mark }, i) => {
        const line = body.children[i] || make("tr", {}, body);
        line.className = mark ? "em-marked" : "";
        [{ text, link, cluster, head: true }, ...cells].forEach((cell, j) => fill(line, cell, j));
      });
    });
  }

  /* A line of words that follows the state: value(state), and words(value, state). */
  function readout(figure, parent, { words, value = () => null, reveal = true, name, link }) {
    const look = { class: `em-readout${reveal ? " em-reveal" : ""}`, "data-link": link };
    const line = make("p", { ...look, "data-readout": name }, parent);
    figure.onUpdate((state) => {
      const now = value(state);
      line.textContent = words(now, state);
      if (now !== null) line.dataset.value = JSON.stringify(now);
    });
    return line;
  }

  /* Drive a run of EM by half-steps: forward and back, how far it is, and its log-likelihood.
   *   view      (state) => what emlib.makeRun shows, or null      decimals  of the log-likelihood
   *   missing   (state) => a sentence, where there is nothing to run   more  of a long press   */
  function drive(figure, { view, decimals, more, missing = () => "" }) {
    const [, most] = figure.limits("half_steps");
    const likelihood = (state) => view(state)?.trace.at(-1) ?? NaN;
    const last = (state) => Math.min(most, view(state)?.last ?? most);
    /* a run that has ended counts no further, whoever asks for more */
    figure.amend = (state) =>
      missing(state) || state.half_steps <= last(state) ? {} : { half_steps: last(state) };
    const said = (state) => {
      if (missing(state)) return missing(state);
      const { trace, collapsed } = view(state);
      const done = trace.length - 1;
      const half = state.half_steps % 2 || collapsed ? " and an E-step" : "";
      const words = `${done} ${done === 1 ? "iteration" : "iterations"}${half}`;
      return `${words}; log-likelihood ${show(likelihood(state), decimals)}`;
    };
    figure.words = (state) => (figure.revealed() ? said(state) : "the start");
    figure.accepts.half_steps = Number.isInteger;
    const buttons = row(figure, figure.panel);
    const go = (label, by, when) =>
      button(figure, buttons, {
        label,
        when: (state) => !missing(state) && when(state.half_steps, state),
        press: ({ half_steps: h }) => ({ half_steps: h + by }),
      });
    const onward = (h, state) => h < most && !view(state).collapsed;
    go("E-step", 1, (h, state) => h % 2 === 0 && onward(h, state));
    go("M-step", 1, (h, state) => h % 2 === 1 && onward(h, state));
    go("Back", -1, (h) => h > 0);
    if (more) go("Ten iterations", more, onward);
    figure.number({
      key: "half_steps",
      label: "half-steps",
      step: 1,
      decimals: 0,
      words: () => said(figure.state()),
    });
    figure.readout({
      name: "likelihood",
      value: likelihood,
      words: (_, state) => (missing(state) ? missing(state) : `${said(state)}.`),
    });
    const end = figure.readout({ words: () => "" });
    const words = make("span", {});
    const link = figure.config.options.collapse;
    const what = link && make("a", { href: link }, null, "What has happened?");
    figure.onUpdate((state) => {
      const k = view(state)?.collapsed?.k;
      end.hidden = k == null;
      if (k == null) return;
      words.textContent =
        `A cluster has collapsed: the M-step has drawn ${figure.names[k]} together to a needle. What ` +
        "is left to it lies on a line, or in one place, and has no width. Here the loop ends. ";
      end.replaceChildren(words, ...(what ? [what] : []));
    });
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
   * it stands for is marked in the picture and stays marked. entries: [[link, symbol, words], …],
   * words(state, revealed) */
  function symbols(figure, parent, { label, entries }) {
    const equation = figure.root.querySelector(".em-equation");
    if (equation) parent.append(equation);
    const list = make("ul", { class: "em-symbols", "aria-label": label }, parent);
    for (const [link, symbol, words] of entries) {
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
   * one to the next with the arrow keys. One Tab stop for all.
   * entries: [[part, link, words], …] */
  function things(figure, _parent, { entries }) {
    const all = entries.map(([part, link, words]) => {
      const element = figure.part(part);
      element.classList.add("em-thing");
      const data = { "data-pin": link, "data-link": link };
      emlib.stage.attributes(element, { role: "button", "aria-pressed": "false", ...data });
      figure.onUpdate((state) => element.setAttribute("aria-label", words(state)));
      return element;
    });
    const stop = (here) =>
      all.forEach((element) => element.setAttribute("tabindex", element === here ? 0 : -1));
    stop(all[0]);
    const press = (link) => figure.root.querySelector(".em-armed") || togglePin(figure, link);
    all.forEach((element, i) => {
      const [, link] = entries[i];
      element.addEventListener("click", () => press(link));
      element.addEventListener("keydown", (event) => {
        const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === "Enter" || event.key === " ") press(link);
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
    const line = make("div", { class: "em-tools" }, parent);
    const tool = (label, act) => {
      const element = make("button", { type: "button" }, line, label);
      element.addEventListener("click", act);
      return element;
    };
    const undo = tool("Undo", () => figure.undo());
    const reset = tool("Reset", () => figure.reset());
    const field = make("div", { class: "em-copied", hidden: true }, parent);
    const id = nextId();
    make("label", { for: id }, field, "Copied");
    const area = make("textarea", { id, readonly: true, spellcheck: "false" }, field);
    const python = () => emlib.python.program(figure.python(figure.state()));
    if (figure.python) tool("Copy as Python", () => copy(figure, area, python(), "Python"));
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
        element.classList.toggle(
          "em-linked",
          own.some((name) => wanted.includes(name)),
        );
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

  /* What figure.number(options, parent) and its like are made of. */
  emlib.controls = { row, number, choice, button, table, readout, symbols, things };
  emlib.panel = {
    nextId,
    show,
    share,
    numbersIn,
    UNREADABLE,
    option,
    prediction,
    tools,
    linkViews,
    drive,
  };
})(globalThis.emlib);
