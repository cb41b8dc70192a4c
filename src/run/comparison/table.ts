/** @file The table of a comparison: cells by row, mean and deviation over seeds, the paper's cell, the tests. */
import { basename } from 'node:path';
import { presets } from '../../config/presets.js';
import type { Dataset } from '../../data/dataset.js';
import { methodNamed } from '../../methods/index.js';
import { metricName, parseMetricName, withoutRejection } from '../../metrics/metric.js';
import type { PublishedCell } from '../../metrics/published.js';
import type {
  ColumnKey,
  ComparisonCell,
  ComparisonRow,
  ComparisonTable,
  ComparisonTest,
} from '../../report/comparison/page-data.js';
import { VERSION } from '../../version.js';
import { type Aggregate, aggregate, compareRuns } from '../compare.js';
import type { BaselineRecord } from './baselines.js';
import { columnsOf, groupsWords, pickColumns } from './columns.js';
import { type ComparisonPlan, cellsOf, leftOutSentences, type PlannedRow } from './plan.js';
import type { CellRecord, StageScores } from './record.js';

/** What is known of every cell, and the plain methods by seed. */
export interface ComparisonState {
  readonly plan: ComparisonPlan;
  readonly recordOf: (row: PlannedRow, seed: number) => CellRecord | undefined;
  readonly pathOf: (row: PlannedRow, seed: number) => string;
  readonly baselines: readonly BaselineRecord[];
}

type Done = Extract<CellRecord, { state: 'done' }>;

/** Fewest seeds of either side that are tested. */
const LEAST_SEEDS = 3;

/** Puts the table together from what is done. */
export function comparisonTable(state: ComparisonState, dataset: Dataset): ComparisonTable {
  const { plan } = state;
  const trained = plan.rows.map((row) => trainedRow(state, row));
  const rows = [
    ...trained.flatMap(({ stages, row }) => [...stages, row]),
    ...baselineRows(state.baselines, plan.seeds),
  ];
  const records = cellsOf(plan).map(({ row, seed }) => state.recordOf(row, seed)?.state);
  const count = (kind: CellRecord['state']) => records.filter((one) => one === kind).length;
  const columns = columnsOf(rows);
  const shared = sharedNotes(rows);
  return {
    version: VERSION,
    data: { name: dataset.name, source: dataset.source, count: dataset.count },
    seeds: plan.seeds,
    cells: {
      done: count('done'),
      failed: count('failed'),
      left: records.length - count('done') - count('failed'),
    },
    columns,
    rows: rows.map((row) => ({
      ...row,
      notes: row.notes.filter((note) => !shared.includes(unseeded(note))),
    })),
    reference: plan.reference,
    tests: testsOf(trained, plan.reference),
    notes: [...shared, ...notesOf(state, dataset, rows)],
  };
}

const unseeded = (note: string) => note.replace(/^Seed \d+: /, '');

/** Notes of every run, of more than one row if there are more: they are of the data, or of how all are scored. */
function sharedNotes(rows: readonly ComparisonRow[]): string[] {
  const trained = rows.filter(({ kind }) => kind !== 'stage' && kind !== 'baseline');
  const [first, ...others] = trained.filter(({ runs }) => runs.length > 0);
  if (others.length === 0 && trained.length > 1) return [];
  const own = (row: ComparisonRow) => row.notes.map(unseeded);
  return [...new Set(first ? own(first) : [])].filter((note) =>
    others.every((row) => own(row).includes(note)),
  );
}

interface TrainedRow {
  readonly row: ComparisonRow;
  readonly stages: readonly ComparisonRow[];
  readonly aggregates: readonly Aggregate[];
}

