/** @file What a reader gives of a file: one array, samples first, perhaps with labels and a held-out part. */

import type { ColumnCoding } from '../coding.js';
import type { RowNames } from '../row-names.js';
import type { AsideColumn, FoundColumn } from './kinds/found.js';
import type { Labels } from './labels.js';
import type { SparseRows } from './sparse.js';

/** The labels of a file, and where they were found. */
export interface FoundLabels extends Labels {
  /** Name of the array, column or data set that holds them. */
  readonly from: string;
  /** Whether the user named them; labels found by their name alone are left out where they do not fit. */
  readonly asked: boolean;
}

/** One array of a file with what belongs to it. */
export interface Content {
  /** Sizes, samples first (last, where the file is to be transposed). */
  readonly shape: readonly number[];
  readonly values: Uint8Array | Float32Array | Float64Array | SparseRows;
  readonly labels?: FoundLabels | undefined;
  /** Names of the columns, where the file has some. */
  readonly columns?: readonly string[] | undefined;
  /** What the columns are called where the file has no names of them: `column 2`. */
  readonly called?: readonly string[] | undefined;
  /** Kinds of the columns, whose values are raw; nothing where all are numbers. */
  readonly found?: readonly FoundColumn[] | undefined;
  /** Columns of the file that are no measurements. */
  readonly aside?: readonly AsideColumn[] | undefined;
  readonly rows?: RowNames | undefined;
  /** Whether the columns are the samples, unless it is said otherwise: the file itself shows that. */
  readonly samplesLast?: boolean | undefined;
  /** Whether the columns are those of the run already, in its order. */
  readonly matched?: boolean | undefined;
  /** What was read of the file, such as `array x_train`, where there is more than one thing in it. */
  readonly part?: string | undefined;
  /** Reads the held-out part, if the file has one. */
  readonly test?: (() => Content) | undefined;
  /** Sentences on how the file was understood where that was not plain. */
  readonly notices?: readonly string[] | undefined;
}

/** Which part of a file is read, and what of it are labels. */
export interface ReadOptions {
  /**
   * What holds labels, used for evaluation only: a column of a table (its name, or its number from 1), a column of
   * `obs` (AnnData), or an array or data set (NPZ, HDF5); one of a usual name is found without it.
   */
  readonly label?: string | undefined;
  /** The array of an .npz, the data set of an HDF5 file, or the matrix of an .h5ad file (default `X`). */
  readonly key?: string | undefined;
  /** Columns of the file are the samples (genes x cells, as 10x files are). */
  readonly transpose?: boolean | undefined;
  /** Whether the first line of a text table holds names; by default it is found out. */
  readonly header?: 'yes' | 'no' | undefined;
  /** Column that says which row is which (its name, or its number from 1); it is no measurement. */
  readonly id?: string | undefined;
  /** Columns that are left out, by name or number from 1: `a,b`. */
  readonly drop?: string | undefined;
  /** Columns that are no measurements, but go with their rows into what is written of them. */
  readonly keep?: string | undefined;
  /** Whether all columns of a table go with their rows, measurements too, as text; what is measured stays as it is. */
  readonly allColumns?: boolean | undefined;
  /** What parts the cells of a text table: a character, or its name (`tab`); by default it is found out. */
  readonly delimiter?: string | undefined;
  /** The decimal mark of a text table, where the other one parts thousands; by default it is found out. */
  readonly decimal?: '.' | ',' | undefined;
  /** How the columns of the run's table were coded; `none`: they are all numbers. By default the file decides. */
  readonly coding?: 'none' | readonly ColumnCoding[] | undefined;
  /** Version of the rules by which files are read (default 2): runs of version 0.1.0 read theirs by 1. */
  readonly reading?: 1 | 2 | undefined;
  /** How a run read the table that it was trained on. New data are read the same way, as far as they have such parts. */
  readonly former?: Former | undefined;
}

/** How the data of a run was read, so that new data can be read the same way. */
export interface Former {
  readonly label?: string | undefined;
  readonly key?: string | undefined;
  readonly transpose?: boolean | undefined;
  /** The count that became 1, where the run's table was one of counts. */
  readonly largestCount?: number | undefined;
  /** Whether the first line of the run's table was told to be names. */
  readonly header?: 'yes' | 'no' | undefined;
  readonly id?: string | undefined;
  readonly drop?: string | undefined;
  readonly keep?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly decimal?: '.' | ',' | undefined;
  /** What the run did with rows in which something is missing. */
  readonly missing?: 'median' | 'refuse' | 'drop-rows' | undefined;
  /** Columns of the run's table, without labels. */
  readonly columns: number;
  /** Their names, where the run's table had some. */
  readonly names?: readonly string[] | undefined;
}
