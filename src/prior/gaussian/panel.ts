/** @file The responsibilities of one panel of latents, which need nothing but the blocks of a mixture. */
import { CHUNK, FLOAT64, type GaussianBlocks, PANEL } from './memory.js';

/** Responsibilities below 1e-14 are treated as 0 in the Stein estimators: they are far below their rounding. */
const LOG_NEGLIGIBLE = Math.log(1e-14);

/** The responsibilities of one panel of the chunk's `count` latents (see prunedResponsibilities). */
export function panelResponsibilities(g: GaussianBlocks, panel: number, count: number): void {
  const { components } = g.layout;
  const { best, logarithms, responsibilities, hints } = g.blocks;
  const first = hints[panel]!;
  best.fill(-Infinity);
  for (let k = 0; k < components; k++) whitenPanel(g, panel, k === 0 ? first : k <= first ? k - 1 : k);
  const real = Math.min(PANEL, count - panel * PANEL);
  normalise(logarithms, best, components, real, responsibilities, panel * PANEL * components);
}

/** Writes log(pi_c N_c) of a panel's latents into `logarithms`, as the c-th four, and y = L_c^-1 (z - mu_c) into `whitened`. */
export function whitenPanel(g: GaussianBlocks, panel: number, c: number): void {
  const { kernel, addresses: a, stride } = g;
  const { dim: d, order: n, square } = g.layout;
  kernel.whitenPanel(
    a.inverseTransposed + c * square * FLOAT64,
    n,
    stride,
    d,
    a.means + c * d * FLOAT64,
    g.blocks.constants[c]!,
    a.z + panel * PANEL * n * FLOAT64,
    a.difference,
    a.whitened + (c * CHUNK + panel * PANEL) * n * FLOAT64,
    a.best,
    a.logarithms + c * PANEL * FLOAT64,
  );
}

/** Softmax over the components of each of a panel's `real` latents; what fills the panel up gets 0. */
function normalise(
  log: Float64Array,
  best: Float64Array,
  components: number,
  real: number,
  out: Float64Array,
  base: number,
): void {
  for (let i = 0; i < PANEL; i++) {
    let total = 0;
    for (let k = i; k < components * PANEL; k += PANEL) {
      const below = log[k]! - best[i]!;
      const density = i >= real || below < LOG_NEGLIGIBLE ? 0 : Math.exp(below);
      out[base + k] = density;
      total += density;
    }
    if (i >= real) continue;
    for (let k = i; k < components * PANEL; k += PANEL) out[base + k]! /= total;
  }
}
