import { describe, expect, it } from 'vitest';
import { embedded, fiveGroups } from '../../test/support/made-data.js';
import { digits } from '../data/sets/digits.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { standardised } from './columns.js';
import { embeddingKind, unitRows } from './embeddings.js';

const source = digits();
const pixels = new Float32Array(400 * 64);
source.read(
  Array.from({ length: 400 }, (_, i) => i),
  pixels,
);
const images = { rows: 400, columns: 64, values: pixels };

/** Random rows by a function of (column, standard normal). */
function made(columns: number, value: (j: number, z: number) => number, rows = 300): Matrix {
  const z = Stream.root(9).normals(new Float64Array(rows * columns));
  return { rows, columns, values: z.map((x, at) => value(at % columns, x)) };
}

describe('columns are an embedding', () => {
  it.each([
    ['of text, 384 unit', 384, true, 'unit'],
    ['of images, 768 unit', 768, true, 'unit'],
    ['of images, 1,536 unit', 1536, true, 'unit'],
    ['of 384, not of length 1', 384, false, 'raw'],
    ['of 1,024, not of length 1', 1024, false, 'raw'],
  ] as const)('%s', (_, columns, unit, kind) => {
    expect(embeddingKind(embedded(images, Stream.root(0), { columns, unit }))).toBe(kind);
  });

  it('also where they were kept as float16, and with a few outlying dimensions', () => {
    const unit = embedded(images, Stream.root(1));
    const rough = unit.values.map((x) => Math.round(x * 2048) / 2048);
    expect(embeddingKind({ ...unit, values: rough })).toBe('unit');
    expect(embeddingKind(made(256, (j, z) => (j < 3 ? 40 + 9 * z : (0.5 + (j % 7) / 7) * z + 0.3)))).toBe(
      'raw',
    );
  });

  it.each([
    ['a table', fiveGroups(Stream.root(0), { rows: 300 }).x],
    ['a table of 120 columns of wild scales', made(120, (j, z) => 10 ** (j % 9) * (z + 1))],
    [
      'a standardised table of 120 columns',
      (() => {
        const x = made(120, (j, z) => Math.exp(z) * (1 + j));
        return standardised(x).apply(x);
      })(),
    ],
    ['positive columns of one unit', made(200, (j, z) => 20 + (j % 5) + 2 * z)],
    ['pixels', images],
    ['pixels as bytes', made(784, (_, z) => Math.min(255, Math.max(0, Math.round(200 * z))))],
    ['counts', made(500, (_, z) => Math.floor(Math.exp(z)))],
    [
      'shares of one',
      (() => {
        const x = made(16, (_, z) => Math.exp(z));
        for (let at = 0; at < x.values.length; at += 16) {
          const row = Float64Array.from(x.values.subarray(at, at + 16));
          const sum = row.reduce((a, b) => a + b, 0);
          for (let j = 0; j < 16; j++) x.values[at + j] = row[j]! / sum;
        }
        return x;
      })(),
    ],
    ['points', made(2, (_, z) => z)],
  ] as const)('no: %s', (_, x) => {
    expect(embeddingKind(x)).toBeUndefined();
  });
});

describe('the cosine view', () => {
  it('has rows of length 1, and leaves rows of zeros', () => {
    const view = unitRows({ rows: 1, columns: 2, values: Float64Array.of(1, 1) });
    const x = { rows: 3, columns: 2, values: Float64Array.of(3, 4, 0, 0, -300, 400) };
    [0.6, 0.8, 0, 0, -0.6, 0.8].forEach((value, i) => {
      expect(view.apply(x).values[i]).toBeCloseTo(value, 14);
    });
    expect([view.name, view.columns]).toEqual(['cosine', 2]);
  });
});
