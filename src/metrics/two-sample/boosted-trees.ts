/** @file A classifier of two classes that is strong on tables: gradient boosted trees over columns in bins. */
import type { Matrix } from '../../math/matrix.js';
import { Stream } from '../../math/random.js';

/** How the trees of {@link boostedLogOdds} grow. */
export interface BoostingOptions {
  /** Default 200. */
  readonly trees?: number;
  /** Share of its estimate that a tree adds (default 0.1). */
  readonly rate?: number;
  /** Splits from the root to a leaf, at most (default 5). */
  readonly depth?: number;
  /** Fewest rows of a leaf (default 20). */
  readonly leastRows?: number;
  /** Columns that a tree may split by, chosen at random for each (default 32, or all where there are fewer). */
  readonly columns?: number;
  /** Seed of the choice of columns (default 0). */
  readonly seed?: number;
}

/** Bins of a column at most; their numbers are bytes. */
const BINS = 64;

/**
 * Log odds of class 1 for every row, by trees that are fitted to some of the rows.
 *
 * F starts at 0. Each tree is fitted to the gradient y - p and the curvature p (1 - p) of the log likelihood, p =
 * 1 / (1 + exp(-F)); a split is chosen by the sum of G^2 / H of its sides, and a leaf adds rate G / H to F. Splits lie
 * between quantiles of the columns.
 *
 * Source: Friedman 2001; histograms as in LightGBM (Ke et al. 2017).
 *
 * @param y class of each row, 0 or 1; read for the fitted rows only
 * @param fitted 1 for rows that the trees are fitted to, 0 for the others
 */
export function boostedLogOdds(
  x: Matrix,
  y: Uint8Array,
  fitted: Uint8Array,
  options: BoostingOptions = {},
): Float64Array {
  const { trees = 200, rate = 0.1, depth = 5, leastRows = 20, seed = 0 } = options;
  const width = Math.min(options.columns ?? 32, x.columns);
  const stream = Stream.root(seed).fork('boosted-trees');
  const bins = binned(x);
  const rows = Uint32Array.from(fitted.keys()).filter((i) => fitted[i] === 1);
  const logOdds = new Float64Array(x.rows);
  const gradient = new Float64Array(x.rows);
  const curvature = new Float64Array(x.rows);
  for (let tree = 0; tree < trees; tree++) {
    for (const i of rows) {
      const p = 1 / (1 + Math.exp(-logOdds[i]!));
      gradient[i] = y[i]! - p;
      curvature[i] = p * (1 - p);
    }
    const columns = stream.fork(tree).choice(x.columns, width);
    const leaves = grown({ bins, count: x.rows, rows, columns, gradient, curvature, leastRows }, depth);
    for (let i = 0; i < x.rows; i++) logOdds[i]! += rate * leaves.values[leaves.of[i]!]!;
  }
  return logOdds;
}

/** The bin of every value, column after column. Columns of few values have a bin for each. */
function binned({ rows, columns, values }: Matrix): Uint8Array {
  const bins = new Uint8Array(rows * columns);
  for (let j = 0; j < columns; j++) {
    const sorted = Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!).sort();
    const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
    const highest =
      distinct.length <= BINS
        ? distinct
        : Float64Array.from({ length: BINS }, (_, b) => sorted[Math.ceil(((b + 1) * rows) / BINS) - 1]!);
    for (let i = 0; i < rows; i++) bins[j * rows + i] = binOf(values[i * columns + j]!, highest);
  }
  return bins;
}

/** The first bin whose highest value is not below the value. */
function binOf(value: number, highest: Float64Array): number {
  let [low, high] = [0, highest.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (highest[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Growth {
  readonly bins: Uint8Array;
  /** Number of all rows. */
  readonly count: number;
  /** Rows that the tree is fitted to. */
  readonly rows: Uint32Array;
  /** Columns that it may split by. */
  readonly columns: Uint32Array;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  readonly leastRows: number;
}

/** A split of a node: rows up to a bin of a column go to the left. */
interface Split {
  gain: number;
  column: number;
  bin: number;
}

/** G, H and the number of fitted rows in each of some places. */
interface Sums {
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly n: Int32Array;
}

function sumsOf(places: number): Sums {
  return { g: new Float64Array(places), h: new Float64Array(places), n: new Int32Array(places) };
}

/** The leaf of every row, fitted or not, and the value of every leaf. All nodes of a level are split before the next. */
function grown(growth: Growth, depth: number): { readonly of: Int32Array; readonly values: Float64Array } {
  const { bins, count, rows, gradient, curvature } = growth;
  const of = new Int32Array(count);
  for (let level = 0; level < depth; level++) {
    const splits = bestSplits(growth, of, 2 ** level);
    for (let i = 0; i < count; i++) {
      const { gain, column, bin } = splits[of[i]!]!;
      // A node that is not split goes on as the left one of the next level.
      of[i] = 2 * of[i]! + (gain > 0 && bins[column * count + i]! > bin ? 1 : 0);
    }
  }
  const { g, h } = sumsOf(2 ** depth);
  for (const i of rows) {
    g[of[i]!]! += gradient[i]!;
    h[of[i]!]! += curvature[i]!;
  }
  return { of, values: g.map((sum, leaf) => sum / weight(h[leaf]!)) };
}

/** The best split of each node of a level; gain 0 where there is none. */
function bestSplits(growth: Growth, of: Int32Array, nodes: number): Split[] {
  const { bins, count, rows, columns, gradient, curvature } = growth;
  const best = Array.from({ length: nodes }, (): Split => ({ gain: 0, column: 0, bin: 0 }));
  const sums = sumsOf(nodes * BINS);
  const { g, h, n } = sums;
  for (const column of columns) {
    for (const part of [g, h, n]) part.fill(0);
    const start = column * count;
    for (const i of rows) {
      const at = of[i]! * BINS + bins[start + i]!;
      g[at]! += gradient[i]!;
      h[at]! += curvature[i]!;
      n[at]! += 1;
    }
    for (let node = 0; node < nodes; node++) improve(best[node]!, sums, node, column, growth.leastRows);
  }
  return best;
}

/** Takes the best split of a node by a column, if it is better than that by the columns before. */
function improve(best: Split, sums: Sums, node: number, column: number, leastRows: number): void {
  const first = node * BINS;
  let [g, h, n] = [0, 0, 0];
  for (let b = first; b < first + BINS; b++) {
    g += sums.g[b]!;
    h += sums.h[b]!;
    n += sums.n[b]!;
  }
  if (n < 2 * leastRows) return;
  let [leftG, leftH, left] = [0, 0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    leftG += sums.g[first + bin]!;
    leftH += sums.h[first + bin]!;
    left += sums.n[first + bin]!;
    if (left < leastRows || n - left < leastRows) continue;
    const gain = leftG ** 2 / weight(leftH) + (g - leftG) ** 2 / weight(h - leftH) - g ** 2 / weight(h);
    if (gain > best.gain + ROUNDING) Object.assign(best, { gain, column, bin });
  }
}

/** A gain that is no more than this is the rounding of sums. */
const ROUNDING = 1e-9;

/** The curvature, kept from 0: leaves of rows that are all sure would else have no value. */
function weight(curvature: number): number {
  return Math.max(curvature, 1e-3);
}
