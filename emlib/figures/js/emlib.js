/* The mathematics of every live figure, under emlib's own names: pure, and in log space.
 *
 * tests/figures proves each function equal to emlib's. A mixture is a plain object
 *   { weights: [K], means: [K][D], covariances, covarianceType }
 * with covariances [K][D][D] (full, the default), [D][D] (tied), [K][D] (diag) or [K] (spherical).
 */
globalThis.emlib ??= {};
(function (emlib) {
  "use strict";

  const sum = (values) => values.reduce((total, value) => total + value, 0);

  const columnSums = (rows) => rows[0].map((_, k) => sum(rows.map((row) => row[k])));

  /* Rows of numbers divided by the sums of their rows, of their columns, by the total, or by 1. */
  function divide(rows, way) {
    const [columns, total] = [columnSums(rows), sum(rows.map(sum))];
    const by = {
      nothing: () => 1,
      rows: (i) => sum(rows[i]),
      columns: (_, k) => columns[k],
      total: () => total,
    }[way];
    return rows.map((row, i) => row.map((value, k) => value / by(i, k)));
  }

  /* log(sum(exp(values))): the largest term comes out first, so nothing overflows and not all
   * underflow. */
  function logSumExp(values) {
    const largest = Math.max(...values);
    if (largest === -Infinity) return -Infinity;
    return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
  }

  const ROUNDING = 16 * Number.EPSILON; // as gaussian.py: a pivot below this share of it is zero

  /* Lower-triangular L with L L' = matrix; null if the matrix is not positive definite. */
  function cholesky(matrix) {
    const L = matrix.map((row) => row.map(() => 0));
    for (let i = 0; i < matrix.length; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = matrix[i][j];
        for (let m = 0; m < j; m++) rest -= L[i][m] * L[j][m];
        if (i === j && !(rest > matrix.length * ROUNDING * matrix[i][i])) return null;
        L[i][j] = i === j ? Math.sqrt(rest) : rest / L[j][j];
      }
    }
    return L;
  }

  /* L L', the covariance that a lower-triangular L is a factor of; and its determinant. */
  function fromFactor(L) {
    return L.map((row) => L.map((other) => sum(row.map((value, m) => value * other[m]))));
  }
  const determinant = (L) => L.reduce((product, row, i) => product * row[i], 1) ** 2;

  /* The D x D covariance of component k, whatever the shape it is stored in. */
  function covarianceOf(mixture, k) {
    const { means, covariances, covarianceType = "full" } = mixture;
    if (covarianceType === "full") return covariances[k];
    if (covarianceType === "tied") return covariances;
    const variance = (d) => (covarianceType === "diag" ? covariances[k][d] : covariances[k]);
    return means[k].map((_, i) => means[k].map((_, j) => (i === j ? variance(i) : 0)));
  }

  /* y with L y = b, from the first row down: no inverse is needed. */
  function solveLower(L, b) {
    const y = [];
    L.forEach((row, i) => {
      let rest = b[i];
      for (let j = 0; j < i; j++) rest -= row[j] * y[j];
      y.push(rest / row[i]);
    });
    return y;
  }

  /* log N(x | mean, L L'): with L y = x - mean, |y|² is the squared distance. */
  function logDensity(x, mean, L) {
    const y = solveLower(
      L,
      x.map((value, i) => value - mean[i]),
    );
    const squares = sum(y.map((value) => value * value));
    const logDeterminant = sum(L.map((row, i) => Math.log(row[i])));
    return -0.5 * (x.length * Math.log(2 * Math.PI) + squares) - logDeterminant;
  }

  /* [n][K]: log N(x_i | mu_k, Sigma_k). */
  function logGaussian(X, mixture) {
    const factors = mixture.means.map((_, k) => cholesky(covarianceOf(mixture, k)));
    if (factors.includes(null)) throw new RangeError("A covariance is not positive definite.");
    return X.map((x) => mixture.means.map((mean, k) => logDensity(x, mean, factors[k])));
  }

  /* [n][K]: N(x_i | mu_k, sigma_k^2 I) as the formula says, without logarithms: 0 far away. */
  function naiveGaussian(X, { means, covariances }) {
    return X.map((x) =>
      means.map((mean, k) => {
        const squares = sum(x.map((value, d) => (value - mean[d]) ** 2));
        return (
          Math.exp(-squares / (2 * covariances[k])) /
          (2 * Math.PI * covariances[k]) ** (x.length / 2)
        );
      }),
    );
  }

  /* [n][K]: log pi_k + log N(x_i | mu_k, Sigma_k), prior times likelihood. */
  function logJoint(X, mixture) {
    const logWeights = mixture.weights.map(Math.log);
    return logGaussian(X, mixture).map((row) => row.map((value, k) => value + logWeights[k]));
  }

  /* Rows of logarithms to rows that sum to one. */
  function normalise(logRows) {
    return logRows.map((row) => {
      const total = logSumExp(row);
      return row.map((value) => Math.exp(value - total));
    });
  }

  /* [n][K]: p(z_i = k | x_i). */
  function responsibilities(X, mixture) {
    return normalise(logJoint(X, mixture));
  }

  /* [n][K]: who is responsible for each row with so many heads among its tosses; the number of
   * orders in which heads can fall is the same for all coins and cancels. */
  function coinResponsibilities(heads, tosses, weights, biases) {
    return normalise(
      heads.map((count) =>
        biases.map(
          (bias, k) =>
            Math.log(weights[k]) + count * Math.log(bias) + (tosses - count) * Math.log1p(-bias),
        ),
      ),
    );
  }

  function logLikelihood(X, mixture) {
    return sum(logJoint(X, mixture).map(logSumExp));
  }

  /* One pass: the responsibilities and the log-likelihood of the same parameters. */
  function eStep(X, mixture) {
    const joint = logJoint(X, mixture);
    return { resp: normalise(joint), logLikelihood: sum(joint.map(logSumExp)) };
  }

  /* The bound that EM climbs: sum of r (log prior times likelihood - log r), for any shares r. */
  function lowerBound(X, resp, mixture) {
    const term = (r, joint) => (r > 0 ? r * (joint - Math.log(r)) : 0);
    return sum(
      logJoint(X, mixture).map((row, i) => sum(row.map((joint, k) => term(resp[i][k], joint)))),
    );
  }

  /* Kullback-Leibler divergence of each row of q from the same row of r, in nats. */
  function divergence(q, r) {
    const term = (share, other) => (share > 0 ? share * Math.log(share / other) : 0);
    return q.map((row, i) => sum(row.map((share, k) => term(share, r[i][k]))));
  }

  /* Soft counts, averages and spreads: the parameters that fit these responsibilities best. */
  function mStep(X, resp, covarianceType = "full") {
    const n = X.length;
    const D = X[0].length;
    const counts = resp[0].map((_, k) => sum(resp.map((row) => row[k])));
    const average = (k, value) => sum(resp.map((row, i) => row[k] * value(X[i]))) / counts[k];
    const means = counts.map((_, k) => X[0].map((_, d) => average(k, (x) => x[d])));
    const scatter = (k, i, j) => average(k, (x) => (x[i] - means[k][i]) * (x[j] - means[k][j]));
    const square = (entry) => X[0].map((_, i) => X[0].map((_, j) => entry(i, j)));
    const diagonal = (k) => X[0].map((_, d) => scatter(k, d, d));
    const covariances = {
      full: () => counts.map((_, k) => square((i, j) => scatter(k, i, j))),
      tied: () => square((i, j) => sum(counts.map((count, k) => count * scatter(k, i, j))) / n),
      diag: () => counts.map((_, k) => diagonal(k)),
      spherical: () => counts.map((_, k) => sum(diagonal(k)) / D),
    }[covarianceType]();
    return { weights: counts.map((count) => count / n), means, covariances, covarianceType };
  }

  /* Once around the loop for the linkage example; linkage.py says what the counts are. */
  function linkageStep(p, counts) {
    const hidden = (counts[0] * (p / 4)) / (1 / 2 + p / 4);
    return (hidden + counts[3]) / (hidden + counts[3] + counts[1] + counts[2]);
  }

  /* So many cells of equal width from low to high: their cells + 1 ends. */
  function linspace(low, high, cells) {
    return Array.from({ length: cells + 1 }, (_, i) => low + ((high - low) * i) / cells);
  }

  /* Places between low and high where the largest responsibility changes hands; one feature. Two
   * changes within one of the cells are not seen. */
  function boundaries(mixture, [low, high], cells) {
    const winner = (x) => {
      const row = logJoint([[x]], mixture)[0];
      return row.indexOf(Math.max(...row));
    };
    const ends = linspace(low, high, cells);
    const winners = ends.map(winner);
    return ends
      .slice(0, -1)
      .map((end, i) => [end, ends[i + 1], winners[i], winners[i + 1]])
      .filter(([, , here, there]) => here !== there)
      .map(([from, to, here]) => {
        for (let halving = 0; halving < 60; halving++) {
          const middle = (from + to) / 2;
          if (winner(middle) === here) from = middle;
          else to = middle;
        }
        return (from + to) / 2;
      });
  }

  /* Entropy of each row, in nats: 0 where one cluster takes all. */
  function entropy(resp) {
    return resp.map((row) => sum(row.map((r) => (r > 0 ? -r * Math.log(r) : 0))));
  }

  /* Whether a spread is no more than the rounding of numbers as large as the mean. */
  const isOnePlace = (mean, covariance) =>
    mean.some((value, d) => covariance[d][d] <= (4 * Number.EPSILON * value) ** 2);

  /* All of a run so far; it grows as far as it is looked at, and ends where an M-step makes a
   * covariance that is not positive definite: a cluster has collapsed. */
  function makeRun(X, start) {
    const states = [start];
    const steps = [];
    let end = null;
    const step = (i) => (steps[i] ??= eStep(X, states[i]));
    function grow(count) {
      while (states.length <= count && !end) {
        const next = mStep(X, step(states.length - 1).resp);
        const k = next.covariances.findIndex(
          (covariance, k) => isOnePlace(next.means[k], covariance) || !cholesky(covariance),
        );
        if (k < 0) states.push(next);
        else end = { k, mean: next.means[k], covariance: next.covariances[k] };
      }
      return Math.min(count, states.length - 1);
    }
    return {
      /* After so many half-steps: parameters, the responsibilities last computed, the trace; and
       * after the last of all, which M-step has collapsed, and which half-step that is. */
      view(halfSteps) {
        const done = grow(Math.floor(halfSteps / 2));
        const last = end ? 2 * states.length : Infinity;
        const ahead = halfSteps > 2 * done; // an E-step, with no M-step yet that went well
        return {
          parameters: states[done],
          resp: ahead ? step(done).resp : done > 0 ? step(done - 1).resp : null,
          trace: states.slice(0, done + 1).map((_, i) => step(i).logLikelihood),
          collapsed: halfSteps >= last ? end : null,
          last,
        };
      },
    };
  }

  Object.assign(emlib, {
    sum,
    columnSums,
    divide,
    logSumExp,
    cholesky,
    fromFactor,
    determinant,
    solveLower,
    covarianceOf,
    logGaussian,
    naiveGaussian,
    logJoint,
    normalise,
    linspace,
    boundaries,
    responsibilities,
    coinResponsibilities,
    logLikelihood,
    eStep,
    lowerBound,
    divergence,
    mStep,
    makeRun,
    linkageStep,
    entropy,
  });
})(globalThis.emlib);
