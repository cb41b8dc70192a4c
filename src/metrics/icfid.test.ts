import { describe, expect, it } from 'vitest';
import { generationGolden } from '../../test/support/generation-golden.js';
import { noise } from '../../test/support/noise.js';
import { gaussianStatistics } from './frechet.js';
import { icfid, matchClasses } from './icfid.js';

/** Noise about a mean that is noise too, as in generation-metrics.py. */
function cluster(side: string, index: number, mean: number) {
  const [rows, columns] = [40, 6];
  const center = noise(`icfid/mean/${mean}`, columns);
  const values = noise(`icfid/${side}/${index}`, rows * columns).map((x, i) => x + center[i % columns]!);
  return gaussianStatistics({ rows, columns, values });
}

const real = [0, 1, 2].map((c) => cluster('real', c, c));

describe('icfid', () => {
  it('has the distances and the optimum of PyTorch and SciPy', () => {
    const generated = [0, 1, 2].map((c) => cluster('generated', c, (c + 1) % 3));
    const { distances, optimal, optimalMap, greedy, greedyMap } = icfid(real, generated);
    distances.forEach((distance, i) => {
      expect(distance).toBeCloseTo(generationGolden.icfid.distances[i]!, 10);
    });
    expect(optimal).toBeCloseTo(generationGolden.icfid.optimal, 10);
    expect(optimalMap).toEqual(generationGolden.icfid.optimalMap);
    expect(greedyMap).toEqual(optimalMap);
    expect(greedy).toBe(optimal);
  });

  it('is 0 for permuted classes, and returns the permutation', () => {
    const { greedy, greedyMap, optimal, optimalMap } = icfid(real, [real[2]!, real[0]!, real[1]!]);
    expect(greedy).toBe(0);
    expect(greedyMap).toEqual([1, 2, 0]);
    expect(optimal).toBe(0);
    expect(optimalMap).toEqual([1, 2, 0]);
  });

  it('tells how far it is', () => {
    const seen: string[] = [];
    icfid(real.slice(1), real.slice(1), (done, total) => seen.push(`${done}/${total}`));
    expect(seen).toEqual(['1/4', '2/4', '3/4', '4/4']);
  });

  it('refuses unequal numbers of classes and components, and features of two networks', () => {
    expect(() => icfid(real, real.slice(1))).toThrow('not defined for 3 classes and 2 components');
    expect(() => icfid([], [])).toThrow('not defined for 0 classes and 0 components');
    const other = gaussianStatistics({ rows: 9, columns: 2, values: noise('other', 18) });
    expect(() => icfid([real[0]!], [other])).toThrow('features of 6 columns with features of 2');
  });
});

describe('matchClasses', () => {
  it('matches greedily in the order of classes, and optimally', () => {
    expect(matchClasses([1, 5, 2, 20], 2)).toEqual({
      greedy: 10.5,
      greedyMap: [0, 1],
      optimal: 3.5,
      optimalMap: [1, 0],
    });
  });

  it('depends on the order of classes where it is greedy only', () => {
    const { greedy, optimal } = matchClasses([2, 20, 1, 5], 2);
    expect(greedy).toBe(3.5);
    expect(optimal).toBe(3.5);
  });
});
