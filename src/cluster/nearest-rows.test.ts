import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { nearestRows } from './nearest-rows.js';
import { connectedComponents, graphOfNearest, neighbourGraph } from './neighbour-graph.js';

/** The nearest rows one by one. */
function plainly(values: Float64Array, columns: number, k: number): number[] {
  const n = values.length / columns;
  const squared = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (values[i * columns + c]! - values[j * columns + c]!) ** 2;
    return sum;
  };
  return Array.from({ length: n }, (_, i) => i).flatMap((i) =>
    Array.from({ length: n }, (_, j) => j)
      .filter((j) => j !== i)
      .sort((a, b) => squared(i, a) - squared(i, b) || a - b)
      .slice(0, k),
  );
}

describe('the nearest rows', () => {
  it.each([
    [40, 3, 5],
    [700, 7, 10],
    [1100, 2, 1],
    [12, 4, 11],
  ])('of %d rows of %d columns, %d each, are those found one by one', (n, columns, k) => {
    const values = Stream.root(n).normals(new Float64Array(n * columns));
    const { index, squared } = nearestRows({ rows: n, columns, values }, k);
    expect([...index]).toEqual(plainly(values, columns, k));
    const [i, j] = [n - 1, index[(n - 1) * k]!];
    const first = [...Array(columns).keys()].reduce(
      (sum, c) => sum + (values[i * columns + c]! - values[j * columns + c]!) ** 2,
      0,
    );
    expect(squared[(n - 1) * k]).toBeCloseTo(first, 10);
  });

  it('of rows on a grid of whole numbers are those of lower number at equal distances', () => {
    const values = Float64Array.from({ length: 2 * 600 }, (_, at) =>
      at % 2 ? (at >> 1) % 25 : Math.floor((at >> 1) / 25),
    );
    expect([...nearestRows({ rows: 600, columns: 2, values }, 4).index]).toEqual(plainly(values, 2, 4));
  });

  it('of equal rows have distance 0, far from the origin, too', () => {
    const values = Float64Array.from({ length: 60 }, (_, i) => 1e6 + (i % 3));
    const { squared } = nearestRows({ rows: 20, columns: 3, values }, 19);
    expect(new Set(squared)).toEqual(new Set([0]));
  });
});

describe('the graph of nearest rows', () => {
  it('is that of the neighbours found row by row', () => {
    const values = Stream.root(5).normals(new Float64Array(300 * 4));
    const rows = Float32Array.from(values);
    const near = nearestRows({ rows: 300, columns: 4, values: Float64Array.from(rows) }, 10);
    expect(graphOfNearest(near)).toEqual(neighbourGraph(rows, 4, 10));
  });

  it('has the components that its edges give', () => {
    const values = Float64Array.of(0, 100, 1, 101, 2, 102, 51);
    const graph = graphOfNearest(nearestRows({ rows: 7, columns: 1, values }, 2));
    const { component, sizes } = connectedComponents(graph);
    // The row at 51 is nearest to 2 and to 100, and joins both.
    expect([sizes, [...component]]).toEqual([[7], [0, 0, 0, 0, 0, 0, 0]]);
    const apart = graphOfNearest(nearestRows({ rows: 6, columns: 1, values: values.subarray(0, 6) }, 2));
    expect(connectedComponents(apart)).toEqual({ component: Int32Array.of(0, 1, 0, 1, 0, 1), sizes: [3, 3] });
  });
});
