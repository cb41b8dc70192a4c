import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { grad, topologicalOrder } from '../graph/grad.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { initialValue } from '../nn/parameter.js';
import { slogan } from './slogan.js';

type Values = Record<string, ArrayLike<number>>;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** A tiny model in training at a quarter of its schedule, with the feeds of its two losses. */
function tiny(options: Readonly<Record<string, unknown>>, batch = 4) {
  const stream = Stream.root(21);
  const config = { units: 7, latent: 3, priorRate: 0.05, scale: 3, ...options };
  const model = slogan.build(slogan.settings.parse(config), {
    data: { shape: [2], range: 'signed' },
    components: 3,
    batch,
    horizon: 20,
    stream,
  });
  const step = stepOf({
    step: 5,
    progress: 0.25,
    stream: stream.fork('step'),
    real: stream.fork('real').normals(new Float32Array(2 * batch)),
  });
  const state: Values = Object.fromEntries(
    model.networks.flatMap(({ parameters, buffers }) =>
      [...parameters, ...buffers].map((p) => [p.name, initialValue(p, stream)]),
    ),
  );
  return { model, step, state, generator: model.phases.find(({ name }) => name === 'generator')! };
}

describe('the gradient in the latents', () => {
  it.each([
    ['with batch normalisation', { network: 'mlp', temperature: 0.4, meanStd: 1 }],
    ['at the temperature of the paper', { network: 'mlp-plain', temperature: 0.01, meanStd: 1, margin: 0 }],
    ['without U2C', { network: 'mlp', lambda: 0 }],
  ])(
    'is that of the summed batch loss, batch coupling and frozen Gumbel noise included: %s',
    (_, options) => {
      const { step, state, generator } = tiny(options);
      const feeds: Values = { ...state, ...begin(generator, step).feeds };
      const { latentGradient, adversarial, contrastive } = generator.programs[0]!.outputs;
      const total = (latent: ArrayLike<number>) => {
        const [own, coupled] = evaluate([adversarial!, contrastive!], { ...feeds, latent });
        return sum(own!) + feeds.lambda![0]! * sum(coupled!);
      };
      const g = evaluate([latentGradient!], feeds)[0]!;
      expect(Math.hypot(...g)).toBeGreaterThan(0.01);
      const h = 1e-7;
      g.forEach((entry, i) => {
        const moved = (by: number) => {
          const latent = Float64Array.from(feeds.latent!);
          latent[i]! += by;
          return total(latent);
        };
        const difference = (moved(h) - moved(-h)) / (2 * h);
        expect(Math.abs(entry - difference)).toBeLessThan(2e-6 * (1 + Math.abs(entry)));
      });
    },
  );

  it('has parts of other samples’ losses, which see z_i as a negative’s prototype', () => {
    const { step, state, generator } = tiny({ network: 'mlp-plain', temperature: 2, meanStd: 1 });
    const feeds: Values = { ...state, ...begin(generator, step).feeds };
    const { contrastive, latentGradient } = generator.programs[0]!.outputs;
    const latent = leaves([latentGradient!]).get('latent')!;
    const [cross] = grad(contrastive!.slice(0, 1, 2).sum(), [latent]); // d l_1 / d z
    const values = evaluate([cross!], feeds)[0]!;
    expect(Math.hypot(...values.subarray(0, 3))).toBeGreaterThan(1e-3); // z_0
    expect(Math.hypot(...values.subarray(3, 6))).toBeGreaterThan(1e-3);
  });
});

/** The named leaves that expressions are made of. */
function leaves(outputs: readonly Tensor[]): Map<string, Tensor> {
  const inputs = topologicalOrder(outputs).filter(({ op }) => op === 'input');
  return new Map(inputs.map((leaf) => [leaf.attributes.name!, leaf]));
}

