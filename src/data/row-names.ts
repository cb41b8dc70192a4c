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
  /** Place of every row in the whole of the data, from 0, where only some of them were selected. */
  readonly numbers?: Uint32Array | undefined;
  /** Rows of the whole, and the names of those that were not selected, where only some were. */
  readonly whole?: number | undefined;
  readonly others?: ReadonlySet<string> | undefined;
  /** Rows that are no samples, ascending. */
  readonly leftOut?: readonly LeftOutRow[] | undefined;
}

/** The names of the rows at `rows`, in that order, and their places in the whole. */
export function selectedRows({ id, kept, numbers, leftOut = [] }: RowNames, rows: Uint32Array): RowNames {
  const chosen = ({ name, values }: NamedColumn): NamedColumn => ({
    name,
    values: Array.from(rows, (row) => values[row]!),
  });
  return {
    id: id && chosen(id),
    kept: kept?.map(chosen),
    // Rows that are left out count.
    numbers: numbers ? Uint32Array.from(rows, (row) => numbers[row]!) : placesAmong(leftOut, rows),
  };
}

/** What is known of the rows that a selection of `count` rows leaves out. */
export function unselected(
  { id, leftOut = [], whole, others }: RowNames,
  count: number,
  rows: Uint32Array,
): Pick<RowNames, 'whole' | 'others'> {
  const known = { whole: whole ?? count + leftOut.length };
  if (!id) return known;
  const chosen = new Set(Array.from(rows, (row) => id.values[row]!));
  return { ...known, others: new Set([...(others ?? []), ...id.values.filter((name) => !chosen.has(name))]) };
}

/** Place of every row in the whole of the data, from 0; rows that are no samples count. */
export function placesOf({ numbers, leftOut }: RowNames = {}, count: number): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  return selectedRows({ numbers, leftOut }, all).numbers!;
}

/** The place among all rows of each sample, given the places of those that are none. */
function placesAmong(leftOut: readonly LeftOutRow[], rows: Uint32Array): Uint32Array {
  if (leftOut.length === 0) return rows;
  const most = rows.reduce((top, row) => Math.max(top, row), 0);
  const places = new Uint32Array(most + 1);
  for (let sample = 0, place = 0, left = 0; sample <= most; place++) {
    if (leftOut[left]?.index === place) left++;
    else places[sample++] = place;
  }
  return Uint32Array.from(rows, (row) => places[row]!);
}
