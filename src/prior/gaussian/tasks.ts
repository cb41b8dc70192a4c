/**
 * @file The steps of a Stein update that treat each component or panel on its own, so that threads can share them: moments,
 * the covariance step of SLOGAN's Algorithm 1, factors and their inverses.
 */
import { CHUNK, FLOAT64, type GaussianBlocks, PANEL } from './memory.js';
import { panelResponsibilities } from './panel.js';

/** Works on one component or panel; each task says what its argument and its result mean. */
type Task = (g: GaussianBlocks, item: number, argument: number) => number;

/** The tasks by name. None reads what it writes for another item, so results do not depend on the order of the items. */
export const TASKS = {
  responsibilities,
  unwhiten,
  moments,
  symmetrise,
  step,
  factor,
  invert,
} as const satisfies Record<string, Task>;
/** Name of a task. */
export type TaskName = keyof typeof TASKS;

/** Runs a task for each of these components or panels; returns their results in this order. */
export type RunTask = (task: TaskName, items: readonly number[], argument: number) => ArrayLike<number>;

/** The responsibilities of a panel of a chunk of `count` latents (see responsibilities.ts). Returns 0. */
function responsibilities(g: GaussianBlocks, panel: number, count: number): number {
  panelResponsibilities(g, panel, count);
  return 0;
}

/** First latents of the panels of a chunk of `count` latents for which component c is responsible at all. */
function panelsOf(
  { layout, blocks: { responsibilities: r } }: GaussianBlocks,
  c: number,
  count: number,
): number[] {
  const panels: number[] = [];
  for (let i = 0; i < count; i += PANEL) {
    const o = i * layout.components + c * PANEL;
    if (r[o] !== 0 || r[o + 1] !== 0 || r[o + 2] !== 0 || r[o + 3] !== 0) panels.push(i);
  }
  return panels;
}

/** Address of the rows Sigma_c^-1 (z - mu_c), which stand without gaps. */
function unwhitenedAt({ addresses, stride }: GaussianBlocks, c: number): number {
  return addresses.unwhitened + c * CHUNK * stride;
}

/** The rows Sigma_c^-1 (z_i - mu_c) of the chunk's latents in panels for which c is responsible. Returns 0. */
function unwhiten(g: GaussianBlocks, c: number, count: number): number {
  const { kernel, addresses: a, stride } = g;
  const { order: n } = g.layout;
  const inverse = g.matrixAt('inverse', c);
  panelsOf(g, c, count).forEach((i, panel) => {
    const whitened = a.whitened + (c * CHUNK + i) * n * FLOAT64;
    kernel.unwhitenPanel(inverse, n, stride, whitened, unwhitenedAt(g, c) + panel * PANEL * stride);
  });
  return 0;
}

/**
 * Adds (1/B) r_ic g_i to `sums` and (1/B) r_ic Sigma_c^-1 (z_i - mu_c) g_i^T to `moments` of component c, over the
 * chunk's `count` latents. Returns for how many of them c is responsible
 */
function moments(g: GaussianBlocks, c: number, count: number): number {
  const { kernel, addresses: a, stride } = g;
  const { components, order: n } = g.layout;
  const { responsibilities: r } = g.blocks;
  const panels = panelsOf(g, c, count);
  let used = 0;
  panels.forEach((i, panel) => {
    const o = i * components + c * PANEL;
    for (let k = o; k < o + PANEL; k++) if (r[k] !== 0) used++;
    const gradients = a.latentGradients + i * stride;
    const weighted = a.weighted + panel * PANEL * stride;
    const sum = a.sums + c * n * FLOAT64;
    kernel.weightPanel(n, stride, gradients, a.responsibilities + o * FLOAT64, weighted, sum);
  });
  if (used === 0) return 0;
  const rows = panels.length * PANEL;
  kernel.addCrossProduct(unwhitenedAt(g, c), a.weighted, rows, g.matrixAt('moments', c), n, stride);
  return used;
}

/** sym(M) / 2 = (M + M^T) / 4 of the sums M in `moments`. Returns 0. */
function symmetrise(g: GaussianBlocks, c: number): number {
  g.kernel.symmetrise(g.matrixAt('moments', c), 0.25, g.layout.order, g.stride, g.addresses.square);
  return 0;
}

/**
 * Sigma_c <- Sigma_c + gamma Delta + (gamma^2 / 2) Delta Sigma_c^-1 Delta, where Delta (symmetric, d x d) is matrix c
 * of the block `moments`, and the factor of the result. The inverse factors must be those of Sigma_c before the step.
 *
 * With Sigma = L L^T the result is (Sigma + U^T U) / 2, U = L^T + gamma L^-1 Delta, so it is positive definite for
 * every Delta and gamma, and no eigenvalue relative to Sigma falls below 1/2.
 * Source: SLOGAN, Algorithm 1.
 *
 * Returns what {@link factor} does.
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

/** L_c^T of Sigma_c = L_c L_c^T. Returns -1, or the index of the first pivot that is not positive and finite. */
function factor(g: GaussianBlocks, c: number): number {
  return g.kernel.cholesky(g.matrixAt('covariances', c), g.matrixAt('upper', c), g.layout.order, g.stride);
}

/** L_c^-1 and its transpose. Returns 0. */
function invert(g: GaussianBlocks, c: number): number {
  const [upper, inverse] = [g.matrixAt('upper', c), g.matrixAt('inverse', c)];
  g.kernel.invertFactor(upper, inverse, g.matrixAt('inverseTransposed', c), g.layout.order, g.stride);
  return 0;
}
