/** @file Eigenvalues of symmetric tridiagonal matrices by bisection: slower than QL, but it cannot fail. */

/** Intervals (low, high], each with the number of eigenvalues below its ends. */
interface Intervals {
  readonly low: number[];
  readonly high: number[];
  readonly below: number[];
  readonly through: number[];
}

const EPSILON = Number.EPSILON;

/**
 * Eigenvalues, ascending, of the symmetric tridiagonal matrix with this diagonal (n) and these couplings (off[i] of i
 * and i + 1, at least n - 1, finite).
 *
 * A Sturm sequence counts the eigenvalues below a point; its rounding amounts to relative changes of the couplings
 * only, so the small eigenvalues of a graded matrix are as accurate as its entries allow. Those below eps^2 of the
 * largest are returned as 0. O(60 n^2).
 *
 * Source: Golub and Van Loan, "Matrix computations", 8.4; Kahan 1966 for the rounding.
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, off: Float64Array): Float64Array {
  const n = diagonal.length;
  const out = new Float64Array(n);
  let bound = 0;
  for (let i = 0; i < n; i++) {
    const before = i > 0 ? Math.abs(off[i - 1]!) : 0;
    const after = i + 1 < n ? Math.abs(off[i]!) : 0;
    bound = Math.max(bound, Math.abs(diagonal[i]!) + before + after);
  }
  if (bound === 0) return out;
  // In units of the bound, so that no square of a coupling leaves the range of numbers.
  const d = diagonal.map((x) => x / bound);
  const squares = Float64Array.from({ length: n }, (_, i) => (i > 0 ? (off[i - 1]! / bound) ** 2 : 0));
  let active = firstIntervals(d, squares);
  while (active.low.length > 0) active = halve(active, d, squares, out);
  for (let i = 0; i < n; i++) out[i]! *= bound;
  return out;
}

/** The negative and the positive eigenvalues; those too close to 0 are left out. */
function firstIntervals(d: Float64Array, squares: Float64Array): Intervals {
  const limit = 1 + 8 * EPSILON;
  const least = EPSILON ** 2;
  const points = [-limit, -least, least, limit];
  const counts = countsBelow(d, squares, points);
  return {
    low: [-limit, least],
    high: [-least, limit],
    below: [0, counts[2]!],
    through: [counts[1]!, d.length],
  };
}

/** Halves all intervals; writes the eigenvalues of those that are narrow enough, and drops those without any. */
function halve(active: Intervals, d: Float64Array, squares: Float64Array, out: Float64Array): Intervals {
  const middle = active.low.map((low, i) => middleOf(low, active.high[i]!));
  const counts = countsBelow(d, squares, middle);
  const next: Intervals = { low: [], high: [], below: [], through: [] };
  const keep = (low: number, high: number, below: number, through: number): void => {
    if (below >= through) return;
    if (high - low <= 2 * EPSILON * Math.max(Math.abs(low), Math.abs(high))) {
      out.fill(0.5 * (low + high), below, through);
      return;
    }
    next.low.push(low);
    next.high.push(high);
    next.below.push(below);
    next.through.push(through);
  };
  middle.forEach((m, i) => {
    const below = active.below[i]!;
    const through = active.through[i]!;
    // Rounding may bend the counts of neighbouring points, but never beyond those of the ends.
    const count = Math.min(through, Math.max(below, counts[i]!));
    keep(active.low[i]!, m, below, count);
    keep(m, active.high[i]!, count, through);
  });
  return next;
}

/** The middle of two numbers of one sign: of their logarithms while they lie far apart. */
function middleOf(low: number, high: number): number {
  const ratio = low / high;
  if (ratio > 0.5 && ratio < 2) return 0.5 * (low + high);
  return Math.sign(high) * Math.sqrt(Math.abs(low)) * Math.sqrt(Math.abs(high));
}

/** Number of eigenvalues below each point; four points at a time, so that their divisions overlap. */
function countsBelow(d: Float64Array, squares: Float64Array, points: readonly number[]): Int32Array {
  const counts = new Int32Array(points.length + 3);
  for (let p = 0; p < points.length; p += 4) {
    const x0 = points[p]!;
    const x1 = points[p + 1] ?? x0;
    const x2 = points[p + 2] ?? x0;
    const x3 = points[p + 3] ?? x0;
    let q0 = 1;
    let q1 = 1;
    let q2 = 1;
    let q3 = 1;
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    let c3 = 0;
    for (let i = 0; i < d.length; i++) {
      const a = d[i]!;
      const b = squares[i]!;
      // A pivot of 0 counts as the smallest number above it.
      q0 = a - x0 - b / q0 || Number.MIN_VALUE;
      q1 = a - x1 - b / q1 || Number.MIN_VALUE;
      q2 = a - x2 - b / q2 || Number.MIN_VALUE;
      q3 = a - x3 - b / q3 || Number.MIN_VALUE;
      if (q0 < 0) c0++;
      if (q1 < 0) c1++;
      if (q2 < 0) c2++;
      if (q3 < 0) c3++;
    }
    counts.set([c0, c1, c2, c3], p);
  }
  return counts;
}
