import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad, topologicalOrder } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { initialValue } from '../nn/parameter.js';
import type { BuildContext, StepContext } from './method.js';
import { angularMargin, gumbelSoftmax, slogan, u2c } from './slogan.js';

type Values = Record<string, ArrayLike<number>>;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const marginFeed = (m: number) => [Math.cos(m), Math.sin(m), m * Math.sin(m), Math.cos(Math.PI - m)];

interface Contrast {
  /** K x d. */
  readonly means: readonly (readonly number[])[];
  /** The component of every sample. */
  readonly components: readonly number[];
  /** The encoding of every sample; its own prototype if absent. */
  readonly encoded?: readonly (readonly number[])[];
  readonly scale: number;
  readonly margin?: number;
}

/** U2C of samples whose prototype is the mean of a given component: overwhelming Gumbel noise chooses it. */
function contrast({ means, components, encoded, scale, margin = 0 }: Contrast): Float64Array {
  const [batch, k, d] = [components.length, means.length, means[0]!.length];
  const config = slogan.settings.parse({ latent: d, scale, margin });
  const context: BuildContext = {
    data: { shape: [2], range: 'signed' },
    components: k,
    batch,
    horizon: 1,
    stream: Stream.root(0),
  };
  const rows = encoded ?? components.map((c) => means[c]!);
  const loss = u2c(config, context, input('latent', [batch, d]), input('encoded', [batch, d]));
  return evaluate([loss], {
    latent: new Float64Array(batch * d),
    encoded: rows.flat(),
    'prior/weight': new Float64Array(k * d * d),
    'prior/offset': new Float64Array(k * d),
    'prior/constant': new Float64Array(k),
    'prior/means': means.flat(),
    gumbel: components.flatMap((c) => means.map((_, j) => (j === c ? 1e4 : 0))),
    margin: marginFeed(margin),
  })[0]!;
}

const unit = (d: number, axis: number, length = 1) =>
  Array.from({ length: d }, (_, i) => (i === axis ? length : 0));
const blocks = (counts: readonly number[]) => counts.flatMap((n, c) => Array<number>(n).fill(c));
const orthogonal = [0, 1, 2, 3].map((axis) => unit(5, axis));
const mean = (values: Float64Array) => sum(values) / values.length;

describe('U2C without margin', () => {
  const counts = [32, 16, 8, 8];
  const components = blocks(counts);

  it.each([
    [1, -0.5519574180066611],
    [4, -1.1604020300547584],
    [8, -1.212002020941678],
    [1000, -1.2130075659799042], // minus the entropy of the sizes: the bound is tight
  ])('of a perfect encoder and orthogonal prototypes, s = %f, is %f', (scale, expected) => {
    expect(mean(contrast({ means: orthogonal, components, scale }))).toBeCloseTo(expected, 9);
    const closed = counts.reduce((total, n) => {
      const p = n / 64;
      return total + p * Math.log(p + (1 - p) * Math.exp(-scale));
    }, 0);
    expect(closed).toBeCloseTo(expected, 12);
  });

  it('of antipodal prototypes is sum p log(p + (1 - p) e^(-2s))', () => {
    const antipodal = [unit(3, 0), unit(3, 0, -1)];
    const loss = contrast({ means: antipodal, components: blocks([45, 19]), scale: 4 });
    expect(mean(loss)).toBeCloseTo(-0.6078578363768848, 9);
  });

  it('is 0 for an encoding orthogonal to every prototype, and for a single component', () => {
    const aside = components.map(() => unit(5, 4));
    for (const value of contrast({ means: orthogonal, components, encoded: aside, scale: 4 })) {
      expect(value).toBeCloseTo(0, 12);
    }
    const encoded = [
      [1, 2],
      [-3, 1],
      [0.5, 0.1],
    ];
    for (const value of contrast({ means: [[2, 1]], components: [0, 0, 0], encoded, scale: 4 })) {
      expect(value).toBeCloseTo(0, 12);
    }
  });

  it('does not change with the lengths of encodings and means, and follows a permutation of the batch', () => {
    const encoded = [
      [1, 0.4, -2, 0, 1],
      [0, 3, 1, 1, -1],
      [2, 2, 0.1, 0, 0],
      [-1, 0, 0, 1, 2],
    ];
    const own = { means: orthogonal, components: [0, 2, 1, 1], encoded, scale: 4 };
    const loss = contrast(own);
    const scaled = contrast({
      ...own,
      means: orthogonal.map((row, c) => row.map((x) => (c + 2) * x)),
      encoded: encoded.map((row, i) => row.map((x) => (i + 1.5) * x)),
    });
    const order = [2, 0, 3, 1];
    const permuted = contrast({
      ...own,
      components: order.map((i) => own.components[i]!),
      encoded: order.map((i) => encoded[i]!),
    });
    for (let i = 0; i < 4; i++) {
      expect(scaled[i]).toBeCloseTo(loss[i]!, 10);
      expect(permuted[i]).toBeCloseTo(loss[order[i]!]!, 12);
    }
    expect(new Set([...loss].map((x) => x.toFixed(6))).size).toBe(4);
  });
});

