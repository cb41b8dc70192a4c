import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './eigen.js';
import { largestEigen } from './lanczos.js';
import { Stream } from './random.js';

/** A symmetric matrix of random entries. */
function randomSymmetric(n: number, seed: number): Float64Array {
  const stream = Stream.root(seed);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = stream.normal();
  return a;
}

const times = (a: Float64Array, n: number) => (x: Float64Array, out: Float64Array) => {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!;
    out[i] = sum;
  }
};

const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

describe('the largest eigenpairs', () => {
  it.each([
    [5, 5, 1],
    [40, 3, 2],
    [150, 10, 3],
    [300, 20, 4],
  ])('of a random matrix of size %d, %d of them, are those of the dense method', (n, count, seed) => {
    const a = randomSymmetric(n, seed);
    const dense = symmetricEigen(a, n);
    const found = largestEigen({
      size: n,
      count,
      apply: times(a, n),
      stream: Stream.root(seed),
      tolerance: 1e-10,
    });
    expect(found.converged).toBe(true);
    found.vectors.forEach((vector, i) => {
      const at = n - 1 - i;
      expect(found.values[i]).toBeCloseTo(dense.values[at]!, 8);
      expect(Math.abs(inner(vector, dense.vectors.subarray(at * n, at * n + n)))).toBeCloseTo(1, 8);
      found.vectors.forEach((other, j) => {
        expect(inner(vector, other)).toBeCloseTo(i === j ? 1 : 0, 10);
      });
    });
  });

  it('of a path are 2 cos(pi k / (n + 1)), close together', () => {
    const n = 400;
    const apply = (x: Float64Array, out: Float64Array) => {
      for (let i = 0; i < n; i++) out[i] = (x[i - 1] ?? 0) + (x[i + 1] ?? 0);
    };
    const { values } = largestEigen({ size: n, count: 6, apply, stream: Stream.root(0), tolerance: 1e-9 });
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 * Math.cos((Math.PI * (k + 1)) / (n + 1)), 8);
    });
  });

  it('leave out those that are known', () => {
    const n = 60;
    const a = randomSymmetric(n, 9);
    const { values, vectors } = symmetricEigen(a, n);
    const top = [1, 2].map((i) => vectors.subarray((n - i) * n, (n - i + 1) * n));
    const remove = (x: Float64Array) => {
      for (const v of top) {
        const part = inner(v, x);
        for (let i = 0; i < n; i++) x[i]! -= part * v[i]!;
      }
    };
    const known = { dimensions: 2, remove };
    const found = largestEigen({ size: n, count: 4, apply: times(a, n), stream: Stream.root(1), known });
    found.values.forEach((value, i) => {
      expect(value).toBeCloseTo(values[n - 3 - i]!, 6);
    });
  });

  it('of an operator of low rank, of the identity, and of zero', () => {
    const n = 50;
    const u = Stream.root(2).normals(new Float64Array(n));
    const rank1 = (x: Float64Array, out: Float64Array) => {
      const part = inner(u, x);
      for (let i = 0; i < n; i++) out[i] = part * u[i]!;
    };
    const first = largestEigen({ size: n, count: 3, apply: rank1, stream: Stream.root(3) });
    expect(first.values[0]).toBeCloseTo(inner(u, u), 8);
    expect(Math.abs(first.values[1]!)).toBeLessThan(1e-8);
    const same = largestEigen({ size: n, count: 3, apply: (x, out) => out.set(x), stream: Stream.root(4) });
    for (const value of same.values) expect(value).toBeCloseTo(1, 12);
    const none = largestEigen({ size: n, count: 2, apply: (_, out) => out.fill(0), stream: Stream.root(4) });
    expect(none.values).toEqual(Float64Array.of(0, 0));
  });

  it('are refused where there are too few dimensions, or values that are not finite', () => {
    const apply = (_: Float64Array, out: Float64Array) => out.fill(Number.NaN);
    const options = { size: 3, apply, stream: Stream.root(0) };
    expect(() => largestEigen({ ...options, count: 4 })).toThrow('4 eigenvectors are wanted in 3 dimensions');
    expect(() => largestEigen({ ...options, count: 1 })).toThrow('is not finite');
  });
});
