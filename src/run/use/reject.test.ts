import { beforeAll, describe, expect, it } from 'vitest';
import { TOY_WIDTH, toyInference } from '../../../test/support/gold-toy.js';
import { meanDeviation } from '../../math/statistics.js';
import type { Inference } from '../../train/inference.js';
import { type DrawOptions, drawSamples } from './draw.js';

/** Samples [e, code]; the critic's score is 2 e, and the classifier knows the code. */
let inference: Inference;
beforeAll(async () => {
  inference = await toyInference({
    score: (x) => x.slice(1, 0, 1).mul(2),
    assign: (x) => x.slice(1, 1, 3).mul(4).softmax(),
  });
});

const drawn = (options: DrawOptions, from = inference) => {
  const run = { method: 'toy', components: 2, dataset: { shape: [TOY_WIDTH] } } as unknown;
  return drawSamples({ inference: from, run } as Parameters<typeof drawSamples>[0], options);
};
const noiseOf = (samples: Float32Array) => samples.filter((_, i) => i % TOY_WIDTH === 0);

describe('samples that GOLD keeps', () => {
  it('are those that the critic gives more to, the more so the larger p is', async () => {
    const means: number[] = [];
    for (const reject of [0, 0.5, 0.9]) {
      const { samples } = await drawn({ count: 400, reject });
      means.push(meanDeviation(noiseOf(samples)).mean);
    }
    // The deviation of a mean of 400 numbers of N(0, 1) is 0.05.
    expect(means[0]).toBeGreaterThan(-0.2);
    expect(means[1]).toBeGreaterThan(0.3);
    expect(means[2]).toBeGreaterThan(means[1]! + 0.4);
  });

  it('come from the components as they are drawn, each with its own code, and are the same for the same seed', async () => {
    const once = await drawn({ count: 301, reject: 0.5, seed: 4 });
    expect(await drawn({ count: 301, reject: 0.5, seed: 4 })).toEqual(once);
    expect((await drawn({ count: 301, reject: 0.5, seed: 5 })).samples).not.toEqual(once.samples);
    const { samples, components, groups, rejection } = once;
    expect(samples).toHaveLength(301 * TOY_WIDTH);
    components.forEach((component, i) => {
      expect(samples[TOY_WIDTH * i + 1 + component]).toBe(1);
      expect(groups[i]).toBe(component + 1);
    });
    const first = components.filter((component) => component === 0).length;
    expect(Math.abs(first - 150)).toBeLessThan(30);
    // Half of the candidates are kept with at least 1/2: more than a quarter of all, and fewer than all.
    expect(rejection!.candidates).toBeGreaterThan(301);
    expect(rejection!.candidates).toBeLessThan(4 * 301);
    expect(rejection!.densityRatio).toBe(true);
  });

  it('are of the group that is asked for', async () => {
    const { samples, groups } = await drawn({ count: 120, reject: 0.3, group: 2 });
    expect([...new Set(groups)]).toEqual([2]);
    for (let i = 0; i < 120; i++) expect(samples[TOY_WIDTH * i + 2]).toBe(1);
  });

  it('are drawn from no more than 100 candidates a sample: one sentence says what to do', async () => {
    const steep = await toyInference({
      score: (x) => x.slice(1, 0, 1).mul(10),
      assign: (x) => x.slice(1, 1, 3).softmax(),
    });
    await expect(drawn({ count: 200, reject: 0.9999, group: 1 }, steep)).rejects.toThrow(
      /^Of 20000 candidates of group 1 only \d+ were kept, and 200 are wanted; --reject 0\.9999 rejects too many, so give a smaller number\.$/,
    );
  });

  it.each([1, -0.1, Number.NaN, Infinity])('p = %d is refused', async (reject) => {
    await expect(drawn({ count: 1, reject })).rejects.toThrow(
      `--reject is ${reject}; give a number of at least 0 and below 1, such as 0.5.`,
    );
  });

  it('need a model that can judge them', async () => {
    const without = await toyInference({ assign: (x) => x.slice(1, 1, 3).softmax() });
    await expect(drawn({ count: 1, reject: 0.5 }, without)).rejects.toThrow(/^GOLD needs a critic/);
  });

  it('are not asked for by default: the same bits as ever', async () => {
    const { rejection, ...plain } = await drawn({ count: 50 });
    expect(rejection).toBeUndefined();
    const path = inference.stream.fork('samples', 'drawn', 0).fork('mixture');
    expect(plain.samples).toEqual(
      (await inference.sampleBy(50, (n, stream) => inference.prior.sample(n, stream), path)).samples,
    );
  });
});