describe('the additive angular margin', () => {
  const arc = (cosines: readonly number[], scale: number, m: number) =>
    evaluate([angularMargin(input('cosine', [cosines.length]), scale)], {
      cosine: cosines,
      margin: marginFeed(m),
    })[0]!;

  it('is s cos(theta + m), and s cos(theta) without margin', () => {
    const angles = [0.3, 1, 2, 2.6];
    const values = arc(angles.map(Math.cos), 4, 0.5);
    angles.forEach((angle, i) => {
      expect(values[i]).toBeCloseTo(4 * Math.cos(angle + 0.5), 12);
    });
    expect([...arc([1, -0.4, -1], 4, 0)]).toEqual([4, -1.6, -4]);
    expect(arc([1], 4, 0.5)[0]).toBeCloseTo(4 * (Math.cos(0.5) - 1e-5 * Math.sin(0.5)), 12);
  });

  it('drops from -s to -1.1172953 s at theta = pi - m', () => {
    const threshold = Math.cos(Math.PI - 0.5);
    const [above, below] = arc([threshold + 1e-12, threshold], 1, 0.5);
    expect(above).toBeCloseTo(-1, 9);
    expect(below).toBeCloseTo(-1.1172953, 7);
    expect(arc([-1], 2, 0.5)[0]).toBeCloseTo(2 * (-1 - 0.5 * Math.sin(0.5)), 12);
  });

  it('has finite derivatives where a prototype equals the encoding', () => {
    const cosine = input('cosine', [3]);
    const [g] = grad(angularMargin(cosine, 4).sum(), [cosine]);
    const values = evaluate([g!], { cosine: [1, -1, 0.2], margin: marginFeed(0.5) })[0]!;
    expect(values[0]).toBeCloseTo(4 * Math.cos(0.5), 12);
    expect(values[1]).toBe(4);
    const angle = Math.acos(0.2);
    expect(values[2]).toBeCloseTo((4 * Math.sin(angle + 0.5)) / Math.sin(angle), 12);
  });

  it('in U2C, margin 0.5, s = 4, sine clipped at 1e-5: -0.69345234442, a hair above the unclipped value', () => {
    const loss = mean(
      contrast({ means: orthogonal, components: blocks([32, 16, 8, 8]), scale: 4, margin: 0.5 }),
    );
    expect(loss).toBeCloseTo(-0.69345234442, 9);
    expect(Math.abs(loss - -0.69347082069)).toBeLessThan(1.9e-5);
  });
});

