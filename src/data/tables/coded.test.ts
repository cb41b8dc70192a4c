import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { codeRows } from '../coding.js';
import type { Dataset } from '../dataset.js';
import { parseCsv } from '../formats/csv/csv.js';
import { type OpenOptions, openDataset } from '../sets/open.js';
import { formerColumns } from './coded.js';
import { csvDataset, tableDataset } from './table.js';
import type { TableOptions } from './table-options.js';

const mixed = (name: string) => join(import.meta.dirname, '../../../test/fixtures/mixed', name);
const folder = mkdtempSync(join(tmpdir(), 'mixtura-coded-'));
afterAll(() => rmSync(folder, { recursive: true }));

function all(data: Dataset): number[] {
  const out = new Float32Array(data.count * data.shape[0]!);
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return [...out];
}

function read(text: string, options: TableOptions = {}) {
  const told: string[] = [];
  const path = join(folder, 'f.csv');
  writeFileSync(path, text);
  const notice = (sentence: string) => told.push(sentence.replace(path, 'f.csv'));
  const data = csvDataset(path, { notice, ...options });
  return { data, told, values: all(data) };
}

/** How a run opens new data. */
const like = ({ coding, columns, shape, scaling }: Dataset): TableOptions => ({
  coding: coding ?? 'none',
  scaling,
  former: formerColumns({ coding, columns, shape }),
});

const PEOPLE =
  'age,city,ok,when\n20,Rome,True,2020-01-01\n,Oslo,False,2020-01-03\n40,Rome,True,\n50,,True,2020-01-05\n';

describe('a table of words, dates and gaps', () => {
  it('becomes columns of numbers: medians with indicators, and 0 and 1 for every word', () => {
    const { data, told, values } = read(PEOPLE);
    expect(data.columns).toEqual([
      ...['age', 'age is missing', 'city=Rome', 'city=Oslo', 'city is missing', 'ok=true', 'ok=false'],
      ...['when', 'when is missing'],
    ]);
    expect(data.coding).toEqual([
      { kind: 'number', name: 'age', fill: 40, indicator: true },
      { kind: 'category', name: 'city', levels: ['Rome', 'Oslo', ''] },
      { kind: 'category', name: 'ok', levels: ['true', 'false'] },
      { kind: 'date', name: 'when', fill: 18264, indicator: true },
    ]);
    expect(values).toEqual([
      ...[20, 0, 1, 0, 0, 1, 0, 18262, 0],
      ...[40, 1, 0, 1, 0, 0, 1, 18264, 0],
      ...[40, 0, 1, 0, 0, 1, 0, 18264, 1],
      ...[50, 0, 0, 0, 1, 1, 0, 18266, 0],
    ]);
    expect(told).toEqual([
      'f.csv: 2 columns of words (city, ok) became 5 columns of 0 and 1; 1 column of dates (when) became days; 3 columns ' +
        'have missing values (age 1, city 1, when 1), which stand at the median (or as no word) with a column that says so.',
    ]);
  });

  it('is standardised, but for its columns of 0 and 1, which only move to their mean', () => {
    const { data, values } = read('x,c\n1,a\n3,b\n1,a\n3,b\n', { scaling: 'standardize' });
    expect(data.scaling).toEqual({ shift: [2, 0.5, 0.5], scale: [1, 1, 1] });
    expect(values).toEqual([-1, 0.5, -0.5, 1, -0.5, 0.5, -1, 0.5, -0.5, 1, -0.5, 0.5]);
    const distance = Math.hypot(values[1]! - values[4]!, values[2]! - values[5]!);
    expect(distance).toBeCloseTo(Math.SQRT2, 12);
    const { scaling } = read('x,c\n10,a\n30,b\n10,a\n70,b\n', { scaling: 'standardize' }).data;
    expect([scaling?.scale[1], scaling?.scale[2]]).toEqual([1, 1]);
    expect(scaling?.scale[0]).toBeCloseTo(Math.sqrt(600), 12);
  });

  it('keeps the most frequent words, ties by name, and joins the others', () => {
    const text = `x,c\n${['d', 'b', 'a', 'b', 'c', 'c', 'd', 'e', 'e', 'e'].map((word, i) => `${i % 3},${word}`).join('\n')}\n`;
    const { data } = read(text, { categories: 3 });
    expect(data.coding?.[1]).toEqual({ kind: 'category', name: 'c', levels: ['e', 'b', 'c'], other: true });
    expect(data.columns).toEqual(['x', 'c=e', 'c=b', 'c=c', 'c=(other)']);
    expect(read(text).data.shape).toEqual([6]);
  });

  it('of complete numbers has no coding and the values that it had', () => {
    const { data, told, values } = read('x,y\n1,2\n3,4\n');
    expect([data.coding, data.columns, data.kind, values, told]).toEqual([
      undefined,
      ['x', 'y'],
      'points',
      [1, 2, 3, 4],
      [],
    ]);
  });

  it('leaves out text and columns without a value, which is told, and is opened again without them', () => {
    const { data, told } = read('x,memo,none,y\n1,ann,,2\n3,bob,NA,5\n4,cid,,6\n');
    expect(told).toEqual(['f.csv: left out: memo (3 different words in 3 rows), none (no value).']);
    expect([data.columns, data.kind, all(data)]).toEqual([['x', 'y'], 'table', [1, 2, 3, 5, 4, 6]]);
    const again = read('x,memo,none,y\n1,ann,,2\n3,bob,NA,5\n4,cid,,6\n', { coding: data.coding });
    expect([again.data.fingerprint, again.told]).toEqual([data.fingerprint, []]);
    expect(() => read('x,y\n,\nNA,?\n')).toThrow('f.csv has no values at all: every cell is missing.');
  });

  it('without names is known by the places of its columns', () => {
    const text = '1,ann,a,5\n2,bob,b,6\n2,cid,a,7\n';
    const { data } = read(text, { header: 'no' });
    expect(data.columns).toEqual(['column 1', 'column 3=a', 'column 3=b', 'column 4']);
    expect(formerColumns(data)).toEqual({ columns: 3, names: undefined });
    expect(read(text, { header: 'no', ...like(data) }).values).toEqual(all(data));
    expect(read('7,b,9\n', { header: 'no', ...like(data) }).values).toEqual([7, 0, 1, 9]);
  });
});

