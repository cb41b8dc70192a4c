/** @file Where the means of a mixture start. */
import type { Stream } from '../math/random.js';

/**
 * K means at distance `radius` from the origin, K x d. Up to K = d + 1 they are equally far from each other: a regular
 * simplex in a random orientation. For larger K their directions are random; a line (d = 1) has only two.
 *
 * Components that are apart from the first step on can specialise at once; means near the origin have to move apart first.
 */
export function simplexMeans(components: number, dim: number, radius: number, stream: Stream): Float64Array {
  if (components === dim + 1) return fullSimplex(dim, radius, stream);
  const means = stream.normals(new Float64Array(components * dim));
  const row = (c: number) => means.subarray(c * dim, (c + 1) * dim);
  if (components <= dim && components > 1) {
    orthonormalise(components, row);
    const centroid = new Float64Array(dim);
    for (let i = 0; i < means.length; i++) centroid[i % dim]! += means[i]! / components;
    for (let i = 0; i < means.length; i++) means[i]! -= centroid[i % dim]!;
  }
  for (let c = 0; c < components; c++) scaleTo(row(c), radius);
  return means;
}

/**
 * The simplex of d + 1 means, which fills its space. The columns of d orthonormal rows that are orthogonal to
 * (1, ..., 1) are one: q_c q_b = [c = b] - 1 / (d + 1).
 */
function fullSimplex(dim: number, radius: number, stream: Stream): Float64Array {
  const components = dim + 1;
  const draws = stream.normals(new Float64Array(components * dim));
  const row = (j: number) => draws.subarray(j * components, (j + 1) * components);
  for (let j = 0; j < dim; j++) {
    const mean = row(j).reduce((sum, value) => sum + value, 0) / components;
    for (let c = 0; c < components; c++) row(j)[c]! -= mean;
  }
  orthonormalise(dim, row);
  const means = new Float64Array(components * dim);
  for (let i = 0; i < means.length; i++) means[i] = draws[(i % dim) * components + Math.floor(i / dim)]!;
  for (let c = 0; c < components; c++) scaleTo(means.subarray(c * dim, (c + 1) * dim), radius);
  return means;
}

/** Gram-Schmidt on rows. */
function orthonormalise(count: number, row: (c: number) => Float64Array): void {
  for (let c = 0; c < count; c++) {
    for (let b = 0; b < c; b++) {
      const [vector, basis] = [row(c), row(b)];
      const product = vector.reduce((sum, value, i) => sum + value * basis[i]!, 0);
      for (let i = 0; i < vector.length; i++) vector[i]! -= product * basis[i]!;
    }
    scaleTo(row(c), 1);
  }
}

function scaleTo(vector: Float64Array, length: number): void {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  for (let i = 0; i < vector.length; i++) vector[i]! *= length / norm;
}
