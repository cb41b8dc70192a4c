/** @file Samples of a table of numbers, whole numbers, words, marks, dates and gaps, in every format and in a program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../src/data/formats/npy.js';
import { draw } from '../src/entries/index.js';
import { Stream } from '../src/math/random.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());
const COUNT = 300;
const CITIES = ['Rome', 'Oslo', 'Bern', 'Graz', 'Linz'];
const NAMES = ['price', 'age', 'delta', 'city', 'member', 'score', 'since'];

/** Rows of two kinds of customers; a tenth of the ages and marks is missing. */
function table(): string {
  const stream = Stream.root(4);
  const normal = stream.fork('normal').normals(new Float64Array(3 * COUNT));
  const uniform = stream.fork('uniform').uniforms(new Float64Array(5 * COUNT));
  const rows = Array.from({ length: COUNT }, (_, i) => {
    const [a, b, c] = normal.subarray(3 * i, 3 * i + 3) as unknown as [number, number, number];
    const [u, v, w, x, y] = uniform.subarray(5 * i, 5 * i + 5) as unknown as number[];
    const old = u! < 0.4 ? 1 : 0;
    const city = CITIES[Math.floor(5 * v! ** (old ? 3 : 1))]!;
    const age = w! < 0.1 ? '' : Math.max(18, Math.round(30 + 30 * old + 6 * a));
    const member = x! < 0.1 ? '' : y! < 0.2 + 0.6 * old ? 1 : 0;
    const price = Math.exp(2 + old + 0.5 * b).toFixed(2);
    const since = new Date(Date.UTC(2020, 0, 1 + Math.floor(300 * w! + 400 * old))).toISOString();
    const delta = Math.round(-3 + 9 * c);
    return [price, age, delta, city, member, (c + 3 * old).toFixed(9), since.slice(0, 10)].join(',');
  });
  return [NAMES.join(','), ...rows, ''].join('\n');
}

type Row = Readonly<Record<string, number | string | null>>;

/** Asserts that a row is one that the table could hold. */
function requireRow(row: Row): void {
  const { price, age, delta, city, member, score, since } = row;
  const show = JSON.stringify(row);
  expect([show, Number(price) >= 0, Number((100 * Number(price)).toFixed(6)) % 1]).toEqual([show, true, 0]);
  expect([show, age === null || (Number.isInteger(age) && Number(age) >= 18)]).toEqual([show, true]);
  expect([show, Number.isInteger(delta)]).toEqual([show, true]);
  // The two most frequent of the five words have columns; the others come back, too.
  expect(CITIES).toContain(city);
  expect([0, 1, null]).toContain(member);
  expect([show, Number.isFinite(score)]).toEqual([show, true]);
  expect(since).toMatch(/^202[01]-\d\d-\d\d$/);
}

const number = (text: string) => (text === '' ? null : Number(text));

function parsed(text: string, separator: string): Row[] {
  const [names, ...lines] = text.trim().split('\n');
  expect(names!.split(separator)).toEqual([...NAMES, 'group']);
  return lines.map((line) => {
    const [price, age, delta, city, member, score, since, group] = line.split(separator) as string[];
    const numbers = { price: number(price!), age: number(age!), delta: number(delta!) };
    return {
      ...{ ...numbers, city: city!, member: number(member!), score: number(score!), since: since! },
      group: number(group!),
    };
  });
}

