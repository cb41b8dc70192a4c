import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { encodeNpy, parseNpy } from '../formats/npy.js';
import { columnScaling } from '../scaling.js';
import { csvDataset, npyDataset, tableDataset } from './table.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Uint8Array | string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

function all(data: Dataset): number[] {
  const out = new Float32Array(data.count * data.shape.reduce((a, b) => a * b, 1));
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return [...out];
}

/** Bytes of an .npy file with any header text. */
function npy(header: string, data: number): Uint8Array {
  const text = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}\n`, 'latin1');
  text[8] = text.length - 10;
  return Buffer.concat([text, Buffer.alloc(data)]);
}

describe('a sparse matrix', () => {
  it.each([undefined, 'median', 'drop-rows'] as const)(
    'with NaN says why %s is no rule for it',
    (missing) => {
      const values = {
        rows: 2,
        columns: 3,
        starts: Uint32Array.of(0, 1, 2),
        indices: Uint32Array.of(0, 2),
        values: Float32Array.of(1, Number.NaN),
      };
      expect(() => tableDataset('f', { missing }, { shape: [2, 3], values })).toThrow(
        'f, row 2, column 3 is NaN, and no rule of --missing is for sparse matrices, as what they do not store is 0: ' +
          'save 0 there, in Python by x.data = numpy.nan_to_num(x.data), or save the matrix dense by x.toarray().',
      );
    },
  );
});

describe('npy', () => {
  it('writes the very bytes of numpy.save (numpy 2.4)', () => {
    const bytes = Buffer.from(encodeNpy({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) }));
    const header = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    expect(bytes.subarray(0, 128).toString('latin1')).toBe(`${header.padEnd(127)}\n`);
    expect(bytes.subarray(128).toString('hex')).toBe('000000000000803f0000004000004040000080400000a040');
  });

  it.each([
    ['float32', Float32Array.of(1.5, -2, 3, 4)],
    ['float64', Float64Array.of(0.1, -2e300, 3, 4)],
    ['uint8', Uint8Array.of(0, 1, 254, 255)],
  ])('reads %s back, in any number of dimensions', (_, data) => {
    for (const shape of [[4], [2, 2], [1, 2, 1, 2]]) {
      const back = parseNpy(encodeNpy({ shape, data }), 'f.npy');
      expect(back.shape).toEqual(shape);
      expect(back.data).toEqual(data);
    }
  });

  it('reads format version 2', () => {
    const one = encodeNpy({ shape: [1], data: Uint8Array.of(9) });
    const two = Buffer.concat([one.subarray(0, 8), Buffer.of(118, 0, 0, 0), one.subarray(10)]);
    two[6] = 2;
    expect([...parseNpy(two, 'f.npy').data]).toEqual([9]);
  });

  it.each([
    [npy("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", 16), 'holds complex numbers (<c8)'],
    [
      npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 16),
      'holds Python objects (pickled) (|O)',
    ],
    [npy("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", 24), 'holds text (<U3)'],
    [npy("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (2,), }", 16), 'holds dates (<M8[ns])'],
    [npy("{'descr': '<f9', 'fortran_order': False, 'shape': (2,), }", 18), 'holds extended floats (<f9)'],
    [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9e9,), }", 8), 'has a damaged header'],
    [npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'9'.repeat(30)},), }`, 8), 'damaged header'],
    [
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999), }", 8),
      'too long',
    ],
    [npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", 8), 'holds records'],
    [
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8),
      'has 8 bytes of data where its shape (3) needs 12: it is truncated',
    ],
    [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8), 'it is too long'],
    [npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999), }", 8), 'it is truncated'],
    [npy('rubbish', 8), 'has a damaged header'],
    [npy("{'descr': '<f4'}", 8).subarray(0, 20), 'is truncated within its header'],
    [new Uint8Array(0), 'is empty'],
    [Buffer.from('PK\x03\x04 a zip'), 'is not an .npy file'],
  ])('refuses a bad file (%#)', (bytes, message) => {
    expect(() => parseNpy(bytes, 'f.npy')).toThrow(message);
  });
});

