import { describe, expect, it } from 'vitest';
import { generationGolden, noiseProbabilities } from '../../test/support/generation-golden.js';
import { inceptionScore } from './inception-score.js';

describe('inceptionScore', () => {
  it.each(generationGolden.inception)(
    'agrees with PyTorch: $rows rows, $classes classes, $splits splits',
    (golden) => {
      const { rows, classes, splits, sharpness } = golden;
      const score = inceptionScore(noiseProbabilities(`inception/${rows}`, rows, classes, sharpness), splits);
      expect(score.mean).toBeCloseTo(golden.mean, 11);
      expect(score.deviation).toBeCloseTo(golden.deviation, 11);
    },
  );

  it('is the number of classes for sure and varied answers, and 1 for equal ones', () => {
    const sure = Float32Array.from({ length: 40 * 4 }, (_, i) => (i % 4 === Math.floor(i / 4) % 4 ? 1 : 0));
    expect(inceptionScore({ rows: 40, columns: 4, values: sure }, 10).mean).toBeCloseTo(4, 12);
    const unsure = new Float64Array(40 * 4).fill(0.25);
    expect(inceptionScore({ rows: 40, columns: 4, values: unsure }, 10)).toEqual({ mean: 1, deviation: 0 });
    const one = Float64Array.from({ length: 40 * 4 }, (_, i) => (i % 4 === 2 ? 1 : 0));
    expect(inceptionScore({ rows: 40, columns: 4, values: one }, 10).mean).toBe(1);
  });

  it('refuses rows that are no distribution, and more splits than rows', () => {
    const of = (...values: number[]) =>
      inceptionScore({ rows: values.length / 2, columns: 2, values: Float64Array.from(values) }, 1);
    expect(() => of(0.5, 0.5, 3, 1)).toThrow('Row 1 (from 0) of the class probabilities sums to 4');
    expect(() => of(1.5, -0.5)).toThrow('Row 0 (from 0) of the class probabilities holds -0.5');
    expect(() => of(0.5, Number.NaN)).toThrow('The class probabilities hold NaN at row 0, column 1');
    expect(() => inceptionScore({ rows: 2, columns: 1, values: Float64Array.of(1, 1) }, 3)).toThrow(
      '2 samples cannot be split into 3 parts',
    );
  });
});