function trainedRow(state: ComparisonState, row: PlannedRow): TrainedRow {
  const { plan, recordOf, pathOf } = state;
  const known = plan.seeds.map((seed) => ({ seed, record: recordOf(row, seed) }));
  const done = known.flatMap(({ seed, record }) => (record?.state === 'done' ? [{ seed, record }] : []));
  const failed = known.flatMap(({ seed, record }) =>
    record?.state === 'failed' ? [{ seed, sentence: record.sentence }] : [],
  );
  const aggregates = aggregated(done.map(({ record }) => record));
  const mean = (of: (record: Done) => number) =>
    done.reduce((sum, { record }) => sum + of(record) / (60 * done.length), 0);
  const seeds = done.map(({ seed }) => seed);
  return {
    aggregates,
    stages: stageRows(
      row,
      seeds,
      done.map(({ record }) => record.stages),
    ),
    row: {
      name: row.kind === 'model' ? `${row.name} (full)` : row.name,
      kind: row.kind,
      seeds,
      ...scoresAndGroups(aggregates),
      ...(told(row) && TOLD),
      ...(done.length > 0 && {
        minutes: mean(({ wallSeconds }) => wallSeconds),
        cpuMinutes: mean(({ cpuSeconds }) => cpuSeconds),
      }),
      failed: sentencesOf(failed, plan.seeds.length),
      runs: seeds.map((seed) => `runs/${basename(pathOf(row, seed))}`),
      notes: done.flatMap(({ seed, record }) => record.notes.map((note) => `Seed ${seed}: ${note}`)),
    },
  };
}

/** A row whose training saw all labels of the data. */
const TOLD = { groups: 'told the classes', told: true } as const;

function told({ request: { preset, method = preset && presets[preset]?.method } }: PlannedRow): boolean {
  return method !== undefined && methodNamed(method).supervision === 'required';
}

/** What failed: once where it is the same for all seeds. */
function sentencesOf(failed: readonly { seed: number; sentence: string }[], seeds: number): string[] {
  const [first] = failed;
  if (first && failed.every(({ sentence }) => sentence === first.sentence) && failed.length === seeds) {
    return [first.sentence];
  }
  return failed.map(({ seed, sentence }) => `Seed ${seed}: ${sentence}`);
}

/** Scores that all runs have; none where there is no run, or nothing is scored. */
function aggregated(runs: readonly Pick<Done, 'scores'>[]): readonly Aggregate[] {
  if (runs.length === 0 || runs.every(({ scores }) => scores.length === 0)) return [];
  return aggregate(runs);
}

function scoresAndGroups(aggregates: readonly Aggregate[]): Pick<ComparisonRow, 'cells' | 'groups'> {
  const picked = pickColumns(aggregates);
  const entries = Object.entries(picked) as [ColumnKey, Aggregate][];
  const cells = Object.fromEntries(entries.map(([key, one]) => [key, cellOf(one, aggregates)]));
  return { cells, ...(picked.nmi && { groups: groupsWords(picked.nmi.protocol) }) };
}

function cellOf(one: Aggregate, all: readonly Aggregate[]): ComparisonCell {
  const { mean, deviation, values } = one;
  // A paper's cell stands with the held-out data where there are such, whichever part is shown.
  const published: PublishedCell | undefined = all.find(
    ({ metric, protocol, published: cell }) =>
      cell !== undefined && metric === one.metric && protocol === one.protocol,
  )?.published;
  return {
    metric: metricName(one),
    mean,
    ...(deviation !== undefined && { deviation }),
    values,
    ...(published && { published }),
  };
}

function stageRows(
  row: PlannedRow,
  seeds: readonly number[],
  stages: readonly (readonly StageScores[])[],
): ComparisonRow[] {
  return (stages[0] ?? []).map(({ name }) => {
    const own = stages.flatMap((of) => of.filter((one) => one.name === name));
    return {
      name: `${row.name} (${name})`,
      kind: 'stage',
      seeds,
      ...scoresAndGroups(aggregated(own)),
      ...{ failed: [], runs: [], notes: [] },
    };
  });
}

