import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { kmeans } from './kmeans.js';
import { seedCenters } from './kmeans-seeding.js';
import { lloyd } from './lloyd.js';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/metrics.json', import.meta.url), 'utf8'),
) as { kmeans: { dim: number; points: number[]; inertia: Record<string, number> } };

/** Unequal blobs of standard deviation 1 around corners 20 apart, blob of row i = i % 8 below 4 ? 0 : i % 4. */
function blobs(n: number, seed: number): { data: Float32Array; truth: number[] } {
  const truth = Array.from({ length: n }, (_, i) => (i % 8 < 4 ? 0 : i % 4));
  const data = Stream.root(seed).normals(new Float32Array(3 * n));
  truth.forEach((blob, i) => {
    if (blob > 0) data[3 * i + blob - 1]! += 20;
  });
  return { data, truth };
}

function inertia(
  data: ArrayLike<number>,
  dim: number,
  assignments: Int32Array,
  centers: Float64Array,
): number {
  let sum = 0;
  assignments.forEach((c, i) => {
    for (let j = 0; j < dim; j++) sum += (data[i * dim + j]! - centers[c * dim + j]!) ** 2;
  });
  return sum;
}

describe('kmeans', () => {
  it('recovers well-separated unequal blobs for every seed, with a single start', () => {
    const { data, truth } = blobs(320, 5);
    for (let seed = 0; seed < 25; seed++) {
      const { assignments } = kmeans({ data, dim: 3, clusters: 4, stream: Stream.root(seed), starts: 1 });
      const pairs = new Set(truth.map((blob, i) => `${blob}:${assignments[i]}`));
      expect(pairs.size).toBe(4);
      expect(new Set(assignments).size).toBe(4);
    }
  });

  it('reaches the inertia of scikit-learn on a stored set', () => {
    const { dim, points, inertia: expected } = golden.kmeans;
    for (const [k, reference] of Object.entries(expected)) {
      const data = Float64Array.from(points);
      const found = kmeans({ data, dim, clusters: Number(k), stream: Stream.root(0) });
      expect(found.inertia).toBeLessThanOrEqual(reference * 1.01 + 1e-12);
      expect(found.inertia).toBeCloseTo(inertia(points, dim, found.assignments, found.centers), 9);
    }
    expect(
      kmeans({ data: Float64Array.from(points), dim, clusters: 1, stream: Stream.root(0) }).inertia,
    ).toBeCloseTo(expected['1']!, 9);
  });

  it('puts every row at its nearest centre, and centres at the means', () => {
    const { data } = blobs(200, 6);
    const { assignments, centers } = kmeans({
      data,
      dim: 3,
      clusters: 7,
      stream: Stream.root(1),
      tolerance: 0,
    });
    const row = (values: ArrayLike<number>, i: number) => [0, 1, 2].map((j) => values[3 * i + j]!);
    const gap = (a: number[], b: number[]) => a.reduce((s, v, j) => s + (v - b[j]!) ** 2, 0);
    assignments.forEach((c, i) => {
      const distances = Array.from({ length: 7 }, (_, k) => gap(row(data, i), row(centers, k)));
      expect(distances[c]! - Math.min(...distances)).toBeLessThan(1e-9);
    });
    for (let c = 0; c < 7; c++) {
      const members = [...assignments.keys()].filter((i) => assignments[i] === c).map((i) => row(data, i));
      const mean = [0, 1, 2].map((j) => members.reduce((s, m) => s + m[j]!, 0) / members.length);
      expect(gap(mean, row(centers, c))).toBeLessThan(1e-20);
    }
  });

  it('gives the same result for the same stream, and no worse one for more starts', () => {
    const { data } = blobs(120, 7);
    const run = (starts: number) => kmeans({ data, dim: 3, clusters: 9, stream: Stream.root(3), starts });
    expect(run(3)).toEqual(run(3));
    expect(run(10).inertia).toBeLessThanOrEqual(run(3).inertia);
    expect(run(3).inertia).toBeLessThanOrEqual(run(1).inertia);
  });

  it('survives constant, near-constant and duplicate rows', () => {
    const constant = kmeans({
      data: new Float32Array(20).fill(0.1),
      dim: 2,
      clusters: 3,
      stream: Stream.root(0),
    });
    expect(constant.inertia).toBeLessThan(1e-20);
    expect([...constant.assignments].every((c) => c >= 0 && c < 3)).toBe(true);
    const offset = Float64Array.from({ length: 40 }, (_, k) => 1e6 + (k % 4 === 0 ? 1e-7 : 0));
    const near = kmeans({ data: offset, dim: 2, clusters: 2, stream: Stream.root(0) });
    expect(near.centers.every(Number.isFinite)).toBe(true);
    const twice = kmeans({
      data: Float64Array.of(0, 0, 5, 5, 9, 9),
      dim: 1,
      clusters: 5,
      stream: Stream.root(0),
    });
    expect(twice.inertia).toBe(0);
    expect(new Set(twice.assignments).size).toBe(3);
  });

  it('keeps its accuracy far from the origin', () => {
    const { data } = blobs(160, 8);
    const run = (shift: number) =>
      kmeans({
        data: Float64Array.from(data, (v) => v + shift),
        dim: 3,
        clusters: 4,
        stream: Stream.root(0),
      });
    expect(run(1e6).inertia / run(0).inertia).toBeCloseTo(1, 6);
  });

  it('refuses what it cannot cluster', () => {
    const stream = Stream.root(0);
    const data = Float64Array.of(1, 2, 3, 4);
    expect(() => kmeans({ data, dim: 3, clusters: 1, stream })).toThrow('not a whole number of rows of 3');
    expect(() => kmeans({ data, dim: 2, clusters: 3, stream })).toThrow('Cannot make 3 clusters of 2 rows');
    expect(() => kmeans({ data, dim: 2, clusters: 0, stream })).toThrow('Cannot make 0 clusters');
    expect(() => kmeans({ data: Float64Array.of(1, 2, Infinity, 4), dim: 2, clusters: 1, stream })).toThrow(
      'row 1, column 0 is Infinity',
    );
    expect(() => kmeans({ data, dim: 2, clusters: 1, stream, starts: 0 })).toThrow('cannot run 0 starts');
  });
});

