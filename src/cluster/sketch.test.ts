import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { kmeans } from './kmeans.js';
import { lloyd } from './lloyd.js';
import { sketch } from './sketch.js';

const DIM = 5000;
const ROWS = 120;
/** Three unequal groups that differ in 200 of 5,000 columns. */
const group = Int32Array.from({ length: ROWS }, (_, i) => (i % 6 < 3 ? 0 : i % 6 < 5 ? 1 : 2));
const data = Stream.root(4).normals(new Float64Array(ROWS * DIM));
group.forEach((g, i) => {
  for (let j = 0; j < 200; j++) data[i * DIM + 200 * g + j]! += 3;
});

const squared = (points: Float64Array, dim: number, a: number, b: number) => {
  let sum = 0;
  for (let j = 0; j < dim; j++) sum += (points[a * dim + j]! - points[b * dim + j]!) ** 2;
  return sum;
};

describe('a sketch', () => {
  it('keeps squared distances: unbiased, with a relative deviation of 6 %', () => {
    const narrow = sketch(data, DIM, Stream.root(1));
    expect(narrow.points.length).toBe(ROWS * narrow.dim);
    const errors = Array.from(
      { length: ROWS - 1 },
      (_, i) => squared(narrow.points, narrow.dim, i, i + 1) / squared(data, DIM, i, i + 1) - 1,
    );
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((a, b) => a + b * b, 0) / errors.length);
    // Pairs share one draw of the signs, so their mean is less sure than that of as many draws.
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(deviation).toBeGreaterThan(0.03);
    expect(deviation).toBeLessThan(0.08);
  });

  it('is linear, and adds every column with signs to one place of each quarter', () => {
    const unit = new Float64Array(DIM);
    unit[77] = 2;
    const { points } = sketch(unit, DIM, Stream.root(2));
    const places = [...points.keys()].filter((at) => points[at] !== 0);
    expect(places.map((at) => Math.floor(at / 128))).toEqual([0, 1, 2, 3]);
    expect(places.map((at) => Math.abs(points[at]!))).toEqual([1, 1, 1, 1]);
  });
});

describe('k-means of rows with very many columns', () => {
  const found = kmeans({ data, dim: DIM, clusters: 3, stream: Stream.root(0) });

  it('finds the groups, and ends with an optimum of the rows themselves', () => {
    expect(new Set(Array.from(group, (g, i) => `${g}:${found.assignments[i]}`)).size).toBe(3);
    const again = lloyd(data, DIM, found.centers, { maxIterations: 5, shiftLimit: 1e-12 });
    expect([...again.assignments]).toEqual([...found.assignments]);
    expect(found.inertia).toBeCloseTo(again.inertia, 3);
  });

  it('is the same for the same stream', () => {
    const again = kmeans({ data, dim: DIM, clusters: 3, stream: Stream.root(0) });
    expect([...again.centers]).toEqual([...found.centers]);
  });
});
