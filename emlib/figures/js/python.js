/* Copy as Python: one writer, whose programs run as they are pasted and end with a value to see. */
(function (emlib) {
  "use strict";

  /* A number or nested lists of numbers, to the fifteen digits that a sum in binary keeps. */
  const list = (value) =>
    Array.isArray(value)
      ? `[${value.map(list).join(", ")}]`
      : String(Number(value.toPrecision(15)));

  /* emlib.<name>(X, the mixture); X as Python. */
  function call(name, X, { weights, means, covariances, covarianceType }) {
    const shape = covarianceType ? `    covariance_type="${covarianceType}",\n` : "";
    return (
      `emlib.${name}(\n    ${X},\n    weights=${list(weights)},\n    means=${list(means)},\n` +
      `    covariances=${list(covariances)},\n${shape})`
    );
  }

  /* Python that goes so many half-steps from `start`, to the parameters and the responsibilities on
   * screen: after an M-step those are still what the E-step before it gave. */
  function halfSteps(count) {
    if (count === 0) return "start";
    const iterations = Math.floor(count / 2);
    return (
      `run = emlib.fit_em(X, start, tol=0, max_iter=${iterations}, keep_history=True)\n` +
      `held = run.history[${count % 2 ? -1 : -2}]\n` +
      "run.parameters, emlib.responsibilities(X, held.weights, held.means, held.covariances)"
    );
  }

  /* The program with the imports that it needs in front. */
  function program(text) {
    const head = text.match(/^(from .*\n)*/)[0];
    const body = text.slice(head.length).replace(/^\n+/, "");
    const imports = [
      /\bnp\./.test(body) && "import numpy as np\n",
      /\bemlib\./.test(body) && "import emlib\n",
      head,
    ].filter(Boolean);
    return `${imports.join("\n")}\n${body}`;
  }

  emlib.python = { list, call, halfSteps, program };
})(globalThis.emlib);