describe('lloyd', () => {
  it('re-seeds an empty cluster at the farthest row', () => {
    const points = Float64Array.of(-1, -1.1, -0.9, 1, 1.1, 9);
    // The third centre is nearest to no row: it takes the outlier at 9.
    const result = lloyd(points, 1, Float64Array.of(-1, 1, -100), { maxIterations: 300, shiftLimit: 0 });
    expect([...result.assignments]).toEqual([0, 0, 0, 1, 1, 2]);
    expect(result.centers[2]).toBe(9);
    expect(result.inertia).toBeCloseTo(0.02 + 0.005, 12);
  });

  it('stops at the iteration limit with assignments of the returned centres', () => {
    const points = Float64Array.from({ length: 200 }, (_, i) => (Math.sin(i * 12.9898) * 43758.5453) % 1);
    const seeds = Float64Array.of(0.01, 0.02, 0.03, 0.04, 0.05);
    const result = lloyd(points, 1, seeds, { maxIterations: 2, shiftLimit: 0 });
    expect(result.iterations).toBe(2);
    expect(result.inertia).toBeCloseTo(inertia(points, 1, result.assignments, result.centers), 12);
  });
});

describe('seedCenters', () => {
  it('spreads over distinct groups and draws only given rows', () => {
    const points = Float64Array.of(0, 0, 0, 0, 0, 0, 100, 200, 300);
    for (let seed = 0; seed < 20; seed++) {
      const centers = seedCenters(points, 1, 4, Stream.root(seed));
      expect([...centers].sort((a, b) => a - b)).toEqual([0, 100, 200, 300]);
    }
  });

  it('ends soon where rows are equal up to rounding and fewer than clusters', () => {
    // Seventeen places, whose rows differ in the last bit of a number.
    const data = new Float64Array(16 * 3000);
    const stream = Stream.root(1);
    for (let i = 0; i < 3000; i++) {
      const place = stream.int(27);
      if (place < 16) data[16 * i + place] = stream.int(5) === 0 ? 1 - 2 ** -53 : 1;
    }
    const { iterations, inertia } = kmeans({ data, dim: 16, clusters: 30, stream, starts: 3 });
    expect(iterations).toBeLessThan(5);
    expect(inertia).toBeLessThan(1e-20);
  });
});

describe('kmeans from given centres', () => {
  const data = Float64Array.of(0, 1, 10, 11, 20, 21);
  const from = (seeds: Float64Array) =>
    kmeans({ data, dim: 1, clusters: 3, stream: Stream.root(0), seeds }).centers;

  it('keeps their order, and makes one start of them', () => {
    expect([...from(Float64Array.of(19, 2, 12))].map((x) => Math.round(2 * x) / 2)).toEqual([
      20.5, 0.5, 10.5,
    ]);
  });

  it('needs a row a cluster', () => {
    expect(() => from(Float64Array.of(1, 2))).toThrow(
      'The first centres hold 2 numbers, not 3 rows of 1: give a row a cluster.',
    );
  });
});
