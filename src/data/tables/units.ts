/** @file How the values of a file become those that networks read: decided by what the numbers are, not by their type. */

import { MixturaError, usageError } from '../../errors.js';
import { type ColumnCoding, codedWidth } from '../coding.js';
import type { DatasetDescription, ValueRange } from '../dataset.js';
import type { Content } from '../formats/content.js';
import { isSparse, sparseScaling } from '../formats/sparse.js';
import { columnScaling, standardized } from '../scaling.js';
import type { ColumnScaling } from '../value-units.js';
import { scaleCounts } from './counts.js';
import type { TableOptions } from './table-options.js';

/** Values as they are stored, and how they relate to those of the file. */
export type Units = Pick<
  DatasetDescription,
  'range' | 'maximum' | 'scaling' | 'largestCount' | 'columnValues'
> &
  Pick<Content, 'values'>;

type Dense = Uint8Array | Float32Array | Float64Array;

/** Largest values of 8 and 16 bits: images that use a quarter of such a range or more have that range. */
const FULL_SCALES = [255, 65535];
const LEAST_SHARE = 1 / 4;
/** A scale of which fractions of 1 cannot be the full use. */
const DIVIDED = 2;
/** Images of a run's kind may be this much brighter than its own. */
const BRIGHTER = 2;

/**
 * Counts on a logarithmic scale; columns of tables standardised as the options say; images of values beyond [-1, 1]
 * divided by their full scale, which is 255 or 65535 where they use a quarter of it, else their largest value.
 */
export function inUnits(
  path: string,
  options: TableOptions,
  shape: readonly number[],
  values: Content['values'],
  coding?: readonly ColumnCoding[],
): Units {
  const columns = shape[0]!;
  const { counts = options.former?.largestCount ?? false } = options;
  if (counts !== false) {
    if (shape.length > 1) {
      throw usageError(
        `--counts is for tables, and ${path} holds samples of ${shape.join(' x ')}: leave it out.`,
      );
    }
    const scaled = scaleCounts(values, columns, path, counts === true ? undefined : counts);
    if (scaled.fraction !== undefined) {
      options.notice?.(
        `${path} has values that are no whole numbers, such as ${short(scaled.fraction)}, so they may be logarithms or shares of counts already: leave out --counts then, or give the counts themselves.`,
      );
    }
    const { largest } = scaled;
    // One for all columns: a table of counts may have tens of thousands.
    const known = { ...(scaled.fraction === undefined && { decimals: 0 }), least: 0, most: largest };
    return { values: scaled.values, range: 'unit', largestCount: largest, columnValues: [known] };
  }
  const first = options.reading === 1 && !options.former;
  if (first && values instanceof Uint8Array && !isScaling(options.scaling)) {
    return { values, range: 'unit', maximum: options.maximum ?? 255 };
  }
  if (shape.length > 1)
    return isSparse(values) ? { values, range: 'real' } : imageUnits(path, options, values);
  if (options.maximum !== undefined && !isScaling(options.scaling)) return divided(values, options.maximum);
  const scaling = resolveScaling(path, options, columns, () =>
    isSparse(values) ? sparseScaling(values) : scaledAsCoded(columnScaling(values, columns), coding),
  );
  if (isSparse(values)) return { values, range: 'real', scaling };
  return { values: scaling ? applyScaling(values, scaling) : values, range: 'real', scaling };
}

/**
 * Columns of 0 and 1 are moved by their mean and not scaled: two rows of different words are then as far apart, by
 * sqrt(2), as two random rows are in a standardised column of numbers.
 */
function scaledAsCoded(scaling: ColumnScaling, coding: readonly ColumnCoding[] | undefined): ColumnScaling {
  if (!coding) return scaling;
  const values = coding.flatMap((column) =>
    Array.from({ length: codedWidth(column) }, (_, k) => column.kind !== 'category' && k === 0),
  );
  return { ...scaling, scale: scaling.scale.map((sigma, j) => (values[j] ? sigma : 1)) };
}

