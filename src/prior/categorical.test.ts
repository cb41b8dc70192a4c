import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { CategoricalPrior } from './categorical.js';

describe('codes of given probabilities', () => {
  const prior = new CategoricalPrior({ components: 3, noise: 1, mixing: [6, 3, 1] });

  it('are drawn by their shares, within four standard errors', () => {
    expect([...prior.mixing]).toEqual([0.6, 0.3, 0.1]);
    const n = 20_000;
    const { component, z } = prior.sample(n, Stream.root(0));
    for (const [c, share] of [0.6, 0.3, 0.1].entries()) {
      const found = component.filter((own) => own === c).length / n;
      expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    }
    for (let i = 0; i < 20; i++) expect(z[i * 4 + 1 + component[i]!]).toBe(1);
  });

  it('may be weighed anew', () => {
    const other = new CategoricalPrior({ components: 2, noise: 0 });
    other.weigh([1, 3]);
    expect([...other.mixing]).toEqual([0.25, 0.75]);
    other.weigh([0, 2]);
    expect([...other.sample(50, Stream.root(1)).component]).toEqual(new Array(50).fill(1));
  });

  it.each([[[0.5, 0.5]], [[-1, 1, 1]], [[0, 0, 0]], [[Number.NaN, 1, 1]]])('are refused: %j', (mixing) => {
    expect(() => new CategoricalPrior({ components: 3, noise: 1, mixing })).toThrow(
      `The shares of the groups are ${mixing.join(', ')}; give 3 numbers of at least 0, one above 0.`,
    );
  });

  it('equal ones by default are the draws of whole numbers that they have always been', () => {
    const equal = new CategoricalPrior({ components: 5, noise: 2 });
    const choices = Stream.root(7).fork('component');
    const expected = Array.from({ length: 30 }, () => choices.int(5));
    expect([...equal.sample(30, Stream.root(7)).component]).toEqual(expected);
  });
});

describe('uniform noise', () => {
  it('lies in (-1, 1) with variance 1/3', () => {
    const prior = new CategoricalPrior({ components: 2, noise: 2, noiseLaw: 'uniform' });
    const n = 5000;
    const { z } = prior.sampleComponent(1, n, Stream.root(2));
    const first = Array.from({ length: n }, (_, i) => z[i * 4]!);
    expect(Math.max(...first.map(Math.abs))).toBeLessThan(1);
    const variance = first.reduce((sum, x) => sum + x * x, 0) / n;
    // Var(x^2) = 1/5 - 1/9 = 4/45.
    expect(Math.abs(variance - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n));
    expect([...prior.covariances.subarray(0, 16)].filter((x) => x !== 0)).toEqual([1 / 3, 1 / 3]);
  });
});
