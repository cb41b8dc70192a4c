import { describe, expect, it } from 'vitest';
import { Stream } from '../../math/random.js';
import { auc } from './auc.js';
import { boostedLogOdds } from './boosted-trees.js';
import { twoSampleAuc } from './two-sample.js';

const stream = Stream.root(5);

/** Rows (a, r a + sqrt(1 - r^2) b) of normal a and b, moved by m. */
function pairs(rows: number, name: string, r = 0, m = 0) {
  const draws = stream.fork(name).normals(new Float64Array(2 * rows));
  const values = draws.map((x, i) => m + (i % 2 === 0 ? x : r * draws[i - 1]! + Math.sqrt(1 - r * r) * x));
  return { rows, columns: 2, values };
}

describe('the area under the ROC curve', () => {
  it('is the chance of the higher score, a tie counting half', () => {
    expect(auc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(auc([1, 2, 3, 4], [1, 1, 0, 0])).toBe(0);
    expect(auc([5, 5, 5], [0, 1, 0])).toBe(0.5);
    // sklearn.metrics.roc_auc_score([0, 1, 1, 0, 1, 0, 0], [0.2, 0.3, 0.3, 0.3, 0.9, 0.1, 0.9])
    expect(auc([0.2, 0.3, 0.3, 0.3, 0.9, 0.1, 0.9], [0, 1, 1, 0, 1, 0, 0])).toBeCloseTo(8.5 / 12, 12);
    expect(auc([1, 2], [1, 1])).toBeNaN();
  });
});

describe('boosted trees', () => {
  it('find classes that lie crosswise, and give the log odds of a leaf', () => {
    const rows = 800;
    const { values } = pairs(rows, 'crosswise');
    const y = Uint8Array.from({ length: rows }, (_, i) =>
      values[2 * i]! > 0 === values[2 * i + 1]! > 0 ? 1 : 0,
    );
    const fitted = Uint8Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const unseen = [...fitted.keys()].filter((i) => fitted[i] === 0);
    const logOdds = boostedLogOdds({ rows, columns: 2, values }, y, fitted);
    const right = unseen.filter((i) => logOdds[i]! > 0 === (y[i] === 1)).length / unseen.length;
    expect(right).toBeGreaterThan(0.93);
    // One split of columns of two values, to the end: log(3 / 1) on one side, log(1 / 3) on the other.
    const coarse = Float64Array.from({ length: 80 }, (_, i) => (i < 40 ? 0 : 1));
    const half = Uint8Array.from({ length: 80 }, (_, i) => (i < 40 === i % 4 < 1 ? 1 : 0));
    const all = new Uint8Array(80).fill(1);
    const found = boostedLogOdds({ rows: 80, columns: 1, values: coarse }, half, all, { depth: 1 });
    expect(found[0]).toBeCloseTo(Math.log(1 / 3), 4);
    expect(found[79]).toBeCloseTo(Math.log(3), 4);
  });

  it('need no labels of rows that they are not fitted to, and look at some columns of many', () => {
    const x = pairs(400, 'some');
    const fitted = Uint8Array.from({ length: 400 }, (_, i) => (i < 300 ? 1 : 0));
    const y = Uint8Array.from({ length: 400 }, (_, i) => (x.values[2 * i]! > 0 ? 1 : 0));
    const changed = y.map((value, i) => (i < 300 ? value : 1 - value));
    expect(boostedLogOdds(x, y, fitted)).toEqual(boostedLogOdds(x, changed, fitted));
    const [one, other] = [0, 1].map((seed) => boostedLogOdds(x, y, fitted, { columns: 1, seed, trees: 20 }));
    expect(one).not.toEqual(other);
  });
});

describe('a classifier of generated and real rows', () => {
  it('cannot tell rows of one distribution, and tells others as their distributions allow', () => {
    const real = pairs(2000, 'real');
    expect(Math.abs(twoSampleAuc(real, pairs(2000, 'same')) - 0.5)).toBeLessThan(0.03);
    // Normals that are 1 apart in both columns: Phi(1) = 0.841 at best, and 0.822 by the classifier of scikit-learn.
    expect(Math.abs(twoSampleAuc(real, pairs(2000, 'moved', 0, 1)) - 0.822)).toBeLessThan(0.01);
    // Only the correlation differs. HistGradientBoostingClassifier of scikit-learn 1.9 gives 0.733 for these rows.
    expect(Math.abs(twoSampleAuc(real, pairs(2000, 'correlated', 0.8)) - 0.733)).toBeLessThan(0.01);
  });

  it('gives the same for the same seed, takes as many rows of both, and says when there are too few', () => {
    const [real, other] = [pairs(300, 'real'), pairs(200, 'moved', 0, 1)];
    const value = twoSampleAuc(real, other, { seed: 3 });
    expect(twoSampleAuc(real, other, { seed: 3 })).toBe(value);
    expect(twoSampleAuc(real, other, { seed: 4 })).not.toBe(value);
    const fractions: number[] = [];
    twoSampleAuc(real, other, { rows: 60, folds: 3, onFraction: (done) => fractions.push(done) });
    expect(fractions).toEqual([1 / 3, 2 / 3, 1]);
    expect(() => twoSampleAuc(pairs(4, 'real'), other)).toThrow(
      'A comparison in 5 parts needs at least 2 parts and as many rows of both sides; there are 4.',
    );
  });
});