describe('a column that is named like an answer', () => {
  const table = (name: string, cells: readonly (string | number)[]) =>
    `a,${name},b\n${cells.map((cell, i) => `${i * 1.5},${cell},${7 - i}`).join('\n')}\n`;
  const hints = (text: string, options?: TableOptions) =>
    read(text, options).told.filter((sentence) => sentence.includes('the answer'));

  it('is told once where it is an input with few values', () => {
    const words = table('Kind', ['u', 'v', 'u', 'v']);
    const said = 'f.csv: column Kind is used as an input; if it is the answer, give --label Kind.';
    expect(hints(words)).toEqual([said]);
    expect(hints(table('diagnosis', [0, 1, 1, 0]))).toEqual([said.replaceAll('Kind', 'diagnosis')]);
    expect(hints(words, { label: 'Kind' })).toEqual([]);
    expect(hints(words, { drop: 'Kind' })).toEqual([]);
    expect(hints(words, like(read(words).data))).toEqual([]);
    expect(hints('label,species,b\nu,1,3\nv,2,4\nu,1,5\nv,2,6\n')).toEqual([
      'f.csv: column species is used as an input; if it is the answer, leave it out by --drop species.',
    ]);
  });

  it('is a measurement where its values are many, or as a coordinate, or under another name', () => {
    expect(hints(table('kind', [1, 2, 3, 4]))).toEqual([]);
    expect(hints(table('size', ['u', 'v', 'u', 'v']))).toEqual([]);
    expect(hints('x,y\n1,0\n2,1\n3,0\n4,1\n')).toEqual([]);
    expect(hints(table('kind', [1, 1, 1, 1]))).toEqual([]);
  });
});

