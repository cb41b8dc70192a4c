/** @file How a table is read, whatever its format. */

import type { ReadOptions } from '../formats/content.js';
import type { ColumnScaling } from '../value-units.js';
import type { ColumnReport } from './column-report.js';
import type { MissingRule } from './missing.js';

/** How a table is read: its labels and part, and how its values are scaled. */
export interface TableOptions extends ReadOptions {
  /**
   * `none` reads columns as they are (default), `standardize` as (x - mean) / deviation of this file. The scaling of
   * another data set reads them as that data set does, to assign new rows to groups that were learned from it.
   */
  readonly scaling?: 'none' | 'standardize' | ColumnScaling | undefined;
  /**
   * Value that becomes 1. By default that of images follows from their values, whatever their type: nothing where they
   * lie in [-1, 1], else the full scale of 8 or 16 bits or the largest value; tables have none.
   */
  readonly maximum?: number | undefined;
  /** Called with a sentence on how the file was understood, where that is not plain. */
  readonly notice?: ((sentence: string) => void) | undefined;
  /**
   * Values are counts and are read as log2(x + 1) / log2(largest + 1), where `largest` is the largest of the file
   * (`true`) or the given one (that of the run that learned the groups); larger ones are then read as 1.
   */
  readonly counts?: boolean | number | undefined;
  /**
   * What is done about missing values: they stand at the median of the training data, with a column that says so
   * (`median`, default), are an error (`refuse`), or their rows are left out (`drop-rows`).
   */
  readonly missing?: MissingRule | undefined;
  /** Words of a category that get a column of their own, the most frequent ones (default 20). */
  readonly categories?: number | undefined;
  /** Called with how every column of a table was read. */
  readonly onColumns?: ((columns: readonly ColumnReport[]) => void) | undefined;
}
