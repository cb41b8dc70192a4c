import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Model } from '../method/method.js';
import { initialValue } from '../nn/parameter.js';
import { elasticInfogan } from './elastic-infogan.js';

const [K, BATCH, NOISE] = [3, 4, 2];
const build = (settings: object = {}) =>
  elasticInfogan.build(elasticInfogan.settings.parse({ noise: NOISE, ...settings }), {
    data: { shape: [1, 8, 8], range: 'unit' },
    components: K,
    batch: BATCH,
    horizon: 10,
    stream: Stream.root(0),
  });
const step = stepOf({ real: Stream.root(3).uniforms(new Float32Array(BATCH * 64)) });

/** Starting values of every parameter, by name. */
function parametersOf(model: Model): Record<string, ArrayLike<number>> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}
const generatorOf = (model: Model) => model.phases.find(({ name }) => name === 'generator')!;

/** One output of the generator's phase at a step, with some values replaced. */
function output(settings: object, name: string, change: Record<string, ArrayLike<number>> = {}): number {
  const model = build(settings);
  const { program, feeds } = begin(generatorOf(model), step);
  const values = { ...parametersOf(model), ...feeds, ...change };
  return evaluate([program.outputs[name]!], values)[0]![0]!;
}

/** The logits of Q are these, whatever it sees. */
const constantLogits = (logits: readonly number[]) => ({
  'encoder/1-dense/weight': new Float64Array(128 * K),
  'encoder/1-dense/bias': logits,
});

describe('the learned class prior', () => {
  it('starts with theta = 1 / K, equal sizes', () => {
    const model = build();
    const theta = model.learnedPrior!.network.parameters[0]!;
    expect([...initialValue(theta, Stream.root(0))]).toEqual(new Array(K).fill(Math.fround(1 / K)));
    expect([...model.prior.mixing]).toEqual(new Array(K).fill(1 / K));
  });

  it('is softmax(theta) once it is read, and codes are drawn by it', () => {
    const model = build();
    model.learnedPrior!.load(() => Float32Array.of(Math.log(6), Math.log(3), 0));
    for (const [c, share] of [0.6, 0.3, 0.1].entries()) expect(model.prior.mixing[c]).toBeCloseTo(share, 6);
    const { component } = model.prior.sample(10_000, Stream.root(0));
    const found = component.filter((c) => c === 0).length / 10_000;
    expect(Math.abs(found - 0.6)).toBeLessThan(4 * Math.sqrt(0.24 / 10_000));
  });

  it('makes soft codes of Gumbel noise: softmax((log p + g) / tau), one-hot for a low temperature', () => {
    const codes = (temperature: number) => {
      const { network } = build({ temperature }).learnedPrior!;
      const code = network.train(input('gumbel', [1, K]));
      const feeds = { gumbel: [0.3, -0.2, 1], 'prior/theta': [Math.log(6), Math.log(3), 0] };
      return [...evaluate([code], feeds)[0]!];
    };
    const weights = [0.6 * Math.exp(0.3), 0.3 * Math.exp(-0.2), 0.1 * Math.exp(1)];
    for (const tau of [0.5, 2]) {
      const powers = weights.map((w) => w ** (1 / tau));
      const total = powers.reduce((a, b) => a + b, 0);
      for (const [c, code] of codes(tau).entries()) expect(code).toBeCloseTo(powers[c]! / total, 12);
    }
    expect(codes(0.005)[0]).toBeCloseTo(1, 12);
  });
});

