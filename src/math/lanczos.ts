/** @file The largest eigenvalues of a large symmetric operator, of which only products with vectors are known. */

import { MixturaError } from '../errors.js';
import { dot } from './cholesky.js';
import { symmetricEigen } from './eigen.js';
import type { Stream } from './random.js';

/** What is wanted of a symmetric operator A, and how A is applied. */
export interface LanczosOptions {
  /** Size of the vectors. */
  readonly size: number;
  /** Number of eigenpairs. */
  readonly count: number;
  /** Writes A x into `out`. */
  apply(x: Float64Array, out: Float64Array): void;
  /** Source of the first vector. */
  readonly stream: Stream;
  /** A space of eigenvectors that are known already: the search is in its orthogonal complement. */
  readonly known?: KnownSpace | undefined;
  /** A pair (t, v) is found where |A v - t v| is at most this times the largest |t| (default 1e-6). */
  readonly tolerance?: number | undefined;
  /** Restarts before what has been found is given as it is (default 200). */
  readonly restarts?: number | undefined;
}

/** A space that A maps into itself. */
export interface KnownSpace {
  readonly dimensions: number;
  /** Takes the part of x that lies in the space out of x. */
  remove(x: Float64Array): void;
}

/** Eigenpairs of the largest eigenvalues. */
export interface LargestEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** The eigenvectors, orthonormal, in that order. */
  readonly vectors: readonly Float64Array[];
  /** Whether all of them keep to the tolerance. */
  readonly converged: boolean;
}

/** Vectors that a basis has beyond the wanted ones, at least. */
const SPARE = 24;
/** A vector that shrinks to this share of its length in orthogonalisation is in the span of the others. */
const IN_SPAN = 1e-10;

/**
 * Thick-restart Lanczos with full orthogonalisation (Gram-Schmidt, twice).
 *
 * A basis V of up to m = 2 count + 24 vectors is grown by v_{j+1} ~ A v_j. The eigenvectors of V^T A V that are largest
 * approximate those of A; they and the last residual begin the next basis. When all have converged, a fresh random vector
 * takes the place of the residual once, for eigenvalues that are there twice; those that are there more often should be
 * given as `known`, or may be found fewer times.
 *
 * Source: Wu and Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", 2000.
 *
 * @throws a MixturaError where there are fewer dimensions than wanted pairs, or A x is not finite
 */
export function largestEigen(options: LanczosOptions): LargestEigen {
  const { size, count, known, tolerance = 1e-6, restarts = 200 } = options;
  const room = size - (known?.dimensions ?? 0);
  if (!(count >= 1 && count <= room)) {
    throw new MixturaError(
      `${count} eigenvectors are wanted in ${room} dimensions: ask for at least 1 and no more than those.`,
    );
  }
  const basis = new Basis(options, Math.min(room, 2 * count + SPARE));
  basis.begin();
  let checked = false;
  for (let restart = 0; ; restart++) {
    basis.grow();
    const found = basis.largest(count);
    const limit = tolerance * Math.max(...found.values.map(Math.abs), Number.MIN_VALUE);
    const converged = found.residuals.every((residual) => residual <= limit);
    if ((converged && checked) || restart === restarts) {
      return { values: found.values, vectors: found.vectors(), converged };
    }
    // One vector sees one direction of an eigenspace only: a second one looks for what the first did not see.
    basis.restart(count, converged);
    checked ||= converged;
  }
}

/** An orthonormal basis v_0..v_{m-1} with a residual v_m, and H = V^T A V. */
class Basis {
  readonly #options: LanczosOptions;
  readonly #most: number;
  /** v_0..v_m. */
  #vectors: Float64Array[] = [];
  readonly #h: Float64Array;
  /** Columns of H that are filled. */
  #filled = 0;
  /** Length of the residual of the last column. */
  #coupling = 0;

  constructor(options: LanczosOptions, most: number) {
    this.#options = options;
    this.#most = most;
    this.#h = new Float64Array(most * most);
  }

  begin(): void {
    this.#vectors = [this.#fresh()];
  }

