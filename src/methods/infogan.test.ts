import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Model } from '../method/method.js';
import { initialValue } from '../nn/parameter.js';
import { infogan } from './infogan.js';

const [K, BATCH] = [3, 6];
const build = (settings: object = {}, components = K) =>
  infogan.build(infogan.settings.parse({ network: 'mlp-plain', units: 4, latent: 5, ...settings }), {
    data: { shape: [2], range: 'signed' },
    components,
    batch: BATCH,
    horizon: 10,
    stream: Stream.root(0),
  });

/** Starting values of every parameter, by name. */
function parametersOf(model: Model): Record<string, Float32Array> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}

const generatorOf = (model: Model) => model.phases.find(({ name }) => name === 'generator')!.programs[0]!;

/** The information term where every latent has code 0 and the encoder's logits are constant. */
function information(logits: readonly number[], code = 0): number {
  const model = build();
  const latent = Array.from({ length: BATCH }, (_, i) => [
    i,
    -i,
    ...[0, 1, 2].map((c) => (c === code ? 1 : 0)),
  ]);
  const [value] = evaluate([generatorOf(model).outputs.information!], {
    ...parametersOf(model),
    'encoder/2-dense/weight': new Float64Array(12),
    'encoder/2-dense/bias': logits,
    latent: latent.flat(),
  });
  return value![0]!;
}

describe('the information term CE - H(c)', () => {
  it('is -log K where the encoder is sure of the code: all of H(c) = log K is known', () => {
    expect(information([1000, 0, 0])).toBeCloseTo(-Math.log(3), 14);
    expect(information([0, 0, 1000], 2)).toBeCloseTo(-Math.log(3), 14);
  });

  it('is 0 where the encoder knows nothing, and large where it is wrong', () => {
    expect(information([0.7, 0.7, 0.7])).toBeCloseTo(0, 14);
    expect(information([0, 10, 0])).toBeCloseTo(Math.log(2 + Math.exp(10)) - Math.log(3), 12);
  });
});

describe('the model', () => {
  it('draws latents of noise and a one-hot code, in the dimension of the other methods', () => {
    const model = build();
    expect(model.prior.width).toBe(5);
    const [phase] = model.phases.filter(({ name }) => name === 'generator');
    const { latent } = begin(
      phase!,
      stepOf({
        stream: Stream.root(3),
        real: new Float32Array(12),
      }),
    ).feeds;
    expect(latent!.length).toBe(5 * BATCH);
    for (let i = 0; i < BATCH; i++) {
      expect([...latent!.subarray(5 * i + 2, 5 * i + 5)].sort()).toEqual([0, 0, 1]);
    }
    expect(build({ latent: 2 }, 4).prior.width).toBe(5); // at least one noise entry
    expect([...model.prior.mixing]).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(model.state).toBeUndefined();
  });

  it('weighs the term by lambda_I: without it no gradient reaches the encoder', () => {
    const norm = (weight: number) => {
      const model = build({ information: weight });
      const name = 'encoder/0-dense/weight';
      const { latent } = begin(
        model.phases[1]!,
        stepOf({
          stream: Stream.root(3),
          real: new Float32Array(12),
        }),
      ).feeds;
      const [g] = evaluate([generatorOf(model).gradients!.get(name)!], {
        ...parametersOf(model),
        latent: latent!,
      });
      return Math.hypot(...g!);
    };
    expect(norm(0)).toBe(0);
    expect(norm(1)).toBeGreaterThan(1e-4);
    expect(norm(3)).toBeCloseTo(3 * norm(1), 10);
  });

  it('assigns by the softmax of the logits, which are its features', () => {
    const model = build();
    const samples = input('samples', [2, 2]);
    const { features, assign, protocol } = model.inference;
    const [logits, shares] = evaluate([features(samples), assign!(samples)], {
      ...parametersOf(model),
      samples: [0.3, -0.2, 0.9, 0.1],
    });
    expect(protocol).toBe('kmeans-encoder');
    for (const row of [0, 1]) {
      const own = logits!.subarray(3 * row, 3 * row + 3);
      const total = own.reduce((sum, value) => sum + Math.exp(value), 0);
      own.forEach((value, c) => {
        expect(shares![3 * row + c]).toBeCloseTo(Math.exp(value) / total, 12);
      });
    }
  });

  it('updates generator and encoder together at the base rate, and projects the encoder last', () => {
    const model = build({ learningRate: 0.1, criticRate: 4 });
    expect(model.phases.map(({ name }) => name)).toEqual(['critic', 'generator', 'projection']);
    const step = stepOf({ step: 4, progress: 0.25, real: new Float32Array(12) });
    const rates = model.phases.map((phase) =>
      begin(phase, step).updates.map(({ group, learningRate }) => [group, learningRate]),
    );
    expect(rates[0]![0]![1]).toBeCloseTo(0.3, 12);
    expect(rates[1]!.map(([group]) => group)).toEqual(['generator', 'encoder']);
    for (const [, rate] of rates[1]!) expect(rate).toBeCloseTo(0.075, 12);
    expect(rates[2]).toEqual([]);
  });
});
