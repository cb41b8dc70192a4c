/** @file The linear assignment problem: the best one-to-one matching of rows and columns. */
import { MixturaError } from '../errors.js';

/** A one-to-one matching of rows and columns. */
export interface Matching {
  /** The column of each row, -1 for a row that stays unmatched (only when rows > columns). */
  readonly columnOfRow: Int32Array;
  /** Sum of the matched entries. */
  readonly total: number;
}

/**
 * Matches rows and columns one to one so that the sum of the matched costs is smallest.
 *
 * `min over injective m of sum_i cost[i, m(i)]`; min(rows, columns) pairs are made. O(min^2 max) by
 * shortest augmenting paths with dual potentials; ties are broken the same way every time.
 *
 * Source: Kuhn 1955; Jonker and Volgenant 1987.
 *
 * @param cost rows x columns, row-major, finite, any sign
 * @throws MixturaError when the sizes disagree or a cost is not finite
 * @example
 * minimumCostAssignment([4, 1, 2, 3], 2, 2); // => { columnOfRow: [1, 0], total: 3 }
 */
export function minimumCostAssignment(cost: ArrayLike<number>, rows: number, columns: number): Matching {
  checkCosts(cost, rows, columns);
  const columnOfRow = new Int32Array(rows).fill(-1);
  if (rows <= columns) {
    columnOfRow.set(matchRows((i, j) => cost[i * columns + j]!, rows, columns));
  } else {
    const rowOfColumn = matchRows((j, i) => cost[i * columns + j]!, columns, rows);
    for (let j = 0; j < columns; j++) columnOfRow[rowOfColumn[j]!] = j;
  }
  let total = 0;
  columnOfRow.forEach((j, i) => {
    if (j >= 0) total += cost[i * columns + j]!;
  });
  return { columnOfRow, total };
}

/**
 * Matches rows and columns one to one so that the sum of the matched weights is largest.
 *
 * @param weight rows x columns, row-major, finite, any sign
 * @throws MixturaError when the sizes disagree or a weight is not finite
 * @see minimumCostAssignment
 */
export function maximumWeightAssignment(weight: ArrayLike<number>, rows: number, columns: number): Matching {
  const { columnOfRow, total } = minimumCostAssignment(
    Float64Array.from(weight, (w) => -w),
    rows,
    columns,
  );
  return { columnOfRow, total: total === 0 ? 0 : -total };
}

function checkCosts(cost: ArrayLike<number>, rows: number, columns: number): void {
  if (cost.length !== rows * columns) {
    throw new MixturaError(
      `A ${rows} x ${columns} assignment needs ${rows * columns} costs, got ${cost.length}.`,
    );
  }
  for (let k = 0; k < cost.length; k++) {
    if (!Number.isFinite(cost[k]!)) {
      const where = `row ${Math.floor(k / columns)}, column ${k % columns}`;
      throw new MixturaError(`The assignment cost at ${where} is ${cost[k]}: costs must be finite numbers.`);
    }
  }
}

/** Column of each row, for n <= m. Rows enter one by one along a shortest augmenting path of reduced costs. */
function matchRows(cost: (row: number, column: number) => number, n: number, m: number): Int32Array {
  const rowPotential = new Float64Array(n);
  const columnPotential = new Float64Array(m);
  const rowOfColumn = new Int32Array(m).fill(-1);
  const previous = new Int32Array(m); // the column before this one on the path, -1 at its start
  const slack = new Float64Array(m);
  const visited = new Uint8Array(m);
  for (let start = 0; start < n; start++) {
    slack.fill(Infinity);
    visited.fill(0);
    previous.fill(-1);
    let row = start;
    let column = -1;
    while (row >= 0) {
      if (column >= 0) visited[column] = 1;
      let next = -1;
      for (let j = 0; j < m; j++) {
        if (visited[j]) continue;
        const reduced = cost(row, j) - rowPotential[row]! - columnPotential[j]!;
        if (reduced < slack[j]!) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (next < 0 || slack[j]! < slack[next]!) next = j;
      }
      const step = slack[next]!;
      rowPotential[start]! += step;
      for (let j = 0; j < m; j++) {
        if (visited[j]) {
          rowPotential[rowOfColumn[j]!]! += step;
          columnPotential[j]! -= step;
        } else slack[j]! -= step;
      }
      column = next;
      row = rowOfColumn[column]!;
    }
    // Flip the path: every column on it takes the row of the column before it, its first the new row.
    while (column >= 0) {
      const before = previous[column]!;
      rowOfColumn[column] = before >= 0 ? rowOfColumn[before]! : start;
      column = before;
    }
  }
  const columnOfRow = new Int32Array(n);
  rowOfColumn.forEach((i, j) => {
    if (i >= 0) columnOfRow[i] = j;
  });
  return columnOfRow;
}
