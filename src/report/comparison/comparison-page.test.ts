import { expect, it } from 'vitest';
import { comparisonPage } from './comparison-page.js';
import type { ComparisonTable } from './page-data.js';

const EVIL = '<script src="http://x.example/">&';
const cell = { metric: EVIL, mean: 0.5, deviation: 0.1, values: [0.4, 0.6] };
const paper = {
  data: 'MNIST',
  method: 'M',
  metric: 'NMI',
  mean: 0.9,
  text: '0.90±0.03',
  source: EVIL,
} as const;
const table: ComparisonTable = {
  ...{ version: '1', data: { name: EVIL, source: EVIL, count: 4 }, seeds: [0, 1] },
  cells: { done: 2, failed: 1, left: 1 },
  columns: [{ key: 'nmi', title: 'NMI', better: 'higher', about: EVIL }],
  rows: [
    {
      ...{ name: EVIL, kind: 'method', seeds: [0, 1], groups: EVIL, minutes: 0.05, cpuMinutes: 12 },
      ...{ cells: { nmi: { ...cell, published: paper } }, failed: [EVIL], runs: [EVIL], notes: [EVIL] },
    },
    { name: 'b', kind: 'baseline', seeds: [0], cells: { nmi: cell }, failed: [], runs: [], notes: [] },
    {
      ...{ name: 'd', kind: 'method', seeds: [0], groups: 'told the classes', told: true },
      ...{ cells: { nmi: { ...cell, mean: 0.5 } }, failed: [], runs: [], notes: [] },
    },
    { name: 'c', kind: 'method', seeds: [], cells: {}, failed: ['It fails.'], runs: [], notes: [] },
  ],
  reference: EVIL,
  tests: [{ row: EVIL, metric: EVIL, p: 0.1, method: 'normal', d: 2.345 }],
  notes: [EVIL],
};

it('escapes every text, asks for nothing outside, and says what is left', () => {
  const page = comparisonPage({
    table,
    ...{ folder: EVIL, pictures: [{ row: EVIL, seed: 0, png: Uint8Array.of(1, 2) }] },
    curves: [{ row: EVIL, steps: [1, 2], values: [0.1, 0.2] }],
  });
  expect(page).not.toContain('<script');
  expect(page.match(/(?:src|href)="[^"]*"/g)).toEqual(['src="data:image/png;base64,AQI="']);
  expect(page).toContain('default-src &#39;none&#39;');
  expect(page).toContain('1 run is not done yet');
  expect(page).toContain('<td class="sentence" colspan="4">It fails.</td>');
  expect(page).toContain('0.500 ± 0.100<small title=');
  expect(page).toContain('paper 0.90 ± 0.03');
  // Two rows have the best score, and a third has it by the classes that it was told.
  expect(page.match(/class="number best"/g)).toHaveLength(2);
  expect(page).toContain('<td class="number">~0.100</td><td class="number">2.35</td>');
  expect(page).toContain('<td class="number">0.050</td><td class="number">12.0</td>');
});
