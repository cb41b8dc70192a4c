import { describe, expect, it } from 'vitest';
import { cellCounts, embedded, fiveGroups, mixedTable } from '../../test/support/made-data.js';
import { arrayDataset, type Dataset, type DatasetDescription } from '../data/dataset.js';
import { sparseDataset } from '../data/formats/sparse.js';
import { columnScaling } from '../data/scaling.js';
import { digits } from '../data/sets/digits.js';
import { scaleCounts } from '../data/tables/counts.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { readCounts } from './read-rows.js';
import { viewsOf } from './views-of.js';

const about = { name: 'made', kind: 'table', range: 'real', source: 'Made.' } as const;

function table(x: Matrix, more: Partial<DatasetDescription> = {}): Dataset {
  return arrayDataset({ ...about, shape: [x.columns], values: x.values, ...more });
}

function images(shape: readonly [number, number, number], count = 40): Dataset {
  const values = Stream.root(5).uniforms(new Float32Array(count * shape[0] * shape[1] * shape[2]));
  return arrayDataset({ ...about, kind: 'image', range: 'unit', shape, values });
}

const some = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
const names = (dataset: Dataset) => viewsOf(dataset, some(dataset.count)).map(({ name }) => name);
const fittedView = (dataset: Dataset, name: string, indices = some(dataset.count)) =>
  viewsOf(dataset, indices)
    .find((view) => view.name === name)!
    .fit();

describe('the views', () => {
  it('of tables are standardised, logarithms where columns have heavy tails, and ranks', () => {
    const options = { rows: 400 };
    expect(names(table(fiveGroups(Stream.root(0), options).x))).toEqual(['standardised', 'ranks']);
    const heavy = fiveGroups(Stream.root(0), { ...options, exponentiated: true }).x;
    expect(names(table(heavy))).toEqual(['standardised', 'log', 'ranks']);
  });

  it('of tables of many columns go along principal components', () => {
    const wide = (columns: number, wild: boolean) => {
      const z = Stream.root(1).normals(new Float64Array(300 * columns));
      return table({
        rows: 300,
        columns,
        values: z.map((x, at) => (wild ? 10 ** ((at % columns) % 7) : 1) * (x + 4 + (at % columns))),
      });
    };
    expect(names(wide(40, true))).toEqual(['standardised', 'ranks', 'pca']);
    expect(names(wide(80, true))).toEqual(['standardised', 'ranks']);
    expect(names(wide(80, false))).toEqual(['standardised', 'ranks', 'pca']);
    expect(fittedView(wide(40, true), 'standardised').rows.columns).toBe(40);
    expect(fittedView(wide(80, true), 'standardised').rows.columns).toBe(50);
    expect(fittedView(wide(80, false), 'pca').sentence).toContain(
      'The values as they are. Along the 50 directions',
    );
  });

  it('of images are pixels, each image by itself, whitened, and gradients where they are large enough', () => {
    expect(names(digits())).toEqual(['pixels', 'per-image', 'whitened']);
    const colour = images([3, 20, 24]);
    expect(names(colour)).toEqual(['pixels', 'per-image', 'whitened', 'gradients']);
    const columns = ['pixels', 'per-image', 'whitened', 'gradients'].map(
      (name) => fittedView(colour, name).rows.columns,
    );
    expect(columns[3]).toBeLessThanOrEqual(30);
    for (const count of columns) expect(count).toBeLessThanOrEqual(39);
    expect(fittedView(colour, 'gradients').sentence).toMatch(
      /^Histograms of the directions of edges .* Along the \d+/,
    );
    expect(fittedView(images([1, 5, 6]), 'pixels').rows.columns).toBe(30);
  });

  it('of embeddings are their directions, and standardised', () => {
    const x = { rows: 300, columns: 20, values: Stream.root(2).normals(new Float64Array(6000)) };
    for (const unit of [true, false])
      expect(names(table(embedded(x, Stream.root(3), { unit })))).toEqual(['cosine', 'standardised']);
  });

  it('of counts are one, however the counts are read', () => {
    const { counts } = cellCounts(Stream.root(0), { cells: 60, genes: 2000 });
    const whole = readCounts(sparseDataset({ ...about, shape: [2000] }, counts), some(60));
    expect(whole).toEqual(counts);
    const scaled = scaleCounts(counts, 2000, 'made');
    const logarithms = sparseDataset(
      { ...about, shape: [2000], largestCount: scaled.largest },
      scaled.values as typeof counts,
    );
    expect(readCounts(logarithms, some(60))).toEqual(counts);
    expect(names(logarithms)).toEqual(['counts']);
    expect(names(sparseDataset({ ...about, shape: [2000] }, counts))).toEqual(['counts']);
    expect(fittedView(logarithms, 'counts').rows.columns).toBe(50);
    // Standardised on reading, as tables are: whole numbers again but for rounding.
    const dense = new Float64Array(60 * 2000);
    for (let i = 0; i < 60; i++) {
      for (let at = counts.starts[i]!; at < counts.starts[i + 1]!; at++)
        dense[i * 2000 + counts.indices[at]!] = counts.values[at]!;
    }
    const scaling = columnScaling(dense, 2000);
    const values = Float32Array.from(
      dense,
      (value, at) => (value - scaling.shift[at % 2000]!) / scaling.scale[at % 2000]!,
    );
    expect(names(arrayDataset({ ...about, shape: [2000], values, scaling }))).toEqual(['counts']);
    const [shift, scale] = [scaling.shift, scaling.scale].map((of) => of.map((x) => 1e-9 * x));
    const small = { shift: shift!, scale: scale! };
    expect(names(arrayDataset({ ...about, shape: [2000], values, scaling: small }))).not.toContain('counts');
  });
});

