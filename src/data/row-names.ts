/** @file What says which row of a file or folder a sample is. */

/** A column of words with its name. */
export interface NamedColumn {
  readonly name: string;
  /** One a row. */
  readonly values: readonly string[];
}

/** A row of the file or folder that is no sample. */
export interface LeftOutRow {
  /** Its place among all rows of its part, from 0. */
  readonly index: number;
  /** The name of its file, or what else identifies it. */
  readonly id: string;
  readonly reason: string;
}

/** What says which row is which. */
export interface RowNames {
  /** What identifies the rows: `file` for folders, the column of ids for tables. */
  readonly id?: NamedColumn | undefined;
  /** Columns that are no measurements and go with their rows. */
  readonly kept?: readonly NamedColumn[] | undefined;
  /** Rows that are no samples, ascending. */
  readonly leftOut?: readonly LeftOutRow[] | undefined;
}

/** The names of the rows at `rows`, in that order. */
export function selectedRows({ id, kept }: RowNames, rows: Uint32Array): RowNames {
  const chosen = ({ name, values }: NamedColumn): NamedColumn => ({
    name,
    values: Array.from(rows, (row) => values[row]!),
  });
  return { id: id && chosen(id), kept: kept?.map(chosen) };
}
