/* Questions that answer back: choices and numbers. */
(function (emlib) {
  "use strict";

  const { make } = emlib.stage;
  const { numbersIn, UNREADABLE } = emlib.panel;

  /* What to say to an answer; the first entry is whether it is right. */
  function verdict(question, said) {
    if (question.options) return [said === question.answer, question.why[said]];
    const numbers = numbersIn(said);
    if (!numbers.length) return [false, UNREADABLE];
    const off = 0.5001 * 10 ** -question.decimals;
    const near = (wanted) => numbers.some((number) => Math.abs(number - wanted) <= off);
    if (near(question.number)) return [true, question.why];
    const slip = question.slips.find(([wrong]) => near(wrong));
    return [false, slip ? slip[1] : question.hint];
  }

  emlib.quiz = { verdict };
  emlib.kinds.quiz = function (figure) {
    const { questions } = figure.config;
    const give = (i, words) => {
      figure.set(figure.put(figure.state(), "given", i, words));
      figure.settle();
    };
    const list = make("ol", { class: "em-quiz" }, figure.panel);
    const rows = questions.map((question, i) => {
      const box = make("fieldset", { class: "em-prediction" }, make("li", {}, list));
      make("legend", {}, box, question.ask);
      const group = emlib.panel.nextId();
      const radios = (question.options || []).map(([value, text]) => {
        const radio = emlib.panel.option(box, group, value, text);
        radio.addEventListener("change", () => give(i, value));
        return radio;
      });
      return {
        fields: radios.length ? radios : [field(question, box, (words) => give(i, words))],
        said: make("p", { class: "em-verdict", role: "status" }, box),
      };
    });
    function field({ decimals }, box, answer) {
      const line = make("div", { class: "em-row" }, box);
      const label = `your answer, ${decimals} decimals`;
      const typed = make(
        "input",
        { class: "em-field", inputmode: "text", "aria-label": label },
        line,
      );
      const check = make("button", { type: "button" }, line, "Check");
      check.addEventListener("click", () => answer(typed.value));
      typed.addEventListener("keydown", ({ key }) => key === "Enter" && answer(typed.value));
      return typed;
    }
    figure.done = ({ given }) => given.every((said, i) => said && verdict(questions[i], said)[0]);
    return function parts({ given }) {
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
