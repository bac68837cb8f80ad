/* A worksheet: each box says at once whether it is right, and names a known slip. */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;
  const { numbersIn, UNREADABLE } = emlib.panel;
  const read = (words) => numbersIn(words)[0] ?? NaN;
  const kindOf = (box) => {
    if (box >= 49) return "count";
    return box % 7 < 3 ? "product" : box % 7 === 3 ? "sum" : "resp";
  };

  /* Products and sums within three percent, or within what no responsibility of the row notices;
   * shares and counts to the decimals that were written, three at least: "0.057" and "5.7%" are
   * right for 0.0571, and "0.06" is not yet; a fraction has every digit. */
  function near(box, words, wanted, right) {
    const off = Math.min(...numbersIn(words).map((number) => Math.abs(number - wanted)));
    if (["product", "sum"].includes(kindOf(box)))
      return off <= Math.max(0.03 * Math.abs(wanted), 5e-4 * right[box - (box % 7) + 3]);
    const [, digits = ""] = words.match(/[.,](\d*)/) || [];
    const decimals = digits.length + (words.includes("%") ? 2 : 0);
    return off <= 0.501 * 10 ** -Math.min(6, Math.max(3, decimals));
  }

  /* What belongs into the box if the reader's own boxes before it were right. */
  function following(box, given) {
    const kind = kindOf(box);
    const own = (first, step, count) =>
      Array.from({ length: count }, (_, m) => read(given[first + step * m]));
    const start = box - (box % 7);
    if (kind === "sum") return emlib.sum(own(start, 1, 3));
    if (kind === "resp") return read(given[box - 4]) / read(given[start + 3]);
    return kind === "count" ? emlib.sum(own(4 + box - 49, 7, 7)) : NaN;
  }

  /* The name of the words that answer a box: "right", a slip, or the kind of the box for a hint. */
  function judge(box, given, { right, slips }) {
    const words = given[box];
    if (!numbersIn(words).length) return "nan";
    if (near(box, words, right[box], right)) return "right";
    const off = (wrong) => Math.abs(read(words) - wrong);
    const slip = slips[box].find(
      ([wrong]) => near(box, words, wrong, right) || off(wrong) < 0.005 * Math.abs(wrong),
    );
    if (slip) return slip[1];
    if (near(box, words, following(box, given), right)) return "follow";
    const shares = ["resp", "count"].includes(kindOf(box));
    return shares && off(right[box]) < 0.006 ? "decimals" : kindOf(box);
  }

  /* Print the sheet alone, and the solved one after it, from a page within the page. */
  function print(root) {
    const sheets = [...root.querySelectorAll("svg")].map((svg) => svg.cloneNode(true));
    for (const mark of sheets[0].querySelectorAll("[data-part='row-mark']")) mark.remove();
    const style =
      "body { font-family: sans-serif } svg { width: 100% } svg + svg { break-before: page }";
    const pages = sheets.map((svg) => svg.outerHTML).join("");
    const srcdoc = `<!doctype html><title>Worksheet</title><style>${style}</style>${pages}`;
    const look = { title: "The worksheet on paper", class: "em-announcer", srcdoc };
    const frame = make("iframe", look, document.body);
    frame.addEventListener("load", () => {
      frame.contentWindow.addEventListener("afterprint", () => frame.remove());
      frame.contentWindow.print();
    });
  }

  emlib.worksheet = { judge };
  emlib.kinds.worksheet = function (figure) {
    const { x, mixture, heads, right, spelled, words, layout } = figure.config;
    const spell = (value) => String(value).replace("-", "\u2212");
    const rows = [...x.map((value) => `x = ${spell(value)}`), "soft counts"];
    const boxesOf = (row) => (row === x.length ? [49, 50, 51] : heads.map((_, j) => 7 * row + j));
    const boxes = right.map((_, box) => figure.part(`box-${box}`));
    const verdictOf = (box, given) => given[box] && judge(box, given, figure.config);
    const solved = ({ given }) =>
      given.filter((_, box) => verdictOf(box, given) === "right").length;
    let last = null; // the box that was written last
    const write = (entries, box = null) => {
      last = box;
      figure.set({ given: figure.state().given.map((old, box) => entries[box] ?? old) });
      figure.settle();
    };
    const say = (verdict) => {
      if (!verdict) return "";
      if (verdict === "right") return "Right.";
      return verdict === "nan" ? UNREADABLE : words[verdict];
    };
    const headOf = (row, j) =>
      row === x.length ? heads[4 + j].replace("responsibility", "soft count") : heads[j];
    figure.words = ({ row, given }) => {
      const j = boxesOf(row).indexOf(last);
      const verdict = j < 0 ? "" : say(verdictOf(last, given));
      const box = verdict && `${headOf(row, j)}: ${verdict} `;
      return `${rows[row]}; ${box}${solved({ given })} of ${right.length} boxes right`;
    };
    figure.python = () => {
      const [means, variances] = [mixture.means, mixture.variances].map((list) => list.join(", "));
      return (
        `x, weights = [${x.join(", ")}], [1 / 3, 1 / 3, 1 / 3]\n` +
        `means, variances = [${means}], [${variances}]\n` +
        "X, means = np.array(x)[:, None], np.array(means)[:, None]\n" +
        'emlib.responsibilities(X, weights, means, variances, "spherical")'
      );
    };

    figure.choice({ key: "row", label: "Row", options: rows.map((label, row) => [row, label]) });
    const listeners = new AbortController();
    figure.onClean(() => listeners.abort());
    rows.forEach((_, row) =>
      figure.part(`row-${row}`).addEventListener(
        "click",
        () => {
          figure.set({ row });
          figure.settle();
        },
        { signal: listeners.signal },
      ),
    );
    const sheet = make("div", { class: "em-work" }, figure.panel);
    const fields = heads.map((_, j) => {
      const line = make("div", {}, sheet);
      const label = make("label", {}, line);
      const name = make("span", {}, label);
      const look = { class: "em-field", inputmode: "text", autocomplete: "off" };
      const id = emlib.panel.nextId();
      const typed = make("input", { ...look, "aria-describedby": id }, label);
      typed.addEventListener("change", () => {
        const box = boxesOf(figure.state().row)[j];
        write({ [box]: typed.value }, box);
      });
      return { line, name, typed, said: make("p", { class: "em-verdict", id }, line) };
    });
    const line = figure.row();
    figure.button(
      {
        label: "Show me this row",
        press: ({ row }) =>
          write(Object.fromEntries(boxesOf(row).map((box) => [box, spelled[box]]))),
      },
      line,
    );
    figure.button({ label: "Print the sheet", press: () => print(figure.root) }, line);
    figure.readout({
      words: (_, state) => `${solved(state)} of ${right.length} boxes are right.`,
      reveal: false,
    });

    figure.done = (state) => solved(state) === right.length;
    return function parts({ row, given }) {
      boxes.forEach((part, box) => {
        const verdict = verdictOf(box, given);
        part.setAttribute("class", verdict && `em-box-${verdict === "right" ? "right" : "wrong"}`);
        part.children[1].textContent = given[box]
          .trim()
          .replace(/^0(?=\.)/, "")
          .slice(0, 7);
      });
      fields.forEach(({ line: field, name, typed, said }, j) => {
        const box = boxesOf(row)[j];
        field.hidden = box == null;
        if (box == null) return;
        name.textContent = headOf(row, j);
        if (document.activeElement !== typed || typed.dataset.box !== String(box))
          typed.value = given[box];
        typed.dataset.box = box;
        const verdict = verdictOf(box, given);
        said.textContent = say(verdict);
        said.classList.toggle("em-right", verdict === "right");
      });
      return { "row-mark": { transform: `translate(0 ${layout.top + layout.row * row})` } };
    };
  };
})(globalThis.emlib);
