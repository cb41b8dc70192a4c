import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { harnessSettings, linearDecay } from '../method/harness.js';
import type { BuildContext, Model } from '../method/method.js';
import { initialValue } from '../nn/parameter.js';
import { methodNamed, methodNames } from './index.js';
import { wgan } from './wgan.js';

const context: BuildContext = {
  data: { shape: [2], range: 'signed' },
  components: 3,
  batch: 4,
  horizon: 10,
  stream: Stream.root(0),
};
const build = (settings: object = {}): Model =>
  wgan.build(wgan.settings.parse({ units: 5, latent: 3, ...settings }), context);

function parametersOf(model: Model): Record<string, Float32Array> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}

/** x W + b of one row. */
const dense = (x: readonly number[], w: Float32Array, b: Float32Array) =>
  Array.from(b, (bias, j) => x.reduce((sum, value, i) => sum + value * w[i * b.length + j]!, bias));

describe('WGAN', () => {
  it('clusters by the second hidden layer of the critic before its activation', () => {
    const model = build();
    const values = parametersOf(model);
    const rows = [0.4, -0.9, 1.3, 0.2];
    const [features] = evaluate([model.inference.features(input('samples', [2, 2]))], {
      ...values,
      samples: rows,
    });
    expect(features!.length).toBe(10);
    const layer = (i: number, x: readonly number[]) =>
      dense(x, values[`critic/${i}-dense/weight`]!, values[`critic/${i}-dense/bias`]!);
    [0, 1].forEach((row) => {
      const first = layer(0, rows.slice(2 * row, 2 * row + 2)).map((value) => Math.max(value, 0.2 * value));
      layer(1, first).forEach((value, j) => {
        expect(features![5 * row + j]).toBeCloseTo(value, 12);
      });
    });
    expect(Math.min(...features!)).toBeLessThan(-0.05); // an activation would have made it smaller
    expect(model.inference.protocol).toBe('kmeans-critic');
    expect(model.inference.assign).toBeUndefined();
  });

  it('has one Gaussian, two networks and two phases; its loss is -mean D(G(z))', () => {
    const model = build();
    expect(model.prior.components).toBe(1);
    expect(model.networks.map(({ name }) => name)).toEqual(['generator', 'critic']);
    expect(model.phases.map(({ name }) => name)).toEqual(['critic', 'generator']);
    const { outputs } = model.phases[1]!.programs[0]!;
    const [loss] = evaluate([outputs.generator!], {
      ...parametersOf(model),
      'critic/2-dense/weight': new Float32Array(5),
      'critic/2-dense/bias': [2.5],
      latent: Stream.root(2).normals(new Float64Array(12)),
    });
    expect(loss![0]).toBe(-2.5);
  });
});

describe('the critic of the harness', () => {
  const feeds = (model: Model) => ({
    ...parametersOf(model),
    ...begin(
      model.phases[0]!,
      stepOf({
        stream: Stream.root(6),
        real: Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)),
      }),
    ).feeds,
  });

  it('has a free last bias only under the hinge loss', () => {
    const bias = (critic: string) => {
      const model = build({ critic });
      const gradient = model.phases[0]!.programs[0]!.gradients!.get('critic/2-dense/bias')!;
      return evaluate([gradient], { ...feeds(model), 'critic/2-dense/bias': [0.3] })[0]![0]!;
    };
    expect(bias('wasserstein')).toBe(0);
    expect(Math.abs(bias('hinge'))).toBeLessThan(1e-12); // both sides of the margin are active: +1 and -1
    const model = build({ critic: 'hinge' });
    const gradient = model.phases[0]!.programs[0]!.gradients!.get('critic/2-dense/bias')!;
    expect(evaluate([gradient], { ...feeds(model), 'critic/2-dense/bias': [50] })[0]![0]).toBeCloseTo(1, 12);
  });

  it('is fake minus real plus the weighted penalty, and the penalty is 0 below slope 1', () => {
    const model = build({ lipschitz: 7 });
    const { critic, penalty, criticReal, criticFake } = model.phases[0]!.programs[0]!.outputs;
    const at = (scale: number) => {
      const values = feeds(model);
      const weight = values['critic/0-dense/weight']!.map((value) => scale * value);
      return evaluate([critic!, penalty!, criticReal!, criticFake!], {
        ...values,
        'critic/0-dense/weight': weight,
      }).map((value) => value[0]!);
    };
    const [loss, steep, real, fake] = at(20);
    expect(steep).toBeGreaterThan(1);
    expect(loss).toBeCloseTo(fake! - real! + 7 * steep!, 10);
    expect(at(0.01)[1]).toBe(0);
  });

  it('decays its rates linearly to 0', () => {
    expect([0, 0.25, 1, 1.5].map(linearDecay)).toEqual([1, 0.75, 0, 0]);
    expect(Object.keys(harnessSettings)).toEqual(Object.keys(wgan.settings.shape));
    const [update] = begin(
      build({ learningRate: 0.01, beta1: 0.5 }).phases[0]!,
      stepOf({
        step: 5,
        progress: 0.5,
        stream: Stream.root(0),
        real: new Float32Array(8),
      }),
    ).updates;
    expect(update).toEqual({
      kind: 'adam',
      group: 'critic',
      learningRate: 0.02,
      beta1: 0.5,
      beta2: 0.9,
      step: 6,
    });
    expect([build().firstMoment, build({ beta1: 0.5 }).firstMoment]).toEqual([false, true]);
  });
});

describe('the table of methods', () => {
  it('finds each by its name, and names them all where there is none', () => {
    for (const name of methodNames()) expect(methodNamed(name).name).toBe(name);
    expect(() => methodNamed('gan')).toThrow(
      `There is no method 'gan' (did you mean wgan?); choose one of ${methodNames().join(', ')}.`,
    );
    expect(() => methodNamed('toString')).toThrow("There is no method 'toString'");
  });
});
