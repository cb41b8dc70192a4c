/** @file A comparison as plain numbers and text: what the table, the files and the page are made of. */
import type { PublishedCell } from '../../metrics/published.js';
import type { ReportData } from '../report-data.js';

/** Keys of the columns of scores, in their order. */
export const COLUMN_KEYS = ['nmi', 'nmiKmeans', 'ari', 'acc', 'sizeError', 'modes', 'fd', 'icfid'] as const;
/** One of {@link COLUMN_KEYS}. */
export type ColumnKey = (typeof COLUMN_KEYS)[number];

/** A score of a row over its seeds. */
export interface ComparisonCell {
  /** Full name of the metric, with its protocol. */
  readonly metric: string;
  readonly mean: number;
  /** Sample deviation; absent for one seed. */
  readonly deviation?: number;
  /** One a seed, in their order. */
  readonly values: readonly number[];
  /** What a paper reports for the same data and method. */
  readonly published?: PublishedCell;
}

/** A column that at least one row has. */
export interface ComparisonColumn {
  readonly key: ColumnKey;
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** What it is, in a sentence. */
  readonly about: string;
}

/** A method, preset, stage or plain method. */
export interface ComparisonRow {
  readonly name: string;
  readonly kind: 'method' | 'preset' | 'model' | 'stage' | 'baseline';
  /** Seeds whose runs are done. */
  readonly seeds: readonly number[];
  /** Where the groups of NMI, ARI and ACC come from, in words. */
  readonly groups?: string;
  /** Whether training was told the classes that score it. */
  readonly told?: true;
  readonly cells: Readonly<Partial<Record<ColumnKey, ComparisonCell>>>;
  /** Mean minutes of a seed, wall clock; absent for stages, and for plain methods. */
  readonly minutes?: number;
  readonly cpuMinutes?: number;
  /** A sentence for each seed that failed. */
  readonly failed: readonly string[];
  /** Run folders, from the folder of the comparison. */
  readonly runs: readonly string[];
  readonly notes: readonly string[];
}

/** Wilcoxon's rank-sum test and Cohen's d of a row against the reference, for a metric. */
export interface ComparisonTest {
  readonly row: string;
  readonly metric: string;
  readonly p: number;
  readonly method: 'exact' | 'normal';
  /** Positive where the row is higher; absent where nothing varies. */
  readonly d?: number;
}

/** All that is known of a comparison. */
export interface ComparisonTable {
  readonly version: string;
  readonly data: { readonly name: string; readonly source: string; readonly count: number };
  readonly seeds: readonly number[];
  /** Cells that are done, have failed, and are left. */
  readonly cells: { readonly done: number; readonly failed: number; readonly left: number };
  readonly columns: readonly ComparisonColumn[];
  readonly rows: readonly ComparisonRow[];
  /** The row that others are tested against, and the least p that its seeds allow. */
  readonly reference: string;
  readonly tests: readonly ComparisonTest[];
  /** What a reader should know. */
  readonly notes: readonly string[];
}

/** What is drawn of a row. */
export interface ComparisonPicture {
  readonly row: string;
  readonly seed: number;
  /** A sheet of samples as the bytes of a PNG file. */
  readonly png?: Uint8Array;
  /** What tells the groups of a table apart. */
  readonly profile?: Pick<ReportData, 'profile' | 'groups' | 'lookedAt'>;
}

/** NMI of a row over the steps: the mean of its seeds. */
export interface ComparisonCurve {
  readonly row: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** What the page shows. */
export interface ComparisonPage {
  readonly table: ComparisonTable;
  readonly pictures: readonly ComparisonPicture[];
  readonly curves: readonly ComparisonCurve[];
  /** Folder of the comparison, as the user knows it. */
  readonly folder: string;
}
