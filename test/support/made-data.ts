/**
 * @file Data of known groups that tests and benches make for themselves: tables, embeddings, counts.
 *
 * It imports types alone, so that benches can load it by removing the types (`bench/made-data.mjs`).
 */
import type { ColumnCoding } from '../../src/data/coding.js';
import type { SparseRows } from '../../src/data/formats/sparse.js';
import type { Matrix } from '../../src/math/matrix.js';
import type { Stream } from '../../src/math/random.js';

/** Rows with the group that each was drawn from. */
export interface MadeRows {
  readonly x: Matrix;
  readonly labels: Int32Array;
}

/** The group of every row, in random order, with sizes as near to the shares as whole numbers are. */
function groupsOf(rows: number, shares: readonly number[], stream: Stream): Int32Array {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const labels = new Int32Array(rows);
  let [sum, from] = [0, 0];
  shares.forEach((share, group) => {
    sum += share;
    const to = Math.round((rows * sum) / total);
    labels.fill(group, from, to);
    from = to;
  });
  const order = stream.fork('order').choice(rows, rows);
  return Int32Array.from(order, (i) => labels[i]!);
}

/** Columns of the five-group table that tell about the groups, and that do not. */
const TELLING = 8;
const NOISE = 3;
/** Deviations of the means of groups along a column, in units of the deviation within groups. */
const APART = 1.35;

/** How {@link fiveGroups} makes its table. */
export interface FiveGroupOptions {
  /** Default 8,000. */
  readonly rows?: number;
  /** Whether the first five columns are exponentiated, which gives them heavy tails. */
  readonly exponentiated?: boolean;
}

/**
 * Five correlated Gaussian groups at 50:25:13:8:4 in eight columns, and three columns of noise; the scales of the
 * columns go from 0.01 to 50,000.
 */
export function fiveGroups(
  stream: Stream,
  { rows = 8000, exponentiated = false }: FiveGroupOptions = {},
): MadeRows {
  const labels = groupsOf(rows, [50, 25, 13, 8, 4], stream);
  const columns = TELLING + NOISE;
  const draw = stream.fork('rows');
  const shapes = Array.from({ length: 5 }, (_, group) => {
    const shape = stream.fork('shape', group);
    const mean = Float64Array.from({ length: TELLING }, () => APART * shape.normal());
    const turn = shape.normals(new Float64Array(TELLING * TELLING)).map((x) => x / Math.sqrt(TELLING));
    return { mean, turn };
  });
  const values = new Float64Array(rows * columns);
  labels.forEach((group, i) => {
    const z = draw.normals(new Float64Array(columns));
    const { mean, turn } = shapes[group]!;
    for (let j = 0; j < columns; j++) {
      let x = z[j]!;
      if (j < TELLING) {
        x = mean[j]!;
        for (let k = 0; k < TELLING; k++) x += turn[j * TELLING + k]! * z[k]!;
      }
      const scale = 0.01 * 5e6 ** (j / (columns - 1));
      values[i * columns + j] = scale * (exponentiated && j < 5 ? Math.exp(x) : x + 10);
    }
  });
  return { x: { rows, columns, values }, labels };
}

/** A table as people keep it, coded as columns of numbers. */
export interface MadeTable extends MadeRows {
  readonly coding: readonly ColumnCoding[];
}

/**
 * {@link fiveGroups} with 5 % of the numbers missing (the median and an indicator in their place), a date that tells
 * nothing, and three categories: two that tell about the groups (three and five levels; four fifths of the rows of a
 * group have its own level) and one of 40 levels that does not.
 */
export function mixedTable(stream: Stream, rows = 8000): MadeTable {
  const { x, labels } = fiveGroups(stream, { rows });
  const draw = stream.fork('categories');
  const missing = stream.fork('missing');
  const fills = Float64Array.from({ length: x.columns }, (_, j) => middleOf(x, j));
  const categories = [
    { name: 'plan', levels: 3, own: (group: number) => group % 3 },
    { name: 'region', levels: 5, own: (group: number) => group },
    { name: 'branch', levels: 40, own: () => undefined },
  ];
  const rowsOf = Array.from(labels, (group, i) => {
    const numbers = Array.from({ length: x.columns }, (_, j) => {
      const gone = missing.uniform() < 0.05;
      return gone ? [fills[j]!, 1] : [x.values[i * x.columns + j]!, 0];
    }).flat();
    const levels = categories.flatMap(({ levels: count, own }) => {
      const other = Math.floor(draw.uniform() * count);
      const level = draw.uniform() < 0.8 ? (own(group) ?? other) : other;
      return Array.from({ length: count }, (_, l) => (l === level ? 1 : 0));
    });
    return [...numbers, 18_000 + Math.floor(draw.uniform() * 1000), ...levels];
  });
  const columns = rowsOf[0]!.length;
  const coding: ColumnCoding[] = [
    ...Array.from(
      fills,
      (fill, j): ColumnCoding => ({ kind: 'number', name: `x${j}`, fill, indicator: true }),
    ),
    { kind: 'date', name: 'since' },
    ...categories.map(
      ({ name, levels }): ColumnCoding => ({
        kind: 'category',
        name,
        levels: Array.from({ length: levels }, (_, l) => `${name} ${l}`),
      }),
    ),
  ];
  return { x: { rows, columns, values: Float64Array.from(rowsOf.flat()) }, labels, coding };
}

