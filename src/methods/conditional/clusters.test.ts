import { describe, expect, it } from 'vitest';
import { evaluate } from '../../graph/evaluate.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { ownScore } from '../../method/harness.js';
import { EmpiricalPrior } from '../../prior/empirical.js';
import { clusteredAgain } from './clusters.js';
import { RowLabels } from './row-labels.js';

/** 3 groups of 4 rows about -10, 0 and 10, one after another. */
const rows = Float32Array.from([-10, 0, 10].flatMap((m) => [m - 0.5, m + 0.5, m - 0.25, m + 0.25]));
const again = (old: readonly number[]) => [
  ...clusteredAgain({
    ...{ features: rows, dim: 1, clusters: 3 },
    ...{ old: Int32Array.from(old), stream: Stream.root(0) },
  }),
];

describe('clustering again', () => {
  it('leaves clusters that are the old ones their numbers, whatever these are', () => {
    expect(again([2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 1])).toEqual([0, 10, -10]);
    expect(again([1, 1, 1, 1, 2, 2, 2, 2, 0, 0, 0, 0])).toEqual([10, -10, 0]);
  });

  it('gives a new cluster the number of the old one that it shares most rows with', () => {
    expect(again([1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2, 1])).toEqual([0, -10, 10]);
  });

  it('starts an empty cluster at a row of the data, and ends with the groups that there are', () => {
    const centers = again([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(centers[0]).toBeLessThan(-9);
    expect(centers.every((center) => Math.abs(center) <= 10.5)).toBe(true);
    expect(again([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual(centers);
  });
});

describe('the score of a label', () => {
  it('is the one that gathering picks', () => {
    const [scores, code] = [input('scores', [3, 4]), input('code', [3, 4])];
    const values = Stream.root(1).normals(new Float64Array(12));
    const labels = [2, 0, 3];
    const codes = labels.flatMap((label) => [0, 1, 2, 3].map((c) => (c === label ? 1 : 0)));
    const [own] = evaluate([ownScore(scores, code)], { scores: values, code: codes });
    expect([...own!]).toEqual(labels.map((label, i) => values[4 * i + label]));
    expect(ownScore(scores, undefined)).toBe(scores);
  });
});

describe('labels of rows', () => {
  const fresh = () => new RowLabels(new EmpiricalPrior({ components: 3, noise: 2 }), undefined);

  it('tell the prior the shares of the groups, of which samples are drawn', () => {
    const labels = fresh();
    expect([...labels.prior.mixing]).toEqual([1 / 3, 1 / 3, 1 / 3]);
    labels.set([0, 0, 0, 2]);
    expect([...labels.prior.mixing]).toEqual([0.75, 0, 0.25]);
    const { component, z } = labels.prior.sample(4000, Stream.root(2));
    const share = component.reduce((n, c) => n + (c === 0 ? 1 : 0), 0) / 4000;
    // Three standard errors of a share of 0.75 are 3 sqrt(0.75 0.25 / 4000) = 0.02.
    expect(Math.abs(share - 0.75)).toBeLessThan(0.02);
    expect(component).not.toContain(1);
    component.forEach((c, i) => {
      expect(z[5 * i + 2 + c]).toBe(1);
    });
  });

  it('are one-hot codes of the rows of a batch, and go on from a saved state', () => {
    const labels = fresh();
    expect(labels.known).toBe(false);
    expect(() => labels.of([0])).toThrow('rows have no labels before the first step');
    expect(labels.state()).toEqual({ shares: { shape: [3], data: new Float64Array(3).fill(1 / 3) } });
    labels.set([0, 2, 1, 2]);
    const state = labels.state();
    expect([...state.shares!.data]).toEqual([0.25, 0.25, 0.5]);
    const restored = new RowLabels(new EmpiricalPrior({ components: 3, noise: 2 }, state), state);
    expect(restored.state()).toEqual(state);
    expect([...restored.codes({ rows: Uint32Array.of(3, 0) })]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('need as many shares as there are groups', () => {
    expect(() => fresh().prior.setShares([0.5, 0.5])).toThrow(
      'A prior of 3 groups cannot have 2 shares; give one a group.',
    );
  });
});
