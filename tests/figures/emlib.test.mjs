/* The mathematics of the live figures, held against what emlib wrote down (write_golden.py). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "../../emlib/figures/js/emlib.js";

const { emlib } = globalThis;
const golden = (name) =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));

const HALF_STEP = 1e-12; // absolute on responsibilities, relative otherwise
const WHOLE_RUN = 1e-9; // relative: a hundred iterations add up their roundings
const SHARES = ["responsibilities", "normalise", "coinResponsibilities"];

/* What JSON has no number for stands there as a word. */
function numbers(value) {
  if (Array.isArray(value)) return value.map(numbers);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, numbers(entry)]));
  return ["Infinity", "-Infinity", "NaN"].includes(value) ? Number(value) : value;
}

/* Every number in `found` is within tolerance of the one that stands there in `wanted`. */
function close(found, wanted, tolerance, where, relative = true) {
  if (wanted !== null && typeof wanted === "object") {
    assert.deepEqual(Object.keys(found ?? {}), Object.keys(wanted), `${where}: of another shape`);
    for (const key of Object.keys(wanted))
      close(found[key], wanted[key], tolerance, `${where}.${key}`, relative);
  } else if (typeof wanted === "number" && Number.isFinite(wanted)) {
    const allowed = tolerance * (relative ? Math.abs(wanted) : 1);
    assert.ok(Math.abs(found - wanted) <= allowed, `${where}: ${found} is not emlib's ${wanted}`);
  } else assert.equal(found, wanted, where);
}

for (const { name, X, steps, whole } of numbers(golden("runs"))) {
  test(`${name}: every half-step from emlib's state`, () => {
    steps.forEach(({ parameters, resp, logLikelihood }, t) => {
      const found = emlib.eStep(X, parameters);
      close(found.resp, resp, HALF_STEP, `E-step ${t}, resp`, false);
      close(found.logLikelihood, logLikelihood, HALF_STEP, `E-step ${t}, logLikelihood`);
      close(emlib.responsibilities(X, parameters), resp, HALF_STEP, `responsibilities ${t}`, false);
      close(emlib.logLikelihood(X, parameters), logLikelihood, HALF_STEP, `logLikelihood ${t}`);
      const next = steps[t + 1];
      if (!next) return;
      const made = emlib.mStep(X, resp, parameters.covarianceType);
      close(made, next.parameters, HALF_STEP, `M-step ${t}`);
    });
  });
  test(`${name}: a run of a hundred iterations`, () => {
    let { parameters } = steps[0];
    const trace = [];
    for (let t = 0; t <= 100; t++) {
      const { resp, logLikelihood } = emlib.eStep(X, parameters);
      if (t % whole.every === 0) trace.push(logLikelihood);
      if (t < 100) parameters = emlib.mStep(X, resp, parameters.covarianceType);
    }
    close(trace, whole.logLikelihoods, WHOLE_RUN, "log-likelihoods");
    close(parameters, whole.parameters, WHOLE_RUN, "parameters");
  });
}

for (const { name, X, steps } of numbers(golden("runs")).filter(
  ({ steps: [first] }) => first.parameters.covarianceType === "full",
)) {
  test(`${name}: a run is looked at half-step by half-step, forward and back`, () => {
    const run = emlib.makeRun(X, steps[0].parameters);
    const forth = steps.map((_, t) => [run.view(2 * t), run.view(2 * t + 1)]);
    steps.forEach(({ parameters, resp, logLikelihood }, t) => {
      const [afterM, afterE] = forth[t];
      close(afterM.parameters, parameters, WHOLE_RUN, `parameters after ${t} iterations`);
      close(afterE.resp, resp, WHOLE_RUN, `responsibilities after ${t} iterations`, false);
      close(afterM.trace.at(-1), logLikelihood, WHOLE_RUN, `log-likelihood after ${t} iterations`);
      assert.equal(afterM.trace.length, t + 1);
      assert.deepEqual(afterE.parameters, afterM.parameters, "an E-step keeps the parameters");
      assert.deepEqual(afterM.resp, t > 0 ? forth[t - 1][1].resp : null, "an M-step keeps them");
    });
    for (let t = steps.length - 1; t >= 0; t--)
      assert.deepEqual(
        [run.view(2 * t), run.view(2 * t + 1)],
        forth[t],
        "the same on the way back",
      );
  });
}

