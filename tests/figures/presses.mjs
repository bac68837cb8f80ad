/* What each button of the temperature figure sets: { config, states } comes in, { label: states }
 * goes out, without a browser. */
import { readFileSync } from "node:fs";

globalThis.emlib = { kinds: {} };
for (const name of ["emlib", "temperature"]) await import(`../../emlib/figures/js/${name}.js`);
Object.assign(globalThis.emlib, { panel: { show: String }, stage: { make: () => ({}) } });

const { config, states } = JSON.parse(readFileSync(0, "utf8"));
const buttons = [];
let given = null;
const nothing = () => {};
globalThis.emlib.kinds.temperature({
  config, clusters: config.clusters, part: () => ({ children: [] }), plane: () => ({ x: [0, 1], y: [0, 1] }),
  handle: nothing, number: nothing, readout: nothing,
  button: (button) => buttons.push(button),
  set: (patch) => { given = patch; },
});
console.log(JSON.stringify(Object.fromEntries(buttons.map(({ label, press }) =>
  [label, states.map((state) => (press(state), { ...state, ...given }))]))));
