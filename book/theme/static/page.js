/* What a page does by itself: theme, search key, place in the contents, copying code, printing.
 * Nothing in the text depends on it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector) => document.querySelector(selector);

  function theme() {
    const button = find(".em-theme");
    const say = () => button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
    button.addEventListener("click", () => {
      const chosen = root.dataset.theme === "dark" ? "light" : "dark";
      localStorage.setItem("theme", chosen);
      root.dataset.theme = chosen;
    });
    new MutationObserver(say).observe(root, { attributeFilter: ["data-theme"] });
    say();
  }

  /* Ctrl-K or ⌘K, and / where nobody is typing. */
  function searchKey() {
    const contents = find("#contents");
    const field = contents.querySelector("input[type=search]");
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      const asked = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      if (!asked && (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey))
        return;
      event.preventDefault();
      if (!field.offsetParent) contents.showPopover();
      field.focus();
      field.select();
    });
  }

  /* Mark in the contents which section is being read. */
  function place() {
    const links = new Map();
    for (const link of document.querySelectorAll(".em-contents .current ul a[href^='#']")) {
      const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (section) links.set(section, link);
    }
    const seen = new Set();
    const watch = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
        const first = [...links.keys()].find((section) => seen.has(section));
        for (const [section, link] of links) link.classList.toggle("em-here", section === first);
      },
      { rootMargin: "-15% 0px -60% 0px" },
    );
    for (const section of links.keys()) watch.observe(section);
    // a section that was chosen is to be read: the contents give way to it
    const contents = find("#contents");
    contents.addEventListener("click", (event) => {
      if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
    });
  }

  function copying() {
    for (const block of document.querySelectorAll(
      ".em-text .cell_input .highlight, .em-text div[class*='highlight-'] > .highlight",
    )) {
      if (block.querySelector(".em-copy")) continue;
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "em-copy",
        textContent: "Copy",
      });
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd());
          button.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(block.querySelector("pre"));
          button.textContent = "Press Ctrl-C";
        }
        setTimeout(() => {
          button.textContent = "Copy";
        }, 2000);
      });
      block.append(button);
    }
  }

  /* What the reader does with a figure, in one box, so that it can stand beside the picture. */
  function hands() {
    for (const figure of document.querySelectorAll(".em-live:has(> .em-stage)")) {
      const hand = Object.assign(document.createElement("div"), { className: "em-hand" });
      figure.querySelector(".em-stage").after(hand);
      hand.append(...figure.querySelectorAll(":scope > :is(.em-asking, .em-panel)"));
      // more than fits beside a low picture: what the symbols mean goes below it
      const symbols = hand.querySelectorAll(".em-equation, .em-symbols");
      const low = figure.querySelector(".em-stage").offsetHeight < 440;
      if (symbols.length && low && hand.scrollHeight > 600)
        figure.querySelector("figcaption").after(...symbols);
    }
  }

  /* What scrolls in a box of its own can be reached by keyboard. */
  function reach(part) {
    for (const box of part.querySelectorAll(".em-text :is(pre, .em-wide, .text_html)"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  document.addEventListener("DOMContentLoaded", () => {
    root.classList.add("em-scripts");
    theme();
    hands();
    if (!find("#contents")) return; // a figure's own page
    searchKey();
    place();
    copying();
    reach(document);
    document.addEventListener("toggle", (event) => reach(event.target), true);
    addEventListener("resize", () => reach(document));
    find(".em-print")?.addEventListener("click", () => print());
  });
})();