describe('truth values where a run has numbers', () => {
  it('are 1 and 0, beside numbers too', () => {
    const plain = read('a,b\n1,5\n0,6\n1,8\n').data;
    const coded = read('a,b,c\n1,5,u\n0,6,v\n1,8,u\n').data;
    expect([plain.coding, coded.coding?.[0]?.kind]).toEqual([undefined, 'number']);
    const texts = ['a,b,c\nTrue,5,u\nfalse,6,v\n1,8,u\n', 'a,b,c\n1,5,u\n0,6,v\n1,8,u\n'];
    const [of, as] = texts.map((text) => read(text, like(coded)).values);
    expect(of).toEqual(as);
    expect(read('a,b\nTRUE,5\nFalse,6\n1,8\n', like(plain)).values).toEqual([1, 5, 0, 6, 1, 8]);
    expect(() => read('a,b\nyes,5\n0,6\n', like(plain))).toThrow('is "yes", not a finite number');
    // A file of its own decides by itself.
    expect(read('a,b\nTrue,5\nFalse,6\n').data.coding?.[0]?.kind).toBe('category');
  });
});

describe('missing values', () => {
  it('are refused in one sentence that says how many and where', () => {
    expect(() => read(PEOPLE, { missing: 'refuse' })).toThrow(
      'f.csv has 3 missing values (age 1, city 1, when 1; the first in row 2, column age): fill them in, or give --missing median or --missing drop-rows.',
    );
  });

  it('take their rows out, which go among those that are left out with the reason', () => {
    const { data, told, values } = read(`who,${PEOPLE.replace(/\n(?=.)/g, '\nw,')}`.replace('w,20', 'v,20'), {
      missing: 'drop-rows',
      id: 'who',
    });
    expect(values).toEqual([20, 1, 1, 18262]);
    expect([data.count, data.rows?.id?.values]).toEqual([1, ['v']]);
    expect(data.rows?.leftOut).toEqual([
      { index: 1, id: 'w', reason: 'no value in age' },
      { index: 2, id: 'w', reason: 'no value in when' },
      { index: 3, id: 'w', reason: 'no value in city' },
    ]);
    expect(told[0]).toBe('f.csv: 3 of 4 rows have a missing value and are left out (--missing drop-rows).');
    expect(() => read('x,y\n1,\n,2\n', { missing: 'drop-rows' })).toThrow(
      'has no row without a missing value: leave out columns by --drop, or give --missing median.',
    );
  });

  it('of columns without names are told by their places in the file', () => {
    const text = 'label,a,,b,\nu,1,x,2,3\nv,2,y,3,4\nu,3,,4,\nv,4,x,5,6\n';
    const { data, told } = read(text);
    expect(told).toEqual([
      'f.csv: 1 column of words (column 3) became 3 columns of 0 and 1; 2 columns have missing values (column 3 1, column 5 1), which stand at the median (or as no word) with a column that says so.',
    ]);
    expect(data.coding?.map(({ name }) => name)).toEqual(['a', '', 'b', '.1']);
    expect(() => read(text, { missing: 'refuse' })).toThrow(
      'f.csv has 2 missing values (column 3 1, column 5 1; the first in row 3, column 3): fill them in',
    );
    expect(() => read('a,b\n1,2\n', like(data))).toThrow(
      'lacks 2 column(s) that the run was trained on (a column without a name, a column without a name)',
    );
  });

  it('take the labels of their rows with them', () => {
    const { data } = read('x,y,class\n1,2,a\n,3,b\n4,5,c\n', { missing: 'drop-rows' });
    expect([...data.labels!]).toEqual([0, 2]);
  });

  it('of counts have no median', () => {
    expect(() => read('x,y\n1,\n2,3\n', { counts: true })).toThrow(
      'f.csv has 1 missing value (y 1; the first in row 1, column y): fill it in, or give --missing drop-rows.',
    );
    expect(read('x,y\n1,\n2,3\n', { counts: true, missing: 'drop-rows' }).data.count).toBe(1);
    expect(() => read('x,c\n1,a\n2,b\n1,a\n', { counts: true })).toThrow(
      'column c holds words, not counts: leave it out by --drop c, or leave out --counts.',
    );
  });

  it('of arrays are NaN, and have the same rule', () => {
    const values = Float32Array.of(1, 2, 3, Number.NaN, 5, 9);
    const data = tableDataset('f', {}, { shape: [3, 2], values });
    expect([data.columns, all(data)]).toEqual([
      ['column 1', 'column 2', 'column 2 is missing'],
      [1, 2, 0, 3, 5.5, 1, 5, 9, 0],
    ]);
    expect(() => tableDataset('f', { missing: 'refuse' }, { shape: [3, 2], values })).toThrow(
      'f has 1 missing value (column 2 1; the first in row 2, column 2)',
    );
    expect(() => tableDataset('f', { reading: 1 }, { shape: [3, 2], values })).toThrow(
      'row 2, column 2 is NaN',
    );
    expect(() => tableDataset('f', {}, { shape: [1, 2], values: Float64Array.of(1, -Infinity) })).toThrow(
      'f, row 1, column 2 is -Infinity, not a finite float32',
    );
  });

  it('of a part that is held out stand as in the training part', () => {
    const test = { shape: [2, 3], values: Float64Array.of(Number.NaN, 8, 1, 4, Number.NaN, 1) };
    const gone = Number.NaN;
    const train = { shape: [2, 3], values: Float64Array.of(1, 2, gone, gone, 3, gone), test: () => test };
    const data = tableDataset('f', { scaling: 'standardize' }, train);
    expect(data.columns).toEqual(['column 1', 'column 1 is missing', 'column 2']);
    const held = data.test!();
    expect([held.scaling, held.coding]).toEqual([data.scaling, data.coding]);
    expect(all(held)).toEqual([0, 0.5, 11, 3, -0.5, 0]);
  });

  it('in new data of a run that had none stand at its mean, or take their rows out', () => {
    const { data } = read('x,y\n1,2\n3,6\n', { scaling: 'standardize' });
    const { values, told } = read('y,x\n,3\n6,1\n', like(data));
    expect(values).toEqual([1, 0, -1, 1]);
    expect(told).toEqual([
      'f.csv: missing values (y 1) stand at the mean of the data that the run was trained on.',
    ]);
    expect(read('y,x\n,3\n6,1\n', { ...like(data), missing: 'drop-rows' }).values).toEqual([-1, 1]);
    expect(() => read('y,x\n,3\n', { ...like(data), missing: 'refuse' })).toThrow('has 1 missing value');
  });
});

