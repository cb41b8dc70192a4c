// The Stein updates of a mixture prior alone: no networks, only the game that they play against a critic.
//
// A perfect critic would learn the density ratio, so here the loss of a latent is l(z) = log q(z) - log p_t(z) exactly,
// with a target mixture p_t whose means turn and whose sizes change. Its expectation under q is KL(q || p_t), and the
// prior q should follow the target by what SLOGAN's theorems 1-3 give it: losses and their gradients at samples.
// Run it after a build:  node examples/02-prior-alone.mjs     (a few seconds)
import assert from 'node:assert/strict';
import { MixturePrior, Stream } from 'mixtura/prior';

const [K, D, B, STEPS] = [3, 2, 256, 3000];
const stream = Stream.root(0);

/** The target at time t of [0, 1]: means on a circle that turns by 60 degrees, sizes 0.7 : 0.2 : 0.1 -> 0.2 : 0.3 : 0.5. */
function target(t) {
  const [from, to] = [
    [0.7, 0.2, 0.1],
    [0.2, 0.3, 0.5],
  ];
  const angles = [0, 1, 2].map((c) => (2 * Math.PI * c) / 3 + (t * Math.PI) / 3);
  return MixturePrior.fromState({
    means: {
      shape: [K, D],
      data: Float64Array.from(angles.flatMap((a) => [3 * Math.cos(a), 3 * Math.sin(a)])),
    },
    covariances: { shape: [K, D, D], data: Float64Array.from(angles.flatMap(() => [0.5, 0.2, 0.2, 0.8])) },
    logits: { shape: [K], data: Float64Array.from(from, (w, c) => Math.log(w + t * (to[c] - w))) },
  });
}

/** d log p / dz of n latents: sum_c r_c(z) L_c^-T (offset_c - L_c^-1 z). */
function score(prior, z, n) {
  const { weight, offset } = prior.whitening();
  const r = prior.responsibilities(z, n);
  const out = new Float64Array(n * D);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < K; c++) {
      for (let row = 0; row < D; row++) {
        let residual = offset[c * D + row];
        for (let j = 0; j < D; j++) residual -= weight[(c * D + row) * D + j] * z[i * D + j];
        for (let j = 0; j < D; j++) out[i * D + j] += r[i * K + c] * weight[(c * D + row) * D + j] * residual;
      }
    }
  }
  return out;
}

const largestDifference = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));

const first = target(0);
const q = MixturePrior.create({ components: K, dim: D, means: first.means.map((m) => 0.5 * m) }, stream);
for (let step = 0; step < STEPS; step++) {
  // The target stands still in the last third, so that the prior can arrive.
  const p = target(Math.min(1, (1.5 * step) / STEPS));
  const { z, component } = q.sample(B, stream.fork('latent', step));
  const [scoreQ, scoreP] = [score(q, z, B), score(p, z, B)];
  const [logQ, logP] = [q.logDensity(z, B), p.logDensity(z, B)];
  q.update({
    z,
    n: B,
    component,
    gradient: scoreQ.map((value, i) => value - scoreP[i]),
    adversarialLoss: logQ.map((value, i) => value - logP[i]),
    baseline: true,
    lr: { mean: 0.05, covariance: 0.01, mixing: 0.05 },
  });
  if ((step + 1) % 500 === 0) {
    const [sizes, truth] = [q, p].map(({ mixing }) => Array.from(mixing, (w) => w.toFixed(2)).join(' '));
    console.log(`step ${step + 1}: sizes ${sizes}, target ${truth}`);
  }
}

const last = target(1);
const errors = {
  sizes: largestDifference(q.mixing, last.mixing),
  means: largestDifference(q.means, last.means),
  covariances: largestDifference(q.covariances, last.covariances),
};
console.log('largest errors:', errors);
assert.ok(errors.sizes < 0.03, 'the sizes did not follow the target');
assert.ok(errors.means < 0.15, 'the means did not follow the target');
assert.ok(errors.covariances < 0.15, 'the covariances did not follow the target');