function middleOf({ rows, columns, values }: Matrix, j: number): number {
  const sorted = Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!).sort();
  return sorted[rows >> 1]!;
}

/** How {@link embedded} makes embeddings. */
export interface EmbeddedOptions {
  /** Default 384. */
  readonly columns?: number;
  /** Whether rows have length 1 (default); otherwise each is as long as it comes out, around a common mean. */
  readonly unit?: boolean;
}

/** Rows as a network might embed them: the centred rows by a random projection of size 1, tanh, and length 1. */
export function embedded(
  x: Matrix,
  stream: Stream,
  { columns = 384, unit = true }: EmbeddedOptions = {},
): Matrix {
  const projection = stream.fork('projection').normals(new Float64Array(x.columns * columns));
  const shift = stream.fork('shift').normals(new Float64Array(columns));
  const mean = new Float64Array(x.columns);
  x.values.forEach((value, at) => {
    mean[at % x.columns]! += value / x.rows;
  });
  let squares = 0;
  x.values.forEach((value, at) => {
    squares += (value - mean[at % x.columns]!) ** 2 / x.rows;
  });
  const factor = 1 / Math.sqrt(squares);
  const values = new Float64Array(x.rows * columns);
  for (let i = 0; i < x.rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    for (let k = 0; k < x.columns; k++) {
      const value = factor * (x.values[i * x.columns + k]! - mean[k]!);
      for (let j = 0; j < columns; j++) row[j]! += value * projection[k * columns + j]!;
    }
    let length = 0;
    for (let j = 0; j < columns; j++) {
      row[j] = Math.tanh(row[j]!) + (unit ? 0 : 0.3 * shift[j]!);
      length += row[j]! ** 2;
    }
    if (unit) for (let j = 0; j < columns; j++) row[j]! /= Math.sqrt(length);
  }
  return { rows: x.rows, columns, values };
}

/** How {@link cellCounts} makes counts. */
export interface CellCountOptions {
  /** Default 8,000. */
  readonly cells?: number;
  /** Default 2,000. */
  readonly genes?: number;
  /** How much the profiles of types differ: 0.45 is clear (default), 0.3 is faint. */
  readonly difference?: number;
}

/** Counts with the type of each cell. */
export interface MadeCounts {
  readonly counts: SparseRows;
  readonly labels: Int32Array;
}

/**
 * Negative binomial counts of molecules in cells of eight types, from 40 % to 1 %, with unequal library sizes.
 *
 * A type's profile is a common one, of which 12 % of the genes are changed by factors exp(2 difference N(0, 1)); the
 * size of a cell is log-normal around 2,500 molecules with deviation 0.5; counts are Poisson with gamma means of shape 2.
 */
export function cellCounts(
  stream: Stream,
  { cells = 8000, genes = 2000, difference = 0.45 }: CellCountOptions = {},
): MadeCounts {
  const labels = groupsOf(cells, [40, 20, 14, 10, 7, 5, 3, 1], stream);
  const common = stream.fork('profile');
  const base = Float64Array.from({ length: genes }, () => gamma(0.4, common));
  const profiles = Array.from({ length: 8 }, (_, type) => {
    const own = stream.fork('type', type);
    const profile = base.map((x) => {
      const change = own.normal();
      return own.uniform() < 0.12 ? x * Math.exp(2 * difference * change) : x;
    });
    const total = profile.reduce((sum, x) => sum + x, 0);
    return profile.map((x) => x / total);
  });
  const draw = stream.fork('cells');
  const starts = new Uint32Array(cells + 1);
  const indices: number[] = [];
  const values: number[] = [];
  labels.forEach((type, i) => {
    const size = 2500 * Math.exp(0.5 * draw.normal());
    const profile = profiles[type]!;
    for (let j = 0; j < genes; j++) {
      // A gamma variate of shape 2 is the sum of two exponential ones.
      const mean = -0.5 * size * profile[j]! * Math.log((1 - draw.uniform()) * (1 - draw.uniform()));
      const count = poisson(mean, draw);
      if (count === 0) continue;
      indices.push(j);
      values.push(count);
    }
    starts[i + 1] = indices.length;
  });
  return {
    counts: {
      ...{ rows: cells, columns: genes, starts },
      ...{ indices: Uint32Array.from(indices), values: Float32Array.from(values) },
    },
    labels,
  };
}

/** Marsaglia and Tsang 2000; shapes below 1 by a power of a uniform number. */
function gamma(shape: number, stream: Stream): number {
  if (shape < 1) return gamma(shape + 1, stream) * (1 - stream.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const z = stream.normal();
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - stream.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** By inversion; large means by the normal distribution. */
function poisson(mean: number, stream: Stream): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * stream.normal()));
  let left = stream.uniform();
  let probability = Math.exp(-mean);
  let count = 0;
  while (left >= probability && count < 200) {
    left -= probability;
    count++;
    probability *= mean / count;
  }
  return count;
}
