import { expect, it } from 'vitest';
import type { Markup } from './html.js';
import type { ReportData } from './report-data.js';
import { mapSection } from './report-map.js';

/** The map of n points of d dimensions, all of one group. */
function mapOf(count: number, dimensions: number, value: (row: number, column: number) => number): string {
  const points = Float32Array.from({ length: count * dimensions }, (_, at) =>
    value(Math.floor(at / dimensions), at % dimensions),
  );
  const view = { kind: 'features', points, dimensions, responsibilities: new Float32Array(count).fill(1) };
  const data = { view, groups: [{ number: 1 }], form: { kind: 'table' } } as unknown as ReportData;
  return (mapSection(data) as Markup).text;
}

it('draws features of thousands of dimensions at once, by the products of the rows', () => {
  const begin = performance.now();
  const drawn = mapOf(40, 8192, (row, column) => (column === 5000 ? 3 * row : column === 7 ? row % 2 : 0));
  expect(drawn).toContain(
    'The 8192 features that the model sees of a datum, on their first two principal components',
  );
  expect(drawn).toMatch(/which hold 100\.0\s% of their variance/);
  expect(performance.now() - begin).toBeLessThan(20_000);
});

it('draws points that are all the same, and points of one line', () => {
  expect(mapOf(5, 4, () => 3)).toMatch(/which hold 0\.0\s% of their variance/);
  expect(mapOf(5, 4, (row) => row)).toMatch(/which hold 100\.0\s% of their variance/);
});
