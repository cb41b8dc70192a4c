import { describe, expect, it } from 'vitest';
import { describeMetric, metricName, parseMetricName } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import { TooFewKept } from '../train/rejection.js';
import { generatedReliability, labelReliability } from './reliability.js';

/** A model of three groups that knows 4 of 5 samples, and says 0.8. */
function model(assigns = true, components = 3): Inference {
  return {
    assigns,
    components,
    graphs: {},
    sampleMixture: async (n: number) => ({
      samples: new Float32Array(n),
      components: Int32Array.from({ length: n }, (_, i) => i % 3),
    }),
    probabilitiesOf: async ({ length }: Float32Array) =>
      Float32Array.from({ length: 3 * length }, (_, at) => {
        const i = Math.floor(at / 3);
        const said = i % 5 === 0 ? (i + 1) % 3 : i % 3;
        return at % 3 === said ? 0.8 : 0.1;
      }),
  } as unknown as Inference;
}

describe('the reliability of probabilities', () => {
  it('on new samples is that of their components', async () => {
    const { scores, reliability } = (await generatedReliability(model(), 'train'))!;
    expect(scores.map(metricName)).toEqual(['ece5k-component-train', 'recognised5k-component-train']);
    expect(scores[0]!.value).toBeCloseTo(0, 6);
    expect(scores[1]!.value).toBe(0.8);
    expect(reliability.generated!.bins).toHaveLength(1);
    expect(describeMetric(parseMetricName('recognised5k-component-train'))).toBe(
      'Recognised (higher is better): fraction of generated samples that are assigned to the component that they were drawn from; 5,000 generated samples; truth: the component that each generated sample was drawn from.',
    );
  });

  it('on new samples of components that share a class is that of their classes', async () => {
    const shared = { ...model(), graphs: { labelClasses: [0, 1, 0] } } as unknown as Inference;
    const { scores } = (await generatedReliability(shared, 'train'))!;
    // A third of the fifth that is taken for another component is taken for one of the same class.
    expect(scores[1]!.value).toBeCloseTo(0.8 + 0.2 / 3, 3);
    // 0.9 is said of two thirds, 0.8 of one.
    expect(scores[0]!.value).toBeLessThan(0.1);
  });

  it('is none for methods without assignment, one group, and models whose samples are not kept', async () => {
    expect(await generatedReliability(model(false), 'train')).toBeUndefined();
    expect(await generatedReliability(model(true, 1), 'train')).toBeUndefined();
    const few = { ...model(), sampleMixture: () => Promise.reject(new TooFewKept('few')) };
    expect(await generatedReliability(few as unknown as Inference, 'train')).toBeUndefined();
  });

  it('against labels gives each group the class of the best naming, and none to one that is left over', () => {
    // Groups 0, 0, 1, 1, 2 with classes 1, 1, 0, 1, 1: group 0 is class 1, group 1 class 0, group 2 none.
    const groups = [0, 0, 1, 1, 2];
    const probabilities = Float32Array.from({ length: 15 }, (_, at) =>
      groups[Math.floor(at / 3)] === at % 3 ? 0.75 : 0.125,
    );
    const { accuracy, error } = labelReliability(probabilities, Int32Array.of(1, 1, 0, 1, 1));
    expect(accuracy).toBe(0.6);
    expect(error).toBeCloseTo(0.15, 6);
  });
});
