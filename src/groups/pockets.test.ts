import { describe, expect, it } from 'vitest';
import { nearestRows } from '../cluster/nearest-rows.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { pocketsOf, withPockets } from './pockets.js';

const COLUMNS = 6;
/** A cloud of 2,000 rows, the last `few` of which are `of`. */
function cloud(few: number, of: (stream: Stream, column: number) => number, seed = 1): Matrix {
  const stream = Stream.root(seed);
  const values = Float64Array.from({ length: 2000 * COLUMNS }, (_, at) =>
    at < (2000 - few) * COLUMNS ? stream.normal() : of(stream, at % COLUMNS),
  );
  return { rows: 2000, columns: COLUMNS, values };
}
const pocketsIn = (x: Matrix) => pocketsOf(x, nearestRows(x, 10), 20).map((pocket) => [...pocket]);
const last = Array.from({ length: 16 }, (_, i) => 1984 + i);

describe('pockets', () => {
  it.each([1, 2, 3])('are few rows that lie together apart from the others (seed %i)', (seed) => {
    expect(pocketsIn(cloud(16, (stream, j) => stream.normal() + (j < 2 ? 7 : 0), seed))).toEqual([last]);
  });

  it('are not copies of a row amid others, nor rows of a cloud or of its heavy tails', () => {
    expect(pocketsIn(cloud(16, (stream, j) => (j < 2 ? 1 : 0) + 1e-4 * stream.normal()))).toEqual([]);
    expect(pocketsIn(cloud(0, () => 0))).toEqual([]);
    const heavy = cloud(0, () => 0);
    expect(pocketsIn({ ...heavy, values: heavy.values.map((x) => Math.sinh(1.2 * x)) })).toEqual([]);
  });

  it('are not of more than a hundredth of the rows', () => {
    const two = cloud(32, (stream, j) => stream.normal() + (j < 2 ? 7 : 0));
    for (let i = 1984; i < 2000; i++) two.values[i * COLUMNS] = two.values[i * COLUMNS]! - 14;
    expect(pocketsIn(two)).toEqual([]);
  });

  it('become parts of their own where they are within one part', () => {
    const part = Int32Array.from({ length: 2000 }, (_, i) => Number(i > 1000));
    const split = withPockets({ part, parts: 2 }, [Uint32Array.from(last), Uint32Array.of(1000, 1001)]);
    expect(split.parts).toBe(3);
    expect([...split.part.subarray(1982)]).toEqual([1, 1, ...last.map(() => 2)]);
    expect(split.part.subarray(0, 1984)).toEqual(part.subarray(0, 1984));
  });
});
