/** @file Stein gradients of an expected loss with respect to a Gaussian mixture, and the covariance step. */

import type { Gaussians } from './gaussian/gaussians.js';
import { CHUNK, PANEL } from './gaussian/memory.js';
import { loadLatents, prunedResponsibilities } from './gaussian/responsibilities.js';
import type { RunTask } from './gaussian/tasks.js';

/** What the estimators read: one batch of latents, their losses and the gradients of the losses. */
export interface SteinBatch {
  /** n x d, the latents. */
  readonly z: Float64Array;
  /** Number of latents in the batch. */
  readonly n: number;
  /** n x d, gradient of the loss *summed* over the batch with respect to each latent. */
  readonly gradient: ArrayLike<number>;
  /** n, the adversarial loss of each latent: the only loss that moves the mixing coefficients. */
  readonly adversarialLoss: ArrayLike<number>;
  /** n, the component that each latent was drawn from; it makes the computation faster and changes no result. */
  readonly component?: Int32Array;
  /** Subtract from each adversarial loss the mean of the others: same expectation, less noise (default false). */
  readonly baseline?: boolean;
}

/** Gradients of L = E_q[loss(z)], in the shapes of the parameters. */
export interface SteinGradients {
  /** K x d. */
  readonly means: Float64Array;
  /** K x d x d, symmetric; all 0 where {@link counts} is 0. A copy, made when it is read. */
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
 * The gradient of the covariances lies in the memory of the Gaussians: read it before the next call.
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
    if (!ready) loadResponsibilities(g, batch, start, count, order, g.parallel);
    loadLatentGradients(g, batch, start, count, order);
    addMixing(g, batch, start, count, order, mixing);
    const used = g.parallel('moments', g.allComponents, count);
    for (let c = 0; c < components; c++) counts[c]! += used[c]!;
  }
  const touched = g.allComponents.filter((c) => counts[c] !== 0);
  g.parallel('symmetrise', touched, 0);
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
 * Computes the responsibilities of a batch ahead of {@link steinGradients}, if the batch is no longer than a chunk. They
 * are used by it unless the mixture has changed, or other latents were loaded, in between.
 */
export function prepareStein(g: Gaussians, batch: Pick<SteinBatch, 'z' | 'n' | 'component'>): void {
  if (batch.n > CHUNK) return;
  const order = latentOrder(batch, g.components);
  loadResponsibilities(g, batch, 0, batch.n, order, g.serial);
  g.prepared = { z: batch.z, order };
}

/** The chunk's latents, their responsibilities, and their rows Sigma_c^-1 (z_i - mu_c) for each c that is responsible. */
function loadResponsibilities(
  g: Gaussians,
  { z, component }: Pick<SteinBatch, 'z' | 'component'>,
  start: number,
  count: number,
  order: Int32Array,
  run: RunTask,
): void {
  loadLatents(g, z, start, count, order);
  prunedResponsibilities(g, count, (panel) => component?.[order[start + panel * PANEL]!] ?? 0, run);
  run('unwhiten', g.allComponents, count);
}

function meanGradient(g: Gaussians): Float64Array {
  const { components, dim: d, order: n } = g.layout;
  const means = new Float64Array(components * d);
  for (let c = 0; c < components; c++) means.set(g.blocks.sums.subarray(c * n, c * n + d), c * d);
  return means;
}

/** The latents in the order of the components that they were drawn from, so that a panel can leave out many components. */
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
function loadLatentGradients(
  g: Gaussians,
  { gradient, n }: SteinBatch,
  start: number,
  count: number,
  order: Int32Array,
): void {
  const { dim: d, pitch } = g.layout;
  const { latentGradients } = g.blocks;
  // What fills the last panel up has responsibilities of 0; it only has to be finite.
  latentGradients.fill(0, count * pitch);
  for (let i = 0; i < count; i++) {
    const from = order[start + i]! * d;
    for (let j = 0; j < d; j++) latentGradients[i * pitch + j] = gradient[from + j]! / n;
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
  const { responsibilities } = g.blocks;
  // l_i minus the mean of the others is (l_i - mean) B / (B - 1).
  const centred = baseline === true && n > 1;
  let level = 0;
  if (centred) for (let i = 0; i < n; i++) level += loss[i]! / n;
  const scale = centred ? 1 / (n - 1) : 1 / n;
  for (let i = 0; i < count; i++) {
    const weight = (loss[order[start + i]!]! - level) * scale;
    const base = (i - (i % PANEL)) * components + (i % PANEL);
    for (let c = 0; c < components; c++)
      out[c]! += (responsibilities[base + c * PANEL]! - mixing[c]!) * weight;
  }
}

/**
 * The covariance step (the task `step` of tasks.ts) for these components; Delta is the gradient of the covariances that
 * {@link steinGradients} has left.
 * @throws as {@link Gaussians.refactor}, after all components have been updated.
 */
export function updateCovariances(g: Gaussians, components: readonly number[], gamma: number): void {
  g.refreshInverses();
  g.invalidate(components);
  const pivots = g.parallel('step', components, gamma);
  for (const [i, c] of components.entries()) g.ensureFactored(c, pivots[i]!);
}
