import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../dataset.js';
import {
  duplicateEntry,
  fromTriplets,
  rowOfEntry,
  type SparseRows,
  sparseDataset,
  sparseScaling,
  transposeSparse,
} from '../formats/sparse.js';
import { columnScaling } from '../scaling.js';
import { scaleCounts, unscaledCount } from './counts.js';
import { tableDataset } from './table.js';

/** Sparse rows of a small matrix, its entries in any order. */
function sparse(rows: readonly (readonly number[])[]): SparseRows {
  const entries = rows.flatMap((cells, i) => cells.flatMap((x, j) => (x === 0 ? [] : [[i, j, x] as const])));
  entries.reverse();
  return fromTriplets(rows.length, rows[0]!.length, {
    row: Uint32Array.from(entries, ([i]) => i),
    column: Uint32Array.from(entries, ([, j]) => j),
    value: Float32Array.from(entries, ([, , x]) => x),
  });
}

function rowsOf(data: Dataset): number[][] {
  return Array.from({ length: data.count }, (_, i) => {
    const out = new Float32Array(data.shape[0]!).fill(Number.NaN);
    data.read([i], out);
    return [...out];
  });
}

const describeAs = (rows: readonly unknown[][]) =>
  ({ name: 'm', kind: 'table', shape: [rows[0]!.length], range: 'real', source: 's' }) as const;

const matrices = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([n, m]) =>
  fc.array(fc.array(fc.constantFrom(0, 0, 0, 1, 2, 7, 255), { minLength: m, maxLength: m }), {
    minLength: n,
    maxLength: n,
  }),
);

describe('sparse rows', () => {
  it('give the dense matrix, its transpose, and every entry its row', () => {
    fc.assert(
      fc.property(matrices, (rows) => {
        const matrix = sparse(rows);
        expect(rowsOf(sparseDataset(describeAs(rows), matrix))).toEqual(rows);
        const turned = rows[0]!.map((_, j) => rows.map((cells) => cells[j]!));
        expect(rowsOf(sparseDataset(describeAs(turned), transposeSparse(matrix)))).toEqual(turned);
        matrix.values.forEach((x, k) => {
          expect(rows[rowOfEntry(matrix, k)]![matrix.indices[k]!]).toBe(x);
        });
        expect(duplicateEntry(matrix)).toBeUndefined();
      }),
      { seed: 1 },
    );
  });

  it('have the scaling of the dense matrix, and are read with it', () => {
    fc.assert(
      fc.property(matrices, (rows) => {
        const own = sparseScaling(sparse(rows));
        const dense = columnScaling(rows.flat(), rows[0]!.length);
        own.shift.forEach((x, j) => {
          expect(x).toBeCloseTo(dense.shift[j]!, 10);
        });
        own.scale.forEach((x, j) => {
          expect(x).toBeCloseTo(dense.scale[j]!, 10);
        });
        const data = sparseDataset({ ...describeAs(rows), scaling: dense }, sparse(rows));
        rowsOf(data).forEach((cells, i) => {
          cells.forEach((x, j) => {
            expect(x).toBeCloseTo((rows[i]![j]! - dense.shift[j]!) / dense.scale[j]!, 5);
          });
        });
      }),
      { seed: 2 },
    );
  });

  it('tell of an entry that is there twice', () => {
    const twice = fromTriplets(2, 3, {
      row: Uint32Array.of(1, 0, 1),
      column: Uint32Array.of(2, 2, 2),
      value: Float32Array.of(1, 1, 1),
    });
    expect(duplicateEntry(twice)).toEqual([1, 2]);
  });
});

describe('scaleCounts', () => {
  it('is log2(x + 1) over that of the largest of all, sparse or dense', () => {
    const rows = [
      [0, 1, 3],
      [255, 0, 15],
    ];
    const expected = [0, 1 / 8, 2 / 8, 1, 0, 4 / 8];
    const dense = scaleCounts(rows.flat(), 3, 'f');
    expect([[...(dense.values as Float32Array)], dense.largest]).toEqual([expected, 255]);
    const { values } = scaleCounts(sparse(rows), 3, 'f');
    expect(rowsOf(sparseDataset(describeAs(rows), values as SparseRows)).flat()).toEqual(expected);
    expect(expected.map((x) => unscaledCount(x, 255))).toEqual(rows.flat());
  });

  it('takes the largest count of another table, and what is larger as 1', () => {
    expect([...(scaleCounts([0, 3, 15, 31], 2, 'f', 15).values as Float32Array)]).toEqual([0, 0.5, 1, 1]);
  });

  it('refuses what is not a count, by row and column', () => {
    expect(() => scaleCounts([0, 1, 2, -1], 2, 'f')).toThrow(
      'f, row 2, column 2 is -1, which is not a count',
    );
    expect(() => scaleCounts([0, Number.NaN], 2, 'f')).toThrow('row 1, column 2 is NaN');
    expect(() =>
      scaleCounts(
        sparse([
          [1, 0],
          [0, -3],
        ]),
        2,
        'f',
      ),
    ).toThrow('row 2, column 2 is -3');
    expect(() => scaleCounts([0, 0], 2, 'f')).toThrow('f has no count above 0');
  });
});

describe('tableDataset', () => {
  const content = { shape: [2, 2], values: Uint8Array.of(0, 1, 3, 0) };

  it('takes bytes for counts, and does not scale them otherwise', () => {
    const data = tableDataset('f', { counts: true, scaling: 'standardize' }, content);
    expect([rowsOf(data), data.range, data.largestCount]).toEqual([
      [
        [0, 0.5],
        [1, 0],
      ],
      'unit',
      3,
    ]);
    expect([data.scaling, data.maximum]).toEqual([undefined, undefined]);
    expect(rowsOf(tableDataset('f', {}, content))[1]![0]).toBe(3);
    expect(rowsOf(tableDataset('f', { maximum: 255 }, content))[1]![0]).toBe(Math.fround(3 / 255));
  });

  it('reads further counts as those of the run were', () => {
    const former = { columns: 2, largestCount: 15 };
    expect(rowsOf(tableDataset('f', { former }, content))).toEqual([
      [0, 0.25],
      [0.5, 0],
    ]);
  });

  it('refuses images as counts, and names the place of a value that is not finite in sparse rows', () => {
    const images = { shape: [1, 2, 2], values: new Float32Array(4) };
    expect(() => tableDataset('f', { counts: true }, images)).toThrow('--counts is for tables, and f holds');
    const bad = sparse([
      [0, 1],
      [0, Number.POSITIVE_INFINITY],
    ]);
    expect(() => tableDataset('f', {}, { shape: [2, 2], values: bad })).toThrow(
      'f, row 2, column 2 is Infinity, not a finite float32',
    );
  });

  it('has a fingerprint that depends on the counts and on how they are read', () => {
    const of = (options: object, values = content.values) =>
      tableDataset('f', options, { ...content, values }).fingerprint;
    const prints = [
      of({}),
      of({ counts: true }),
      of({ counts: 7 }),
      of({ counts: true }, Uint8Array.of(0, 1, 3, 1)),
    ];
    expect(new Set(prints).size).toBe(4);
    expect(of({ counts: true })).toBe(prints[1]);
    const matrix = sparse([
      [0, 1],
      [3, 0],
    ]);
    const print = () => sparseDataset(describeAs([[0, 1]]), matrix).fingerprint;
    expect(print()).toBe(print());
    expect(print()).not.toBe(
      arrayDataset({ ...describeAs([[0, 1]]), values: matrix.values.slice(0, 2) }).fingerprint,
    );
  });
});
