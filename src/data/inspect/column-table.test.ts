import { describe, expect, it } from 'vitest';
import type { ColumnReport } from '../tables/column-report.js';
import { tableDataset } from '../tables/table.js';
import { columnLines } from './column-table.js';
import { formatSummary, summarize } from './inspect.js';

function reports(
  columns: Readonly<Record<string, readonly number[]>>,
  more: object = {},
): readonly ColumnReport[] {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  const values = Float64Array.from(
    { length: lists[0]!.length * names.length },
    (_, i) => lists[i % names.length]![Math.floor(i / names.length)]!,
  );
  let found: readonly ColumnReport[] = [];
  const onColumns = (columns: readonly ColumnReport[]) => {
    found = columns;
  };
  tableDataset(
    'f',
    { onColumns },
    { shape: [lists[0]!.length, names.length], values, columns: names, ...more },
  );
  return found;
}

const count = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i));

describe('the report of a column', () => {
  it('is told by its place where the file gives it no name', () => {
    const some = reports({ a: [1, 2], '': [3, 5], b: [6, 9], '.1': [7, 8] });
    expect(columnLines(some, 100).map((line) => line.trim().split('  ')[0])).toEqual([
      ...['a', 'column 2', 'b', 'column 4'],
    ]);
    expect(some.map(({ name }) => name)).toEqual(['a', '', 'b', '.1']);
  });

  it('has its values in the units of the file, and what is missing', () => {
    expect(reports({ x: [3, Number.NaN, 1, 5] })).toEqual([
      {
        name: 'x',
        kind: 'number',
        missing: 1,
        distinct: 3,
        min: 1,
        max: 5,
        mean: 3,
        deviation: Math.sqrt(8 / 3),
        constant: false,
        suspicious: [],
      },
    ]);
  });

  it('shows so many digits of the extremes that they differ', () => {
    const lines = columnLines(
      reports({ t: count(60, (i) => 1.6e9 + 60 * i), d: count(60, (i) => 20200101 + (i % 28)) }),
      90,
    );
    expect(lines.map((line) => line.trim())).toEqual([
      't  number  1600000000 to 1600003540, mean 1600001770; rises like an id',
      'd  number  20200101 to 20200128, mean 20200113.7',
    ]);
  });

  it('has words by how many they are, dates as dates, and columns that are no measurements at their places', () => {
    const found = [
      { kind: 'category', name: 'city', words: ['Rome', 'Oslo'] },
      { kind: 'date', name: 'when', times: false },
    ];
    const aside = [
      { name: 'kind', at: 1, role: 'label' },
      { name: 'memo', at: 3, role: 'text', reason: '3 different words in 3 rows' },
    ];
    const all = reports({ city: [1, 0, 1], when: [0, Number.NaN, 31] }, { found, aside });
    expect(all.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'city category',
      'kind label',
      'when date',
      'memo text',
    ]);
    expect(all[0]).toMatchObject({
      levels: [
        { word: 'Oslo', count: 2 },
        { word: 'Rome', count: 1 },
      ],
      distinct: 2,
    });
    expect(all[2]).toMatchObject({ min: '1970-01-01', max: '1970-02-01', missing: 1 });
    expect(columnLines(all, 100)).toEqual([
      '    city  category        Oslo 2, Rome 1',
      '    kind  labels',
      '    when  date            1970-01-01 to 1970-02-01; 1 missing',
      '    memo  text, left out  3 different words in 3 rows',
    ]);
  });

  it('says what is odd: ids, few values, a huge scale, skew, constants, gaps', () => {
    const odd = reports({
      row: count(100, (i) => 7 + 2 * i),
      grade: count(100, (i) => (i * 7) % 3),
      income: count(100, (i) => 1e9 * Math.sin(i)),
      tail: count(100, (i) => (i === 50 ? 1000 : Math.sin(i))),
      same: count(100, () => 4),
      rare: count(100, (i) => (i % 3 === 0 ? Math.cos(i) : Number.NaN)),
      good: count(100, (i) => Math.sin(3 * i)),
    });
    expect(Object.fromEntries(odd.map(({ name, suspicious }) => [name, suspicious]))).toEqual({
      row: ['rises like an id'],
      grade: ['only 3 values'],
      income: ['much larger scale than the others'],
      tail: ['very skewed'],
      same: [],
      rare: ['mostly missing'],
      good: [],
    });
    expect(odd.map(({ constant }) => constant)).toEqual([false, false, false, false, true, false, false]);
    const lines = columnLines(odd, 60);
    expect(lines[4]).toBe('    same    number  always 4');
    expect(lines[5]).toMatch(/; 66 miss\.\.\.$/);
    expect(Math.max(...lines.map((line) => line.length))).toBe(60);
  });

  it('is cut where there are hundreds, and counts the rest', () => {
    const many = Object.fromEntries(count(200, (i) => i).map((i) => [`c${i}`, [1, 2]]));
    const lines = columnLines(reports(many), 80);
    expect([lines.length, lines.at(-1)]).toEqual([41, '    and 160 more: --json lists all']);
  });
});

it('a summary lists the columns of the file, and those that they became', () => {
  let columns: readonly ColumnReport[] = [];
  const onColumns = (found: readonly ColumnReport[]) => {
    columns = found;
  };
  const values = Float64Array.of(0, 1, 1, Number.NaN, 0, 3);
  const found = [
    { kind: 'category', name: 'c', words: ['a', 'b'] },
    { kind: 'number', name: 'x' },
  ] as const;
  const data = tableDataset('f', { onColumns }, { shape: [3, 2], values, columns: ['c', 'x'], found });
  const summary = summarize(data, columns);
  expect(summary.columns?.map(({ name }) => name)).toEqual(['c', 'x']);
  expect(summary.codedColumns).toEqual(['c=a', 'c=b', 'x', 'x is missing']);
  expect(formatSummary(summary)).toContain(
    '  columns      2, read as 4 columns of numbers\n    c  category  a 2, b 1\n    x  number    1 to 3, mean 2; 1 missing\n',
  );
  expect(formatSummary(summarize(data))).toContain('  columns      c=a, c=b, x, x is missing\n');
});
