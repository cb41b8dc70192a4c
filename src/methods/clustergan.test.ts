import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Model } from '../method/method.js';
import { initialValue } from '../nn/parameter.js';
import { clustergan } from './clustergan.js';

const [K, NOISE, BATCH] = [3, 2, 6];
const build = (settings: object = {}) =>
  clustergan.build(
    clustergan.settings.parse({ network: 'mlp-plain', units: 4, latent: NOISE + K, ...settings }),
    {
      data: { shape: [2], range: 'signed' },
      components: K,
      batch: BATCH,
      horizon: 10,
      stream: Stream.root(0),
    },
  );

function parametersOf(model: Model): Record<string, Float32Array> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}

const step = stepOf({ stream: Stream.root(3), real: new Float32Array(2 * BATCH) });
const generatorOf = (model: Model) => begin(model.phases[1]!, step);

/** The terms of the loss where the encoder always answers `encoded` (its last weight is 0). */
function terms(encoded: readonly number[], latent: ArrayLike<number>): { noise: number; code: number } {
  const model = build();
  const { outputs } = generatorOf(model).program;
  const [noise, code] = evaluate([outputs.noise!, outputs.code!], {
    ...parametersOf(model),
    'encoder/2-dense/weight': new Float64Array(4 * (NOISE + K)),
    'encoder/2-dense/bias': encoded,
    latent,
  });
  return { noise: noise![0]!, code: code![0]! };
}

/** Latents whose noise is (1, -1) and whose code is 0, in every row. */
const latent = Array.from({ length: BATCH }, () => [1, -1, 1, 0, 0]).flat();

describe('the terms of the loss', () => {
  it('are the squared error of the noise, a mean over all its elements, and the cross-entropy of the code', () => {
    const found = terms([0.5, 0, 2, 0, 0], latent);
    expect(found.noise).toBeCloseTo((0.5 ** 2 + 1) / 2, 14);
    expect(found.code).toBeCloseTo(Math.log(Math.exp(2) + 2) - 2, 14);
  });

  it('are 0 where the encoder recovers both parts, and log K where it knows nothing of the code', () => {
    expect(terms([1, -1, 1000, 0, 0], latent)).toEqual({ noise: 0, code: 0 });
    expect(terms([1, -1, 7, 7, 7], latent).code).toBeCloseTo(Math.log(K), 14);
  });

  it('are weighted by beta_n and beta_c: with both 0, no gradient reaches the encoder', () => {
    const gradient = (settings: object) => {
      const model = build(settings);
      const { program, feeds } = generatorOf(model);
      const name = 'encoder/2-dense/bias';
      return evaluate([program.gradients!.get(name)!], { ...parametersOf(model), ...feeds })[0]!;
    };
    const [none, noise, code, both] = [
      gradient({ noiseWeight: 0, codeWeight: 0 }),
      gradient({ noiseWeight: 3, codeWeight: 0 }),
      gradient({ noiseWeight: 0, codeWeight: 2 }),
      gradient({ noiseWeight: 3, codeWeight: 2 }),
    ];
    expect(Math.hypot(...none)).toBe(0);
    noise.forEach((value, i) => {
      expect(value === 0).toBe(i >= NOISE);
      expect(code[i] === 0).toBe(i < NOISE);
      expect(both[i]).toBeCloseTo(value + code[i]!, 12);
    });
  });
});

describe('the model', () => {
  it('draws noise of standard deviation 0.1 beside a uniform one-hot code', () => {
    const { prior } = build();
    expect(prior.width).toBe(NOISE + K);
    const { z } = prior.sample(4000, Stream.root(5));
    const noise = Array.from({ length: 4000 }, (_, i) => z[i * prior.width]!);
    const variance = noise.reduce((sum, x) => sum + x * x, 0) / noise.length;
    expect(variance).toBeCloseTo(0.01, 3);
    expect([...prior.mixing]).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  it('clusters the recovered noise and the probabilities, or these alone where beta_n = 0', () => {
    const features = (settings: object) => {
      const model = build(settings);
      const samples = input('samples', [2, 2]);
      const { inference } = model;
      return evaluate([inference.features(samples), inference.assign!(samples)], {
        ...parametersOf(model),
        samples: [0.3, -0.2, 0.9, 0.1],
      });
    };
    const [whole, probabilities] = features({});
    const [alone] = features({ noiseWeight: 0 });
    for (const row of [0, 1]) {
      const own = whole!.subarray(5 * row, 5 * row + 5);
      expect([...own.subarray(2)]).toEqual([...probabilities!.subarray(3 * row, 3 * row + 3)]);
      expect(own[2]! + own[3]! + own[4]!).toBeCloseTo(1, 12);
    }
    expect([...alone!]).toEqual([...probabilities!]);
  });

  it('trains generator and encoder together, whose weights are not projected', () => {
    const model = build();
    expect(model.phases.map(({ name }) => name)).toEqual(['critic', 'generator']);
    expect(generatorOf(model).updates.map(({ group }) => group)).toEqual(['generator', 'encoder']);
    expect(model.networks[2]!.projected).toEqual([]);
  });
});