function baselineRows(records: readonly BaselineRecord[], seeds: readonly number[]): ComparisonRow[] {
  const names = [...new Set(records.flatMap(({ methods }) => methods.map(({ name }) => name)))];
  return names.map((name) => {
    // A seed whose record has failed has no methods.
    const known = records.flatMap(({ methods }, at) =>
      methods.filter((one) => one.name === name).map((one) => ({ ...one, seed: seeds[at]! })),
    );
    const own = known.map(({ seed: _, ...one }) => one);
    const scores = own.map(({ nmi, ari, acc, sizeError }) => ({
      scores: Object.entries({ nmi, ari, acc, 'size-error': sizeError } as const).map(([metric, value]) => ({
        metric: metric as 'nmi' | 'ari' | 'acc' | 'size-error',
        ...{ protocol: 'found', split: 'train' as const, value },
      })),
    }));
    return {
      name,
      kind: 'baseline',
      seeds: known.map(({ seed }) => seed),
      ...scoresAndGroups(aggregated(scores)),
      cpuMinutes: own.reduce((sum, { cpuSeconds }) => sum + cpuSeconds / (60 * own.length), 0),
      ...{ failed: [], runs: [], notes: [] },
    };
  });
}

/** Every row with enough seeds against the reference, on the metrics of the columns. */
function testsOf(trained: readonly TrainedRow[], reference: string): ComparisonTest[] {
  const second = trained.find(({ row }) => row.name === reference);
  if (!second || second.row.seeds.length < LEAST_SEEDS) return [];
  return trained
    .filter(({ row }) => row.name !== reference && row.seeds.length >= LEAST_SEEDS)
    .flatMap(({ row, aggregates }) => {
      const shown = Object.values(row.cells).map(({ metric }) => metric);
      return compareRuns(aggregates, second.aggregates)
        .filter(({ a }) => shown.includes(metricName(a)))
        .map((one) => ({
          row: row.name,
          metric: metricName(one),
          ...{ p: one.p, method: one.method },
          ...(one.d !== undefined && { d: one.d }),
        }));
    });
}

/** Whether a score of generated samples leaves out those that the method rejects. */
function isOfKept(metric: string): boolean {
  const { protocol } = parseMetricName(metric);
  return protocol !== withoutRejection(protocol);
}

function notesOf(
  { plan, baselines }: ComparisonState,
  dataset: Dataset,
  rows: readonly ComparisonRow[],
): string[] {
  const notes: string[] = [...leftOutSentences(plan.leftOut)];
  if (!dataset.labels) {
    notes.push(
      'The data have no labels, so NMI, ARI, ACC, size error, the plain methods and the teacher are not scored; name the column of a table by --label.',
    );
  }
  const some = baselines.find(({ methods, rows: looked }) => methods.length > 0 && looked < dataset.count);
  if (some) {
    notes.push(
      `The plain methods divide ${some.rows} rows of the training data, the others all ${dataset.count}.`,
    );
  }
  const failed = baselines.flatMap(({ failed: sentence }, at) =>
    sentence === undefined ? [] : [{ seed: plan.seeds[at]!, sentence }],
  );
  for (const sentence of sentencesOf(failed, plan.seeds.length)) {
    notes.push(`The plain methods could not be run. ${sentence}`);
  }
  const rejecting = rows.filter(({ cells }) =>
    [cells.fd, cells.icfid].some((cell) => cell && isOfKept(cell.metric)),
  );
  if (rejecting.length > 0) {
    const names = rejecting.map(({ name }) => name).join(', ');
    notes.push(`FID and ICFID of ${names} are of samples without those that the method rejects.`);
  }
  if (plan.seeds.length < LEAST_SEEDS && rows.filter(({ kind }) => kind === 'method').length > 1) {
    notes.push(
      `Tests between methods need at least ${LEAST_SEEDS} seeds; there ${plan.seeds.length === 1 ? 'is 1' : `are ${plan.seeds.length}`}.`,
    );
  }
  return notes;
}
