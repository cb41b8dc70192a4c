/** @file Rows that a program has in memory: as lists, as objects with names, as arrays of numbers with a shape. */
import type { Content } from '../../data/formats/content.js';
import { elementCount } from '../../data/formats/limits.js';
import { MixturaError } from '../../errors.js';

/** A row by the names of its columns. */
export type NamedRow = Readonly<Record<string, number | boolean>>;

/** Rows with the names of their columns. */
export interface RowsWithNames {
  readonly columns: readonly string[];
  /** One list a row, in the order of the columns. */
  readonly rows: readonly ArrayLike<number>[];
}

/** Numbers one after another, row by row. */
export interface ShapedValues {
  readonly data: ArrayLike<number>;
  /**
   * `[n, f]` is a table of n rows, `[n, h, w]` are grey images and `[n, c, h, w]` images of c channels. A table whose columns
   * have names needs none.
   */
  readonly shape?: readonly number[] | undefined;
  /** Names of the columns of a table. */
  readonly columns?: readonly string[] | undefined;
}

/** Rows of a table, or images, that a program has in memory. */
export type Rows = readonly ArrayLike<number>[] | readonly NamedRow[] | RowsWithNames | ShapedValues;

/** What errors call rows in memory. */
export const ROWS = 'rows';

/**
 * Rows in memory, as a reader of files would give them.
 *
 * @throws a MixturaError that names row and column of what is no finite number, and rows of different lengths
 */
export function contentOf(given: Rows): Content {
  const content = Array.isArray(given)
    ? listed(given as readonly (ArrayLike<number> | NamedRow)[])
    : 'rows' in given && !('data' in given)
      ? lists(given.rows, given.columns)
      : shaped(given as ShapedValues);
  requireNumbers(content);
  return content;
}

/** A list of lists, or of objects. */
function listed(rows: readonly (ArrayLike<number> | NamedRow)[]): DenseContent {
  const [first] = rows;
  if (first === undefined) throw noRows();
  if (isList(first)) return lists(rows as readonly ArrayLike<number>[]);
  const other = rows.findIndex((row) => typeof row !== 'object' || row === null || isList(row));
  if (other >= 0) {
    throw new MixturaError(
      `${ROWS}, row ${other + 1} is ${isList(rows[other]) ? 'a list' : String(rows[other])}; give one list of numbers a row, or one object with names a row.`,
    );
  }
  return objects(rows as readonly NamedRow[]);
}

function isList(row: unknown): row is ArrayLike<number> {
  return Array.isArray(row) || ArrayBuffer.isView(row);
}

/** Content whose values are all there. */
interface DenseContent extends Content {
  readonly values: Uint8Array | Float32Array | Float64Array;
}

function lists(rows: readonly ArrayLike<number>[], columns?: readonly string[]): DenseContent {
  if (rows.length === 0) throw noRows();
  const width = columns?.length ?? rows[0]!.length;
  // Rows of float32 are kept as they are, and take half the memory.
  const values = rows.every((row) => row instanceof Float32Array)
    ? new Float32Array(rows.length * width)
    : new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    if (!isList(row)) throw new MixturaError(`${ROWS}, row ${i + 1} is no list of numbers; give one.`);
    if (row.length !== width) {
      const expected = columns ? `${width} columns have names` : `row 1 has ${width}`;
      throw new MixturaError(
        `${ROWS}, row ${i + 1} has ${row.length} numbers, and ${expected}; give rows of equal length.`,
      );
    }
    for (let j = 0; j < width; j++) values[i * width + j] = numberOf(row[j], i, columns?.[j] ?? j + 1);
  });
  return { shape: [rows.length, width], values, columns };
}

/** The columns of objects are all their names, in the order in which they first appear. */
function objects(rows: readonly NamedRow[]): DenseContent {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const values = new Float64Array(rows.length * columns.length);
  rows.forEach((row, i) => {
    columns.forEach((name, j) => {
      values[i * columns.length + j] = numberOf(row[name], i, name);
    });
  });
  return { shape: [rows.length, columns.length], values, columns };
}

function shaped({ data, shape: given, columns }: ShapedValues): DenseContent {
  const shape = given ?? (columns && [data.length / columns.length, columns.length]);
  if (shape === undefined) {
    throw new MixturaError(
      `The shape of ${ROWS} is not said; give it as { data, shape: [n, columns] }, or name the columns.`,
    );
  }
  if (!shape.every((n) => Number.isInteger(n) && n > 0) || elementCount(shape) !== data.length) {
    throw new MixturaError(
      `${ROWS} hold ${data.length} numbers, which do not make ${shape.join(' x ')}; give the shape that they have.`,
    );
  }
  if (columns !== undefined && (shape.length !== 2 || shape[1] !== columns.length)) {
    throw new MixturaError(
      `${ROWS} have shape ${shape.join(' x ')} and ${columns.length} names of columns; give a name for each column of a table.`,
    );
  }
  return { shape, values: typed(data), columns };
}

function typed(data: ArrayLike<number>): DenseContent['values'] {
  if (data instanceof Uint8Array || data instanceof Float32Array || data instanceof Float64Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  return Float64Array.from(data);
}

/** A number, or NaN for what is missing; values of JavaScript may be anything. */
function numberOf(value: unknown, row: number, column: string | number): number {
  if (typeof value === 'number') return value;
  if (value === undefined || value === null) return Number.NaN;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  throw new MixturaError(
    `${ROWS}, row ${row + 1}, column ${column} is ${typeof value === 'string' ? `the text '${value}'` : `of type ${typeof value}`}; give numbers.`,
  );
}

/** The one place that decides about values that are missing or not finite. */
function requireNumbers({ shape, values, columns }: DenseContent): void {
  const width = elementCount(shape.slice(1));
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const place = `row ${Math.floor(at / width) + 1}, column ${columns?.[at % width] ?? (at % width) + 1}`;
  throw new MixturaError(
    Number.isNaN(values[at])
      ? `${ROWS}, ${place} is missing; fill it in, or leave the row out.`
      : `${ROWS}, ${place} is ${values[at]}; give a finite number, or leave the row out.`,
  );
}

function noRows(): MixturaError {
  return new MixturaError(`There are no ${ROWS}; give at least one.`);
}
