/** @file Lloyd iterations of k-means on float64 rows. */

/** Result of k-means. */
export interface Clustering {
  /** n: the cluster of each row, 0..k-1. */
  readonly assignments: Int32Array;
  /** k x dim, row-major. */
  readonly centers: Float64Array;
  /** Sum of squared distances to the centres. */
  readonly inertia: number;
  /** Lloyd iterations of the start that won. */
  readonly iterations: number;
}

/** When the iterations of {@link lloyd} end. */
export interface LloydLimits {
  readonly maxIterations: number;
  /** Stop when the centres' summed squared shift is at most this. */
  readonly shiftLimit: number;
}

/** Work arrays of one run. Centres are padded with zero rows to a multiple of 4, which are never read. */
interface Work {
  readonly points: Float64Array;
  readonly dim: number;
  readonly k: number;
  readonly squaredNorms: Float64Array;
  readonly centers: Float64Array;
  readonly centerNorms: Float64Array;
  readonly scores: Float64Array;
  readonly assignments: Int32Array;
  /** Distance that each centre moved in the last iteration. */
  readonly moved: Float64Array;
  /** Bound on the rounding errors of distances that are compared. */
  readonly slack: number;
  /** At least the distance of each row to its centre. */
  readonly upper: Float64Array;
  /** At most the distance of each row to any other centre. */
  readonly lower: Float64Array;
  /** Sum and number of the rows of each cluster, kept as rows change theirs: most do not after a few iterations. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Alternates nearest-centre assignment and centre means until nothing changes, the centres hardly move, or
 * `maxIterations`; the returned assignments always belong to the returned centres.
 *
 * Source: Lloyd 1982; the distance bounds, which change the time and not the result, are those of Hamerly 2010.
 *
 * @param points n x dim, row-major, roughly centred at the origin
 * @param seeds k x dim first centres
 */
export function lloyd(
  points: Float64Array,
  dim: number,
  seeds: Float64Array,
  limits: LloydLimits,
): Clustering {
  const work = prepare(points, dim, seeds);
  assignNearest(work);
  let iterations = 0;
  while (iterations < limits.maxIterations) {
    iterations++;
    const shift = moveCenters(work);
    const changed = assignNearest(work);
    if (changed === 0 || shift <= limits.shiftLimit) break;
  }
  const centers = work.centers.slice(0, work.k * dim);
  return { assignments: work.assignments, centers, inertia: inertiaOf(work), iterations };
}

function prepare(points: Float64Array, dim: number, seeds: Float64Array): Work {
  const n = points.length / dim;
  const k = seeds.length / dim;
  const padded = Math.ceil(k / 4) * 4;
  const centers = new Float64Array(padded * dim);
  centers.set(seeds);
  const squaredNorms = new Float64Array(n);
  for (let i = 0; i < n; i++) squaredNorms[i] = squaredNorm(points, i, dim);
  return {
    points,
    dim,
    k,
    squaredNorms,
    centers,
    centerNorms: new Float64Array(padded),
    scores: new Float64Array(padded),
    assignments: new Int32Array(n).fill(-1),
    moved: new Float64Array(k),
    slack: 1e-7 * Math.sqrt(squaredNorms.reduce((a, b) => Math.max(a, b), 0)),
    upper: new Float64Array(n),
    lower: new Float64Array(n).fill(-Infinity),
    sums: new Float64Array(k * dim),
    counts: new Float64Array(k),
  };
}

function squaredNorm(rows: Float64Array, index: number, dim: number): number {
  let sum = 0;
  for (let j = index * dim; j < (index + 1) * dim; j++) sum += rows[j]! * rows[j]!;
  return sum;
}

/**
 * Assigns every row to its nearest centre; returns how many rows changed theirs.
 *
 * A row keeps its centre without a comparison while, by the triangle inequality, no other can be nearer: its distance
 * grows by at most what its own centre moved, and those to the others shrink by at most the largest move.
 */
function assignNearest(work: Work): number {
  const { dim, k, centers, centerNorms, moved, slack, assignments, upper, lower } = work;
  for (let c = 0; c < k; c++) centerNorms[c] = squaredNorm(centers, c, dim);
  const largestMove = moved.reduce((a, b) => Math.max(a, b), 0);
  let changed = 0;
  for (let i = 0; i < assignments.length; i++) {
    const before = assignments[i]!;
    upper[i]! += before < 0 ? 0 : moved[before]!;
    lower[i]! -= largestMove;
    if (upper[i]! + slack < lower[i]!) continue;
    const nearest = findNearest(work, i);
    if (nearest === before) continue;
    reassign(work, i, nearest);
    changed++;
  }
  return changed;
}

/** Gives row `i` to the cluster `c`. */
function reassign({ points, dim, assignments, sums, counts }: Work, i: number, c: number): void {
  const before = assignments[i]!;
  assignments[i] = c;
  counts[c]!++;
  for (let j = i * dim, q = c * dim; q < (c + 1) * dim; j++, q++) sums[q]! += points[j]!;
  if (before < 0) return;
  counts[before]!--;
  for (let j = i * dim, q = before * dim; q < (before + 1) * dim; j++, q++) sums[q]! -= points[j]!;
  if (counts[before] === 0) sums.fill(0, before * dim, (before + 1) * dim); // what rounding left
}

/** The nearest centre of row `i`; notes the distances to it (upper) and to the second nearest (lower). */
function findNearest(work: Work, i: number): number {
  const { dim, k, squaredNorms, scores, upper, lower } = work;
  scoreCenters(work, i * dim);
  let nearest = 0;
  let second = Infinity;
  for (let c = 1; c < k; c++) {
    const score = scores[c]!;
    if (score < scores[nearest]!) {
      second = scores[nearest]!;
      nearest = c;
    } else if (score < second) second = score;
  }
  upper[i] = Math.sqrt(Math.max(0, squaredNorms[i]! + scores[nearest]!));
  lower[i] = Math.sqrt(Math.max(0, squaredNorms[i]! + second));
  return nearest;
}

/** Scores `|m|^2 - 2 x.m` of the row at offset `p`: squared distances less |x|^2. Four centres share each load of x. */
function scoreCenters({ points, dim, centers, centerNorms, scores }: Work, p: number): void {
  for (let c = 0; c < scores.length; c += 4) {
    let q0 = c * dim;
    let q1 = q0 + dim;
    let q2 = q1 + dim;
    let q3 = q2 + dim;
    let d0 = 0;
    let d1 = 0;
    let d2 = 0;
    let d3 = 0;
    for (let j = p; j < p + dim; j++) {
      const x = points[j]!;
      d0 += x * centers[q0++]!;
      d1 += x * centers[q1++]!;
      d2 += x * centers[q2++]!;
      d3 += x * centers[q3++]!;
    }
    scores[c] = centerNorms[c]! - 2 * d0;
    scores[c + 1] = centerNorms[c + 1]! - 2 * d1;
    scores[c + 2] = centerNorms[c + 2]! - 2 * d2;
    scores[c + 3] = centerNorms[c + 3]! - 2 * d3;
  }
}

/** Moves every centre to the mean of its rows; returns the summed squared shift. */
function moveCenters(work: Work): number {
  const { dim, k, centers, moved, sums, counts } = work;
  for (let c = 0; c < k; c++) if (counts[c] === 0) reseed(work, c);
  let shift = 0;
  for (let c = 0; c < k; c++) {
    let squared = 0;
    for (let q = c * dim; q < (c + 1) * dim && counts[c]! > 0; q++) {
      const mean = sums[q]! / counts[c]!;
      squared += (mean - centers[q]!) ** 2;
      centers[q] = mean;
    }
    moved[c] = Math.sqrt(squared);
    shift += squared;
  }
  return shift;
}

/**
 * Gives the empty cluster `c` the row that lies farthest from its own centre, out of a cluster that can spare one.
 * Where every row lies on its centre, up to rounding (fewer distinct rows than clusters), the cluster stays empty: else
 * centres would change places among equal rows for ever.
 */
function reseed(work: Work, c: number): void {
  const { points, dim, centers, slack, assignments, lower, counts } = work;
  let farthest = -1;
  let largest = slack ** 2;
  for (let i = 0; i < assignments.length; i++) {
    const squared = squaredDistance(points, i, centers, assignments[i]!, dim);
    if (counts[assignments[i]!]! < 2 || squared <= largest) continue;
    farthest = i;
    largest = squared;
  }
  if (farthest < 0) return;
  lower[farthest] = -Infinity; // its bounds were of another centre
  reassign(work, farthest, c);
}

/** Sum of squared distances by differences: exact where the expanded form used for comparing would round. */
function inertiaOf({ points, dim, centers, assignments }: Work): number {
  let sum = 0;
  for (let i = 0; i < assignments.length; i++) {
    sum += squaredDistance(points, i, centers, assignments[i]!, dim);
  }
  return sum;
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, c: number, dim: number): number {
  let sum = 0;
  for (let j = 0; j < dim; j++) sum += (a[i * dim + j]! - b[c * dim + j]!) ** 2;
  return sum;
}
