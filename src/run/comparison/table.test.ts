import { expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import { pickColumns } from './columns.js';
import type { ComparisonPlan, PlannedRow } from './plan.js';
import type { CellRecord } from './record.js';
import { comparisonTable } from './table.js';

const dataset = arrayDataset({
  ...{ name: 'four', kind: 'points', shape: [1], range: 'real', source: 'four points' },
  values: Float32Array.of(0, 1, 2, 3),
  labels: Int32Array.of(0, 0, 1, 1),
});
const rows: PlannedRow[] = ['slogan', 'other'].map((name) => ({ name, kind: 'method', request: {} }));
const plan: ComparisonPlan = {
  ...{ version: '1', data: 'four', seeds: [0, 1, 2], baselines: false },
  ...{ reference: 'slogan', scoring: {}, rows },
};
const nmi: Readonly<Record<string, readonly number[]>> = { slogan: [0.5, 0.6, 0.7], other: [0.8, 0.9, 0.85] };

function record(row: PlannedRow, seed: number): CellRecord {
  return {
    ...{ state: 'done', step: 1, wallSeconds: 60, cpuSeconds: 120, stages: [], notes: [] },
    scores: [{ metric: 'nmi', protocol: 'assign', split: 'train', value: nmi[row.name]![seed]! }],
  };
}

it('has mean, deviation, minutes, and the tests against the reference', () => {
  const state = { plan, baselines: [], recordOf: record, pathOf: ({ name }: PlannedRow) => `runs/${name}` };
  const table = comparisonTable(state, dataset);
  const { minutes, cpuMinutes, cells } = table.rows[0]!;
  expect([minutes, cpuMinutes, cells.nmi!.mean, cells.nmi!.deviation]).toEqual([
    expect.closeTo(1, 12),
    expect.closeTo(2, 12),
    expect.closeTo(0.6, 12),
    expect.closeTo(0.1, 12),
  ]);
  // scipy.stats.mannwhitneyu gives the exact p of three against three that do not overlap: 2 / 20.
  expect(table.tests).toEqual([
    {
      ...{ row: 'other', metric: 'nmi-assign-train', method: 'exact' },
      p: expect.closeTo(0.1, 14) as number,
      // Means 0.85 and 0.6, variances 0.0025 and 0.01: 0.25 / sqrt(0.00625).
      d: expect.closeTo(0.25 / Math.sqrt(0.00625), 10) as number,
    },
  ]);
});

it('has no tests for fewer than three seeds, and says which cells failed or are left', () => {
  const some = (row: PlannedRow, seed: number): CellRecord | undefined => {
    if (seed === 2) return undefined;
    if (row.name === 'other') return { state: 'failed', wallSeconds: 0, cpuSeconds: 0, sentence: 'No.' };
    return record(row, seed);
  };
  const state = { plan, baselines: [], recordOf: some, pathOf: ({ name }: PlannedRow) => `runs/${name}` };
  const table = comparisonTable(state, dataset);
  expect(table.tests).toEqual([]);
  expect(table.cells).toEqual({ done: 2, failed: 2, left: 2 });
  expect(table.rows[1]!.failed).toEqual(['Seed 0: No.', 'Seed 1: No.']);
});

it('gives plain methods the seeds that they were run with', () => {
  const scores = { groups: 2, nmi: 0.5, ari: 0.5, acc: 0.5, sizeError: 0, cpuSeconds: 1 };
  const baselines = [
    { rows: 4, methods: [], failed: 'No.' },
    { rows: 4, methods: [{ name: 'k-means', ...scores }] },
    { rows: 4, methods: [{ name: 'k-means', ...scores, nmi: 0.7 }] },
  ];
  const state = { plan, baselines, recordOf: record, pathOf: ({ name }: PlannedRow) => `runs/${name}` };
  const table = comparisonTable(state, dataset);
  const { seeds, cells } = table.rows.at(-1)!;
  expect([seeds, cells.nmi!.values]).toEqual([
    [1, 2],
    [0.5, 0.7],
  ]);
  expect(table.notes).toContain('The plain methods could not be run. Seed 0: No.');
});

it('takes own groups before k-means, and held-out data for generated samples', () => {
  const scores = [
    { metric: 'nmi', protocol: 'kmeans-encoder', split: 'train' },
    { metric: 'nmi', protocol: 'assign', split: 'train' },
    { metric: 'ari', protocol: 'kmeans-encoder', split: 'train' },
    { metric: 'fd', count: 100, protocol: 'raw', split: 'train' },
    { metric: 'fd', count: 100, protocol: 'raw', split: 'test' },
  ] as const;
  expect(pickColumns(scores)).toEqual({ nmi: scores[1], nmiKmeans: scores[0], fd: scores[4] });
});

it('says of methods that learn from labels that they were told the classes, by name or by preset', () => {
  const requests = [{ method: 'slogan' }, { method: 'acgan' }, { preset: 'mnist-acgan' }];
  const named = requests.map((request, i): PlannedRow => ({ name: `row ${i}`, kind: 'method', request }));
  const done = (row: PlannedRow, seed: number) => record({ ...row, name: 'slogan' }, seed);
  const state = { plan: { ...plan, reference: 'row 0', rows: named }, baselines: [], recordOf: done };
  const table = comparisonTable({ ...state, pathOf: ({ name }: PlannedRow) => `runs/${name}` }, dataset);
  expect(table.rows.map(({ groups, told }) => [groups, told])).toEqual([
    ['own groups', undefined],
    ['told the classes', true],
    ['told the classes', true],
  ]);
});

it('says whose generated samples are those that the method keeps', () => {
  const scored = (row: PlannedRow): CellRecord => ({
    ...{ state: 'done', step: 1, wallSeconds: 1, cpuSeconds: 1, stages: [], notes: [] },
    scores: [
      {
        ...{ metric: 'fd', count: 10_000, split: 'test', value: 1 },
        protocol: row.name === 'slogan' ? 'lenet-mnist-rejection' : 'lenet-mnist',
      },
    ],
  });
  const table = comparisonTable(
    { plan, baselines: [], recordOf: scored, pathOf: ({ name }) => name },
    dataset,
  );
  expect(table.notes).toContain(
    'FID and ICFID of slogan are of samples without those that the method rejects.',
  );
  expect(table.columns.map(({ about }) => about)).toEqual([
    expect.stringMatching('the feature network lenet-mnist, 10k samples of each side, beside held-out data$'),
  ]);
});

it('leaves the notes of the only row that is done with it, as long as others are to come', () => {
  const noted = (row: PlannedRow, seed: number): CellRecord | undefined =>
    row.name === 'slogan'
      ? ({ ...record(row, seed), notes: ['Group 2 has no data.'] } as CellRecord)
      : undefined;
  const table = comparisonTable(
    { plan, baselines: [], recordOf: noted, pathOf: ({ name }) => name },
    dataset,
  );
  expect(table.notes).not.toContain('Group 2 has no data.');
  expect(table.rows[0]!.notes).toContain('Seed 0: Group 2 has no data.');
});