describe('Gumbel-softmax', () => {
  const logits = input('logits', [1, 4]);
  const code = (tau: number) => gumbelSoftmax(logits, input('gumbel', [1, 4]), tau);
  const feeds: Values = { logits: [-0.5, -2, -1.2, -3], gumbel: [0.1, 1.4, -0.3, 0.8] };

  it('rows sum to 1; tau -> 0 gives one-hot codes, tau -> infinity uniform ones', () => {
    const [soft, hard, flat] = evaluate([code(0.7), code(1e-3), code(1e9)], feeds);
    expect(sum(soft!)).toBeCloseTo(1, 14);
    const oneHot = [1, 0, 0, 0]; // -0.5 + 0.1 is the largest
    oneHot.forEach((expected, c) => {
      expect(hard![c]).toBeCloseTo(expected, 14);
    });
    for (const value of flat!) expect(value).toBeCloseTo(0.25, 8);
  });

  it.each([0.01, 0.5, 2])('the gradient in the logits is (diag(y) - y y^T) / tau, tau = %f', (tau) => {
    const y = code(tau);
    const rows = [0, 1, 2, 3].map((j) => grad(y.slice(1, j, j + 1).sum(), [logits])[0]!);
    const [value, ...gradients] = evaluate([y, ...rows], feeds);
    gradients.forEach((row, j) => {
      row.forEach((entry, i) => {
        const expected = (value![j]! * ((i === j ? 1 : 0) - value![i]!)) / tau;
        expect(entry).toBeCloseTo(expected, 10);
      });
    });
  });

  it('the largest of log p + gumbel is component c with frequency p_c, within 4 standard errors', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const n = 200_000;
    const noise = Stream.root(9)
      .fork('gumbel')
      .gumbels(new Float64Array(4 * n));
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const scores = p.map((share, c) => Math.log(share) + noise[4 * i + c]!);
      counts[scores.indexOf(Math.max(...scores))]!++;
    }
    p.forEach((share, c) => {
      expect(Math.abs(counts[c]! / n - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    });
  });
});

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
  const step: StepContext = {
    step: 5,
    progress: 0.25,
    stream: stream.fork('step'),
    real: stream.fork('real').normals(new Float32Array(2 * batch)),
  };
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
      const feeds: Values = { ...state, ...generator.feeds(step) };
      const { latentGradient, adversarial, contrastive } = generator.program.outputs;
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
    const feeds: Values = { ...state, ...generator.feeds(step) };
    const { contrastive, latentGradient } = generator.program.outputs;
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
    for (const { program, updates } of model.phases) {
      for (const name of [...(program.gradients?.keys() ?? []), ...(program.assignments?.keys() ?? [])]) {
        expect(owned.has(name)).toBe(true);
        expect(name).toMatch(/^(generator|critic|encoder)\//);
      }
      for (const { group } of updates(step)) expect(['generator', 'critic', 'encoder']).toContain(group);
    }
    const expected = [...model.networks[0]!.parameters, ...model.networks[2]!.parameters];
    expect([...generator.program.gradients!.keys()]).toEqual(expected.map(({ name }) => name));
  });

  it('although the loss depends on it: asked for, the gradient in the means would not be 0', () => {
    const { contrastive } = generator.program.outputs;
    const means = leaves([contrastive!]).get('prior/means')!;
    const feeds: Values = { ...state, ...generator.feeds(step) };
    const [g] = evaluate(grad(contrastive!.sum(), [means]), feeds);
    expect(Math.hypot(...g!)).toBeGreaterThan(0.1);
  });

  it('a step with rate 0 leaves it bit for bit, and a step with a rate moves every part of it', () => {
    for (const rate of [0, 0.05]) {
      const { model: own, step: at, state: values, generator: phase } = tiny({ priorRate: rate, meanStd: 1 });
      const before = own.prior.state();
      const names = Object.keys(phase.program.outputs);
      const results = evaluate(Object.values(phase.program.outputs), { ...values, ...phase.feeds(at) });
      phase.finish!(Object.fromEntries(names.map((name, i) => [name, Float32Array.from(results[i]!)])), at);
      for (const [name, { data }] of Object.entries(own.prior.state())) {
        const moved = data.some((value, i) => value !== before[name]!.data[i]);
        expect(moved, name).toBe(rate > 0);
      }
    }
  });

  it('freezing a part holds just that part', () => {
    for (const part of ['means', 'covariances', 'mixing'] as const) {
      const { model: own, step: at, state: values, generator: phase } = tiny({ freeze: [part], meanStd: 1 });
      const before = own.prior.state();
      const names = Object.keys(phase.program.outputs);
      const results = evaluate(Object.values(phase.program.outputs), { ...values, ...phase.feeds(at) });
      phase.finish!(Object.fromEntries(names.map((name, i) => [name, Float32Array.from(results[i]!)])), at);
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
    const feeds = generator.feeds(context);
    const rates = generator.updates(context).map(({ learningRate }) => learningRate);
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
    const [update] = model.phases[0]!.updates(step);
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
    const feeds: Values = { ...state, ...model.inference.constants() };
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
