/** @file Every row of a data set assigned to the groups that were found in the rows that were looked at. */
import type { Partition } from '../cluster/cells.js';
import { fitGaussianMixture, type GaussianMixture, mixturePosterior } from '../cluster/gaussian-mixture.js';
import { nearestAmong } from '../cluster/nearest-among.js';
import type { NearestRows } from '../cluster/nearest-rows.js';
import { type Matrix, selectRows } from '../math/matrix.js';
import type { FittedDatasetView } from '../views/views-of.js';
import { neighbourShares, type PartShares } from './trust/confidence.js';
import type { RowFindings } from './trust/findings.js';
import { localDensity, localOutlierFactor } from './trust/local-outlier.js';
import { farLimits, isUnexplained } from './trust/unexplained.js';

/** Rows that are read and assigned at a time. */
const BLOCK = 8192;
/** Iterations of the mixture whose posterior assigns: it starts at groups of a mixture. */
const ITERATIONS = 50;
/** A posterior that is no larger says nothing for a group. */
const NONE = 1e-6;

/** What rows are assigned by. */
export interface Assigning {
  /** The view in which groups were found, fitted on the rows that were looked at. */
  readonly view: FittedDatasetView;
  /** The nearest of those rows to each of them: so many vote. */
  readonly near: NearestRows;
  /** Numbers of those rows, ascending. */
  readonly looked: Uint32Array;
  /** Their parts; those at `fragment` are of no group. */
  readonly division: Partition;
  readonly fragment: ReadonlySet<number>;
  /** Whether the posterior of a Gaussian mixture assigns, and not the nearest rows. */
  readonly mixture: boolean;
  readonly count: number;
  /** Called between blocks with the share that is done; it may throw, to end the work. */
  readonly onBlock?: ((done: number) => void | Promise<void>) | undefined;
}

/** Every row in its group. */
export interface AssignedRows {
  readonly rows: RowFindings;
  /** The number of each part of the division; 0 for fragments. */
  readonly numbers: Int32Array;
}

/**
 * Assigns every row: by the posterior of a Gaussian mixture, or by the vote of the nearest rows that were looked at.
 * Rows that were looked at keep their part, but a row far from all others is in none. Groups are numbered by all their rows, the largest first.
 *
 * @param read the view of the rows of the data set with these numbers
 */
export async function assignRows(
  assigning: Assigning,
  read: (indices: Uint32Array) => Matrix,
): Promise<AssignedRows> {
  const { view, looked, near: own, division, fragment, count, onBlock } = assigning;
  const { k } = own;
  const density = localDensity(own);
  const mixture = assigning.mixture ? mixtureOf(view, division) : undefined;
  const rows = emptyRows(count);
  const parts = new Int32Array(count).fill(-1);
  const alone = new Uint8Array(count);
  const limits = farLimits(own, division);
  const known = knownParts(looked, division, count);
  const put = (at: ArrayLike<number>, x: Matrix, near: NearestRows) => {
    const votes = mixture ? posterior(x, mixture) : neighbourShares(near, division);
    fill(rows, parts, at, votes, known);
    const factors = localOutlierFactor(near, density);
    for (let i = 0; i < at.length; i++) {
      rows.outlier[at[i]!] = factors[i]!;
      const squared = near.squared[i * near.k + near.k - 1]!;
      alone[at[i]!] = Number(isUnexplained(factors[i]!, squared, limits[parts[at[i]!]!]!));
    }
  };
  for (let first = 0; first < looked.length; first += BLOCK) {
    const places = Uint32Array.from({ length: Math.min(BLOCK, looked.length - first) }, (_, i) => first + i);
    const near = {
      k,
      index: own.index.subarray(first * k, (first + places.length) * k),
      squared: own.squared.subarray(first * k, (first + places.length) * k),
    };
    put(looked.subarray(first, first + BLOCK), selectRows(view.rows, places), near);
  }
  const others = Uint32Array.from(unlooked(known));
  for (let first = 0; first < others.length; first += BLOCK) {
    const at = others.subarray(first, first + BLOCK);
    const x = read(at);
    put(at, x, nearestAmong(x, view.rows, k));
    await onBlock?.((first + at.length) / others.length);
  }
  return numbered(rows, parts, alone, numbersBySize(parts, division.parts, fragment));
}

function emptyRows(count: number): RowFindings {
  return {
    group: new Int32Array(count),
    second: new Int32Array(count),
    confidence: new Float32Array(count),
    outlier: new Float32Array(count),
  };
}

/** The part of every row that was looked at, -1 for the others. */
function knownParts(looked: Uint32Array, { part }: Partition, count: number): Int32Array {
  const known = new Int32Array(count).fill(-1);
  looked.forEach((row, i) => {
    known[row] = part[i]!;
  });
  return known;
}

function* unlooked(known: Int32Array): Generator<number> {
  for (let row = 0; row < known.length; row++) if (known[row] === -1) yield row;
}

/** The mixture whose groups the parts are. */
function mixtureOf({ rows, floor }: FittedDatasetView, { part, parts }: Partition): GaussianMixture {
  return fitGaussianMixture(rows, part, parts, { floor, maxIterations: ITERATIONS });
}

function posterior(x: Matrix, mixture: GaussianMixture): PartShares {
  return { share: mixturePosterior(x, mixture).responsibilities, parts: mixture.components, none: NONE };
}

/** Writes the most probable part, the second one and the share of the first. A part that is known stays. */
function fill(
  rows: RowFindings,
  into: Int32Array,
  at: ArrayLike<number>,
  { share, parts, none }: PartShares,
  known: Int32Array,
): void {
  for (let i = 0; i < at.length; i++) {
    const row = at[i]!;
    const line = share.subarray(i * parts, i * parts + parts);
    const part = known[row]! >= 0 ? known[row]! : largest(line, -1);
    into[row] = part;
    const second = largest(line, part);
    rows.second[row] = second < 0 || line[second]! <= none ? -1 : second;
    rows.confidence[row] = Math.min(1, line[part]!);
  }
}

function largest(line: Float64Array, besides: number): number {
  let best = -1;
  for (let part = 0; part < line.length; part++) {
    if (part !== besides && (best < 0 || line[part]! > line[best]!)) best = part;
  }
  return best;
}

/** Parts as numbers of groups; rows of fragments and rows that no group explains are in group 0. */
function numbered(
  rows: RowFindings,
  parts: Int32Array,
  alone: Uint8Array,
  numbers: Int32Array,
): AssignedRows {
  const numberOf = (part: number) => (part < 0 ? 0 : numbers[part]!);
  const group = parts.map((part, row) => (alone[row] ? 0 : numberOf(part)));
  const second = rows.second.map((part, row) => numberOf(alone[row] ? parts[row]! : part));
  return { rows: { ...rows, group, second }, numbers };
}

/** The number of each part, 1 for the one with the most rows; 0 for fragments. */
export function numbersBySize(
  part: Int32Array,
  parts: number,
  fragment: ReadonlySet<number> = new Set(),
): Int32Array {
  const sizes = new Float64Array(parts);
  for (const p of part) sizes[p]! += 1;
  const numbers = new Int32Array(parts);
  [...sizes.keys()]
    .filter((p) => !fragment.has(p))
    .sort((a, b) => sizes[b]! - sizes[a]! || a - b)
    .forEach((p, at) => {
      numbers[p] = at + 1;
    });
  return numbers;
}