function isScaling(scaling: TableOptions['scaling']): scaling is ColumnScaling {
  return typeof scaling === 'object';
}

/** Tables of runs that divided their bytes. */
function divided(values: Content['values'], maximum: number): Units {
  if (!isSparse(values)) return { values, maximum, range: rangeOf(values, maximum) };
  const entries = values.values.map((x) => x / maximum);
  return { values: { ...values, values: entries }, maximum, range: rangeOf(entries, 1) };
}

function imageUnits(path: string, options: TableOptions, values: Dense): Units {
  const { former, reading } = options;
  // Runs of version 0.1.0 took floats as they are.
  if (reading === 1 && !former) return { values, range: rangeOf(values, 1) };
  if (options.maximum !== undefined) return asTheRun(path, values, options.maximum, options);
  const maximum = former ? 1 : fullScale(values);
  const range = rangeOf(values, maximum);
  if (maximum === 1) return { values, range };
  // That bytes reach to 255 goes without saying.
  if (values instanceof Uint8Array && maximum === 255) return { values, range, maximum };
  options.notice?.(
    `${path}: values ${range === 'signed' ? `of -${short(maximum)}` : '0'} to ${short(maximum)} are read as ${range === 'signed' ? '-1' : '0'} to 1.`,
  );
  return { values, range, maximum };
}

/** Values divided as those of the run were; what cannot be of the same kind is refused or told. */
function asTheRun(path: string, values: Dense, maximum: number, { notice }: TableOptions): Units {
  const most = largest(values);
  const range = rangeOf(values, maximum);
  const scale = maximum === 1 ? {} : { maximum };
  // Samples that were drawn, or images that were divided before, are of the scale that the run reads already.
  if (maximum >= DIVIDED && most <= 1 && values.some((x) => !Number.isInteger(x))) {
    notice?.(
      `${path} has fractions of at most 1, as the run reads its data, so they are taken as they are, and not divided by ${short(maximum)}.`,
    );
    return { values, range: rangeOf(values, 1) };
  }
  if (range === 'real' && maximum > 1 && most <= BRIGHTER * maximum) {
    notice?.(
      `${path} has values up to ${short(most)}, and ${short(maximum)} is read as 1, as in the run's data.`,
    );
    return { values, range: values.some((x) => x < 0) ? 'signed' : 'unit', ...scale };
  }
  if (most > 0 && most < LEAST_SHARE * maximum) {
    notice?.(
      `${path} has values of at most ${short(most)}, less than a quarter of ${short(maximum)}, which is read as 1 as in the run's data.`,
    );
  }
  return { values, range, ...scale };
}

/** The value that is to become 1 (or -1): 1 where all values lie in [-1, 1]. */
function fullScale(values: Dense): number {
  const most = largest(values);
  if (most <= 1) return 1;
  const negative = values.some((x) => x < 0);
  return (
    (negative ? undefined : FULL_SCALES.find((full) => most <= full && most > LEAST_SHARE * full)) ?? most
  );
}

function largest(values: Dense): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

function rangeOf(values: Dense, maximum: number): ValueRange {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (high > maximum || low < -maximum) return 'real';
  return low < 0 ? 'signed' : 'unit';
}

function short(x: number): string {
  return String(Number(x.toPrecision(5)));
}

function resolveScaling(
  path: string,
  { scaling = 'none' }: TableOptions,
  columns: number,
  own: () => ColumnScaling,
): ColumnScaling | undefined {
  if (scaling === 'none') return undefined;
  if (scaling === 'standardize') return own();
  if (scaling.shift.length === columns) return scaling;
  throw new MixturaError(
    `${path} has ${columns} columns of numbers where ${scaling.shift.length} are expected: give the same columns.`,
  );
}

function applyScaling(values: Dense, { shift, scale }: ColumnScaling): Float32Array {
  const columns = shift.length;
  const out = new Float32Array(values.length);
  for (let i = 0, j = 0; i < out.length; i++, j = j + 1 === columns ? 0 : j + 1) {
    out[i] = standardized(values[i]!, shift[j]!, scale[j]!);
  }
  return out;
}
