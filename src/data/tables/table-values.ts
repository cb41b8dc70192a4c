/** @file What values the columns of a table hold, decided when it is read for a new run. */

import type { CategoryCoding, ColumnCoding } from '../coding.js';
import { type ColumnValues, dateValues, numberValues } from '../column-values.js';
import type { Content } from '../formats/content.js';
import type { FoundColumn } from '../formats/kinds/found.js';
import { isSparse } from '../formats/sparse.js';
import { columnOf, wordCounts } from './fit-coding.js';

/** Values of tables whose columns are looked at one by one. */
const MOST_VALUES = 2 ** 26;
/** Words without a column of their own that are kept. */
const MOST_OTHERS = 200;

/**
 * What values each column of the coding holds, or each column of a table of complete numbers; nothing where that says
 * nothing.
 *
 * @param content the table before its coding
 * @param names of its columns
 */
export function tableValues(
  { values, shape, found }: Content,
  names: readonly string[],
  coding: readonly ColumnCoding[] | undefined,
): ColumnValues[] | undefined {
  if (shape.length !== 2 || isSparse(values) || values.length > MOST_VALUES) return undefined;
  const single = values instanceof Float32Array;
  const all = (coding ?? names).map((_, j): ColumnValues => {
    const coded = coding?.[j];
    const at = coded === undefined ? j : names.indexOf(coded.name);
    const column = columnOf(values, shape[1]!, at);
    if (coded?.kind === 'category') return otherWords(coded, found?.[at], column);
    return coded?.kind === 'date' ? dateValues(column) : numberValues(column, single);
  });
  return all.some((one) => Object.keys(one).length > 0) ? all : undefined;
}

/** The words of a category that have no column of their own. */
function otherWords(
  { levels, other }: CategoryCoding,
  column: FoundColumn | undefined,
  values: Float64Array,
): ColumnValues {
  if (!other || column?.kind !== 'category') return {};
  const known = new Set(levels);
  const others = wordCounts(column.words, values).filter(({ word }) => !known.has(word));
  return { others: others.slice(0, MOST_OTHERS) };
}
