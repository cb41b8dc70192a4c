import { describe, expect, it } from 'vitest';
import { generationGolden, noiseMatrix, noiseProbabilities } from '../../test/support/generation-golden.js';
import { qualityDiversity } from './quality-diversity.js';

const golden = generationGolden.spread;
const features = noiseMatrix('spread', 31, 5);
const probabilities = noiseProbabilities('spread/p', 31, 3, 4);
const scores = qualityDiversity({ probabilities, features, components: golden.components });

describe('qualityDiversity', () => {
  it('agrees with SciPy in every component', () => {
    expect(scores.quality).toBeCloseTo(golden.quality, 12);
    expect(scores.groups.map(({ component, count }) => [component, count])).toEqual([
      [0, 8],
      [1, 8],
      [2, 7],
      [3, 7],
      [4, 1],
    ]);
    scores.groups.forEach((group, i) => {
      expect(group.quality).toBeCloseTo(golden.groups[i]!.quality, 12);
      if (group.count > 1) expect(group.diversity).toBeCloseTo(golden.groups[i]!.diversity!, 12);
      else expect(group).not.toHaveProperty('diversity');
    });
  });

  it('weights the components with a diversity by their numbers of samples', () => {
    const expected = [8, 8, 7, 7].reduce((sum, n, i) => sum + n * golden.groups[i]!.diversity!, 0) / 30;
    expect(scores.diversity).toBeCloseTo(expected, 12);
  });

  it('scales its diversity with the features, and has none for single samples', () => {
    const double = { ...features, values: features.values.map((x) => 2 * x) };
    const other = qualityDiversity({ probabilities, features: double, components: golden.components });
    expect(other.diversity! / scores.diversity!).toBeCloseTo(2, 12);
    expect(other.quality).toBe(scores.quality);
    const alone = qualityDiversity({
      probabilities,
      features,
      components: golden.components.map((_, i) => i),
    });
    expect(alone).not.toHaveProperty('diversity');
  });

  it('refuses what does not fit', () => {
    const components = golden.components;
    expect(() => qualityDiversity({ probabilities, features, components: [0] })).toThrow(
      '31 rows of probabilities, 31 of features and 1 components',
    );
    expect(() => qualityDiversity({ probabilities: features, features, components })).toThrow(
      'of the class probabilities',
    );
    expect(() => qualityDiversity({ probabilities, features, components: components.map(() => -1) })).toThrow(
      'component of sample 0 is -1',
    );
  });
});
