/** @file What is done for each component or panel of a mixture on its own, so that threads can share them. */
import { CHUNK, FLOAT64, type GaussianBlocks, PANEL } from './memory.js';
import { panelShares } from './responsibilities.js';

/** Something done for one component or panel; the number that it gives back, and the one that it takes, are its own. */
type Task = (g: GaussianBlocks, item: number, argument: number) => number;

/** The tasks by name. None reads what it writes for another item, so their order cannot be told from the results. */
export const TASKS = {
  shares,
  unwhiten,
  moments,
  symmetrise,
  step,
  factor,
  invert,
} as const satisfies Record<string, Task>;
export type TaskName = keyof typeof TASKS;

/** The responsibilities of a panel of a chunk of `count` latents (see responsibilities.ts). */
function shares(g: GaussianBlocks, panel: number, count: number): number {
  panelShares(g, panel, count);
  return 0;
}

/** First latents of the panels of a chunk of `count` latents that have a share in component c. */
function sharedPanels({ layout, blocks: { shares } }: GaussianBlocks, c: number, count: number): number[] {
  const panels: number[] = [];
  for (let i = 0; i < count; i += PANEL) {
    const o = i * layout.components + c * PANEL;
    if (shares[o] !== 0 || shares[o + 1] !== 0 || shares[o + 2] !== 0 || shares[o + 3] !== 0) panels.push(i);
  }
  return panels;
}

/** Address of the rows Sigma_c^-1 (z - mu_c), which stand without gaps. */
function unwhitenedAt({ addresses, stride }: GaussianBlocks, c: number): number {
  return addresses.unwhitened + c * CHUNK * stride;
}

/** The rows Sigma_c^-1 (z_i - mu_c) of a chunk's latents that have a share in c. */
function unwhiten(g: GaussianBlocks, c: number, count: number): number {
  const { kernel, addresses: a, stride } = g;
  const { order: n } = g.layout;
  const inverse = g.matrixAt('inverse', c);
  sharedPanels(g, c, count).forEach((i, panel) => {
    const whitened = a.whitened + (c * CHUNK + i) * n * FLOAT64;
    kernel.unwhitenPanel(inverse, n, stride, whitened, unwhitenedAt(g, c) + panel * PANEL * stride);
  });
  return 0;
}

/**
 * Adds (1/B) r_ic g_i to `sums` and (1/B) r_ic Sigma_c^-1 (z_i - mu_c) g_i^T to `moments` of component c, over the
 * chunk's `count` latents. @returns how many of them have a share in the component
 */
function moments(g: GaussianBlocks, c: number, count: number): number {
  const { kernel, addresses: a, stride } = g;
  const { components, order: n } = g.layout;
  const { shares } = g.blocks;
  const panels = sharedPanels(g, c, count);
  let used = 0;
  panels.forEach((i, panel) => {
    const o = i * components + c * PANEL;
    for (let k = o; k < o + PANEL; k++) if (shares[k] !== 0) used++;
    const weighed = a.weighed + panel * PANEL * stride;
    const sum = a.sums + c * n * FLOAT64;
    kernel.weighPanel(n, stride, a.slopes + i * stride, a.shares + o * FLOAT64, weighed, sum);
  });
  if (used === 0) return 0;
  const rows = panels.length * PANEL;
  kernel.addCrossProduct(unwhitenedAt(g, c), a.weighed, rows, g.matrixAt('moments', c), n, stride);
  return used;
}

/** sym(M) / 2 = (M + M^T) / 4 of the sums M in `moments`. */
function symmetrise(g: GaussianBlocks, c: number): number {
  g.kernel.symmetrise(g.matrixAt('moments', c), 0.25, g.layout.order, g.stride, g.addresses.square);
  return 0;
}

/**
 * Sigma_c <- Sigma_c + gamma Delta + (gamma^2 / 2) Delta Sigma_c^-1 Delta, where Delta (symmetric, d x d) is matrix c
 * of the block `moments`, and its factor; the inverse factors are to be those of Sigma_c before.
 *
 * With Sigma = L L^T the result is (Sigma + U^T U) / 2, U = L^T + gamma L^-1 Delta, so it is positive definite for
 * every Delta and gamma, and no eigenvalue relative to Sigma falls below 1/2.
 * Source: SLOGAN, Algorithm 1.
 *
 * @returns what {@link factor} does
 */
function step(g: GaussianBlocks, c: number, gamma: number): number {
  const { kernel, stride } = g;
  const { product, square } = g.addresses;
  const { order: n } = g.layout;
  const delta = g.matrixAt('moments', c);
  kernel.triangularProduct(g.matrixAt('inverseTransposed', c), delta, product, n, stride); // L^-1 Delta
  kernel.gram(product, square, n, stride); // Delta L^-T L^-1 Delta
  kernel.addSymmetric(g.matrixAt('covariances', c), gamma, delta, 0.5 * gamma * gamma, square, n, stride);
  return factor(g, c);
}

/** L_c^T of Sigma_c = L_c L_c^T. @returns -1, or the index of the first pivot that is not positive and finite */
function factor(g: GaussianBlocks, c: number): number {
  return g.kernel.cholesky(g.matrixAt('covariances', c), g.matrixAt('upper', c), g.layout.order, g.stride);
}

/** L_c^-1 and its transpose. */
function invert(g: GaussianBlocks, c: number): number {
  const [upper, inverse] = [g.matrixAt('upper', c), g.matrixAt('inverse', c)];
  g.kernel.invertFactor(upper, inverse, g.matrixAt('inverseTransposed', c), g.layout.order, g.stride);
  return 0;
}
