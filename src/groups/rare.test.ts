/** @file Rare groups and many groups: what the graph of neighbours is to find whatever else is in the data. */
import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { ari } from '../metrics/ari.js';
import { standardised } from '../views/columns.js';
import { divisionsOf } from './choose.js';
import { TEACHERS } from './teachers.js';

const teachers = TEACHERS.filter(({ name }) => name === 'graph');

/** The five-group table with `rare` more rows far from all others, standardised; the rare rows are the last ones. */
function withRare(seed: number, rows: number, rare: number): Matrix {
  const { x } = fiveGroups(Stream.root(seed), { rows });
  const plain = standardised(x).apply(x);
  const stream = Stream.root(seed).fork('rare');
  const direction = stream.normals(new Float64Array(plain.columns));
  const length = Math.hypot(...direction);
  const values = new Float64Array((rows + rare) * plain.columns);
  values.set(plain.values);
  for (let at = plain.values.length; at < values.length; at++) {
    values[at] = (6 * direction[at % plain.columns]!) / length + 0.3 * stream.normal();
  }
  return { rows: rows + rare, columns: plain.columns, values };
}

describe('a rare group far from the others', () => {
  it.each([0, 1, 2])('of 25 rows in 3,000 is a group of its own, seed %d', async (seed) => {
    const [found] = await divisionsOf([{ name: 'table', rows: withRare(seed, 2975, 25) }], {
      ...{ stream: Stream.root(seed), subsamples: 2, teachers },
    });
    const { part } = found!.divisions[0]!;
    const own = part[2999]!;
    expect([...part.subarray(2975)].every((p) => p === own)).toBe(true);
    expect(part.filter((p) => p === own).length).toBeLessThanOrEqual(27);
  });
});

describe('thirty groups', () => {
  /** Thirty Gaussians of 100 rows in eight columns, and the group of each row. */
  const made = () => {
    const stream = Stream.root(5);
    const group = Int32Array.from({ length: 3000 }, (_, i) => Math.floor(i / 100));
    const centres = Array.from({ length: 30 }, () => stream.normals(new Float64Array(8)).map((x) => 5 * x));
    const values = Float64Array.from(
      [...group].flatMap((g) => [...centres[g]!].map((c) => c + stream.normal())),
    );
    return { rows: { rows: 3000, columns: 8, values }, group };
  };

  it('have as many cells and eigenvectors as they need', async () => {
    const { rows, group } = made();
    const options = { stream: Stream.root(0), subsamples: 2, teachers };
    const [given] = await divisionsOf([{ name: 'table', rows }], { ...options, groups: 30 });
    expect(ari(group, given!.divisions[0]!.part)).toBeGreaterThan(0.99);
    const [found] = await divisionsOf([{ name: 'table', rows }], { ...options, most: 40 });
    expect(found!.count.likely).toBe(30);
  });
});