describe('terms of the loss', () => {
  it('information: cross-entropy with the most probable code, ln K where Q knows nothing', () => {
    expect(output({}, 'information', constantLogits([0.2, 0.2, 0.2]))).toBeCloseTo(Math.log(K), 12);
  });

  it('information: 0 where Q is sure of the code that noise and sizes make the most probable', () => {
    const gumbel = new Float64Array(BATCH * K).map((_, at) => (at % K === 1 ? 0.5 : 0));
    const change = { gumbel, 'prior/theta': [0, 0, 0], ...constantLogits([0, 60, 0]) };
    expect(output({ temperature: 5 }, 'information', change)).toBeCloseTo(0, 12);
    // The soft code of the same noise: c_1 = e^0.1 / (e^0.1 + 2), and 60 (1 - c_1) is lost.
    const soft = Math.exp(0.1) / (Math.exp(0.1) + 2);
    expect(output({ temperature: 5, target: 'soft' }, 'information', change)).toBeCloseTo(60 * (1 - soft), 8);
    // Sizes count as much as the noise does.
    expect(output({ temperature: 5 }, 'information', { ...change, 'prior/theta': [0, 0, 1] })).toBeCloseTo(
      60,
      8,
    );
  });

  it('L_trans is 0 where the answers are alike, and L_ent 0 where they are sure, 2 ln K where they are not', () => {
    const draft = { variant: 'draft' };
    expect(output(draft, 'transformation', constantLogits([3, 1, 2]))).toBeCloseTo(0, 10);
    expect(output(draft, 'entropy', constantLogits([200, 0, 0]))).toBeCloseTo(0, 10);
    expect(output(draft, 'entropy', constantLogits([1, 1, 1]))).toBeCloseTo(2 * Math.log(K), 10);
    expect(output(draft, 'transformation')).toBeGreaterThan(0);
  });

  it('NT-Xent of the 2020 variant is ln(2B - 1) where all hidden features are the same', () => {
    const same = {
      'encoder/0-norm/gamma': new Float64Array(128),
      'encoder/0-norm/beta': new Float64Array(128).fill(1),
    };
    expect(output({}, 'contrast', same)).toBeCloseTo(Math.log(2 * BATCH - 1), 10);
    expect(output({}, 'contrast')).toBeLessThan(Math.log(2 * BATCH - 1));
  });

  it('are those of the variant, and none of weight 0', () => {
    const names = (settings: object) => Object.keys(generatorOf(build(settings)).programs[0]!.outputs);
    expect(names({})).toEqual(['generator', 'information', 'contrast']);
    expect(names({ variant: 'draft' })).toEqual(['generator', 'information', 'transformation', 'entropy']);
    expect(names({ variant: 'draft', entropy: 0 })).toEqual(['generator', 'information', 'transformation']);
    expect(names({ variant: 'draft', entropy: 0, transformation: 0 })).toEqual(['generator', 'information']);
    expect(names({ contrast: 0 })).toEqual(['generator', 'information']);
  });
});

describe('who trains what', () => {
  const trained = (settings: object) =>
    build(settings).phases.map(({ name, programs }) => [
      name,
      [...new Set([...programs[0]!.gradients!.keys()].map((key) => key.split('/')[0]))],
    ]);

  it('the trunk goes down the loss of D alone; theta is trained with the generator and Q', () => {
    expect(trained({})).toEqual([
      ['critic', ['trunk', 'critic']],
      ['generator', ['generator', 'encoder', 'prior']],
    ]);
    expect(trained({ classes: 'uniform' })[1]).toEqual(['generator', ['generator', 'encoder']]);
  });

  it('Adam goes at 2e-4 to the end, with decays 0.5 and 0.999; rates are multiples of it', () => {
    const late = { ...step, step: 9, progress: 0.9 };
    const updates = (settings: object) =>
      build(settings).phases.flatMap((phase) => begin(phase, late).updates);
    for (const update of updates({}))
      expect(update).toMatchObject({ kind: 'adam', learningRate: 2e-4, beta1: 0.5, beta2: 0.999, step: 10 });
    const rates = Object.fromEntries(
      updates({ criticRate: 2, priorRate: 5 }).map(({ group, learningRate }) => [group, learningRate]),
    );
    expect(rates).toEqual({ trunk: 4e-4, critic: 4e-4, generator: 2e-4, encoder: 2e-4, prior: 1e-3 });
  });
});

describe('given sizes', () => {
  it('are shares of the codes, and nothing is learned', () => {
    const model = build({ classes: 'given', shares: '5:3:2' });
    expect([...model.prior.mixing]).toEqual([0.5, 0.3, 0.2]);
    expect(model.learnedPrior).toBeUndefined();
    expect([...build({ classes: 'given', shares: [1, 1, 2] }).prior.mixing]).toEqual([0.25, 0.25, 0.5]);
  });

  it.each(['learned', 'uniform'])('are refused beside a class prior that is %s', (classes) => {
    expect(() => build({ classes, shares: '5:3:2' })).toThrow(
      `The class prior is ${classes}, so shares would change nothing; give --set classes=given too, or leave out --set shares.`,
    );
  });

  it.each(['', '1:2', '1:2:x', '0:0:0'])("are refused in one sentence: '%s'", (shares) => {
    expect(() => build({ classes: 'given', shares })).toThrow(
      `With classes=given, shares must be the sizes of the 3 groups, but it is '${shares}'; give them as --set shares=3:2:1.`,
    );
  });
});

it('refuses data that are no images, in one sentence', () => {
  const settings = elasticInfogan.settings.parse({});
  const context = { components: K, batch: BATCH, horizon: 10, stream: Stream.root(0) };
  const table = { ...context, data: { shape: [5], range: 'real' } } as const;
  expect(() => elasticInfogan.build(settings, table)).toThrow(
    'this data has shape 5; use a method for tables',
  );
});
