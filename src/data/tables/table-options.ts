/** @file How a table is read, whatever its format. */

import type { ReadOptions } from '../formats/content.js';
import type { ColumnScaling } from '../value-units.js';

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
}