describe('npyDataset', () => {
  const of = (shape: number[], data: Float32Array | Float64Array | Uint8Array) =>
    npyDataset(file('a.npy', encodeNpy({ shape, data })));

  it('tells tables, points and images apart, and their ranges', () => {
    const tell = (d: Dataset) => [d.kind, d.shape, d.range, d.count];
    expect(tell(of([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)))).toEqual(['table', [3], 'real', 2]);
    expect(tell(of([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)))).toEqual(['points', [2], 'real', 3]);
    expect(tell(of([2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)))).toEqual(['image', [1, 1, 3], 'unit', 2]);
    expect(tell(of([1, 3, 1, 2], new Float32Array(6).fill(0.5)))).toEqual(['image', [3, 1, 2], 'unit', 1]);
    expect(tell(of([1, 1, 3, 2], new Float64Array(6).fill(-0.5)))).toEqual(['image', [1, 3, 2], 'signed', 1]);
  });

  it('divides bytes by their maximum', () => {
    expect(all(of([1, 1, 2], Uint8Array.of(51, 255)))).toEqual([Math.fround(0.2), 1]);
    const path = file('b.npy', encodeNpy({ shape: [1, 1, 2], data: Uint8Array.of(4, 16) }));
    expect(all(npyDataset(path, { maximum: 16 }))).toEqual([0.25, 1]);
  });

  it('reads Fortran order in any number of dimensions as C order', () => {
    const shape = [2, 3, 2];
    const fortran = npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 2), }", 96);
    // Element (i, j, k) lies at i + 2 j + 6 k.
    const view = new DataView(fortran.buffer, fortran.byteOffset + fortran.length - 96, 96);
    for (let at = 0; at < 12; at++) view.setFloat64(8 * at, at, true);
    const expected = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
    expect(parseNpy(fortran, 'f.npy')).toEqual({ shape, data: Float64Array.from(expected) });
  });

  it('turns columns into samples where that is asked, or where a run did so and it fits', () => {
    const genes = file('genes.npy', encodeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }));
    expect(all(npyDataset(genes, { transpose: true }))).toEqual([1, 4, 2, 5, 3, 6]);
    const former = { transpose: true, columns: 2 };
    expect(npyDataset(genes, { former }).shape).toEqual([2]);
    expect(npyDataset(genes, { former: { ...former, columns: 3 } }).shape).toEqual([3]);
    expect(npyDataset(genes, { former, transpose: false }).shape).toEqual([3]);
    const images = file('images.npy', encodeNpy({ shape: [1, 2, 3], data: new Float32Array(6) }));
    expect(() => npyDataset(images, { transpose: true })).toThrow('--transpose is for tables');
  });

  it('refuses infinity by row and column, NaN in images, no samples, and other shapes', () => {
    expect(() => of([2, 2], Float32Array.of(1, 2, 3, Infinity))).toThrow(
      'a.npy, row 2, column 2 is Infinity',
    );
    expect(() => of([1, 2, 2], Float32Array.of(1, 2, 3, Number.NaN))).toThrow(
      'a.npy, row 1, column 4 is NaN',
    );
    expect(() => of([2, 2], Float64Array.of(1, 1e300, 3, 4))).toThrow('row 1, column 2 is 1e+300');
    expect(() => of([0, 2], new Float32Array(0))).toThrow('holds no samples');
    expect(() => of([4], new Float32Array(4))).toThrow('has shape 4, which is neither');
    expect(() => of([1, 28, 28, 3], new Float32Array(2352))).toThrow('transpose it');
  });
});

describe('csvDataset', () => {
  it('gives the columns as they are, or standardized, or by the scaling of another file', () => {
    const train = file('train.csv', 'x,y,z,label\n1,5,7,a\n3,5,9,b\n');
    expect(all(csvDataset(train))).toEqual([1, 5, 7, 3, 5, 9]);
    const scaled = csvDataset(train, { scaling: 'standardize' });
    expect(all(scaled)).toEqual([-1, 0, -1, 1, 0, 1]);
    expect(scaled.scaling).toEqual({ shift: [2, 5, 8], scale: [1, 1, 1] });
    expect([scaled.kind, scaled.range, scaled.classNames]).toEqual(['table', 'real', ['a', 'b']]);
    const more = file('more.csv', 'x,y,z\n4,6,8\n');
    expect(all(csvDataset(more, { scaling: scaled.scaling! }))).toEqual([2, 1, 0]);
    const other = file('other.csv', 'x,y\n4,6\n');
    expect(() => csvDataset(other, { scaling: scaled.scaling! })).toThrow(
      'has 2 columns of numbers where 3 are expected',
    );
  });

  it('finds mean and deviation of columns far from zero', () => {
    const { shift, scale } = columnScaling(Float64Array.of(1.6e9, 2, 1.6e9 + 2, 6), 2);
    expect(shift).toEqual([1.6e9 + 1, 4]);
    expect(scale).toEqual([1, 2]);
  });

  it('refuses what is not text', () => {
    expect(() => csvDataset(file('bad.csv', Uint8Array.of(49, 44, 0xff, 10)))).toThrow(
      'bad.csv is not UTF-8 text',
    );
  });
});
