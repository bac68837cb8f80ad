/* What each button of the temperature figure sets: { config, states } comes in, { label: states }
 * goes out, without a browser. */
import { readFileSync } from "node:fs";

globalThis.emlib = { kinds: {} };
for (const name of ["emlib", "stage", "panel", "temperature"])
  await import(`../../emlib/figures/js/${name}.js`);

const { config, states } = JSON.parse(readFileSync(0, "utf8"));
const buttons = [];
const nothing = () => {};
globalThis.emlib.kinds.temperature({
  config,
  clusters: config.clusters,
  names: config.clusters.map(({ name }) => name),
  part: () => ({ children: [] }),
  plane: () => ({ x: [0, 1], y: [0, 1] }),
  row: nothing,
  handle: nothing,
  number: nothing,
  readout: nothing,
  button: (button) => buttons.push(button),
});
const after = ({ press }) => states.map((state) => ({ ...state, ...press(state) }));
console.log(JSON.stringify(Object.fromEntries(buttons.map((one) => [one.label, after(one)]))));
