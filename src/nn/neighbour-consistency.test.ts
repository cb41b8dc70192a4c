import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { constant } from '../graph/tensor.js';
import { neighbourConsistency } from './neighbour-consistency.js';

const K = 4;
/** Logits that are certain of these groups. */
const sure = (groups: readonly number[]) =>
  constant(
    groups.flatMap((group) => Array.from({ length: K }, (_, c) => (c === group ? 60 : 0))),
    [groups.length, K],
  );
const loss = (own: readonly number[], near: readonly number[], weight: number) =>
  evaluate([neighbourConsistency(sure(own), sure(near), weight)], {})[0]![0]!;

describe('the loss of SCAN', () => {
  it('is -w ln K where groups are sure, of equal size and those of the neighbours', () => {
    expect(loss([0, 1, 2, 3], [0, 1, 2, 3], 5)).toBeCloseTo(-5 * Math.log(K), 12);
    expect(loss([0, 1, 2, 3], [0, 1, 2, 3], 2)).toBeCloseTo(-2 * Math.log(K), 12);
  });

  it('is 0 where all rows are in one group', () => {
    expect(loss([1, 1, 1, 1], [1, 1, 1, 1], 5)).toBeCloseTo(0, 6);
  });

  it('is ln K - w ln K where nothing is known', () => {
    const even = constant(new Float64Array(2 * K), [2, K]);
    const [value] = evaluate([neighbourConsistency(even, even, 5)], {});
    expect(value![0]).toBeCloseTo(Math.log(K) - 5 * Math.log(K), 12);
  });

  it('is high, and finite, where neighbours are in other groups', () => {
    expect(loss([0, 1, 2, 3], [1, 2, 3, 0], 0)).toBeCloseTo(-Math.log(1e-8), 6);
  });
});
