import { expect, it } from 'vitest';
import type { Content } from '../data/formats/content.js';
import { tableDataset } from '../data/tables/table.js';
import { columnsOf, valuesOfRows } from './real-rows.js';
import { formatValue } from './report-members.js';

it('gives values around a large one to their last digit', () => {
  const read = [5412345.123, 5412347.456, 1700000017, 1700000001, 1e-9, 1e-9];
  const content = { shape: [2, 3], values: Float64Array.from([0, 2, 4, 1, 3, 5], (at) => read[at]!) };
  const dataset = tableDataset('t.csv', { scaling: 'standardize' }, content as Content);
  expect([...valuesOfRows(dataset, [0, 1])]).toEqual([0, 2, 4, 1, 3, 5].map((at) => read[at]!));
});

it('says how many digits tell the values of a column apart', () => {
  const scaling = { shift: [5412345, 1.7e9, 3, 0], scale: [2, 4, 2, 1] };
  const columns = columnsOf({ shape: [4], columns: ['north', 'time', 'x', 'none'], scaling });
  expect(
    columns.map((column) => formatValue(column, column.name === 'time' ? 1700000017 : 5412345.678)),
  ).toEqual(['5,412,345.678', '1,700,000,017', '5,412,300', '5,412,300']);
});
