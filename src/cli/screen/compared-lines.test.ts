import { expect, it } from 'vitest';
import type { ComparisonTable } from '../../report/comparison/page-data.js';
import { comparedLines } from './compared-lines.js';

const table = (cells: ComparisonTable['cells']): ComparisonTable => ({
  ...{ version: '1', data: { name: 'four', source: 'four points', count: 4 }, seeds: [0], cells },
  ...{ columns: [], rows: [], reference: 'slogan', tests: [], notes: [] },
});

it.each([
  [{ done: 0, failed: 0, left: 2 }, '  No run is done yet.'],
  [{ done: 0, failed: 2, left: 0 }, '  All 2 runs have failed: there is nothing to compare.'],
  [{ done: 0, failed: 1, left: 0 }, '  The only run has failed: there is nothing to compare.'],
  [{ done: 0, failed: 1, left: 2 }, '  No run is done: 1 failed, 2 are left.'],
])('of %j says why there is no table', (cells, sentence) => {
  expect(comparedLines(table(cells))[2]).toBe(sentence);
});