describe('a view of a data set', () => {
  it('sees rows in the units of the file, also where they were standardised on reading', () => {
    const { x } = fiveGroups(Stream.root(0), { rows: 300, exponentiated: true });
    const scaling = columnScaling(x.values, x.columns);
    const values = x.values.map((value, at) => (value - scaling.shift[at % 11]!) / scaling.scale[at % 11]!);
    const plain = table(x);
    const read = table({ ...x, values }, { scaling });
    expect(names(read)).toEqual(names(plain));
    const [a, b] = [fittedView(plain, 'log').rows, fittedView(read, 'log').rows];
    a.values.forEach((value, i) => {
      expect(b.values[i]! - value).toBeCloseTo(0, 2);
    });
  });

  it('is fitted on the given rows alone, and applies to others', () => {
    const data = digits();
    for (const { name } of viewsOf(data, some(200))) {
      const made = fittedView(data, name, some(200));
      expect([made.name, made.rows.rows]).toEqual([name, 200]);
      const again = made.apply(data, some(200));
      expect(again.rows).toBe(200);
      again.values.forEach((value, i) => {
        expect(value).toBeCloseTo(made.rows.values[i]!, 9);
      });
      const held = made.apply(data.test!(), [5, 3]);
      expect([held.rows, held.columns]).toEqual([2, made.rows.columns]);
    }
  });

  it('knows the columns of the coding, and that mixtures need a floor there', () => {
    const { x, coding } = mixedTable(Stream.root(0), 300);
    const mixed = table(x, { coding });
    expect(fittedView(mixed, 'standardised').floor).toBe(0.2);
    expect(fittedView(table(fiveGroups(Stream.root(0), { rows: 300 }).x), 'standardised').floor).toBeCloseTo(
      0.001,
      6,
    );
  });

  it('of equal rows is refused in a sentence, and so is a value that is not finite', () => {
    const equal = table({ rows: 5, columns: 3, values: new Float64Array(15).fill(2) });
    expect(() => fittedView(equal, 'standardised')).toThrow(
      'All rows are equal in the view standardised, so there are no groups to find: give rows that differ.',
    );
    const flat = arrayDataset({
      ...about,
      kind: 'image',
      range: 'unit',
      shape: [1, 16, 16],
      values: new Float32Array(256 * 4),
    });
    expect(() => fittedView(flat, 'gradients')).toThrow('All rows are equal in the view gradients');
    const broken = table({ rows: 2, columns: 2, values: Float64Array.of(1, 2, Number.NaN, 3) });
    expect(() => viewsOf(broken, [0, 1])).toThrow('The rows of made hold NaN at row 1, column 0');
  });
});
