import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { constant, input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { initialValue } from '../nn/parameter.js';
import { capacitiesOf, codeDivergence, jointvae, normalDivergence } from './jointvae.js';

const number = (tensor: Parameters<typeof evaluate>[0][number]) => evaluate([tensor], {})[0]![0]!;
const build = (settings: object = {}, data: object = {}) =>
  jointvae.build(jointvae.settings.parse({ units: 4, continuous: 2, ...settings }), {
    data: { shape: [3], range: 'real', ...data } as { shape: number[]; range: 'real' },
    components: 3,
    batch: 2,
    horizon: 10,
    stream: Stream.root(0),
  });

describe('the divergences', () => {
  it('of normal latents: 0 for N(0, I), mean of (m^2 + s^2 - 1 - log s^2) / 2 summed over the latents', () => {
    const of = (mean: number[], logVariance: number[]) =>
      number(normalDivergence(constant(mean, [2, 2]), constant(logVariance, [2, 2])));
    expect(of([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
    const l = Math.log(4);
    // Row 1: m = (1, 0), s^2 = (4, 1); row 2: N(0, I).
    expect(of([1, 0, 0, 0], [l, 0, 0, 0])).toBeCloseTo((1 + 4 - 1 - l) / 2 / 2, 12);
  });

  it('of codes: 0 for equal probabilities, log K for a sure one, log K - H(q) between', () => {
    const of = (...rows: number[][]) =>
      number(codeDivergence(constant(rows.flat().map(Math.log), [rows.length, rows[0]!.length])));
    expect(of([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(0, 12);
    expect(of([1 - 3e-12, 1e-12, 1e-12, 1e-12])).toBeCloseTo(Math.log(4), 9);
    const entropy = -(0.5 * Math.log(0.5) + 2 * 0.25 * Math.log(0.25));
    expect(of([0.5, 0.25, 0.25], [1 / 3, 1 / 3, 1 / 3])).toBeCloseTo((Math.log(3) - entropy) / 2, 12);
  });
});

describe('the capacities', () => {
  const defaults = jointvae.settings.parse({});

  it("rise linearly over 25,000 steps to the paper's 5 nats, that of the code to log K at most", () => {
    const at = capacitiesOf(defaults, 10);
    expect(at(0)).toEqual({ continuous: 0, discrete: 0 });
    expect(at(5000)).toEqual({ continuous: 1, discrete: 1 });
    expect(at(12_500)).toEqual({ continuous: 2.5, discrete: Math.log(10) });
    expect(at(25_000)).toEqual({ continuous: 5, discrete: Math.log(10) });
    expect(at(90_000)).toEqual(at(25_000));
    expect(capacitiesOf(defaults, 1000)(25_000).discrete).toBe(5);
  });

  it('are fed at each step, whatever the horizon', () => {
    const [fit] = build().phases;
    const { feeds } = begin(fit!, stepOf({ step: 2500, progress: 1, real: new Float32Array(6) }));
    expect([...(feeds.continuous as Float32Array), ...(feeds.discrete as Float32Array)]).toEqual([0.5, 0.5]);
  });

  it("go with the paper's other numbers", () => {
    expect(defaults).toMatchObject({ gamma: 30, temperature: 0.67, continuous: 10, learningRate: 5e-4 });
    const [fit] = build().phases;
    const [update] = begin(fit!, stepOf({ step: 9, progress: 0.9, real: new Float32Array(6) })).updates;
    expect(update).toMatchObject({ learningRate: 5e-4, beta1: 0.9, beta2: 0.999, step: 10 });
  });
});

describe('the model', () => {
  it('has no critic, and one phase that moves encoder and decoder', () => {
    const model = build();
    expect(model.networks.map(({ name }) => name)).toEqual(['generator', 'encoder']);
    expect(model.phases.map(({ name }) => name)).toEqual(['autoencoder']);
    expect(model.networks.flatMap(({ projected }) => [...projected])).toEqual([]);
  });

  it('measures values in [0, 1] by cross-entropy, and others by their squared error', () => {
    const reconstruction = (range: 'unit' | 'real') => {
      const model = build({}, { range });
      const { program, feeds } = begin(model.phases[0]!, stepOf({ real: Float32Array.of(0, 1, 1, 1, 0, 1) }));
      const all = model.networks.flatMap(({ parameters }) => [...parameters]);
      const values = Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
      const silent = {
        'generator/2-dense/weight': new Float64Array(12),
        'generator/2-dense/bias': [0, 0, 2],
      };
      return evaluate([program.outputs.reconstruction!], { ...values, ...feeds, ...silent })[0]![0]!;
    };
    // Logits 0, 0, 2: two pixels of ln 2, and softplus(-2) where the third is 1.
    expect(reconstruction('unit')).toBeCloseTo(2 * Math.log(2) + Math.log(1 + Math.exp(-2)), 12);
    // Rows (0, 1, 1) and (1, 0, 1) beside (0, 0, 2): 0 + 1 + 1 each.
    expect(reconstruction('real')).toBeCloseTo(2, 12);
  });

  it('assigns by q(c|x), and chooses its networks by the data', () => {
    expect(build().inference.assign!(input('x', [5, 3])).shape).toEqual([5, 3]);
    expect(build().inference.features(input('x', [5, 3])).shape).toEqual([5, 2 + 3]);
    const operators = (data: object, settings: object = {}) =>
      build(settings, data).networks[0]!.parameters.map(({ name }) => name.split('/')[1]);
    expect(operators({ shape: [1, 28, 28], range: 'unit' })).toContain('3-conv');
    expect(operators({ shape: [1, 8, 8], range: 'unit' })).not.toContain('3-conv');
    expect(operators({ shape: [1, 28, 28], range: 'unit' }, { network: 'mlp' })).toContain('0-norm');
    const made = build({}, { shape: [1, 8, 8], range: 'unit' }).inference.generate(input('z', [2, 5]));
    expect([made.op, made.shape]).toEqual(['sigmoid', [2, 1, 8, 8]]);
  });
});
