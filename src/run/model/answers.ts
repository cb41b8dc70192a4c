/** @file What a model is asked, and what it answers. */
import type { Notice } from './data.js';
import type { ShapedValues } from './rows.js';

/** How new data are read. */
export interface PredictOptions {
  /** Called with a sentence on how the data were read, where that is not plain. */
  readonly onNotice?: Notice | undefined;
}

/** Which samples are drawn. */
export interface SampleOptions {
  /** Number of the group, 1..K (default: all groups, in their learned proportions). */
  readonly group?: number | undefined;
  /** The same seed gives the same samples (default 0). */
  readonly seed?: number | undefined;
  /** Factor on the covariances of the groups in the latent space: below 1 more typical, above 1 more varied (default 1). */
  readonly spread?: number | undefined;
  /**
   * p in [0, 1): the model's worst samples by GOLD are drawn again; of a share p of the candidates less than half are kept
   * (default: all are kept).
   */
  readonly reject?: number | undefined;
}

/** New samples in the units of the data that the model was trained on; they can be given to `predict` and `fit`. */
export interface SampledRows extends ShapedValues {
  /** One view a sample into {@link SampledRows.data}. */
  readonly rows: readonly Float32Array[];
  readonly data: Float32Array;
  /** `[n, ...shape of a sample]`. */
  readonly shape: readonly number[];
  /** Number of the group that each sample was drawn from, 1..K. */
  readonly groups: Int32Array;
  /**
   * Rows of tables and points as the file has them, by the names of its columns: numbers, words, dates as ISO 8601, null
   * for a missing value.
   */
  readonly records?: readonly Readonly<Record<string, number | string | null>>[];
}

/** Groups of data, as `predict` and `predictProba` give them. */
export interface AssignedGroups {
  /** Number of the most probable group of each row, 1..K. */
  readonly groups: Int32Array;
  /** One list a row: the probability of group g is at g - 1. */
  readonly probabilities: readonly Float32Array[];
  /**
   * How unlike each row is to what the model was trained on, and what 99 % of the training rows stay below: probabilities
   * do not tell a row of another kind. Absent where the run kept no rows to compare with.
   */
  readonly unlike?: { readonly values: Float32Array; readonly usual: number };
}
