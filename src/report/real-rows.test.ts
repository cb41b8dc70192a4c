import { expect, it } from 'vitest';
import type { Content } from '../data/formats/content.js';
import { tableDataset } from '../data/tables/table.js';
import { valuesOfRows } from './real-rows.js';

it('gives values around a large one to their last digit', () => {
  const read = [5412345.123, 5412347.456, 1700000017, 1700000001, 1e-9, 1e-9];
  const content = { shape: [2, 3], values: Float64Array.from([0, 2, 4, 1, 3, 5], (at) => read[at]!) };
  const dataset = tableDataset('t.csv', { scaling: 'standardize' }, content as Content);
  expect([...valuesOfRows(dataset, [0, 1])]).toEqual([0, 2, 4, 1, 3, 5].map((at) => read[at]!));
});
