/** @file Stein gradients of an expected loss with respect to a Gaussian mixture, and the covariance step. */

import type { Gaussians } from './gaussians.js';
import { CHUNK, FLOAT64, PANEL } from './memory.js';
import { loadLatents, prunedResponsibilities } from './responsibilities.js';

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
    if (!ready) loadShares(g, batch, start, count, order);
    loadSlopes(g, batch, start, count, order);
    addMixing(g, batch, start, count, order, mixing);
    for (let c = 0; c < components; c++) counts[c]! += addMoments(g, c, count);
  }
  for (let c = 0; c < components; c++) {
    if (counts[c] === 0) continue;
    // sym(M) / 2 = (M + M^T) / 4
    g.kernel.symmetrise(g.matrixAt('moments', c), 0.25, g.layout.order, g.stride, g.addresses.square);
  }
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
  loadShares(g, batch, 0, batch.n, order);
  g.prepared = { z: batch.z, order };
}

/** The chunk's latents, their responsibilities, and their rows Sigma_c^-1 (z_i - mu_c) of all that have a share in c. */
function loadShares(
  g: Gaussians,
  { z, component }: Pick<SteinBatch, 'z' | 'component'>,
  start: number,
  count: number,
  order: Int32Array,
): void {
  loadLatents(g, z, start, count, order);
  prunedResponsibilities(g, count, (panel) => component?.[order[start + panel * PANEL]!] ?? 0);
  const { kernel, addresses: a, stride } = g;
  const { components, order: n, square } = g.layout;
  for (let c = 0; c < components; c++) {
    const inverse = a.inverse + c * square * FLOAT64;
    sharedPanels(g, c, count).forEach((i, panel) => {
      const whitened = a.whitened + (c * CHUNK + i) * n * FLOAT64;
      kernel.unwhitenPanel(inverse, n, stride, whitened, unwhitenedAt(g, c) + panel * PANEL * stride);
    });
  }
}

/** First latents of the chunk's panels that have a share in component c. */
function sharedPanels({ layout, blocks: { shares } }: Gaussians, c: number, count: number): number[] {
  const panels: number[] = [];
  for (let i = 0; i < count; i += PANEL) {
    const o = i * layout.components + c * PANEL;
    if (shares[o] !== 0 || shares[o + 1] !== 0 || shares[o + 2] !== 0 || shares[o + 3] !== 0) panels.push(i);
  }
  return panels;
}

/** Address of the rows Sigma_c^-1 (z - mu_c), which stand without gaps. */
function unwhitenedAt({ addresses, stride }: Gaussians, c: number): number {
  return addresses.unwhitened + c * CHUNK * stride;
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
 * Adds (1/B) r_ic g_i to `sums` and (1/B) r_ic Sigma_c^-1 (z_i - mu_c) g_i^T to `moments` of component c, over the
 * chunk's latents. @returns how many of them have a share in the component
 */
function addMoments(g: Gaussians, c: number, count: number): number {
  const { kernel, addresses: a, stride } = g;
  const { components, order: n } = g.layout;
  const { shares } = g.blocks;
  const panels = sharedPanels(g, c, count);
  let used = 0;
  panels.forEach((i, panel) => {
    const o = i * components + c * PANEL;
    for (let k = o; k < o + PANEL; k++) if (shares[k] !== 0) used++;
    const weighed = a.weighed + panel * PANEL * stride;
    kernel.weighPanel(
      n,
      stride,
      a.slopes + i * stride,
      a.shares + o * FLOAT64,
      weighed,
      a.sums + c * n * FLOAT64,
    );
  });
  if (used === 0) return 0;
  const rows = panels.length * PANEL;
  kernel.addCrossProduct(unwhitenedAt(g, c), a.weighed, rows, g.matrixAt('moments', c), n, stride);
  return used;
}

/**
 * Sigma_c <- Sigma_c + gamma Delta + (gamma^2 / 2) Delta Sigma_c^-1 Delta, where Delta (symmetric, d x d) is matrix c
 * of the block `moments`, as {@link steinGradients} leaves it; {@link Gaussians.refactor} is to follow.
 *
 * With Sigma = L L^T the result is (Sigma + U^T U) / 2, U = L^T + gamma L^-1 Delta, so it is positive definite for
 * every Delta and gamma, and no eigenvalue relative to Sigma falls below 1/2.
 * Source: SLOGAN, Algorithm 1.
 */
export function covarianceStep(g: Gaussians, c: number, gamma: number): void {
  const { kernel, stride } = g;
  const { product, square } = g.addresses;
  const { order: n } = g.layout;
  g.refreshInverses();
  const delta = g.matrixAt('moments', c);
  kernel.triangularProduct(g.matrixAt('inverseTransposed', c), delta, product, n, stride); // L^-1 Delta
  kernel.gram(product, square, n, stride); // Delta L^-T L^-1 Delta
  kernel.addSymmetric(g.matrixAt('covariances', c), gamma, delta, 0.5 * gamma * gamma, square, n, stride);
}
