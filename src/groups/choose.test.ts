import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import { MixturaError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { ari } from '../metrics/ari.js';
import { standardised } from '../views/columns.js';
import { divisionsOf } from './choose.js';
import { TEACHERS, type Teacher } from './teachers.js';

const noise = (rows: number, columns: number, seed: number): Matrix => ({
  rows,
  columns,
  values: Stream.root(seed).normals(new Float64Array(rows * columns)),
});

/** Groups of 500, 200 and 60 rows in five columns. */
function made(seed = 1) {
  const stream = Stream.root(seed);
  const group = Int32Array.from([500, 200, 60].flatMap((n, g) => new Array<number>(n).fill(g)));
  const centres = Array.from({ length: 3 }, () => stream.normals(new Float64Array(5)).map((x) => 6 * x));
  const values = Float64Array.from(
    [...group].flatMap((g) => [...centres[g]!].map((c) => c + stream.normal())),
  );
  return { rows: { rows: group.length, columns: 5, values }, group };
}

describe('the choice among views', () => {
  it('takes the one in which groups come back, and finds their number', async () => {
    const { rows, group } = made();
    const views = [
      { name: 'noise', rows: noise(rows.rows, 5, 2) },
      { name: 'groups', rows },
    ];
    const [first, second] = await divisionsOf(views, { stream: Stream.root(0) });
    expect([first!.view, first!.count.likely, second!.view, second!.count.likely]).toEqual([
      'groups',
      3,
      'noise',
      1,
    ]);
    const division = first!.divisions[0]!;
    expect(ari(group, division.part)).toBeGreaterThan(0.99);
    expect(division.stability).toBeGreaterThan(0.99);
    expect(division.border).toBeLessThan(0.25);
    expect(division.score).toBeCloseTo(division.stability - 0.3 * division.border, 12);
    expect(division.repeats.map(({ indices }) => indices.length)).toEqual([608, 608, 608, 608]);
  });

  it('finds one group in noise, whatever the view', async () => {
    const views = [
      { name: 'a', rows: noise(800, 6, 3) },
      { name: 'b', rows: noise(800, 3, 4) },
    ];
    const found = await divisionsOf(views, { stream: Stream.root(0) });
    expect(found.map(({ divisions }) => divisions[0]!.parts)).toEqual([1, 1]);
  });

  it('takes a mixture whose groups overlap, where they come back', async () => {
    const { x, labels } = fiveGroups(Stream.root(1), { rows: 8000 });
    const rows = standardised(x).apply(x);
    const asked = { stream: Stream.root(0), groups: 5 };
    const [found] = await divisionsOf([{ name: 'columns', rows }], asked);
    const division = found!.divisions[0]!;
    expect(division.teacher).toBe('mixture');
    expect(ari(labels, division.part)).toBeGreaterThan(0.99);
    expect(division.border).toBeGreaterThan(0.25);
    expect(division.score).toBeCloseTo(division.stability - 0.3 * division.border, 12);
  }, 60_000);

  it('tries costly teachers in the best views only', async () => {
    const { rows } = made();
    const views = [
      { name: 'groups', rows },
      { name: 'noise', rows: noise(rows.rows, 5, 2) },
    ];
    const [first, second] = await divisionsOf(views, { stream: Stream.root(0), groups: 3 });
    expect(first!.divisions.map(({ teacher }) => teacher).sort()).toEqual(TEACHERS.map((t) => t.name).sort());
    expect(second!.divisions.map(({ teacher }) => teacher)).not.toContain('mixture');
  });
});

describe('the number of groups', () => {
  it('is that of the finer division, where coarser groups come back a little better', async () => {
    const { rows, group } = made();
    // The rows of the third group become rows of the second one.
    const coarse = rows.values.slice();
    for (const [i, g] of group.entries()) {
      if (g === 2) for (let j = 0; j < 5; j++) coarse[i * 5 + j] = rows.values[(500 + (i % 200)) * 5 + j]!;
    }
    const found = await divisionsOf(
      [
        { name: 'coarse', rows: { ...rows, values: coarse } },
        { name: 'fine', rows },
      ],
      { stream: Stream.root(0) },
    );
    expect(found.map(({ view, count }) => [view, count.likely])).toEqual([
      ['fine', 3],
      ['coarse', 2],
    ]);
  });
});

describe('the choice among teachers', () => {
  it('takes a Gaussian mixture for correlated groups, which cut the graph less clearly', async () => {
    const { x, labels } = fiveGroups(Stream.root(0), { rows: 3000 });
    const rows = standardised(x).apply(x);
    const [found] = await divisionsOf([{ name: 'standardised', rows }], {
      stream: Stream.root(0),
      groups: 5,
    });
    const byName = new Map(found!.divisions.map((division) => [division.teacher, division]));
    expect(found!.divisions[0]!.teacher).toBe('mixture');
    expect(ari(labels, byName.get('mixture')!.part)).toBeGreaterThan(0.97);
    expect(byName.get('k-means')!.border).toBeGreaterThan(byName.get('graph')!.border);
  });
});

describe('progress', () => {
  it('rises to 1, and an aborted choice ends with the reason', async () => {
    const { rows } = made();
    const told: number[] = [];
    const options = { stream: Stream.root(0), onProgress: (done: number) => void told.push(done) };
    await divisionsOf([{ name: 'groups', rows }], options);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBeCloseTo(1, 12);
    const abort = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => abort.abort(reason);
    const stopped = divisionsOf([{ name: 'groups', rows }], { ...options, onProgress, signal: abort.signal });
    await expect(stopped).rejects.toBe(reason);
  });
});

describe('a teacher that cannot divide a view', () => {
  const broken: Teacher = {
    ...{ name: 'broken', summary: 'fails' },
    divide: () => {
      throw new MixturaError('The covariance of group 0 is not positive definite.');
    },
  };
  const views = [{ name: 'groups', rows: made().rows }];
  const spectral = TEACHERS.find(({ name }) => name === 'spectral')!;

  it('is left out beside others, and ends the search where it is the only one', async () => {
    const some = await divisionsOf(views, { stream: Stream.root(0), teachers: [spectral, broken] });
    expect(some[0]!.divisions.map(({ teacher }) => teacher)).toEqual(['spectral']);
    const alone = divisionsOf(views, { stream: Stream.root(0), teachers: [broken] });
    await expect(alone).rejects.toThrow('not positive definite');
  });
});
