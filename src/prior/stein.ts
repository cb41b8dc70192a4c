/** @file Stein gradients of an expected loss with respect to a Gaussian mixture, and the covariance step. */

import type { Each, Gaussians } from './gaussian/gaussians.js';
import { CHUNK, PANEL } from './gaussian/memory.js';
import { loadLatents, prunedResponsibilities } from './gaussian/responsibilities.js';

/** What the estimators read: one batch of latents and what the losses said about them. */
export interface SteinBatch {
  /** n x d, the latents. */
  readonly z: Float64Array;
  /** Number of latents in the batch. */
  readonly n: number;
  /** n x d, gradient of the loss *summed* over the batch with respect to each latent. */
  readonly gradient: ArrayLike<number>;
  /** n, the adversarial loss of each latent: all that the mixing coefficients see. */
  readonly adversarialLoss: ArrayLike<number>;
  /** n, which component each latent was drawn from; only makes the computation faster. */
  readonly component?: Int32Array;
  /** Subtract from each adversarial loss the mean of the others: same expectation, less noise (default false). */
  readonly baseline?: boolean;
}

/** Gradients of L = E_q[loss(z)], in the shapes of the parameters. */
export interface SteinGradients {
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, symmetric; all 0 where {@link counts} is 0. A copy, made when asked for. */
  readonly covariances: Float64Array;
  /** K, with respect to the logits rho; sums to 0. */
  readonly mixing: Float64Array;
  /** K, how many latents have a responsibility of at least 1e-14. */
  readonly counts: Int32Array;
}

/**
 * The estimators of SLOGAN's Stein latent optimization over a batch of B latents with g_i = d(summed loss)/dz_i:
 *
 * - means: (1/B) sum_i r_ic g_i
 * - covariances: sym((1/B) sum_i r_ic Sigma_c^-1 (z_i - mu_c) g_i^T) / 2, sym(A) = (A + A^T)/2
 * - mixing: (1/B) sum_i (r_ic - pi_c) l_adv,i
 *
 * The covariances live in the memory of the Gaussians: they are those of the last call.
 */
export function steinGradients(g: Gaussians, batch: SteinBatch): SteinGradients {
  const { components } = g;
  const { n } = batch;
  const ready = g.prepared?.z === batch.z ? g.prepared : undefined;
  const order = ready?.order ?? latentOrder(batch, components);
  const mixing = new Float64Array(components);
  const counts = new Int32Array(components);
  g.blocks.sums.fill(0);
  g.blocks.moments.fill(0);
  for (let start = 0; start < n; start += CHUNK) {
    const count = Math.min(CHUNK, n - start);
    if (!ready) loadShares(g, batch, start, count, order, g.together);
    loadSlopes(g, batch, start, count, order);
    addMixing(g, batch, start, count, order, mixing);
    const used = g.together('moments', g.every, count);
    for (let c = 0; c < components; c++) counts[c]! += used[c]!;
  }
  const touched = g.every.filter((c) => counts[c] !== 0);
  g.together('symmetrise', touched, 0);
  return {
    means: meanGradient(g),
    get covariances() {
      return g.matrices('moments');
    },
    mixing,
    counts,
  };
}

/**
 * Computes the responsibilities of a batch ahead of {@link steinGradients}, where it is one chunk. They hold until the
 * mixture is moved or other latents are looked at.
 */
export function prepareStein(g: Gaussians, batch: Pick<SteinBatch, 'z' | 'n' | 'component'>): void {
  if (batch.n > CHUNK) return;
  const order = latentOrder(batch, g.components);
  loadShares(g, batch, 0, batch.n, order, g.alone);
  g.prepared = { z: batch.z, order };
}

/** The chunk's latents, their responsibilities, and their rows Sigma_c^-1 (z_i - mu_c) of all that have a share in c. */
function loadShares(
  g: Gaussians,
  { z, component }: Pick<SteinBatch, 'z' | 'component'>,
  start: number,
  count: number,
  order: Int32Array,
  work: Each,
): void {
  loadLatents(g, z, start, count, order);
  prunedResponsibilities(g, count, (panel) => component?.[order[start + panel * PANEL]!] ?? 0, work);
  work('unwhiten', g.every, count);
}

function meanGradient(g: Gaussians): Float64Array {
  const { components, dim: d, order: n } = g.layout;
  const means = new Float64Array(components * d);
  for (let c = 0; c < components; c++) means.set(g.blocks.sums.subarray(c * n, c * n + d), c * d);
  return means;
}

/** The latents by the component that they were drawn from, so that neighbours have the same components to leave out. */
function latentOrder({ n, component }: Pick<SteinBatch, 'n' | 'component'>, components: number): Int32Array {
  const order = new Int32Array(n);
  if (component === undefined) return order.map((_, i) => i);
  const next = new Int32Array(components + 1);
  for (let i = 0; i < n; i++) next[component[i]! + 1]!++;
  for (let c = 1; c <= components; c++) next[c]! += next[c - 1]!;
  for (let i = 0; i < n; i++) order[next[component[i]!]!++] = i;
  return order;
}

/** g_i / B of the chunk's latents, in rows. */
function loadSlopes(
  g: Gaussians,
  { gradient, n }: SteinBatch,
  start: number,
  count: number,
  order: Int32Array,
): void {
  const { dim: d, pitch } = g.layout;
  const { slopes } = g.blocks;
  // What fills the last panel up has no share; it only has to be finite.
  slopes.fill(0, count * pitch);
  for (let i = 0; i < count; i++) {
    const from = order[start + i]! * d;
    for (let j = 0; j < d; j++) slopes[i * pitch + j] = gradient[from + j]! / n;
  }
}

/** Adds (1/B) (r_ic - pi_c) l_adv,i of the chunk's latents, or (1/(B - 1)) (r_ic - pi_c) (l_adv,i - mean l_adv). */
function addMixing(
  g: Gaussians,
  { adversarialLoss: loss, baseline, n }: SteinBatch,
  start: number,
  count: number,
  order: Int32Array,
  out: Float64Array,
): void {
  const { components, mixing } = g;
  const { shares } = g.blocks;
  // l_i minus the mean of the others is (l_i - mean) B / (B - 1).
  const centred = baseline === true && n > 1;
  let level = 0;
  if (centred) for (let i = 0; i < n; i++) level += loss[i]! / n;
  const scale = centred ? 1 / (n - 1) : 1 / n;
  for (let i = 0; i < count; i++) {
    const weight = (loss[order[start + i]!]! - level) * scale;
    const base = (i - (i % PANEL)) * components + (i % PANEL);
    for (let c = 0; c < components; c++) out[c]! += (shares[base + c * PANEL]! - mixing[c]!) * weight;
  }
}

/**
 * The task `step` (tasks.ts) for these components, Delta being the gradients of the covariances that
 * {@link steinGradients} has left. Throws as {@link Gaussians.refactor}, when all have been moved.
 */
export function moveCovariances(g: Gaussians, components: readonly number[], gamma: number): void {
  g.refreshInverses();
  g.moving(components);
  const pivots = g.together('step', components, gamma);
  for (const [i, c] of components.entries()) g.moved(c, pivots[i]!);
}
