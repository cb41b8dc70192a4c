/** @file What a data set is: rows that can be read as float32, and, apart from them, labels for evaluation. */
import { createHash } from 'node:crypto';
import { once } from '../once.js';
import type { ColumnCoding } from './coding.js';
import type { ColumnValues } from './column-values.js';
import { type RowNames, selectedRows, unselected } from './row-names.js';
import { type ColumnScaling, unitParts, type ValueUnits } from './value-units.js';

/** What the samples are: images, points of the plane, or rows of a table. */
export type DatasetKind = 'image' | 'points' | 'table';

/** Interval of the values that `read` gives: [0, 1], [-1, 1], or any. */
export type ValueRange = 'unit' | 'signed' | 'real';

/** What samples are read into: float32, as training takes them, or float64, which loses nothing of a table. */
export type Numbers = Float32Array | Float64Array;

/** All that training may see of a data set: values, never labels. */
export interface Samples extends ValueUnits {
  readonly name: string;
  readonly kind: DatasetKind;
  /** Shape of one sample: `[channels, height, width]`, `[2]` for points, `[features]` for a table. */
  readonly shape: readonly number[];
  readonly range: ValueRange;
  readonly count: number;
  /** Writes the samples at `indices` one after another into `out` (`indices.length * prod(shape)` values), rounded to its kind. */
  read(indices: ArrayLike<number>, out: Numbers): void;
  /** SHA-256 (hex) of the content, and of the selection if there is one. */
  readonly fingerprint: string;
  /** One sentence: what the data is and where it comes from. */
  readonly source: string;
}

/** The true distribution of a synthetic data set, in the scaled coordinates that `read` gives. */
export interface MixtureTruth {
  /** Mode means, modes x 2. */
  readonly means: Float64Array;
  /** Standard deviation of every mode along each coordinate. */
  readonly sigma: readonly [number, number];
  /** Share of each mode, sums to 1. */
  readonly weights: Float64Array;
}

/** Samples, and what only evaluation may use: labels, a held-out split, the true distribution. */
export interface Dataset extends Samples {
  /** Class of every sample, 0..classes-1; for evaluation only. */
  readonly labels?: Int32Array;
  /** Name of each class. */
  readonly classNames?: readonly string[];
  /** Opens the held-out split, if there is one. */
  readonly test?: () => Dataset;
  readonly truth?: MixtureTruth;
  /** What says which row is which; a row is otherwise known by its number alone. */
  readonly rows?: RowNames;
}

/** What {@link arrayDataset} builds a data set from: `count * prod(shape)` values in row order. */
export interface ArraySource {
  readonly name: string;
  readonly kind: DatasetKind;
  readonly shape: readonly number[];
  readonly range: ValueRange;
  readonly values: Uint8Array | Float32Array | Float64Array;
  /** Divisor applied on read; the values stay in memory as they are stored (default 1). */
  readonly maximum?: number | undefined;
  /** The scaling that the values already have: it is recorded, and not applied again. */
  readonly scaling?: ColumnScaling | undefined;
  /** The count that was mapped to 1, for values that are scaled counts already. */
  readonly largestCount?: number | undefined;
  /** What transparent parts of images were laid on. */
  readonly background?: string | undefined;
  /** How columns of words and dates became the values. */
  readonly coding?: readonly ColumnCoding[] | undefined;
  readonly labels?: Int32Array | undefined;
  readonly classNames?: readonly string[] | undefined;
  readonly source: string;
  readonly test?: (() => Dataset) | undefined;
  readonly truth?: MixtureTruth | undefined;
  readonly columns?: readonly string[] | undefined;
  /** What values the columns of the file hold. */
  readonly columnValues?: readonly ColumnValues[] | undefined;
  readonly rows?: RowNames | undefined;
}

/** Everything of a data set but its values. */
export type DatasetDescription = Omit<ArraySource, 'values'>;

