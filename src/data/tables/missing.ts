/** @file Missing values of tables: where they are, and the rows that are left out for them. */

import { MixturaError } from '../../errors.js';
import { NAMELESS, placeOf, shownName } from '../formats/columns.js';
import type { Content } from '../formats/content.js';
import type { LeftOutRow } from '../row-names.js';

/** What is done about missing values. */
export const MISSING_RULES = ['median', 'refuse', 'drop-rows'] as const;
/** One of {@link MISSING_RULES}. */
export type MissingRule = (typeof MISSING_RULES)[number];

/** Values of a table in memory. */
export type Dense = Uint8Array | Float32Array | Float64Array;

/** Columns that fit into a sentence. */
const LISTED = 8;

/**
 * How many values of each column are missing (NaN), or nothing where none is.
 *
 * @throws MixturaError naming row and column of a value that is infinite, or is in float32.
 */
export function countMissing(values: Dense, columns: number, path: string): Uint32Array | undefined {
  if (values instanceof Uint8Array) return undefined;
  let counts: Uint32Array | undefined;
  for (let at = 0; at < values.length; at++) {
    const x = values[at]!;
    if (Number.isFinite(Math.fround(x))) continue;
    if (!Number.isNaN(x)) {
      throw new MixturaError(
        `${path}, row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1} is ${x}, not a finite float32: ` +
          'correct it or remove the row.',
      );
    }
    counts ??= new Uint32Array(columns);
    counts[at % columns]! += 1;
  }
  return counts;
}

/** `age 3, income 2`. */
export function listMissing(counts: Uint32Array, names: readonly string[]): string {
  const some = names.flatMap((name, j) => (counts[j] === 0 ? [] : [`${shownName(name)} ${counts[j]}`]));
  return (
    some.slice(0, LISTED).join(', ') + (some.length > LISTED ? `, and ${some.length - LISTED} more` : '')
  );
}

/** The error of the rule `refuse`; `cures` are other rules. */
export function refusedMissing(
  path: string,
  values: Dense,
  counts: Uint32Array,
  names: readonly string[],
  cures: string,
): MixturaError {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const first = (values as Float64Array).findIndex(Number.isNaN);
  const [row, name = ''] = [Math.floor(first / names.length) + 1, names[first % names.length]];
  const shown = shownName(name);
  const column = shown === NAMELESS || placeOf(shown) !== undefined ? shown : `column ${shown}`;
  return new MixturaError(
    `${path} has ${total} missing value${total === 1 ? '' : 's'} (${listMissing(counts, names)}; the first in row ${row}, ` +
      `${column}): fill ${total === 1 ? 'it' : 'them'} in, or give ${cures}.`,
  );
}

/** Content without the rows in which something is missing; they are among its rows that are left out, with the reason. */
export function withoutMissing(
  content: Content & { readonly values: Dense },
  names: readonly string[],
  path: string,
): Content & { readonly values: Dense } {
  const { values, rows, labels } = content;
  const columns = names.length;
  const count = values.length / columns;
  const kept: number[] = [];
  const leftOut: LeftOutRow[] = [];
  for (let row = 0; row < count; row++) {
    const gaps = names.filter((_, j) => Number.isNaN(values[row * columns + j]!));
    if (gaps.length === 0) kept.push(row);
    else {
      const reason = `no value in ${gaps.slice(0, LISTED).join(', ')}${gaps.length > LISTED ? ', ...' : ''}`;
      leftOut.push({ index: row, id: rows?.id?.values[row] ?? String(row + 1), reason });
    }
  }
  if (kept.length === 0) {
    throw new MixturaError(
      `${path} has no row without a missing value: leave out columns by --drop, or give --missing median.`,
    );
  }
  const chosen = (values.slice(0, 0) as Float64Array).constructor as new (length: number) => Dense;
  const out = new chosen(kept.length * columns);
  for (const [to, row] of kept.entries())
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  const pick = <T>(all: readonly T[]): T[] => kept.map((row) => all[row]!);
  return {
    ...content,
    shape: [kept.length, columns],
    values: out,
    labels:
      labels?.labels.length === count
        ? { ...labels, labels: Int32Array.from(kept, (row) => labels.labels[row]!) }
        : labels,
    rows: {
      id: rows?.id && { ...rows.id, values: pick(rows.id.values) },
      kept: rows?.kept?.map((column) => ({ ...column, values: pick(column.values) })),
      leftOut,
    },
  };
}

/** Content with only these of its columns. */
export function onlyColumns<T extends Content & { readonly values: Dense }>(
  content: T,
  kept: readonly number[],
): T {
  const { values, shape, columns, found, called } = content;
  const [rows = 0, count = 0] = shape;
  if (kept.length === count) return content;
  const chosen = (values.slice(0, 0) as Float64Array).constructor as new (length: number) => Dense;
  const out = new chosen(rows * kept.length);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < kept.length; j++) out[row * kept.length + j] = values[row * count + kept[j]!]!;
  }
  return {
    ...content,
    shape: [rows, kept.length],
    values: out,
    columns: columns && kept.map((j) => columns[j]!),
    called: called && kept.map((j) => called[j]!),
    found: found && kept.map((j) => found[j]!),
  };
}
