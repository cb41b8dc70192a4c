import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { nmi } from '../metrics/nmi.js';
import { findGroups } from './find.js';
import type { FindProgress, FirstAnswer } from './find-options.js';

const tableOf = (columns: number, values: Float64Array): Dataset =>
  arrayDataset({ name: 'made', kind: 'table', shape: [columns], range: 'real', values, source: 'Made.' });
const rowsOf = (rows: readonly (readonly number[])[]): Dataset =>
  tableOf(rows[0]!.length, Float64Array.from(rows.flat()));

const made = fiveGroups(Stream.root(4), { rows: 1600 });
const five = tableOf(made.x.columns, made.x.values as Float64Array);
const quick = { views: ['standardised'], teachers: ['graph'] };
const mixture = { views: ['standardised'], teachers: ['mixture'], groups: 5 };

/** Two groups in three columns, every third row in the smaller one. */
function twoGroups(rows: number, columns = 3, seed = 1): number[][] {
  const stream = Stream.root(seed);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, () => stream.normal() + (i % 3 === 0 ? 9 : 0)),
  );
}
const isSmaller = (group: Int32Array, rows: number) =>
  Array.from({ length: rows }, (_, i) => group[i] === (i % 3 === 0 ? 2 : 1)).every(Boolean);

describe('findGroups', () => {
  it('finds the five groups of a table, numbered by size, with every row in one', async () => {
    const found = await findGroups(five, mixture);
    expect(nmi(made.labels, found.rows.group)).toBeGreaterThan(0.97);
    expect(found.groups.map(({ group }) => group)).toEqual([1, 2, 3, 4, 5]);
    const sizes = [0.5, 0.25, 0.13, 0.08, 0.04];
    found.groups.forEach(({ share, rows, interval }, g) => {
      expect(Math.abs(share - sizes[g]!)).toBeLessThan(0.01);
      expect(rows).toBe(found.rows.group.filter((group) => group === g + 1).length);
      expect(interval[0]).toBeLessThan(share);
      expect(interval[1]).toBeGreaterThan(share);
    });
    expect(found.count).toMatchObject({ groups: 5, given: true });
    expect(found.tried).toHaveLength(1);
    expect(found.tried[0]!.group).toEqual(found.rows.group);
    expect(found.choice).toMatchObject({ view: 'standardised', teacher: 'mixture' });
    expect(found.rows.second.every((second, i) => second !== found.rows.group[i])).toBe(true);
    expect(found.rows.confidence.every((sure) => sure > 0 && sure <= 1)).toBe(true);
  });

  it('assigns rows that were not looked at as those that were', async () => {
    const whole = await findGroups(five, mixture);
    for (const teacher of ['mixture', 'graph']) {
      const part = await findGroups(five, { ...mixture, teachers: [teacher], rows: 1000 });
      expect(part.looked).toHaveLength(1000);
      const others = [...part.rows.group.keys()].filter((row) => !part.looked.includes(row));
      expect(others).toHaveLength(600);
      const same = others.filter((row) => part.rows.group[row] === whole.rows.group[row]).length;
      expect(same / others.length).toBeGreaterThan(teacher === 'mixture' ? 0.97 : 0.9);
      expect(part.headline.at(-1)).toBe(
        '1000 of 1600 rows were looked at, as asked for: a group of fewer than 32 rows is not seen.',
      );
    }
  });

  it('gives the same findings for the same seed, and does not look at labels', async () => {
    const { cost: _, ...first } = await findGroups(five, { ...quick, rows: 1000 });
    const { cost: __, ...again } = await findGroups(
      { ...five, labels: made.labels },
      { ...quick, rows: 1000 },
    );
    const timeless = ({ tried, ...rest }: typeof first) => ({
      ...rest,
      tried: tried.map((division) => ({ ...division, cpuSeconds: 0 })),
    });
    expect(timeless(again)).toEqual(timeless(first));
    const other = await findGroups(five, { ...quick, rows: 1000, seed: 1 });
    expect(other.looked).not.toEqual(first.looked);
  });

  it('tells a first answer and how far it is', async () => {
    const steps: FindProgress[] = [];
    const answers: FirstAnswer[] = [];
    const onProgress = (progress: FindProgress) => steps.push(progress);
    await findGroups(rowsOf(twoGroups(600)), {
      ...quick,
      onProgress,
      onFirst: (answer) => answers.push(answer),
    });
    expect(answers).toEqual([{ view: 'standardised', rows: 600, shares: [2 / 3, 1 / 3] }]);
    expect(steps.every(({ done }, at) => at === 0 || done >= steps[at - 1]!.done)).toBe(true);
    expect(steps.at(-1)!.done).toBe(1);
  });

  it('ends by its signal', async () => {
    const abort = new AbortController();
    const found = findGroups(five, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(found).rejects.toThrow(/aborted/);
  });

  it('says where the criterion of mixtures counts otherwise', async () => {
    const stream = Stream.root(3);
    // A ring: one connected curve, and many Gaussians.
    const ring = Array.from({ length: 900 }, () => {
      const angle = 2 * Math.PI * stream.uniform();
      return [10 * Math.cos(angle) + 0.3 * stream.normal(), 10 * Math.sin(angle) + 0.3 * stream.normal()];
    });
    const { count, headline } = await findGroups(rowsOf(ring), {
      views: ['standardised'],
      teachers: ['graph', 'mixture'],
    });
    expect(count.bic).toBeGreaterThan(count.groups + 1);
    expect(headline.join(' ')).toContain(`the Bayesian criterion of Gaussian mixtures ${count.bic}`);
  });
});

describe('data that are not as one wishes', () => {
  const refused = (data: Dataset, options = {}) =>
    expect(findGroups(data, options).then(({ groups }) => groups.length)).rejects;

  it('refuses fewer than three rows, and more groups than rows', async () => {
    await refused(rowsOf([[1, 2]])).toThrow('made has 1 row, too few to have groups: give at least 3.');
    await refused(rowsOf([[1], [2]])).toThrow('made has 2 rows, too few');
    await refused(rowsOf(twoGroups(8)), { groups: 20 }).toThrow(
      'There are 8 rows for 20 groups: ask for 8 groups or fewer.',
    );
    await refused(rowsOf(twoGroups(80)), { groups: 30, rows: 20 }).toThrow('20 rows are looked at for 30');
  });

  it('refuses a view and a teacher that there are not, with those that there are', async () => {
    await refused(five, { views: ['standardized'] }).toThrow(
      /^There is no view 'standardized' for these data[^:]*: choose of standardised, .*ranks/,
    );
    await refused(five, { teachers: ['grap'] }).toThrow(
      /no teacher 'grap'.*graph.*: choose of spectral, graph/,
    );
  });

  it.each([3, 4, 5, 9])('takes %i rows, fewer than neighbours', async (rows) => {
    const { groups, headline } = await findGroups(rowsOf(twoGroups(rows)));
    expect(groups.reduce((sum, group) => sum + group.rows, 0)).toBe(rows);
    expect(headline[0]!.startsWith(`${rows} rows are too few`)).toBe(rows < 8);
  });

  it('finds the groups of twelve rows', async () => {
    const { rows } = await findGroups(rowsOf(twoGroups(12)), { groups: 2 });
    expect(isSmaller(rows.group, 12)).toBe(true);
  });

  it('says that all rows are equal', async () => {
    await refused(rowsOf(Array.from({ length: 500 }, () => [1, 2, 3]))).toThrow(
      /^All rows are equal .* give rows that differ\.$/,
    );
  });

  it('finds what thousands of equal rows are: two groups, or one beside others', async () => {
    const two = Array.from({ length: 1200 }, (_, i) => (i % 3 === 0 ? [1, 2, 3] : [5, 6, 7]));
    const found = await findGroups(rowsOf(two), quick);
    expect(isSmaller(found.rows.group, 1200)).toBe(true);
    expect(found.rows.outlier.every(Number.isFinite)).toBe(true);
    const beside = [...twoGroups(600), ...Array.from({ length: 1100 }, () => [4.5, 4.5, 4.5])];
    const { groups } = await findGroups(rowsOf(beside), quick);
    expect(groups.map(({ rows }) => rows)).toEqual([1100, 400, 200]);
  });

  it('is not led astray by one row far away, which is an outlier', async () => {
    const { rows, groups, headline } = await findGroups(rowsOf([...twoGroups(900), [1e7, 1e7, 1e7]]), quick);
    expect(isSmaller(rows.group, 900)).toBe(true);
    expect(rows.outlier.indexOf(Math.max(...rows.outlier))).toBe(900);
    expect(rows.outlier[900]).toBeGreaterThan(100);
    // No group explains it; it is shown with the one that it is nearest to.
    expect(rows.group[900]).toBe(0);
    expect(groups[rows.second[900]! - 1]!.outliers[0]).toBe(900);
    expect(groups.reduce((sum, group) => sum + group.rows, 0)).toBe(900);
    expect(headline).toContain('1 row lies far from all others, and so in no group (group 0).');
  });

  it('says how many rows of a part too small are in no group, so that rows add up', async () => {
    const few = Array.from({ length: 12 }, (_, i) => [30 + i / 50, -30, 30]);
    const { rows, headline, tried, count } = await findGroups(rowsOf([...twoGroups(900), ...few]), {
      ...{ ...quick, groups: 2 },
    });
    expect([tried[0]!.groups, count.groups]).toEqual([2, 2]);
    expect(tried[0]!.group).toEqual(rows.group);
    expect([...rows.group.subarray(900)]).toEqual(Array.from(few, () => 0));
    expect(headline).toContain(
      '12 rows lie apart in 1 part too small to be groups, and so in none (group 0); they may be rare groups.',
    );
  });

  it('lists few rows that lie apart together, even where others join them to a group', async () => {
    const stream = Stream.root(12);
    const bulk = Array.from({ length: 3000 }, () => Array.from({ length: 6 }, () => stream.normal()));
    const few = Array.from({ length: 16 }, () =>
      [0, 1, 2, 3, 4, 5].map((j) => stream.normal() + (j < 2 ? 6 : 0)),
    );
    const bridge = [[3, 3, 0, 0, 0, 0]];
    const found = await findGroups(rowsOf([...bulk, ...bridge, ...few]), quick);
    expect(found.count.fragments.map((rows) => [...rows])).toEqual([few.map((_, i) => 3001 + i)]);
    expect([...found.rows.group.subarray(3001)]).toEqual(few.map(() => 0));
    expect([found.tried[0]!.groups, found.count.groups]).toEqual([found.groups.length, found.groups.length]);
  });

  it('says that more groups are found than were looked for', async () => {
    const stream = Stream.root(8);
    const five = Array.from({ length: 500 }, (_, i) =>
      [1, 2, 3].map((j) => (((i % 5) * j * j) % 5) * 8 + stream.normal()),
    );
    const { headline, count } = await findGroups(rowsOf(five), { ...quick, most: 3 });
    expect([count.least, count.most]).toEqual([5, 5]);
    // Even so these far groups cannot be fewer.
    expect(headline).toContain(
      'The merge curve finds 5 groups, and no more than 3 were looked for: to see them all, look for more (--most 5).',
    );
  });

  it('says which column of few values the groups follow', async () => {
    const marked = twoGroups(600).map((row, i) => [...row, i % 3 === 0 ? 1 : 0]);
    const { headline } = await findGroups(rowsOf(marked), quick);
    expect(headline).toContain(
      'All 2 groups have one value each in the column 4: where it is not to part groups, leave it out (--drop).',
    );
  });

  it('finds groups in columns of wild scales, beside constant ones, and in one column', async () => {
    const wild = twoGroups(600).map(([a, b, c]) => [a! * 1e-12, b! * 1e12, c!]);
    expect(isSmaller((await findGroups(rowsOf(wild), quick)).rows.group, 600)).toBe(true);
    const constant = twoGroups(600, 2).map((row) => [...row, 7]);
    expect(isSmaller((await findGroups(rowsOf(constant), quick)).rows.group, 600)).toBe(true);
    expect(isSmaller((await findGroups(rowsOf(twoGroups(600, 1)))).rows.group, 600)).toBe(true);
  });

  it('says which value of a view is not finite', async () => {
    const rows = twoGroups(100);
    rows[7]![1] = Number.NaN;
    await refused(rowsOf(rows)).toThrow('rows of made hold NaN at row 7, column 1');
  });

  it('tells one group of one cloud, and of one that is asked for', async () => {
    const stream = Stream.root(5);
    const cloud = rowsOf(
      Array.from({ length: 1000 }, () => [stream.normal(), stream.normal(), stream.normal()]),
    );
    const { groups, verdict, headline } = await findGroups(cloud, quick);
    expect([groups.length, verdict]).toEqual([1, 'none']);
    expect(headline[0]).toBe('There are no groups in these data that come back: all rows are one group.');
    expect((await findGroups(five, { ...quick, groups: 1 })).groups).toMatchObject([
      { rows: 1600, share: 1 },
    ]);
  });

  it('cuts into as many groups as are asked for, or says that it cannot', async () => {
    const rows = rowsOf(twoGroups(300));
    const { groups } = await findGroups(rows, { ...quick, groups: 40 });
    expect(groups.length).toBe(40);
    const two = Array.from({ length: 8 }, (_, i) => [i % 2]);
    const few = await findGroups(rowsOf(two), { teachers: ['k-means'], groups: 8 });
    expect(few.groups.reduce((sum, group) => sum + group.rows, 0)).toBe(8);
    if (few.groups.length < 8) expect(few.headline.join(' ')).toContain('cannot be cut into 8 groups');
    await refused(rows, { groups: 40, smallest: 30 }).toThrow(
      'There are 300 rows for 40 groups of at least 30: ask for smaller or fewer groups.',
    );
  });
});
