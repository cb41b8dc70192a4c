/** @file Columns of few values that part groups: of categories most of all, any two values of which lie apart. */
import { codedWidth } from '../data/coding.js';
import { type Dataset, sampleSize } from '../data/dataset.js';
import { columnOf } from '../views/columns.js';
import { readTable } from '../views/read-rows.js';

/** A column whose values part groups. */
export interface FollowedColumn {
  readonly name: string;
  /** Groups that have one value of it each, but for 5 % of their rows. */
  readonly single: number;
}

/** Columns of more values are measurements, and tables of more columns have none that parts groups alone. */
const MOST_VALUES = 20;
const MOST_COLUMNS = 200;
/** Share of the rows of a group that have one value, and share of the groups for which that holds. */
const PURE = 0.95;
const FOLLOWED = 0.5;
/** Share of those groups that may have the same value: a mark that one group alone has does not part the others. */
const ONE_VALUE = 2 / 3;

/**
 * The columns of a table of which at least half of the groups have one value each (95 % of their rows), no more than
 * two thirds of these the same one; that of the most groups first. Nothing for images, counts and tables of over 200 columns.
 *
 * @param group of each of the rows `looked`, 1..groups, 0 for none
 */
export function followedColumns(
  dataset: Dataset,
  looked: Uint32Array,
  group: Int32Array,
  groups: number,
): FollowedColumn[] {
  const { kind, shape, largestCount } = dataset;
  if (groups < 2 || kind === 'image' || largestCount !== undefined || sampleSize(shape) > MOST_COLUMNS)
    return [];
  return [...columnValues(dataset, looked)]
    .map(({ name, values }) => ({ name, single: singleValued(values, group, groups) }))
    .filter(({ single }) => single >= 2 && single >= FOLLOWED * groups)
    .sort((a, b) => b.single - a.single);
}

/** A number for each row and column of the file: those of a category are its levels. */
function* columnValues(dataset: Dataset, looked: Uint32Array) {
  const x = readTable(dataset, looked);
  const coding = dataset.coding ?? Array.from({ length: x.columns }, () => undefined);
  let first = 0;
  for (const column of coding) {
    const width = column === undefined ? 1 : codedWidth(column);
    const values = columnOf(x, first);
    if (column?.kind === 'category') {
      for (let level = 1; level < width; level++)
        columnOf(x, first + level).forEach((on, i) => {
          if (on > 0.5) values[i] = 1 + level;
        });
    }
    yield { name: column?.name ?? dataset.columns?.[first] ?? String(first + 1), values };
    first += width;
  }
}

/** How many groups have one value, if it is a column of few values and not most of them have the same one. */
function singleValued(values: Float64Array, group: Int32Array, groups: number): number {
  const distinct = new Map<number, number>();
  for (const value of values) {
    if (!distinct.has(value)) distinct.set(value, distinct.size);
    if (distinct.size > MOST_VALUES + 1) return 0;
  }
  const counts = new Float64Array((groups + 1) * distinct.size);
  group.forEach((g, i) => {
    counts[g * distinct.size + distinct.get(values[i]!)!]! += 1;
  });
  let single = 0;
  const times = new Float64Array(distinct.size);
  for (let g = 1; g <= groups; g++) {
    const own = counts.subarray(g * distinct.size, (g + 1) * distinct.size);
    const most = Math.max(...own);
    if (most === 0 || most < PURE * own.reduce((sum, count) => sum + count, 0)) continue;
    single++;
    times[own.indexOf(most)]! += 1;
  }
  return Math.max(...times) <= ONE_VALUE * single ? single : 0;
}