  /** A random direction that is orthogonal to all others. */
  #fresh(): Float64Array {
    const { size, stream } = this.#options;
    const vector = stream.fork('lanczos', this.#vectors.length).normals(new Float64Array(size));
    this.#orthogonalise(vector, undefined);
    normalise(vector);
    return vector;
  }

  /** Applies A until the basis is full. */
  grow(): void {
    const { apply, size } = this.#options;
    const m = this.#most;
    for (let j = this.#filled; j < m; j++) {
      const w = new Float64Array(size);
      apply(this.#vectors[j]!, w);
      const before = norm(w);
      if (!Number.isFinite(before)) {
        throw new MixturaError('A product with the operator is not finite, so it has no eigenvectors.');
      }
      const h = new Float64Array(m);
      this.#orthogonalise(w, h);
      for (let i = 0; i <= j; i++) this.#h[i * m + j] = this.#h[j * m + i] = h[i]!;
      const after = norm(w);
      this.#filled = j + 1;
      const full = this.#vectors.length + (this.#options.known?.dimensions ?? 0) >= size;
      this.#coupling = after <= IN_SPAN * Math.max(before, 1) ? 0 : after;
      if (this.#coupling > 0) this.#vectors.push(scaled(w, 1 / after));
      else if (!full) this.#vectors.push(this.#fresh());
      else this.#vectors.push(new Float64Array(size));
    }
  }

  /** Takes out of w its parts along all vectors, twice, and adds those along the basis to `parts`. */
  #orthogonalise(w: Float64Array, parts: Float64Array | undefined): void {
    for (let pass = 0; pass < 2; pass++) {
      this.#options.known?.remove(w);
      this.#vectors.forEach((v, i) => {
        const part = dot(v, 0, w, 0, v.length);
        addTo(w, v, -part);
        if (parts) parts[i]! += part;
      });
    }
  }

  /** The Ritz pairs of the largest eigenvalues, and the lengths of their residuals. */
  largest(count: number) {
    const m = this.#most;
    const { values, vectors } = symmetricEigen(this.#h, m);
    const rows = Array.from({ length: count }, (_, i) => m - 1 - i);
    return {
      values: Float64Array.from(rows, (row) => values[row]!),
      residuals: rows.map((row) => Math.abs(this.#coupling * vectors[row * m + m - 1]!)),
      vectors: () => rows.map((row) => this.#combined(vectors.subarray(row * m, row * m + m))),
    };
  }

  /**
   * Begins anew with the Ritz vectors of the largest eigenvalues, more of them than are wanted.
   * @param fresh whether a random vector follows them, instead of the residual
   */
  restart(count: number, fresh: boolean): void {
    const m = this.#most;
    if (m < count + 2) return;
    const kept = Math.min(m - 2, count + (fresh ? 2 : Math.ceil((m - count) / 2)));
    const { values, vectors } = symmetricEigen(this.#h, m);
    const rows = Array.from({ length: kept }, (_, i) => m - 1 - i);
    const residual = this.#vectors[m]!;
    this.#vectors = rows.map((row) => this.#combined(vectors.subarray(row * m, row * m + m)));
    this.#vectors.push(fresh ? this.#fresh() : residual);
    this.#h.fill(0);
    rows.forEach((row, i) => {
      this.#h[i * m + i] = values[row]!;
    });
    this.#filled = kept;
  }

  /** sum_j weights_j v_j. */
  #combined(weights: Float64Array): Float64Array {
    const out = new Float64Array(this.#options.size);
    weights.forEach((weight, j) => {
      addTo(out, this.#vectors[j]!, weight);
    });
    normalise(out);
    return out;
  }
}

function addTo(out: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < out.length; i++) out[i]! += factor * x[i]!;
}

const norm = (x: Float64Array): number => Math.sqrt(dot(x, 0, x, 0, x.length));

function scaled(x: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < x.length; i++) x[i]! *= factor;
  return x;
}

function normalise(x: Float64Array): void {
  scaled(x, 1 / Math.max(norm(x), Number.MIN_VALUE));
}
