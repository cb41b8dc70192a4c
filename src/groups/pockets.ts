/** @file Pockets: a few rows that lie together, apart from all others, but are joined to a group by some of the others. */
import type { Partition } from '../cluster/cells.js';
import type { NearestRows } from '../cluster/nearest-rows.js';
import type { Matrix } from '../math/matrix.js';

/** Fewest rows of a pocket: fewer are outliers. */
const LEAST_ROWS = 8;
/** Share of the nearest rows of a pocket that are in it. */
const CLOSED = 0.9;
/** A pocket is so many times as far from the others as its own rows and those others are from their neighbours. */
const APART = { own: 1.2, others: 1.5 };
/** Pockets are of a share of all rows: where there are more, the data are copies or lie on a lattice. */
const MOST_SHARE = 0.01;

/**
 * The pockets of a graph of neighbours, the places of the rows of each: rows that are nearest rows of each other, directly
 * or by others (a component of the mutual graph), at least 8 and fewer than `smallest`, with 90 % of their nearest rows
 * among themselves. The median distance to the nearest row outside has to be 1.2 times that to the k-th nearest row
 * within, and 1.5 times that of the outer row to its own k-th nearest; copies of a row amid others are none.
 */
export function pocketsOf(rows: Matrix, nearest: NearestRows, smallest: number): Uint32Array[] {
  const found = mutualComponents(nearest)
    .filter(({ length }) => length >= LEAST_ROWS && length < smallest)
    .filter((pocket) => isClosed(pocket, nearest))
    .filter((pocket) => isApart(pocket, rows, nearest));
  const total = found.reduce((sum, { length }) => sum + length, 0);
  return total <= MOST_SHARE * rows.rows ? found : [];
}

/** The division with those pockets that lie within one of its parts as parts of their own, after the others. */
export function withPockets<Divided extends Partition>(
  division: Divided,
  pockets: readonly Uint32Array[],
): Divided {
  const part = Int32Array.from(division.part);
  const sizes = new Float64Array(division.parts);
  for (const p of part) sizes[p]! += 1;
  let { parts } = division;
  for (const pocket of pockets) {
    const home = part[pocket[0]!]!;
    if (sizes[home]! <= 2 * pocket.length || pocket.some((i) => part[i] !== home)) continue;
    for (const i of pocket) part[i] = parts;
    parts++;
  }
  return { ...division, part, parts };
}

/** Rows joined where each is a nearest row of the other. */
function mutualComponents({ k, index }: NearestRows): Uint32Array[] {
  const count = index.length / k;
  const seen = new Uint8Array(count);
  const isNear = (i: number, j: number) => index.subarray(i * k, i * k + k).includes(j);
  const components: Uint32Array[] = [];
  for (let first = 0; first < count; first++) {
    if (seen[first]) continue;
    seen[first] = 1;
    const rows = [first];
    for (let at = 0; at < rows.length; at++) {
      const i = rows[at]!;
      for (const j of index.subarray(i * k, i * k + k)) {
        if (seen[j] || !isNear(j, i)) continue;
        seen[j] = 1;
        rows.push(j);
      }
    }
    components.push(Uint32Array.from(rows).sort());
  }
  return components;
}

function isClosed(pocket: Uint32Array, { k, index }: NearestRows): boolean {
  const own = new Set(pocket);
  let inside = 0;
  for (const i of pocket) for (const j of index.subarray(i * k, i * k + k)) inside += Number(own.has(j));
  return inside >= CLOSED * k * pocket.length;
}

function isApart(pocket: Uint32Array, { rows, columns, values }: Matrix, nearest: NearestRows): boolean {
  const own = new Set(pocket);
  const reach = (i: number) => Math.sqrt(nearest.squared[i * nearest.k + nearest.k - 1]!);
  const gaps: number[] = [];
  const outer: number[] = [];
  for (const i of pocket) {
    let [least, at] = [Number.POSITIVE_INFINITY, -1];
    for (let j = 0; j < rows; j++) {
      if (own.has(j)) continue;
      let squared = 0;
      for (let c = 0; c < columns && squared < least; c++)
        squared += (values[i * columns + c]! - values[j * columns + c]!) ** 2;
      if (squared < least) [least, at] = [squared, j];
    }
    gaps.push(Math.sqrt(least));
    outer.push(reach(at));
  }
  const gap = median(gaps);
  return gap > APART.own * median(Array.from(pocket, reach)) && gap > APART.others * median(outer);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
