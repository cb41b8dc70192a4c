import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './eigen.js';
import { columnMeans, type Matrix } from './matrix.js';
import { alongComponents, componentsOfProducts, principalComponents } from './principal-components.js';
import { Stream } from './random.js';

type Numbers = 'values' | 'directions' | 'variances' | 'coordinates';
type Case = Record<'rows' | 'columns' | 'count' | 'total', number> & Record<Numbers, number[]>;
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/principal-components.json', import.meta.url), 'utf8'),
) as Record<'tall' | 'wide', Case>;

/** Rows whose columns have deviations 1, 1/2, 1/3, ... in turned directions, around a far mean. */
function made(rows: number, columns: number, seed: number): Matrix {
  const stream = Stream.root(seed);
  const turn = stream.normals(new Float64Array(columns * columns));
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) {
      const z = stream.normal() / (k + 1);
      for (let j = 0; j < columns; j++) values[i * columns + j]! += z * turn[k * columns + j]!;
    }
    for (let j = 0; j < columns; j++) values[i * columns + j]! += 100 + j;
  }
  return { rows, columns, values };
}

function covariance({ rows, columns, values }: Matrix): Float64Array {
  const mean = columnMeans({ rows, columns, values });
  const out = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (let k = 0; k < columns; k++)
        out[j * columns + k]! +=
          ((values[i * columns + j]! - mean[j]!) * (values[i * columns + k]! - mean[k]!)) / (rows - 1);
  return out;
}

describe('principal components', () => {
  it.each(['tall', 'wide'] as const)('of %s rows are those of scikit-learn, up to signs', (which) => {
    const { rows, columns, count, values, directions, variances, total, coordinates } = golden[which];
    const x = { rows, columns, values: Float64Array.from(values) };
    const found = principalComponents(x, count);
    const along = alongComponents(x, found);
    expect([found.count, along.rows, along.columns]).toEqual([count, rows, count]);
    expect(found.total).toBeCloseTo(total, 9);
    for (let k = 0; k < count; k++) {
      expect(found.variances[k]).toBeCloseTo(variances[k]!, 9);
      const theirs = directions.slice(k * columns, (k + 1) * columns);
      const largest = theirs.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
      theirs.forEach((value, j) => {
        expect(found.directions[k * columns + j]).toBeCloseTo(value * Math.sign(largest), 9);
      });
      for (let i = 0; i < rows; i++)
        expect(along.values[i * count + k]).toBeCloseTo(coordinates[i * count + k]! * Math.sign(largest), 8);
    }
  });

  it.each([
    ['tall', 400, 130],
    ['wide', 130, 400],
  ])('of many columns (%s: %d x %d) are those of all eigenvectors', (_, rows, columns) => {
    const x = made(rows, columns, 5);
    const { values, vectors } = symmetricEigen(covariance(x), columns);
    const found = principalComponents(x, 12);
    for (let k = 0; k < 12; k++) {
      const at = columns - 1 - k;
      expect(found.variances[k]! / values[at]!).toBeCloseTo(1, 8);
      let inner = 0;
      for (let j = 0; j < columns; j++)
        inner += found.directions[k * columns + j]! * vectors[at * columns + j]!;
      expect(Math.abs(inner)).toBeCloseTo(1, 6);
    }
  });

  it('of rows that are known by their products are the same', () => {
    const x = made(150, 140, 6);
    const products = covariance(x).map((value) => value * 149);
    const found = componentsOfProducts({ products, mean: columnMeans(x), rows: 150 }, 6);
    const dense = principalComponents(x, 6);
    expect(found.total / dense.total).toBeCloseTo(1, 10);
    found.variances.forEach((value, k) => {
      expect(value / dense.variances[k]!).toBeCloseTo(1, 8);
    });
    found.directions.forEach((value, k) => {
      expect(value).toBeCloseTo(dense.directions[k]!, 5);
    });
  });

  it('leave out directions without variance', () => {
    const line = { rows: 4, columns: 3, values: Float64Array.of(0, 0, 5, 1, 2, 5, 2, 4, 5, 3, 6, 5) };
    const found = principalComponents(line, 3);
    expect(found.count).toBe(1);
    expect(found.variances[0]).toBeCloseTo((5 / 3) * 5, 12);
    const along = alongComponents(line, found).values;
    [-1.5, -0.5, 0.5, 1.5].forEach((t, i) => {
      expect(along[i]).toBeCloseTo(t * Math.sqrt(5), 12);
    });
    const equal = { rows: 5, columns: 2, values: new Float32Array(10).fill(3) };
    expect(principalComponents(equal, 2).count).toBe(0);
    expect(alongComponents(equal, principalComponents(equal, 2)).columns).toBe(0);
    expect(principalComponents({ rows: 1, columns: 2, values: Float64Array.of(1, 2) }, 2).count).toBe(0);
  });

  it('of the same rows are the same bits', () => {
    const x = made(300, 150, 8);
    expect(principalComponents(x, 9).directions).toEqual(principalComponents(x, 9).directions);
  });
});
