/* In a page: its figures come to life; what would tell an answer waits for the guess; and the
 * reader sees what is done. */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;
  const { memory } = emlib;

  /* Hold back blocks of the text until the reader has guessed, or asks for them all the same.
   * Gives the function that shows them. */
  function hold(blocks, words, before) {
    const note = make("p", { class: "em-wait" });
    const button = make("button", { type: "button" }, note, words);
    before.before(note);
    for (const block of blocks) block.classList.add("em-waiting");
    function show() {
      note.remove();
      for (const block of blocks) block.classList.remove("em-waiting");
    }
    button.addEventListener("click", show);
    return show;
  }

  /* The first paragraph after a figure that asks gives the answer away. */
  function holdAfter(figure) {
    if (!figure.config.prediction || figure.revealed()) return;
    const block = figure.root.closest(".em-reading");
    const next = block
      ? block.querySelector(":scope > .em-after")
      : (figure.root.closest(".cell") || figure.root).nextElementSibling;
    if (!next?.matches("p")) return;
    const show = hold([next], "What follows waits for your guess. Show it all the same", next);
    figure.onUpdate(() => figure.revealed() && show());
  }

  /* A question of the text: what follows it, up to the first paragraph, waits for a guess. */
  function ask(box, i) {
    const blocks = [];
    let next = box.nextElementSibling;
    while (next && !next.matches("section, h2, h3") && blocks.length < 4) {
      blocks.push(next);
      if (next.matches("p")) break;
      next = next.nextElementSibling;
    }
    if (!blocks.length) return;
    const name = `predict-${i}`;
    const line = make("p", { class: "em-figure em-row em-guessing" }, box);
    const label = make("label", {}, line, "Your guess ");
    const field = make("input", { class: "em-field", autocomplete: "off" }, label);
    const button = make("button", { type: "button" }, line, "That is my guess: show me");
    const show = hold(blocks, "What follows waits for your guess. Show it all the same", blocks[0]);
    function commit(guess) {
      show();
      button.remove();
      field.value = guess;
      field.readOnly = true;
    }
    const { guess } = memory.read(name);
    if (guess != null) commit(guess);
    button.addEventListener("click", () => {
      memory.write(name, { guess: field.value });
      commit(field.value);
    });
  }

  /* Each exercise can be ticked off. Gives [paragraph, tick] of each. */
  function exercises(article) {
    const heads = [...article.querySelectorAll("p > strong:first-child")];
    return heads
      .filter((head) => /^Exercise \d/.test(head.textContent))
      .map((head) => {
        const name = `exercise-${head.textContent.match(/\d+/)[0]}`;
        const label = make("label", { class: "em-tick" }, head.parentElement);
        const tick = make("input", { type: "checkbox" }, label);
        label.append(" done");
        tick.checked = Boolean(memory.read(name).done);
        tick.addEventListener("change", () => memory.write(name, tick.checked ? { done: 1 } : {}));
        return [head.parentElement, tick];
      });
  }

  /* A figure is done with the guess, or when it was moved; questions, when all are right. */
  function isDone(figure) {
    const state = figure.state();
    if (figure.done) return figure.done(state);
    return figure.config.prediction ? Boolean(state.guess) : figure.canReset();
  }

  function download(text) {
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    make("a", { href: url, download: "who-is-responsible.json" }).click();
    URL.revokeObjectURL(url);
  }

  /* What of the page is done, and what becomes of what is kept. */
  function progress(article, figures, ticks) {
    const box = make("details", { class: "em-figure em-progress" }, article);
    const summary = make("summary", {}, box);
    const list = make("ul", {}, box);
    const entries = [
      ...figures.map((figure) => ({
        href: figure.root.id,
        words: figure.root.querySelector("figcaption").textContent.split(/(?<=[.:?]) /)[0],
        done: () => isDone(figure),
      })),
      ...ticks.map(([paragraph, tick], i) => {
        paragraph.id ||= `exercise-here-${i + 1}`;
        const words = paragraph.querySelector("strong").textContent;
        return { href: paragraph.id, words, done: () => tick.checked };
      }),
    ];
    const lines = entries.map(({ href, words }) => {
      const line = make("li", {}, list);
      const mark = make("span", {}, line);
      make("a", { href: `#${href}` }, line, words);
      return mark;
    });
    const where = memory.keeps()
      ? "Kept in this browser, on this device, and nowhere else."
      : "This browser keeps nothing: when you leave the page, it is forgotten.";
    make("p", {}, box, where);
    const row = make("div", { class: "em-row" }, box);
    const press = (label, act) =>
      make("button", { type: "button" }, row, label).addEventListener("click", act);
    press("Save all to a file", () => download(JSON.stringify(memory.all(), null, 2)));
    for (const [label, everywhere] of [
      ["Forget this page", false],
      ["Forget all pages", true],
    ])
      press(label, () => {
        memory.forget(everywhere);
        location.reload();
      });
    function update() {
      const done = entries.map((entry) => entry.done());
      const count = done.filter(Boolean).length;
      summary.textContent = `Your work on this page: ${count} of ${entries.length} done`;
      lines.forEach((mark, i) => {
        mark.textContent = done[i] ? "✓ done: " : "○ open: ";
      });
    }
    for (const figure of figures) figure.onUpdate(update);
    for (const [, tick] of ticks) tick.addEventListener("change", update);
    update();
  }

  document.addEventListener("DOMContentLoaded", () => {
    emlib.hydrateAll();
    const roots = [...document.querySelectorAll("figure.em-live")];
    const figures = roots.map((root) => emlib.live[root.id.replace("figure-", "")]).filter(Boolean);
    if (!figures.length) return;
    figures.forEach(holdAfter);
    const article = figures[0].root.closest("article, main") || document.body;
    [...article.querySelectorAll(".admonition.predict")].forEach(ask);
    progress(article, figures, exercises(article));
  });
})(globalThis.emlib);
