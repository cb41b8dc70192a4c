/** @file The plain methods of a comparison, a seed each, kept in its folder. */
import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.js';
import { MixturaError } from '../../errors.js';
import { type ComparedMethod, compareOn } from '../../groups/compare.js';
import { lookedRows } from '../../groups/looked.js';
import { Stream } from '../../math/random.js';
import { readRecord, writeRecord } from './record.js';

/** The plain methods with one seed, or why there are none. */
export interface BaselineRecord {
  /** Rows of the training data that were divided and scored. */
  readonly rows: number;
  readonly methods: readonly ComparedMethod[];
  readonly failed?: string;
}

/** What plain methods are run on. */
export interface BaselineOptions {
  readonly folder: string;
  readonly seed: number;
  readonly groups: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((what: string) => void) | undefined;
}

/**
 * k-means, a Gaussian mixture and spectral clustering on the training data (a sample of many rows), scored by labels;
 * taken from the folder where they are there.
 */
export async function baselinesOf(dataset: Dataset, options: BaselineOptions): Promise<BaselineRecord> {
  const { folder, seed, groups, signal, onProgress } = options;
  const file = join(folder, 'cells', `baselines-seed-${seed}.json`);
  const kept = readRecord<BaselineRecord>(file);
  if (kept?.failed === undefined && kept) return kept;
  const rows = lookedRows(dataset, undefined, Stream.root(seed));
  let record: BaselineRecord;
  try {
    const methods = await compareOn(dataset, {
      ...{ seed, rows, groups, signal },
      onProgress: (_, what) => onProgress?.(what),
    });
    record = { rows: rows.length, methods };
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    record = { rows: rows.length, methods: [], failed: cause.message };
  }
  writeRecord(file, record);
  return record;
}
