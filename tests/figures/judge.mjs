/* Answers from a figure's own judge, without a browser.
 *
 *   node judge.mjs worksheet   { config, cases: [[box, given], …] } comes in, verdicts go out
 *   node judge.mjs quiz        { question, answers: [words, …] } comes in, [right, words] go out
 */
import { readFileSync } from "node:fs";

const [, , kind] = process.argv;
globalThis.emlib = { kinds: {} };
for (const name of ["emlib", "stage", "panel", kind])
  await import(`../../emlib/figures/js/${name}.js`);

const given = JSON.parse(readFileSync(0, "utf8"));
const { worksheet, quiz } = globalThis.emlib;
const answers =
  kind === "worksheet"
    ? given.cases.map(([box, written]) => worksheet.judge(box, written, given.config))
    : given.answers.map((words) => quiz.verdict(given.question, words));
console.log(JSON.stringify(answers));