describe('new data', () => {
  const { data } = read(PEOPLE);

  it('are coded as the run was, in any order of columns', () => {
    const rows = PEOPLE.trim().split('\n');
    const turned = rows.map((row) => row.split(',').reverse().join()).join('\n');
    expect(read(turned, like(data)).values).toEqual(all(data));
    expect(read(PEOPLE, like(data)).data.fingerprint).toBe(data.fingerprint);
  });

  it('with unknown words have none of the known ones, or the column of all others, which is told', () => {
    const { values, told } = read('age,city,ok,when\n30,Bern,TRUE,2020-01-05\n31,Bonn,false,\n', like(data));
    expect(values).toEqual([30, 0, 0, 0, 0, 1, 0, 18266, 0, 31, 0, 0, 0, 0, 0, 1, 18264, 1]);
    expect(told).toEqual([
      'f.csv: missing values (when 1) stand as in the run: at the median of a column of numbers or dates, and as no word.',
      'f.csv: 2 values of city (Bern, Bonn) are words that the run does not know, read as none of its words.',
    ]);
    const other = read('x,c\n1,a\n2,a\n3,b\n4,c\n', { categories: 1 }).data;
    const unknown = read('x,c\n1,z\n', like(other));
    expect([unknown.values, unknown.told]).toEqual([
      [1, 0, 1],
      ['f.csv: 1 value of c (z) is a word that the run does not know, read as c=(other).'],
    ]);
  });

  it('that are of another kind are refused by place', () => {
    expect(() => read('age,city,ok,when\nold,Rome,True,2020-01-01\n', like(data))).toThrow(
      'f.csv, row 1 (line 2), column 1 (age) is "old", not a finite number: correct it',
    );
    expect(() => read('age,city,ok,when\n1,Rome,True,later\n', like(data))).toThrow(
      'column 4 (when) is "later", not a date: write it as 2020-12-31',
    );
    expect(() => read('age,city\n1,Rome\n', like(data))).toThrow(
      'lacks 2 column(s) that the run was trained on',
    );
    expect(() => read('age,city\n1,Rome\n', { coding: data.coding })).toThrow('lacks 2 column(s)');
    expect(() => tableDataset('f', like(data), { shape: [1, 3], values: Float64Array.of(1, 2, 3) })).toThrow(
      'f has 3 columns of measurements where 4 are expected',
    );
  });

  it('have the fingerprint of their words, too', () => {
    const print = (text: string) => read(text).data.fingerprint;
    expect(print('x,c\n1,a\n2,b\n1,a\n')).not.toBe(print('x,c\n1,u\n2,v\n1,u\n'));
  });
});

