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
/** Rows of small data that are a group, as a share of all. */
const SMALL_SHARE = 0.1;

/**
 * The rows that are looked at, ascending: all up to `most`, else a random sample of so many.
 *
 * @param most default: 20,000, and of wide data as many as make 40 million values (at least 2,000)
 */
export function lookedRows(
  { count, shape, largestCount }: Pick<Samples, 'count' | 'shape' | 'largestCount'>,
  most: number | undefined,
  stream: Stream,
): Uint32Array {
  const values = largestCount === undefined ? MOST_VALUES.dense : MOST_VALUES.counts;
  const wide = Math.floor(values / sampleSize(shape));
  const limit = most ?? Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, wide));
  if (count <= limit) return Uint32Array.from({ length: count }, (_, i) => i);
  return stream.fork('looked').choice(count, limit).sort();
}

/**
 * The rows of the sample that are a group: what is asked for of all rows, in proportion. By default that of a graph of so
 * many rows, and a tenth of the rows of small data.
 */
export function smallestOf(looked: number, count: number, asked: number | undefined): number {
  if (asked !== undefined) return Math.max(1, Math.round((asked * looked) / count));
  return Math.min(smallestGroup(looked), Math.max(2, Math.floor(SMALL_SHARE * looked)));
}