describe('the prior is a constant of the losses', () => {
  const { model, step, state, generator } = tiny({ network: 'mlp', temperature: 0.4, meanStd: 1 });

  it('no gradient, assignment or optimizer update of any phase belongs to it', () => {
    const owned = new Set(
      model.networks.flatMap((net) => [...net.parameters, ...net.buffers].map((p) => p.name)),
    );
    for (const phase of model.phases) {
      const { program, updates } = begin(phase, step);
      for (const name of [...(program.gradients?.keys() ?? []), ...(program.assignments?.keys() ?? [])]) {
        expect(owned.has(name)).toBe(true);
        expect(name).toMatch(/^(generator|critic|encoder)\//);
      }
      for (const { group } of updates) expect(['generator', 'critic', 'encoder']).toContain(group);
    }
    const expected = [...model.networks[0]!.parameters, ...model.networks[2]!.parameters];
    expect([...generator.programs[0]!.gradients!.keys()]).toEqual(expected.map(({ name }) => name));
  });

  it('although the loss depends on it: asked for, the gradient in the means would not be 0', () => {
    const { contrastive } = generator.programs[0]!.outputs;
    const means = leaves([contrastive!]).get('prior/means')!;
    const feeds: Values = { ...state, ...begin(generator, step).feeds };
    const [g] = evaluate(grad(contrastive!.sum(), [means]), feeds);
    expect(Math.hypot(...g!)).toBeGreaterThan(0.1);
  });

  it('a step with rate 0 leaves it bit for bit, and a step with a rate moves every part of it', () => {
    for (const rate of [0, 0.05]) {
      const { model: own, step: at, state: values, generator: phase } = tiny({ priorRate: rate, meanStd: 1 });
      const begun = begin(phase, at);
      const before = own.prior.state();
      const names = Object.keys(begun.program.outputs);
      const results = evaluate(Object.values(begun.program.outputs), { ...values, ...begun.feeds });
      begun.finish!(Object.fromEntries(names.map((name, i) => [name, Float32Array.from(results[i]!)])));
      for (const [name, { data }] of Object.entries(own.prior.state())) {
        const moved = data.some((value, i) => value !== before[name]!.data[i]);
        expect(moved, name).toBe(rate > 0);
      }
    }
  });

  it('freezing a part holds just that part', () => {
    for (const part of ['means', 'covariances', 'mixing'] as const) {
      const { model: own, step: at, state: values, generator: phase } = tiny({ freeze: [part], meanStd: 1 });
      const begun = begin(phase, at);
      const before = own.prior.state();
      const names = Object.keys(begun.program.outputs);
      const results = evaluate(Object.values(begun.program.outputs), { ...values, ...begun.feeds });
      begun.finish!(Object.fromEntries(names.map((name, i) => [name, Float32Array.from(results[i]!)])));
      const held = Object.entries(own.prior.state()).filter(([name, { data }]) =>
        data.every((value, i) => value === before[name]!.data[i]),
      );
      expect(held.map(([name]) => name)).toEqual([part === 'mixing' ? 'logits' : part]);
    }
  });
});

describe('schedules', () => {
  const at = (options: Record<string, unknown>, progress: number) => {
    const { generator, step } = tiny({ network: 'mlp', margin: 0.5, lambda: 4, ...options });
    const context = { ...step, progress };
    const { feeds, updates } = begin(generator, context);
    const rates = updates.map(({ learningRate }) => learningRate);
    return { lambda: feeds.lambda![0]!, cosine: feeds.margin?.[0], rates };
  };

  it.each([
    [0, 0.25, 0.75],
    [0, 1, 0],
    [-4, 0.1, 0.5],
    [-4, 0.2, 0],
    [-4, 0.7, 0],
    [1, 0.9, 1],
  ])('lambda and margin with end %f at progress %f are %f of their start', (decayEnd, progress, factor) => {
    const { lambda, cosine } = at({ decayEnd }, progress);
    expect(lambda).toBeCloseTo(4 * factor, 6);
    expect(cosine).toBeCloseTo(Math.cos(0.5 * factor), 6);
  });

  it('learning rates fall linearly to 0; the critic learns four times as fast', () => {
    expect(at({ learningRate: 1e-3 }, 0.25).rates).toEqual([7.5e-4, 7.5e-4]);
    expect(at({ learningRate: 1e-3 }, 1).rates).toEqual([0, 0]);
    const { model, step } = tiny({ learningRate: 1e-3 });
    const [update] = begin(model.phases[0]!, step).updates;
    expect(update).toEqual({
      kind: 'adam',
      group: 'critic',
      learningRate: 4 * 7.5e-4,
      beta1: 0,
      beta2: 0.9,
      step: 6,
    });
  });

  it('without U2C only the generator is updated', () => {
    expect(at({ lambda: 0 }, 0).rates).toHaveLength(1);
  });
});

describe('assignment of data', () => {
  it('p(c | x) is the softmax of the cosines of E(x) with the means', () => {
    const { model, state } = tiny({ network: 'mlp-plain', meanStd: 1 });
    const samples = constant([0.3, -0.8, 1, 0.2], [2, 2]);
    const feeds: Values = { ...state, ...model.inference.constants!() };
    const [encoded, p] = evaluate(
      [model.inference.features(samples), model.inference.assign!(samples)],
      feeds,
    );
    const means = model.prior.state().means!.data;
    const cosine = (i: number, c: number) => {
      const [e, m] = [encoded!.subarray(3 * i, 3 * i + 3), means.subarray(3 * c, 3 * c + 3)];
      return sum(e.map((x, j) => x * m[j]!)) / (Math.hypot(...e) * Math.hypot(...m));
    };
    for (const i of [0, 1]) {
      const exps = [0, 1, 2].map((c) => Math.exp(cosine(i, c)));
      exps.forEach((value, c) => {
        expect(p![3 * i + c]).toBeCloseTo(value / sum(exps), 6);
      });
    }
  });
});
