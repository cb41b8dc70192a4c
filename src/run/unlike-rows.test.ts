import { expect, it } from 'vitest';
import { mostProbable } from '../cluster/most-probable.js';
import type { Content } from '../data/formats/content.js';
import { tableDataset } from '../data/tables/table.js';
import { Stream } from '../math/random.js';
import type { Inference } from '../train/inference.js';
import { unlikeWarnings } from './unlike-rows.js';

/** 40 rows in two groups: `price` is about 2,000 in the first and 9,000,000 in the second, `age` is the same in both. */
const values = Float64Array.from({ length: 80 }, (_, at) => {
  const [row, column] = [at >> 1, at & 1];
  const noise = (row * 7) % 5;
  if (column === 1) return 30 + noise;
  return row < 20 ? 2000 + 10.5 * row : 9e6 + 1e5 * row;
});
const content = { shape: [40, 2], values, columns: ['price', 'age'] } as unknown as Content;
const data = { ...tableDataset('t.csv', { scaling: 'standardize' }, content), kind: 'table' as const };
const { shift, scale } = data.scaling!;

/** A model that knows the groups and whose new rows have these means of `price`. */
function model(first: number, second: number): Inference {
  return {
    assigns: true,
    components: 2,
    stream: Stream.root(0),
    mostProbable: (table: Float32Array) => mostProbable(table, 2),
    assign: async (_: unknown, rows: ArrayLike<number>) =>
      Float32Array.from({ length: 2 * rows.length }, (_, at) => {
        return (rows[at >> 1]! < 20 ? 1 : 0) === (at & 1) ? 1 : 0;
      }),
    sampleComponent: async (c: number, n: number) =>
      Float32Array.from({ length: 2 * n }, (_, at) => {
        const [noise, column] = [((at >> 1) * 7) % 5, at & 1];
        const price = c === 1 ? first + 50 * noise : second + 1e6 * noise;
        return ((column === 0 ? price : 30 + noise) - shift[column]!) / scale[column]!;
      }),
  } as unknown as Inference;
}

it('says nothing where new rows are like the real ones of their group', async () => {
  expect(await unlikeWarnings(model(2000, 9e6), data, [1, 0])).toEqual([]);
  const none = { ...model(5e4, 9e6), assigns: false } as Inference;
  expect(await unlikeWarnings(none, data, [1, 0])).toEqual([]);
});

it('names the group and the column whose new values are far from the real ones, however small against the whole', async () => {
  const [sentence, ...rest] = await unlikeWarnings(model(5e4, 9e6), data, [1, 0]);
  expect(rest).toEqual([]);
  expect(sentence).toMatch(
    /^New rows of some groups are unlike their real ones: group 1 in price \(mean 50,1/,
  );
  expect(sentence).toContain('of real ones 2,100');
  expect(sentence).not.toContain('age');
});
