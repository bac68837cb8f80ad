/* Answers from the worksheet's judge: { config, cases: [[box, given], …] } comes in, verdicts go out. */
import { readFileSync } from "node:fs";

globalThis.emlib = { kinds: {} };
for (const name of ["emlib", "stage", "worksheet"]) await import(`../../emlib/figures/js/${name}.js`);

const { config, cases } = JSON.parse(readFileSync(0, "utf8"));
const { judge } = globalThis.emlib.worksheet;
console.log(JSON.stringify(cases.map(([box, given]) => judge(box, given, config))));
