import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { encodeIdx } from '../formats/idx.js';
import { encodeNpy } from '../formats/npy.js';
import { type OpenOptions, openDataset } from '../sets/open.js';
import { tableDataset } from './table.js';

const typed = (name: string) => join(import.meta.dirname, '../../../test/fixtures/typed', name);
const folder = mkdtempSync(join(tmpdir(), 'mixtura-typed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TYPES = ['uint8', 'int16', 'int32', 'int64', 'float32', 'float64'];
const FORMATS = ['npy', 'npz', 'csv', 'parquet'];
const FILES = TYPES.flatMap((type) => FORMATS.map((format) => `${type}.${format}`));

function all(data: Dataset): number[] {
  const out = new Float32Array(data.count * data.shape.reduce((a, b) => a * b, 1));
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return [...out];
}

describe('a table of the same numbers', () => {
  it.each(FILES)('is read to the same values as %s', async (file) => {
    const first = await openDataset(typed('float64.csv'), { scaling: 'standardize' });
    const data = await openDataset(typed(file), { scaling: 'standardize' });
    expect([data.range, data.maximum, data.scaling]).toEqual(['real', undefined, first.scaling]);
    expect(all(data)).toEqual(all(first));
    expect(data.scaling?.scale[3]).toBe(1);
    expect(all(await openDataset(typed(file)))).toEqual(all(await openDataset(typed('float64.csv'))));
  });

  it.each(FILES)('is read as that of a run was, as %s', async (file) => {
    const scaling = { shift: [1, 2, 3, 50], scale: [2, 4, 8, 1] };
    const of = async (name: string, options: OpenOptions) =>
      all(await openDataset(typed(name), { former: { columns: 4 }, ...options }));
    expect(await of(file, { scaling })).toEqual(await of('float64.csv', { scaling }));
    expect(await of(file, { maximum: 255 })).toEqual(await of('uint8.npy', { maximum: 255 }));
    expect((await of(file, { maximum: 255 }))[3]).toBe(Math.fround(50 / 255));
  });

  it('is read as IDX, too', async () => {
    const values = Uint8Array.from(all(await openDataset(typed('uint8.npy'))));
    const path = join(folder, 'made-images-idx2-ubyte');
    writeFileSync(path, encodeIdx({ shape: [64, 4], data: values }));
    const data = await openDataset(path, { scaling: 'standardize' });
    expect(all(data)).toEqual(all(await openDataset(typed('int64.npy'), { scaling: 'standardize' })));
  });
});

describe('the index of a Parquet file', () => {
  it.each([
    ['named-index', 'row', ['0', '2'], 1],
    ['text-index', '__index_level_0__', ['s0', 's1'], 0],
    ['range-index', undefined, undefined, 0],
  ])('%s is left out and names the rows', async (name, id, first, notices) => {
    const told: string[] = [];
    const data = await openDataset(typed(`${name}.parquet`), { notice: (sentence) => told.push(sentence) });
    expect([data.columns, data.rows?.id?.name, data.rows?.id?.values.slice(0, 2)]).toEqual([
      ['a', 'b', 'c', 'd'],
      id,
      first,
    ]);
    expect(told).toHaveLength(notices);
    expect(all(data)).toEqual(all(await openDataset(typed('int16.csv'))));
  });

  it('was known in version 0.1.0 by the name that pandas gives it alone', async () => {
    const count = async (name: string) => (await openDataset(typed(`${name}.parquet`), { reading: 1 })).shape;
    expect([await count('text-index'), await count('named-index')]).toEqual([[4], [5]]);
  });

  it('columns in another order are those of the run', async () => {
    const former = { columns: 4, names: ['a', 'b', 'c', 'd'] };
    const data = await openDataset(typed('reversed.parquet'), { former });
    expect(all(data)).toEqual(all(await openDataset(typed('float64.npy'))));
  });
});

describe('images', () => {
  const arrays = (values: readonly number[]) => [
    Float32Array.from(values),
    Float64Array.from(values),
    ...(values.every((x) => Number.isInteger(x) && x >= 0 && x < 256) ? [Uint8Array.from(values)] : []),
  ];
  const open = (values: Float32Array | Float64Array | Uint8Array, options = {}) => {
    const told: string[] = [];
    const notice = (sentence: string) => told.push(sentence);
    const data = tableDataset('f', { ...options, notice }, { shape: [values.length / 4, 2, 2], values });
    return { data, told };
  };

  it.each([
    ['0 or 1', [0, 1, 1, 0], undefined, 'unit', undefined],
    ['fractions', [0, 0.5, 1, 0.25], undefined, 'unit', undefined],
    ['signed fractions', [-1, 0.5, 1, 0.25], undefined, 'signed', undefined],
    ['0 to 16', [0, 16, 3, 8], 16, 'unit', 'f: values 0 to 16 are read as 0 to 1.'],
    ['0 to 255', [0, 250, 3, 8], 255, 'unit', 'f: values 0 to 255 are read as 0 to 1.'],
    ['0 to 4095', [0, 4095, 3, 8], 4095, 'unit', 'f: values 0 to 4095 are read as 0 to 1.'],
    ['16 bits', [0, 60000, 3, 8], 65535, 'unit', 'f: values 0 to 65535 are read as 0 to 1.'],
    ['normalised', [-2, 2.5, 0, 1], 2.5, 'signed', 'f: values of -2.5 to 2.5 are read as -1 to 1.'],
  ])('of %s have the same scale, whatever their type', (_, values, maximum, range, sentence) => {
    for (const array of arrays(values)) {
      const { data, told } = open(array);
      expect([data.maximum, data.range]).toEqual([maximum, range]);
      expect(all(data)).toEqual(values.map((x) => Math.fround(x / (maximum ?? 1))));
      const plain = array instanceof Uint8Array && maximum === 255;
      expect(told).toEqual(sentence === undefined || plain ? [] : [sentence]);
    }
  });

  it('get the scale of the run, or are refused or told where they cannot be of its kind', () => {
    const former = { columns: 1 };
    for (const array of arrays([0, 8, 16, 4])) {
      const { data } = open(array, { former, maximum: 16 });
      expect([all(data), data.range]).toEqual([[0, 0.5, 1, 0.25], 'unit']);
      expect(open(array, { former, maximum: 255 }).told[0]).toContain('less than a quarter of 255');
      expect(open(array, { former, maximum: 12 }).told[0]).toContain(
        'has values up to 16, and 12 is read as 1',
      );
      expect(open(array, { former }).data.range).toBe('real');
      expect(open(array, { former, maximum: 4 }).data.range).toBe('real');
    }
    for (const array of arrays([0, 0.5, 1, 0.25])) {
      const { data, told } = open(array, { former, maximum: 255 });
      expect([all(data), data.range, told.length]).toEqual([[0, 0.5, 1, 0.25], 'unit', 1]);
      expect(told[0]).toContain('fractions of at most 1');
    }
  });

  it('of the held-out part have the scale of the training part', () => {
    const test = { shape: [1, 2, 2], values: Float64Array.of(1, 2, 4, 0) };
    const content = { shape: [1, 2, 2], values: Uint8Array.of(0, 16, 8, 4), test: () => test };
    expect(all(tableDataset('f', {}, content).test!())).toEqual([1 / 16, 1 / 8, 1 / 4, 0]);
  });

  it('were scaled by their type in version 0.1.0', () => {
    const first = { reading: 1 } as const;
    expect(all(open(Uint8Array.of(0, 16, 51, 255), first).data)[2]).toBe(Math.fround(0.2));
    expect(open(Float32Array.of(0, 16, 51, 255), first).data).toMatchObject({ range: 'real' });
    const table = { shape: [2, 2], values: Uint8Array.of(0, 1, 3, 51) };
    const data = tableDataset('f', { ...first, scaling: 'standardize' }, table);
    expect([data.maximum, data.scaling, all(data)[3]]).toEqual([255, undefined, Math.fround(0.2)]);
  });

  it('as floats of the digits of scikit-learn are those that come with Mixtura', async () => {
    const digits = await openDataset('digits');
    const values = Float32Array.from(all(digits), (x) => Math.round(16 * x));
    const path = join(folder, 'digits.npy');
    writeFileSync(path, encodeNpy({ shape: [digits.count, 8, 8], data: values }));
    expect(readFileSync(path).length).toBeGreaterThan(400_000);
    const data = await openDataset(path);
    expect([data.maximum, all(data)]).toEqual([16, all(digits)]);
  });
});