describe('one table in several formats', () => {
  const open = (name: string, options: OpenOptions = {}) =>
    openDataset(mixed(name), { scaling: 'standardize', drop: 'who', ...options });

  it('has one coding and the same values', async () => {
    const first = await open('mixed.csv');
    expect(first.coding?.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      ...['age number', 'visits number', 'city category', 'active category', 'since date', 'seen date'],
      'score number',
    ]);
    expect(first.coding?.[5]).toMatchObject({ times: true });
    for (const name of ['mixed.tsv', 'mixed.parquet', 'dictionary.parquet']) {
      const data = await open(name);
      expect([name, data.coding, data.columns]).toEqual([name, first.coding, first.columns]);
      expect(all(data)).toEqual(all(first));
    }
  });

  it('in another order of columns, with other marks, is that of the run', async () => {
    const first = await open('mixed.parquet');
    for (const name of ['reversed.csv', 'mixed.csv', 'dictionary.parquet']) {
      const data = await open(name, { ...like(first), missing: undefined });
      expect([name, all(data)]).toEqual([name, all(first)]);
    }
  });

  it('in any order of rows has the same coding, and the rows their values', () => {
    const [names = '', ...lines] = readFileSync(mixed('mixed.csv'), 'utf8').trim().split('\n');
    const first = read([names, ...lines].join('\n'), { drop: 'who' });
    const width = first.data.shape[0]!;
    const order = fc.shuffledSubarray(
      lines.map((_, i) => i),
      { minLength: lines.length },
    );
    fc.assert(
      fc.property(order, (rows) => {
        const { data, values } = read([names, ...rows.map((i) => lines[i])].join('\n'), { drop: 'who' });
        expect(data.coding).toEqual(first.data.coding);
        rows.forEach((from, to) => {
          expect(values.slice(to * width, (to + 1) * width)).toEqual(
            first.values.slice(from * width, (from + 1) * width),
          );
        });
      }),
      { seed: 4, numRuns: 20 },
    );
  });

  it('knows a word that says the same number or truth in another way, if only one does', () => {
    const coded = (train: string[], word: string) => {
      const { data } = read(`x,c\n${train.map((w, i) => `${i % 2},${w}`).join('\n')}\n`, { categories: 9 });
      const { values, told } = read(`x,c\n0,${word}\n`, like(data));
      return [data.columns![values.indexOf(1)] ?? 'none', told.length];
    };
    const grades = ['1', 'II', 'X', 'II', 'X'];
    expect(coded(grades, '1.0')).toEqual(['c=1', 0]);
    expect(coded(grades, '01')).toEqual(['c=1', 0]);
    expect(coded(grades, '2')).toEqual(['none', 1]);
    expect(coded(['01', '1', 'a', 'b', 'a', 'b'], '1.0')).toEqual(['none', 1]);
    expect(coded(['yes', 'no', 'yes'], 'True')).toEqual(['c=yes', 0]);
    expect(coded(['yes', 'no', 'yes'], '0')).toEqual(['c=no', 0]);
    expect(coded(['yes', 'no', 'maybe', 'yes', 'no'], '1')).toEqual(['none', 1]);
    expect(coded(['yes', 'y', 'no', 'yes', 'no'], '1')).toEqual(['none', 1]);
    expect(coded(['n', 's', 'n', 's'], 'no')).toEqual(['none', 1]);
  });

  it('is coded by the function that programs have', () => {
    const { values, found } = parseCsv('x,c\n1,b\n?,a\n3,a\n', 'f.csv');
    expect([...values, found?.[1]]).toEqual([
      ...[1, 0, Number.NaN, 1, 3, 1],
      { kind: 'category', name: 'c', words: ['b', 'a'] },
    ]);
    const { data } = read('x,c\n1,b\n?,a\n3,a\n');
    expect(data.coding?.[1]).toMatchObject({ levels: ['a', 'b'] });
    const raw = Float64Array.of(1, 1, Number.NaN, 0, 3, 0);
    expect([...codeRows(raw, data.coding!)]).toEqual(all(data));
  });
});
