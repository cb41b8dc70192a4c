/** @file Which rows of a data set are looked at: all, or a random sample where there are many. */
import { type Samples, sampleSize } from '../data/dataset.js';
import type { Stream } from '../math/random.js';
import { smallestGroup } from './structure.js';

/** Most rows of which a graph is made. */
export const MOST_ROWS = 20_000;
/** Fewest rows of a sample: wide data are looked at in no fewer. */
const FEWEST_ROWS = 2000;
/** Values that are held at a time: dense ones in float64, and those of counts, most of which are 0. */
const MOST_VALUES = { dense: 4e7, counts: 4e8 };
/** A sample is so large that rows^2 x columns, of at most so many columns, stay below this: seconds a graph. */
const AFFORDABLE = { columns: 50, products: 7.2e9 };
/** Rows of small data that are a group, and that are neighbours of one, as shares of all. */
const SMALL = { group: 0.1, neighbours: 0.125 };
const NEIGHBOURS = { least: 3, most: 10 };

/**
 * The rows that are looked at, ascending: all up to `most`, else a random sample.
 *
 * @param most default: 20,000, and as many as make 40 million values (at least 2,000). By default the sample of more rows
 *   is smaller where they have many columns: 12,000 of rows of 50 and more.
 */
export function lookedRows(
  { count, shape, largestCount }: Pick<Samples, 'count' | 'shape' | 'largestCount'>,
  most: number | undefined,
  stream: Stream,
): Uint32Array {
  const values = largestCount === undefined ? MOST_VALUES.dense : MOST_VALUES.counts;
  const size = sampleSize(shape);
  const limit = most ?? Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.floor(values / size)));
  if (count <= limit) return Uint32Array.from({ length: count }, (_, i) => i);
  const quick = Math.floor(Math.sqrt(AFFORDABLE.products / Math.min(size, AFFORDABLE.columns)));
  return stream
    .fork('looked')
    .choice(count, most ?? Math.min(limit, quick))
    .sort();
}

/**
 * The rows of the sample that are a group: what is asked for of all rows, in proportion. By default that of a graph of so
 * many rows, a tenth of the rows of small data, and half of what is there for each of many groups.
 */
export function smallestOf(looked: number, count: number, asked: number | undefined, groups = 1): number {
  if (asked !== undefined) return Math.max(1, Math.round((asked * looked) / count));
  const small = Math.max(2, Math.floor(SMALL.group * looked));
  const crowded = Math.max(1, Math.floor(looked / (2 * groups)));
  return Math.min(smallestGroup(looked), small, crowded);
}

/**
 * Neighbours of each row in the graph: 10, and fewer of small data, whose groups they would join. Along one column, where a
 * row has neighbours to two sides only, it takes 2 sqrt(n) to bridge the gaps of chance.
 */
export function neighboursOf(looked: number, columns: number): number {
  if (columns === 1) return Math.min(Math.ceil(2 * Math.sqrt(looked)), Math.floor(looked / 2));
  const few = Math.floor(SMALL.neighbours * looked);
  return Math.min(Math.max(few, NEIGHBOURS.least), NEIGHBOURS.most, looked - 1);
}