for (const { name, X, rows, kept, logLikelihoods } of numbers(golden("book"))) {
  test(`${name}: every half-step of the run in the book, to its end and back`, () => {
    const run = emlib.makeRun(X, kept[0].parameters);
    const far = 2 * (logLikelihoods.length - 1);
    const held = new Map(kept.map((entry) => [entry.at, entry]));
    const forth = [];
    for (let half = 0; half <= far; half++) {
      const seen = run.view(half);
      const [t, wanted] = [Math.floor(half / 2), held.get(Math.floor(half / 2))];
      assert.equal(seen.trace.length, t + 1);
      close(seen.trace[t], logLikelihoods[t], WHOLE_RUN, `log-likelihood after ${t} iterations`);
      if (wanted)
        close(seen.parameters, wanted.parameters, WHOLE_RUN, `parameters after ${t} iterations`);
      if (wanted && half % 2) {
        const resp = rows.map((i) => seen.resp[i]);
        close(resp, wanted.resp, WHOLE_RUN, `responsibilities after ${t} iterations`, false);
      }
      if (half % 2)
        assert.deepEqual(seen.parameters, forth[half - 1].parameters, "an E-step keeps them");
      else assert.deepEqual(seen.resp, half ? forth[half - 1].resp : null, "an M-step keeps them");
      forth.push(seen);
    }
    for (let half = far; half >= 0; half--)
      assert.deepEqual(run.view(half), forth[half], `half-step ${half} on the way back`);
  });
}

test("a run ends where a cluster collapses, and says so", () => {
  const start = { weights: [0.5, 0.5], means: [[0], [5]], covariances: [[[4]], [[0.01]]] };
  const run = emlib.makeRun([[-3], [-1], [0], [2], [5]], start);
  const { parameters, collapsed, last } = run.view(100);
  assert.equal(collapsed.k, 1);
  assert.ok(collapsed.covariance[0][0] < 1e-9, "the covariance that ends it is shown");
  assert.deepEqual(run.view(last), run.view(100), "nothing is counted after the end");
  assert.equal(run.view(last - 1).collapsed, null, "the E-step before the end is a step back");
  assert.deepEqual(run.view(last - 1).resp, run.view(last).resp);
  assert.ok(parameters.covariances.every(([[variance]]) => variance > 0));
});

golden("functions").forEach((call, i) => {
  const { function: name, arguments: given, value } = numbers(call);
  test(`${name}, call ${i}`, () => {
    close(emlib[name](...given), value, HALF_STEP, name, !SHARES.includes(name));
  });
});

test("every function of emlib.js has a golden trace", () => {
  const traced = new Set([
    "eStep",
    "mStep",
    "makeRun",
    ...golden("functions").map((call) => call.function),
  ]);
  const untraced = Object.keys(emlib).filter((name) => !traced.has(name));
  assert.deepEqual(untraced, [], "give them calls in tests/figures/write_golden.py");
});

test("logSumExp keeps its head where exp does not", () => {
  const { logSumExp } = emlib;
  assert.equal(logSumExp([-Infinity, -Infinity]), -Infinity);
  assert.equal(logSumExp([-Infinity, 5]), 5);
  assert.equal(logSumExp([800, 800]), 800 + Math.log(2));
  assert.equal(logSumExp([-800, -800]), -800 + Math.log(2));
  assert.equal(logSumExp([3]), 3);
});

test("a covariance that is not positive definite is named, not computed with", () => {
  const mixture = {
    weights: [1],
    means: [[0, 0]],
    covariances: [
      [
        [1, 2],
        [2, 1],
      ],
    ],
  };
  assert.throws(() => emlib.logGaussian([[0, 0]], mixture), /not positive definite/);
});

test("nothing that is given is changed", () => {
  const [
    {
      X,
      steps: [{ parameters, resp }],
    },
  ] = golden("runs").slice(-1);
  const before = structuredClone([X, parameters, resp]);
  emlib.eStep(X, parameters);
  emlib.mStep(X, resp, parameters.covarianceType);
  assert.deepEqual([X, parameters, resp], before);
});
