/** @file How the values that networks read relate to those of the file. */

import type { ColumnCoding } from './coding.js';
import type { ColumnValues } from './column-values.js';

/** How table columns were scaled: stored = shift + scale * read. */
export interface ColumnScaling {
  readonly shift: readonly number[];
  readonly scale: readonly number[];
}

/** How the values that are read became what they are: first the coding, then one of the scales. */
export interface ValueUnits {
  /** The stored value that `read` maps to 1, for data kept as bytes (255 for MNIST, 16 for digits). */
  readonly maximum?: number;
  /** The scaling of table columns, if any: with it samples get the units of the file again. */
  readonly scaling?: ColumnScaling;
  /** The count that `read` maps to 1, for data of counts, read as log2(x + 1) / log2(largestCount + 1). */
  readonly largestCount?: number;
  /** What transparent parts of images were laid on, where there are some: `white`, `black` or `#rrggbb`. */
  readonly background?: string;
  /** How the columns of the file became columns of numbers, where not all are complete numbers. */
  readonly coding?: readonly ColumnCoding[];
  /** Names of the columns of a table as they are read, where they are known. */
  readonly columns?: readonly string[];
  /** What values the columns of the file hold, where that was looked at: one for each column of the file, or one for all. */
  readonly columnValues?: readonly ColumnValues[];
}

/** The given ones of these fields. */
export function unitParts(
  from: {
    readonly [Field in keyof ValueUnits]: ValueUnits[Field] | undefined;
  },
): ValueUnits {
  const { maximum, scaling, largestCount, background, coding, columns, columnValues } = from;
  return {
    ...(maximum === undefined ? {} : { maximum }),
    ...(scaling === undefined ? {} : { scaling }),
    ...(largestCount === undefined ? {} : { largestCount }),
    ...(background === undefined ? {} : { background }),
    ...(coding === undefined ? {} : { coding }),
    ...(columns === undefined ? {} : { columns }),
    ...(columnValues === undefined ? {} : { columnValues }),
  };
}

/** Units, and the interval of the values that are read. */
export type ReadUnits = ValueUnits & {
  readonly kind: 'image' | 'points' | 'table';
  readonly range: 'unit' | 'signed' | 'real';
};

/**
 * Whether values of two data sets became what is read in the same way: by the same coding and scaling, the same largest
 * count and the same maximum. Images in [0, 1] or [-1, 1] may also have been so in their file.
 */
export function sameUnits(a: ReadUnits, b: ReadUnits): boolean {
  const of = ({ coding, scaling, largestCount, maximum }: ReadUnits) => ({
    transformation: JSON.stringify([coding, scaling, largestCount]),
    maximum,
  });
  const [first, second] = [of(a), of(b)];
  if (first.transformation !== second.transformation) return false;
  if (first.maximum === second.maximum) return true;
  const images = [a, b].every(({ kind, range }) => kind === 'image' && range !== 'real');
  return images && (first.maximum === undefined || second.maximum === undefined);
}
