/** @file The kinds that a run's columns have, and columns of other kinds among those of numbers. */

import { MixturaError } from '../../../errors.js';
import type { ColumnCoding } from '../../coding.js';
import type { Decided } from './decide.js';
import type { FoundColumn } from './found.js';

/** The kind that each column must have; `numbers` where all are; nothing where the file decides. */
export type ExpectedKinds = 'numbers' | readonly ColumnCoding['kind'][] | undefined;

/**
 * The kinds of a run's columns.
 *
 * @param turned whether the columns of the file are its samples: then they are all numbers.
 * @throws MixturaError if there are as many columns as the run does not have.
 */
export function expectedKinds(
  path: string,
  columns: number,
  coding: 'none' | readonly ColumnCoding[] | undefined,
  turned: boolean,
): ExpectedKinds {
  if (turned || coding === 'none') return 'numbers';
  if (coding === undefined) return undefined;
  if (coding.length === columns) return coding.map(({ kind }) => kind);
  throw new MixturaError(
    `${path} has ${columns} columns of measurements where ${coding.length} are expected: give the same columns.`,
  );
}

/** Raw rows in which the decided columns have their own values, and text is left out. */
export function withColumns(
  numbers: Float64Array,
  names: readonly string[],
  decided: readonly (Decided | undefined)[],
): { values: Float64Array; found: FoundColumn[]; kept: number[] } {
  const columns = names.length;
  const rows = numbers.length / columns;
  const kept = decided.flatMap((column, k) => (column && 'text' in column ? [] : [k]));
  const values = new Float64Array(rows * kept.length);
  kept.forEach((k, to) => {
    const column = decided[k];
    const own = column && 'values' in column ? column.values : undefined;
    for (let row = 0; row < rows; row++) {
      values[row * kept.length + to] = own ? own[row]! : numbers[row * columns + k]!;
    }
  });
  const found = kept.map((k): FoundColumn => {
    const column = decided[k];
    return column && 'column' in column ? column.column : { kind: 'number', name: names[k]! };
  });
  return { values, found, kept };
}
