import { expect, it } from 'vitest';
import { bestOf } from './numbers.js';
import type { ComparisonRow } from './page-data.js';

const column = { key: 'nmi', title: 'NMI', better: 'higher', about: 'mutual information' } as const;
const row = (mean: number, more: Partial<ComparisonRow> = {}): ComparisonRow => ({
  ...{ name: String(mean), kind: 'method', seeds: [0], failed: [], runs: [], notes: [] },
  cells: { nmi: { metric: 'nmi-assign-train', mean, values: [mean] } },
  ...more,
});

it('the best of a column is that of rows that were not told the classes', () => {
  expect(bestOf(column, [row(0.4), row(0.6), row(0.5)])).toBe('0.600');
  expect(bestOf({ ...column, better: 'lower' }, [row(0.4), row(0.6)])).toBe('0.400');
  expect(bestOf(column, [row(0.4), row(1, { told: true }), row(0.5)])).toBe('0.500');
  // One row has no others to be better than.
  expect(bestOf(column, [row(0.4), row(1, { told: true })])).toBeUndefined();
});
