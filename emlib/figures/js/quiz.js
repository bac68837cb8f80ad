/* Questions that answer back: choices and numbers. */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;

  /* What to say to an answer; the first entry is whether it is right. */
  function verdict(question, said) {
    if (question.options) return [said === question.answer, question.why[said]];
    const number = Number(said.replace(",", ".").replace("\u2212", "-"));
    const near = (wanted) => Math.abs(number - wanted) <= 0.5001 * 10 ** -question.decimals;
    if (said.trim() === "" || !Number.isFinite(number)) return [false, "That is not a number yet."];
    if (near(question.number)) return [true, question.why];
    const slip = question.slips.find(([wrong]) => near(wrong));
    return [false, slip ? slip[1] : question.hint];
  }

  emlib.kinds.quiz = function (figure) {
    const { questions } = figure.config;
    const give = (i, words) => {
      figure.set({ given: figure.state().given.map((old, j) => (i === j ? words : old)) });
      figure.settle();
    };
    const list = make("ol", { class: "em-quiz" }, figure.panel);
    const rows = questions.map((question, i) => {
      const box = make("fieldset", { class: "em-prediction" }, make("li", {}, list));
      make("legend", {}, box, question.ask);
      const fields = [];
      const group = emlib.panel.nextId();
      if (question.options)
        for (const [value, text] of question.options) {
          const line = make("label", { class: "em-option" }, box);
          const radio = make("input", { type: "radio", name: group, value }, line);
          make("span", {}, line, text);
          radio.addEventListener("change", () => give(i, value));
          fields.push(radio);
        }
      else {
        const line = make("div", { class: "em-row" }, box);
        const label = `your answer, ${question.decimals} decimals`;
        const typed = make("input", { class: "em-field", inputmode: "decimal", "aria-label": label }, line);
        make("button", { type: "button" }, line, "Check").addEventListener("click", () => give(i, typed.value));
        typed.addEventListener("keydown", (event) => event.key === "Enter" && give(i, typed.value));
        fields.push(typed);
      }
      return { fields, said: make("p", { class: "em-verdict", role: "status" }, box) };
    });
    return function update({ given }) {
      rows.forEach(({ fields, said }, i) => {
        for (const field of fields) {
          if (field.type === "radio") field.checked = field.value === given[i];
          else if (document.activeElement !== field) field.value = given[i];
        }
        const [right, words] = given[i] ? verdict(questions[i], given[i]) : [null, ""];
        said.textContent = given[i] ? `${right ? "Right." : "Not this."} ${words}` : "";
        said.classList.toggle("em-right", right === true);
      });
    };
  };
})(globalThis.emlib);
