import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../math/linalg.js';
import { Stream } from '../math/random.js';
import { nearestRows } from './nearest-rows.js';
import { graphOfNearest, type NeighbourGraph } from './neighbour-graph.js';
import { spectralEmbedding, unitCoordinates } from './spectral-embedding.js';

/** Two clouds far apart, of 60 and 40 rows. */
function clouds(): NeighbourGraph {
  const stream = Stream.root(3);
  const values = Float64Array.from({ length: 200 }, (_, at) => stream.normal() + (at >= 120 ? 50 : 0));
  return graphOfNearest(nearestRows({ rows: 100, columns: 2, values }, 6));
}

function normalisedAdjacency({ count, start, to }: NeighbourGraph): Float64Array {
  const degree = (i: number) => start[i + 1]! - start[i]!;
  const out = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      out[i * count + to[e]!] = 1 / Math.sqrt(degree(i) * degree(to[e]!));
    }
  }
  return out;
}

describe('the spectral embedding', () => {
  it('has the leading eigenvalues of the normalised adjacency, 1 once for each component', () => {
    const graph = clouds();
    const { values, rows, width, converged } = spectralEmbedding(graph, 8, Stream.root(0), {
      tolerance: 1e-10,
    });
    const dense = symmetricEigen(normalisedAdjacency(graph), 100).values;
    expect([width, converged]).toEqual([8, true]);
    values.forEach((value, j) => {
      expect(value).toBeCloseTo(dense[99 - j]!, 8);
    });
    const adjacency = normalisedAdjacency(graph);
    for (let j = 0; j < width; j++) {
      const v = Float64Array.from({ length: 100 }, (_, i) => rows[i * width + j]!);
      expect(v.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 10);
      v.forEach((x, i) => {
        const product = v.reduce((sum, y, k) => sum + adjacency[i * 100 + k]! * y, 0);
        expect(product).toBeCloseTo(values[j]! * x, 6);
      });
    }
  });

  it('of a closed chain of n rows are cos(2 pi k / n), each twice', () => {
    const n = 90;
    const start = Int32Array.from({ length: n + 1 }, (_, i) => 2 * i);
    const to = Int32Array.from({ length: 2 * n }, (_, e) => ((e >> 1) + (e % 2 ? 1 : n - 1)) % n);
    const { values } = spectralEmbedding({ count: n, start, to }, 5, Stream.root(1), { tolerance: 1e-10 });
    [0, 1, 1, 2, 2].forEach((k, j) => {
      expect(values[j]).toBeCloseTo(Math.cos((2 * Math.PI * k) / n), 8);
    });
  });

  it('leaves rows of small components at 0, and makes the others rows of length 1', () => {
    const embedding = spectralEmbedding(clouds(), 4, Stream.root(0), { smallest: 50 });
    const unit = unitCoordinates(embedding);
    const lengths = Array.from({ length: 100 }, (_, i) =>
      Math.hypot(...unit.subarray(i * embedding.width, (i + 1) * embedding.width)),
    );
    expect(lengths.slice(60)).toEqual(new Array(40).fill(0));
    for (const length of lengths.slice(0, 60)) expect(length).toBeCloseTo(1, 12);
  });
});