describe('samples of a mixed table', () => {
  let rows: Row[] = [];
  beforeAll(async () => {
    writeFileSync(place.file('table.csv'), table());
    const trained = await place.run(
      ...['train', 'table.csv', '--components', '2', '--categories', '2', '--steps', '150'],
      ...['--batch', '64', '--threads', '1', '--out', 'run'],
    );
    expect([trained.code, trained.code === 0 ? '' : trained.stderr]).toEqual([0, '']);
    for (const ending of ['json', 'csv', 'tsv', 'parquet', 'npy']) {
      const { code } = await place.run('sample', 'run', '--count', '200', '--out', `x.${ending}`);
      expect(code).toBe(0);
    }
    rows = JSON.parse(readFileSync(place.file('x.json'), 'utf8')) as Row[];
  }, 120_000);

  it('are rows that the table could hold, as JSON', () => {
    expect([rows.length, Object.keys(rows[0]!)]).toEqual([200, [...NAMES, 'group']]);
    for (const row of rows) requireRow(row);
    const different = (name: string) => new Set(rows.map((row) => row[name])).size;
    expect(different('age')).toBeGreaterThan(10);
    expect(different('since')).toBeGreaterThan(20);
    expect(different('city')).toBe(5);
    expect(rows.some(({ age }) => age === null)).toBe(true);
    const { dataset } = JSON.parse(readFileSync(place.file('run/config.json'), 'utf8')) as {
      dataset: { columnValues: Record<string, unknown>[] };
    };
    expect(dataset.columnValues.slice(0, 3)).toEqual([
      { decimals: 2, least: 0 },
      { decimals: 0, least: 18, most: expect.any(Number) },
      { decimals: 0 },
    ]);
    expect(dataset.columnValues[4]).toEqual({ levels: [0, 1] });
  });

  it('are the same as CSV, TSV and Parquet, where days are dates', async () => {
    expect(parsed(readFileSync(place.file('x.csv'), 'utf8'), ',')).toEqual(rows);
    expect(parsed(readFileSync(place.file('x.tsv'), 'utf8'), '\t')).toEqual(rows);
    const file = await asyncBufferFromFile(place.file('x.parquet'));
    const types = (await parquetMetadataAsync(file)).schema.slice(1);
    expect(types.map(({ name, type, converted_type: told }) => [name, type, told])).toEqual([
      ['price', 'DOUBLE', undefined],
      ['age', 'INT32', undefined],
      ['delta', 'INT32', undefined],
      ['city', 'BYTE_ARRAY', 'UTF8'],
      ['member', 'INT32', undefined],
      ['score', 'DOUBLE', undefined],
      ['since', 'INT32', 'DATE'],
      ['group', 'INT32', undefined],
    ]);
    const read = (await parquetReadObjects({ file })).map((row) => ({
      ...row,
      since: (row.since as Date).toISOString().slice(0, 10),
    }));
    expect(read).toEqual(rows);
  });

  it('are coded rows as an array', () => {
    const { shape, data } = readNpy(place.file('x.npy'));
    // price; age, its mark; delta; two cities and the others; member, its mark; score; since.
    expect(shape).toEqual([200, 11]);
    const { dataset } = JSON.parse(readFileSync(place.file('run/config.json'), 'utf8')) as {
      dataset: { coding: { levels?: string[] }[] };
    };
    const levels = dataset.coding[3]!.levels!;
    rows.forEach(({ age, city, member }, i) => {
      const row = Array.from(data.subarray(11 * i, 11 * (i + 1)));
      expect([row[2], row[8]]).toEqual([age === null ? 1 : 0, member === null ? 1 : 0]);
      if (age !== null) expect(row[1]).toBe(age);
      const words = row.slice(4, 7);
      expect(words.reduce((sum, x) => sum + x, 0)).toBe(1);
      expect(levels[words.indexOf(1)] ?? 'other').toBe(levels.includes(String(city)) ? city : 'other');
    });
  });

  it('are the same in a program, and can be assigned again', async () => {
    const { records, data, shape } = await draw(place.file('run'), 200);
    expect(records!.map((row, i) => ({ ...row, group: rows[i]!.group }))).toEqual(rows);
    expect([shape, data[3]]).toEqual([[200, 11], rows[0]!.delta]);
    const { code, stdout } = await place.run('cluster', 'run', 'x.csv', '--drop', 'group');
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 201]);
  }, 60_000);

  it('are in the report, a few of each group', () => {
    const page = readFileSync(place.file('run/report.html'), 'utf8');
    expect(page.match(/New, made by the model/g)).toHaveLength(2);
    expect(page).toContain('each value one that its column may hold');
    expect(page.match(/>new 4</g)).toHaveLength(2);
  });

  it('of a run that does not know the values of its columns are as they were', async () => {
    const text = readFileSync(place.file('run/config.json'), 'utf8');
    const config = JSON.parse(text) as { dataset: Record<string, unknown> };
    delete config.dataset.columnValues;
    writeFileSync(place.file('run/config.json'), JSON.stringify(config));
    const { code } = await place.run('sample', 'run', '--count', '50', '--out', 'old.csv');
    writeFileSync(place.file('run/config.json'), text);
    const old = parsed(readFileSync(place.file('old.csv'), 'utf8'), ',');
    expect([code, old.some(({ city }) => city === '(other)')]).toEqual([0, true]);
    expect(old.every(({ delta }) => Number.isInteger(delta))).toBe(false);
  }, 60_000);
});
