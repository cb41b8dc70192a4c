import { describe, expect, it } from 'vitest';
import { nearestRows } from '../../cluster/nearest-rows.js';
import { Stream } from '../../math/random.js';
import { neighbourShares } from './confidence.js';
import { localDensity, localOutlierFactor } from './local-outlier.js';
import { typicalRows } from './typical-rows.js';

describe('confidence by nearest rows', () => {
  it('is their share in each part, smoothed by one row', () => {
    const index = Int32Array.of(1, 2, 0, 2, 0, 1);
    const { share, none } = neighbourShares({ k: 2, index }, { part: Int32Array.of(0, 0, 1), parts: 2 });
    const expected = [1.5, 1.5, 1.5, 1.5, 2.5, 0.5].map((x) => x / 3);
    share.forEach((x, at) => {
      expect(x).toBeCloseTo(expected[at]!, 7);
    });
    // The nearest row decides between equals.
    expect(share[0]).toBeGreaterThan(share[1]!);
    // No row votes for part 1 in the last line.
    expect(share[5]).toBeLessThanOrEqual(none);
    expect(share[1]).toBeGreaterThan(none);
  });

  it('is 1 where there is one part', () => {
    const { share } = neighbourShares(
      { k: 1, index: Int32Array.of(1, 0) },
      { part: new Int32Array(2), parts: 1 },
    );
    expect(share[0]).toBeCloseTo(1, 7);
  });
});

describe('rows that show a group', () => {
  const stream = Stream.root(6);
  /** Two clouds that touch at x = 0, a row far out, and a row of none; every second row of the data was looked at. */
  const count = 602;
  const values = stream.normals(new Float64Array(2 * count));
  for (let i = 0; i < 300; i++) values[2 * i]! -= 2;
  for (let i = 300; i < 600; i++) values[2 * i]! += 2;
  values.set([-9, 5], 2 * 600);
  values.set([90, 0], 2 * 601);
  const near = nearestRows({ rows: count, columns: 2, values }, 10);
  const part = Int32Array.from({ length: count }, (_, i) => (values[2 * i]! < 0 ? 0 : 1));
  const { share } = neighbourShares(near, { part, parts: 2 });
  const confidence = Float32Array.from(part, (p, i) => share[2 * i + p]!);
  const looked = Uint32Array.from(part, (_, i) => 2 * i);
  const wide = <T extends Float32Array | Int32Array>(all: T): T => {
    const out = new (all.constructor as new (n: number) => T)(2 * count);
    all.forEach((x, i) => {
      out[2 * i] = x;
    });
    return out;
  };
  const group = wide(part.map((p, i) => (i === 601 ? 0 : p + 1)));
  const second = wide(part.map((p, i) => (i === 601 ? 2 : confidence[i]! < 0.9 ? 2 - p : 0)));
  const rows = {
    group,
    second,
    confidence: wide(confidence),
    outlier: wide(localOutlierFactor(near, localDensity(near))),
  };
  const [left, right] = typicalRows(rows, 2, near, looked);
  const x = (row: number) => values[row]!; // row = 2 i, and so is the place of its x

  it('in the middle are near the middle, sure, and no neighbours of each other', () => {
    expect(left!.exemplars).toHaveLength(8);
    for (const row of left!.exemplars) {
      expect(Math.hypot(x(row) + 2, values[row + 1]!)).toBeLessThan(1.3);
      expect(group[row]).toBe(1);
    }
    const places = [...left!.exemplars].map((row) => row / 2);
    for (const i of places) {
      for (const j of near.index.subarray(10 * i, 10 * i + 10)) expect(places).not.toContain(j);
    }
  });

  it('at the border lie between the groups', () => {
    expect(left!.border).toHaveLength(8);
    for (const row of left!.border) expect(x(row)).toBeGreaterThan(-0.7);
    for (const row of right!.border) expect(x(row)).toBeLessThan(0.7);
  });

  it('far out are those with the largest factors, a row of none among them', () => {
    expect(left!.outliers[0]).toBe(2 * 600);
    expect(right!.outliers[0]).toBe(2 * 601);
    const factors = [...left!.outliers].map((row) => rows.outlier[row]!);
    expect(factors).toEqual([...factors].sort((a, b) => b - a));
  });

  it('are in one list each', () => {
    for (const { exemplars, border, outliers } of [left!, right!]) {
      const all = [...exemplars, ...border, ...outliers];
      expect(new Set(all).size).toBe(all.length);
      expect(all).toHaveLength(24);
    }
  });

  it('are no copies of each other in the middle', () => {
    const copies = Float64Array.from({ length: 60 }, (_, i) => (i < 50 ? 0 : i));
    const nearest = nearestRows({ rows: 60, columns: 1, values: copies }, 5);
    const all = { group: new Int32Array(60).fill(1), second: new Int32Array(60) };
    const even = new Float32Array(60).fill(1);
    const found = typicalRows(
      { ...all, confidence: even, outlier: even },
      1,
      nearest,
      Uint32Array.from(copies, (_, i) => i),
    );
    const inCopies = [...found[0]!.exemplars].filter((row) => row < 50);
    expect(inCopies.length).toBe(1);
  });
});
