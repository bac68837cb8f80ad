/* On a figure's own page: the guesses of a lecture hall, taken as a show of hands. */
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const figure = document.querySelector(".em-figure");
  const data = figure.querySelector("script[type='application/json']");
  const options = data && JSON.parse(data.textContent).config.prediction?.options;
  // what leads out of a frame opens a page of its own
  if (self !== top)
    for (const link of document.querySelectorAll(".em-from a")) link.target = "_blank";
  if (!options) return;

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const count = (words) => {
    const field = make("input", {
      type: "number",
      min: 0,
      max: 999,
      value: 0,
      ariaLabel: `Hands for: ${words}`,
    });
    const bar = make("meter", { max: 1, value: 0, ariaLabel: `Share of hands: ${words}` });
    return {
      field,
      bar,
      row: make(
        "tr",
        {},
        make("th", { scope: "row", textContent: words }),
        make("td", {}, field),
        make("td", {}, bar),
      ),
    };
  };
  const counts = options.map(([, words]) => count(words));
  const table = make(
    "table",
    {},
    make("caption", { textContent: "A show of hands" }),
    ...counts.map(({ row }) => row),
  );
  table.addEventListener("input", () => {
    const total = counts.reduce((sum, { field }) => sum + (Number(field.value) || 0), 0);
    for (const { field, bar } of counts) bar.value = total ? (Number(field.value) || 0) / total : 0;
  });
  figure.after(
    make(
      "details",
      { className: "em-hands" },
      make("summary", { textContent: "Take a show of hands" }),
      table,
    ),
  );
});
