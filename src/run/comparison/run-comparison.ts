/** @file A comparison from start to end: cells that are left are trained, then the table and its files are written. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path, { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeError } from '../../atomic-file.js';
import type { Dataset } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { ComparisonTable } from '../../report/comparison/page-data.js';
import { folderTarget } from '../../write-target.js';
import type { DataListeners } from '../data/run-data.js';
import { FolderLock } from '../lock/lock.js';
import { folderStem } from '../start.js';
import { type BaselineRecord, baselinesOf } from './baselines.js';
import { estimatedSeconds, estimateRow, type RowEstimate } from './estimate.js';
import { type CellFollow, type CellRunner, LocalRunner } from './local-runner.js';
import { type ComparisonRequest, openPlanned, planComparison } from './make-plan.js';
import { type Cell, type ComparisonPlan, cellsOf, isComparison, readPlan, writePlan } from './plan.js';
import type { CellRecord } from './record.js';
import { comparisonTable } from './table.js';
import { type WrittenComparison, writeComparison } from './write-comparison.js';

/** How a comparison is followed, and ended early. */
export interface ComparisonFollow extends DataListeners, Omit<CellFollow, 'onScoring'> {
  /** Called with the plan and what is done of it, before anything is trained. */
  readonly onPlan?: ((plan: ComparisonPlan, folder: string, left: number) => void) | undefined;
  /** Called with the step of each row that has cells left, as it is measured. */
  readonly onEstimate?: ((row: RowEstimate) => void) | undefined;
  /** Called with the seconds of all steps that are left, as far as they are known. */
  readonly onEstimated?: ((seconds: number) => void) | undefined;
  /** Called before a cell is trained, with how many are behind it. */
  readonly onCell?: ((cell: Cell, at: number) => void) | undefined;
  /** Called when a cell has ended. */
  readonly onCellDone?: ((cell: Cell, record: CellRecord, at: number) => void) | undefined;
  readonly onScoring?: CellFollow['onScoring'];
  /** Called with the plain method that is run. */
  readonly onBaseline?: ((what: string) => void) | undefined;
}

/** What a comparison found, and where it lies. */
export interface ComparisonResult {
  readonly folder: string;
  /** Whether no cell is left: each is done, or has failed. */
  readonly finished: boolean;
  readonly table: ComparisonTable;
  readonly files: WrittenComparison;
}

/** The first of `runs/compare-DATA-001`, `-002`, ... that is not there. */
export function freeComparison(data: string): string {
  for (let n = 1; ; n++) {
    const folder = path.join('runs', `compare-${folderStem(data)}-${String(n).padStart(3, '0')}`);
    if (!existsSync(folder)) return folder;
  }
}

/**
 * Plans a comparison in a new folder, and trains it. A folder that holds the same plan is gone on with.
 *
 * @param folder default: `runs/compare-DATA-001`, the next free number
 * @throws a usage error as {@link planComparison} does, or for a folder that holds something else
 */
export async function startComparison(
  request: ComparisonRequest,
  follow: ComparisonFollow & { readonly folder?: string | undefined } = {},
): Promise<ComparisonResult> {
  const { plan, dataset } = await planComparison(request, follow);
  const folder = follow.folder ?? freeComparison(plan.data);
  if (isComparison(folder)) {
    if (!samePlan(readPlan(folder), plan)) {
      throw usageError(
        `The folder ${folder} holds another comparison; choose another --out, or go on with that one by --resume ${folder}.`,
      );
    }
  } else {
    createFolder(folder);
    writePlan(folder, plan);
  }
  return compareIn(folder, plan, dataset, follow);
}

/** Goes on with a comparison: done cells stay, one that was interrupted goes on, those that failed are tried again. */
export async function resumeComparison(
  folder: string,
  follow: ComparisonFollow = {},
): Promise<ComparisonResult> {
  const plan = readPlan(folder);
  return compareIn(folder, plan, await openPlanned(plan, follow), follow);
}

function samePlan(
  { version: _, ...one }: ComparisonPlan,
  { version: __, ...other }: ComparisonPlan,
): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

async function compareIn(
  folder: string,
  plan: ComparisonPlan,
  dataset: Dataset,
  follow: ComparisonFollow,
): Promise<ComparisonResult> {
  const lock = FolderLock.take(join(folder, '.lock'), folder);
  try {
    const runner: CellRunner = new LocalRunner(folder, plan.scoring);
    await trainLeft(runner, folder, plan, dataset, follow);
    const baselines = await baselinesLeft(folder, plan, dataset, follow);
    const state = {
      ...{ plan, baselines },
      recordOf: (row: Cell['row'], seed: number) => runner.state({ row, seed }),
      pathOf: (row: Cell['row'], seed: number) => runner.pathOf({ row, seed }),
    };
    const table = comparisonTable(state, dataset);
    lock.check();
    const files = await writeComparison(folder, state, table);
    return { folder, finished: table.cells.left === 0, table, files };
  } finally {
    lock.release();
  }
}

async function trainLeft(
  runner: CellRunner,
  folder: string,
  plan: ComparisonPlan,
  dataset: Dataset,
  follow: ComparisonFollow,
): Promise<void> {
  const { signal, onEvent, onScoring } = follow;
  const cells = cellsOf(plan);
  const left = cells.filter((cell) => runner.state(cell)?.state !== 'done');
  follow.onPlan?.(plan, folder, left.length);
  let seconds = 0;
  for (const row of plan.rows) {
    const own = left.filter((cell) => cell.row === row);
    if (signal?.aborted || own.length === 0) continue;
    const estimate = await estimateRow(row, dataset);
    seconds += estimatedSeconds([estimate], own.length);
    follow.onEstimate?.(estimate);
  }
  if (!signal?.aborted) follow.onEstimated?.(seconds);
  for (const cell of left) {
    if (signal?.aborted) return;
    const at = cells.indexOf(cell);
    follow.onCell?.(cell, at);
    const record = await runner.train(cell, { signal, onEvent, onScoring });
    follow.onCellDone?.(cell, record, at);
  }
}

/** The plain methods of every seed, for data with labels. */
async function baselinesLeft(
  folder: string,
  plan: ComparisonPlan,
  dataset: Dataset,
  { signal, onBaseline }: ComparisonFollow,
): Promise<BaselineRecord[]> {
  if (!plan.baselines || !dataset.labels) return [];
  // Where no number is asked for it is that of the classes.
  const groups = plan.rows[0]!.request.components;
  const records: BaselineRecord[] = [];
  for (const seed of plan.seeds) {
    if (signal?.aborted) return records;
    records.push(await baselinesOf(dataset, { folder, seed, groups, signal, onProgress: onBaseline }));
  }
  return records;
}

function createFolder(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw usageError(`The output folder ${folder} exists and is not an empty folder; choose another --out.`);
  }
  try {
    mkdirSync(folderTarget(folder), { recursive: true });
  } catch (cause) {
    throw writeError(folder, cause);
  }
}
