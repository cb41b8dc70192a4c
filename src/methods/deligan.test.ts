import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Model } from '../method/method.js';
import { initialValue } from '../nn/parameter.js';
import { deligan } from './deligan.js';
import { deliganPlus } from './deligan-plus.js';

const [K, D, BATCH] = [3, 4, 6];
const context = {
  data: { shape: [2], range: 'signed' },
  components: K,
  batch: BATCH,
  horizon: 10,
  stream: Stream.root(0),
} as const;
const small = { network: 'mlp-plain', units: 4, latent: D };
const build = (settings: object = {}): Model =>
  deligan.build(deligan.settings.parse({ ...small, ...settings }), context);
const buildPlus = (settings: object = {}): Model =>
  deliganPlus.build(deliganPlus.settings.parse({ ...small, ...settings }), context);

function parametersOf(model: Model): Record<string, Float32Array> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}

/** What the generator's phase gives, as outputs or gradients by name. */
function generatorOf(model: Model, names: readonly string[], values: Record<string, Float32Array> = {}) {
  const step = stepOf({ stream: Stream.root(3), real: new Float32Array(2 * BATCH) });
  const { program, feeds, updates } = begin(model.phases[1]!, step);
  const targets = names.map((name) => program.outputs[name] ?? program.gradients!.get(name)!);
  const results = evaluate(targets, { ...parametersOf(model), ...feeds, ...values });
  return { results, groups: updates.map(({ group }) => group), outputs: Object.keys(program.outputs) };
}

describe('DeLiGAN', () => {
  it('starts as SLOGAN does, N(0, 0.1^2) with deviations 1, or as the original', () => {
    const spread = (settings: object) => {
      const parameters = parametersOf(build({ latent: 2000, ...settings }));
      const means = parameters['prior/means']!;
      const squares = means.reduce((sum, x) => sum + x * x, 0) / means.length;
      return {
        deviation: Math.sqrt(squares),
        largest: Math.max(...means),
        scales: parameters['prior/scales']!,
      };
    };
    const own = spread({});
    expect(own.deviation).toBeCloseTo(0.1, 2);
    expect([...new Set(own.scales)]).toEqual([1]);
    const original = spread({ initialMeans: 'uniform', deviation: 0.2 });
    expect(original.deviation).toBeCloseTo(1 / Math.sqrt(3), 2);
    expect(original.largest).toBeLessThan(1);
    expect([...new Set(original.scales)]).toEqual([Math.fround(0.2)]);
  });

  it('trains the mixture with the generator by one Adam, and has sizes that stay equal', () => {
    const model = build();
    const { groups, outputs } = generatorOf(model, []);
    expect([groups, outputs]).toEqual([['generator', 'prior'], ['generator']]);
    expect([...model.prior.mixing]).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(model.learnedPrior!.network.name).toBe('prior');
  });

  it('holds deviations by mean (1 - sigma)^2 where it is asked to: 0 at 1, 0.64 at 0.2', () => {
    const value = (deviation: number) =>
      generatorOf(build({ sigmaWeight: 2, deviation }), ['sigma']).results[0]![0]!;
    expect(value(1)).toBe(0);
    expect(value(0.2)).toBeCloseTo(0.64, 6);
    const gradient = (sigmaWeight: number) =>
      generatorOf(build({ sigmaWeight, deviation: 0.5 }), ['prior/scales']).results[0]!;
    const [without, held] = [gradient(0), gradient(3)];
    // d/d sigma of 3 mean (1 - sigma)^2 = -2 * 3 (1 - 0.5) / (K d)
    held.forEach((g, i) => {
      expect(g - without[i]!).toBeCloseTo(-3 / (K * D), 10);
    });
  });

  it('has no encoder: k-means on the critic, no assignment', () => {
    const { inference, networks } = build();
    expect(networks.map(({ name }) => name)).toEqual(['generator', 'critic', 'prior']);
    expect([inference.protocol, inference.assign]).toEqual(['kmeans-critic', undefined]);
  });
});

describe('DeLiGAN+', () => {
  /** The encoder always answers `logits`: its last weight is 0. */
  const answering = (logits: readonly number[]) => ({
    'encoder/2-dense/weight': new Float32Array(4 * K),
    'encoder/2-dense/bias': Float32Array.from(logits),
  });

  it('has a cross-entropy of log K where the encoder knows nothing, of which it is weighed by 10', () => {
    const { results } = generatorOf(buildPlus(), ['code'], answering([7, 7, 7]));
    expect(results[0]![0]).toBeCloseTo(Math.log(K), 12);
    const gradient = (settings: object) =>
      generatorOf(buildPlus(settings), ['encoder/2-dense/bias'], answering([1, 0, -1])).results[0]!;
    const [usual, one] = [gradient({}), gradient({ codeWeight: 1 })];
    usual.forEach((g, i) => {
      expect(g).toBeCloseTo(10 * one[i]!, 10);
    });
    expect(Math.hypot(...gradient({ codeWeight: 0 }))).toBe(0);
  });

  it('trains generator, encoder and mixture together, and assigns by the softmax of the logits', () => {
    const model = buildPlus();
    expect(generatorOf(model, []).groups).toEqual(['generator', 'encoder', 'prior']);
    const [probabilities] = evaluate([model.inference.assign!(input('samples', [1, 2]))], {
      ...parametersOf(model),
      ...answering([Math.log(1), Math.log(2), Math.log(5)]),
      samples: [0.3, -0.2],
    });
    [1 / 8, 2 / 8, 5 / 8].forEach((p, c) => {
      expect(probabilities![c]).toBeCloseTo(p, 6);
    });
  });
});