/** Number of values in one sample of the given shape. */
export function sampleSize(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Makes a data set of an array that is kept as it is stored (bytes stay bytes) and scaled when it is read.
 *
 * @throws RangeError if values or labels do not fit the shape, or a read is out of range (a programming error).
 */
export function arrayDataset(from: ArraySource): Dataset {
  const size = sampleSize(from.shape);
  const count = from.values.length / size;
  if (!Number.isInteger(count))
    throw new RangeError(`${from.values.length} values do not make rows of ${size}`);
  return storedDataset(from, {
    count,
    read: reader(from.values, size, count, from.maximum ?? 1),
    fingerprint: () => contentFingerprint(from, [from.values]),
  });
}

/** Where the rows of a data set lie, in memory or elsewhere. */
export interface RowStore extends Pick<Samples, 'count' | 'read'> {
  /** {@link contentFingerprint} of what is stored; called at most once. */
  fingerprint(): string;
}

/**
 * Makes a data set of its description and of rows that are read by a function.
 *
 * @throws RangeError if the labels are not as many as the rows (a programming error).
 */
export function storedDataset(
  from: DatasetDescription,
  { count, read, fingerprint: hash }: RowStore,
): Dataset {
  if (from.labels && from.labels.length !== count) {
    throw new RangeError(`${from.labels.length} labels for ${count} samples`);
  }
  const fingerprint = once(hash);
  return {
    name: from.name,
    kind: from.kind,
    shape: from.shape,
    range: from.range,
    count,
    ...unitParts(from),
    read,
    get fingerprint() {
      return fingerprint();
    },
    source: from.source,
    ...evaluationParts(from),
  };
}

/**
 * The rows of `base` at `rows`, with new labels; nothing is copied, the base keeps the values.
 * `selection` says in words how the rows were chosen and becomes part of the fingerprint.
 */
export function subset(
  base: Dataset,
  rows: Uint32Array,
  change: Pick<ArraySource, 'name' | 'labels' | 'classNames' | 'source' | 'test' | 'truth'> & {
    selection: string;
  },
): Dataset {
  const fingerprint = once(() => {
    const hash = createHash('sha256').update(`${base.fingerprint}\n${change.selection}\n`).update(rows);
    return (change.labels ? hash.update(change.labels) : hash).digest('hex');
  });
  return {
    name: change.name,
    kind: base.kind,
    shape: base.shape,
    range: base.range,
    count: rows.length,
    ...unitParts(base),
    read(indices, out) {
      const mapped = new Uint32Array(indices.length);
      for (let i = 0; i < mapped.length; i++) mapped[i] = rows[checkIndex(indices[i]!, rows.length)]!;
      base.read(mapped, out);
    },
    get fingerprint() {
      return fingerprint();
    },
    source: change.source,
    ...evaluationParts({
      ...change,
      rows: { ...selectedRows(base.rows ?? {}, rows), ...unselected(base.rows ?? {}, base.count, rows) },
    }),
  };
}

/** The part of a data set that training may use: its values and their description, and no way to a label. */
export function withoutLabels(dataset: Dataset): Samples {
  const { name, kind, shape, range, count, source } = dataset;
  return {
    name,
    kind,
    shape,
    range,
    count,
    source,
    ...unitParts(dataset),
    read: (indices, out) => dataset.read(indices, out),
    get fingerprint() {
      return dataset.fingerprint;
    },
  };
}

/** Number of samples of every class, or nothing where there are no labels. */
export function classCounts(dataset: Pick<Dataset, 'labels' | 'classNames'>): Int32Array | undefined {
  if (!dataset.labels) return undefined;
  let classes = dataset.classNames?.length ?? 0;
  for (const label of dataset.labels) classes = Math.max(classes, label + 1);
  const counts = new Int32Array(classes);
  for (const label of dataset.labels) counts[label]! += 1;
  return counts;
}

function reader(
  values: ArraySource['values'],
  size: number,
  count: number,
  maximum: number,
): Samples['read'] {
  const copy =
    values instanceof Uint8Array ? byteCopier(values, size, maximum) : floatCopier(values, size, maximum);
  return (indices, out) => {
    checkRead(indices, out, size);
    for (let i = 0; i < indices.length; i++) copy(checkIndex(indices[i]!, count) * size, out, i * size);
  };
}

type Copier = (from: number, out: Numbers, to: number) => void;

// Two loops, because one loop over both kinds of array is compiled badly for each.
function byteCopier(values: Uint8Array, size: number, maximum: number): Copier {
  const scaled = byteScale(maximum);
  return (from, out, to) => {
    for (let j = 0; j < size; j++) out[to + j] = scaled[values[from + j]!]!;
  };
}

function floatCopier(values: Float32Array | Float64Array, size: number, maximum: number): Copier {
  return (from, out, to) => {
    for (let j = 0; j < size; j++) out[to + j] = values[from + j]! / maximum;
  };
}

/** What a byte becomes when it is read; a table of the 256 quotients gives the same bits as the division. */
export function byteScale(maximum: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => byte / maximum);
}

/** Checks the sizes of a read. @throws RangeError if `out` does not take exactly the samples at `indices`. */
export function checkRead(indices: ArrayLike<number>, out: Numbers, size: number): void {
  if (out.length !== indices.length * size) {
    throw new RangeError(`read of ${indices.length} samples of ${size} values into ${out.length} places`);
  }
}

/** The index, checked. @throws RangeError if it is not one of the `count` samples. */
export function checkIndex(index: number, count: number): number {
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    throw new RangeError(`sample ${index} of a data set of ${count}`);
  }
  return index;
}

function evaluationParts(
  from: Partial<ArraySource>,
): Pick<Dataset, 'labels' | 'classNames' | 'test' | 'truth' | 'rows'> {
  return {
    ...(from.labels ? { labels: from.labels } : {}),
    ...(from.classNames ? { classNames: from.classNames } : {}),
    ...(from.test ? { test: from.test } : {}),
    ...(from.truth ? { truth: from.truth } : {}),
    ...(from.rows ? { rows: from.rows } : {}),
  };
}

/** SHA-256 (hex) of description, values as stored (in pieces that follow each other) and labels. */
export function contentFingerprint(
  from: DatasetDescription,
  values: Iterable<Uint8Array | Uint32Array | Float32Array | Float64Array>,
): string {
  const { kind, shape, range, maximum, scaling, coding, labels } = from;
  const hash = createHash('sha256').update(
    `${JSON.stringify({ kind, shape, range, maximum, scaling, coding })}\n`,
  );
  for (const piece of values) hash.update(piece);
  return (labels ? hash.update(labels) : hash).digest('hex');
}
