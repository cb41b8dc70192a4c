import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximumWeightAssignment, minimumCostAssignment } from './hungarian.js';

/** Smallest total over all ways to match min(rows, columns) pairs. */
function bruteForce(cost: number[], rows: number, columns: number): number {
  const visit = (row: number, used: number, skips: number): number => {
    if (row === rows) return 0;
    let best = skips > 0 ? visit(row + 1, used, skips - 1) : Infinity;
    for (let j = 0; j < columns; j++) {
      if (used & (1 << j)) continue;
      best = Math.min(best, cost[row * columns + j]! + visit(row + 1, used | (1 << j), skips));
    }
    return best;
  };
  return visit(0, 0, Math.max(0, rows - columns));
}

const problems = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: rows * columns, maxLength: rows * columns })
      .map((cost) => ({ rows, columns, cost })),
  );

describe('assignment', () => {
  it('finds the optimum of every small problem, rectangular too', () => {
    fc.assert(
      fc.property(problems, ({ rows, columns, cost }) => {
        const { columnOfRow, total } = minimumCostAssignment(cost, rows, columns);
        const matched = [...columnOfRow].filter((j) => j >= 0);
        expect(matched.length).toBe(Math.min(rows, columns));
        expect(new Set(matched).size).toBe(matched.length);
        expect(matched.every((j) => j < columns)).toBe(true);
        const sum = columnOfRow.reduce((s, j, i) => s + (j < 0 ? 0 : cost[i * columns + j]!), 0);
        expect(total).toBe(sum);
        expect(total).toBe(bruteForce(cost, rows, columns));
      }),
      { numRuns: 300 },
    );
  });

  it('maximises by negation', () => {
    expect([...maximumWeightAssignment([0, 5, 5, 0], 2, 2).columnOfRow]).toEqual([1, 0]);
    expect(maximumWeightAssignment([0, 5, 5, 0], 2, 2).total).toBe(10);
  });

  it('is optimal where greedy is not', () => {
    const { columnOfRow, total } = minimumCostAssignment([1, 5, 2, 20], 2, 2);
    expect([...columnOfRow]).toEqual([1, 0]);
    expect(total).toBe(7);
  });

  it('solves 300 x 300 with a known optimum', () => {
    const n = 300;
    const secret = Array.from({ length: n }, (_, i) => (i * 77 + 5) % n);
    const cost = Float64Array.from({ length: n * n }, (_, k) => {
      const i = Math.floor(k / n);
      const j = k % n;
      return i + 2 * j + (secret[i] === j ? 0 : 1 + ((i * j) % 7));
    });
    expect([...minimumCostAssignment(cost, n, n).columnOfRow]).toEqual(secret);
  });

  it('takes empty problems and refuses bad ones', () => {
    expect(minimumCostAssignment([], 0, 3)).toEqual({ columnOfRow: new Int32Array(0), total: 0 });
    expect([...minimumCostAssignment([], 2, 0).columnOfRow]).toEqual([-1, -1]);
    expect(() => minimumCostAssignment([1, 2, 3], 2, 2)).toThrow('needs 4 costs, got 3');
    expect(() => minimumCostAssignment([1, 2, Number.NaN, 3], 2, 2)).toThrow('row 1, column 0 is NaN');
  });
});
