/** @file Greedy k-means++ seeding. */
import type { Stream } from '../math/random.js';

/**
 * Picks k rows as first centres, each far from those before it (greedy k-means++).
 *
 * A candidate is drawn with probability proportional to D(x)^2, its squared distance to the nearest centre so far;
 * of 2 + floor(ln k) candidates the one that leaves the smallest potential sum D^2 is kept. When every point
 * lies on a centre already (duplicates) a row is drawn uniformly.
 *
 * Source: Arthur and Vassilvitskii 2007, with their suggested trials.
 *
 * @param points n x dim, row-major
 * @returns k x dim centres
 */
export function seedCenters(points: Float64Array, dim: number, k: number, stream: Stream): Float64Array {
  const n = points.length / dim;
  const trials = 2 + Math.floor(Math.log(k));
  const centers = new Float64Array(k * dim);
  const first = stream.int(n);
  centers.set(row(points, first, dim));
  let distance = new Float64Array(n).fill(Infinity);
  let candidate = new Float64Array(n);
  let best = new Float64Array(n);
  let potential = lowerDistances(points, dim, first, distance, distance);
  for (let c = 1; c < k; c++) {
    let bestPotential = Infinity;
    let chosen = 0;
    for (let t = 0; t < trials; t++) {
      const index = drawProportional(distance, potential, stream);
      const lowered = lowerDistances(points, dim, index, distance, candidate);
      if (lowered < bestPotential) {
        bestPotential = lowered;
        chosen = index;
        [best, candidate] = [candidate, best];
      }
    }
    [distance, best] = [best, distance];
    potential = bestPotential;
    centers.set(row(points, chosen, dim), c * dim);
  }
  return centers;
}

function row(points: Float64Array, index: number, dim: number): Float64Array {
  return points.subarray(index * dim, (index + 1) * dim);
}

/** Writes min(distance, squared distance to row `index`) into `out` (may be `distance`); returns its sum. */
function lowerDistances(
  points: Float64Array,
  dim: number,
  index: number,
  distance: Float64Array,
  out: Float64Array,
): number {
  const center = row(points, index, dim);
  let sum = 0;
  for (let i = 0, p = 0; i < distance.length; i++, p += dim) {
    const limit = distance[i]!;
    let squared = 0;
    // Stopping in the middle of a row that is farther already saves most of the work once there are a few centres.
    for (let j = 0; j < dim && squared < limit; j++) squared += (points[p + j]! - center[j]!) ** 2;
    const lowered = Math.min(squared, limit);
    out[i] = lowered;
    sum += lowered;
  }
  return sum;
}

function drawProportional(weights: Float64Array, total: number, stream: Stream): number {
  const n = weights.length;
  if (!(total > 0)) return stream.int(n);
  const target = stream.uniform() * total;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += weights[i]!;
    if (sum > target) return i;
  }
  return stream.int(n); // the rounded running sum was less than the drawn number
}
