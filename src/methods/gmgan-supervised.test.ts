import { describe, expect, it } from 'vitest';
import { stepOf } from '../../test/support/step.js';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Model } from '../method/method.js';
import type { LabelledStep } from '../method/step.js';
import { initialValue } from '../nn/parameter.js';
import { Session } from '../train/session.js';
import { train } from '../train/trainer.js';
import { gmganSupervised } from './gmgan-supervised.js';

const BATCH = 6;
const data = { shape: [2], range: 'signed' } as const;
const small = { network: 'mlp', units: 4, latent: 3 };
const build = (components: number, classes?: number, settings: object = {}): Model<LabelledStep> =>
  gmganSupervised.build(gmganSupervised.settings.parse({ ...small, ...settings }), {
    ...{ data, components, classes, batch: BATCH, horizon: 10 },
    stream: Stream.root(0),
  });
const parametersOf = (model: Model<LabelledStep>) =>
  Object.fromEntries(
    model.networks
      .flatMap((network) => [...network.parameters, ...network.buffers])
      .map((p) => [p.name, initialValue(p, Stream.root(1))]),
  );

/** A loss where the critic knows nothing: all of its logits are 0. */
function silentLoss(model: Model<LabelledStep>, at: number, labels: readonly number[]): number {
  const step = { ...stepOf({ real: new Float32Array(2 * BATCH) }), labels: Int32Array.from(labels) };
  const { program, feeds } = model.phases[at]!.begin(step)!;
  const silent = Object.fromEntries(
    Object.entries(parametersOf(model)).map(([name, values]) => [
      name,
      name.startsWith('critic/2-dense') ? values.map(() => 0) : values,
    ]),
  );
  const [name] = Object.keys(program.outputs) as [string];
  return evaluate([program.outputs[name]!], { ...silent, ...feeds })[0]![0]!;
}

describe('the losses of supervised GM-GAN', () => {
  it.each([1, 3, 4])('are 2 N ln 2 and N ln 2 where the critic knows nothing, N = %s', (n) => {
    const model = build(4, n);
    const labels = [0, 0, n - 1, 0, n - 1, 0];
    expect(silentLoss(model, 0, labels)).toBeCloseTo(2 * n * Math.LN2, 12);
    expect(silentLoss(model, 1, labels)).toBeCloseTo(n * Math.LN2, 12);
  });

  it('count labelled rows alone, and none in a batch without labels', () => {
    const model = build(3);
    expect(silentLoss(model, 0, [1, -1, -1, 2, -1, -1])).toBeCloseTo(6 * Math.LN2, 12);
    expect(silentLoss(model, 0, Array(BATCH).fill(-1))).toBeCloseTo(3 * Math.LN2, 12);
  });
});

describe('few labels', () => {
  it('are drawn for the critic at every step, half a batch of labelled rows with their classes', () => {
    const values = Float32Array.from({ length: 40 }, (_, i) => i / 40);
    const labels = Int32Array.from({ length: 20 }, (_, row) => (row < 3 ? row % 2 : -1));
    const model = gmganSupervised.build(gmganSupervised.settings.parse(small), {
      ...{ data, components: 2, classes: 2, batch: BATCH, horizon: 10, labels },
      stream: Stream.root(0),
    });
    const drawn = [0, 1, 2].flatMap((step) => {
      const stream = Stream.root(0).fork('step', step);
      const context = { ...stepOf({ step, stream, real: values }), labels: labels.slice(0, BATCH) };
      const { feeds } = model.phases[0]!.begin(context)!;
      expect(feeds.real).toBeUndefined();
      const places = Array.from({ length: BATCH / 2 }, (_, i) => Math.round(20 * feeds.labelled![2 * i]!));
      const classes = places.map((_, i) => feeds.code!.indexOf(1, 2 * i) - 2 * i);
      expect(classes).toEqual(places.map((row) => labels[row]));
      return places;
    });
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2]);
  });
});

describe('the classes of Gaussians', () => {
  it('go around, or are given; Gaussians of one class share its probability', () => {
    const x = input('x', [1, 2]);
    const probabilities = (model: Model<LabelledStep>, logits: readonly number[]) => {
      const values = parametersOf(model);
      values['critic/2-dense/weight']!.fill(0);
      values['critic/2-dense/bias']!.set(logits);
      return [...evaluate([model.inference.assign!(x)], { ...values, x: [0, 0] })[0]!];
    };
    const odds = [0.8, 0.2].map((o) => Math.log(o / (1 - o)));
    const rounded = (values: readonly number[]) => values.map((p) => Number(p.toFixed(6)));
    expect(rounded(probabilities(build(3, 2), odds))).toEqual([0.4, 0.2, 0.4]);
    expect(rounded(probabilities(build(3, 2, { mapping: [1, 1, 0] }), odds))).toEqual([0.1, 0.1, 0.8]);
  });

  it('must be as many as the Gaussians, or fewer', () => {
    expect(() => build(4, 10)).toThrow(
      'Supervised GM-GAN needs a Gaussian for every class, and there are 4 for 10 classes; give --components 10 or more.',
    );
    for (const k of [10, 20, 30]) expect(build(k, 10).prior.components).toBe(k);
  });

  it.each([[[0, 1]], [[0, 0, 0]], [[0, 1, 2]]])(
    'are refused as %j for 3 Gaussians and 2 classes',
    (mapping) => {
      expect(() => build(3, 2, { mapping })).toThrow(
        `The mapping [${mapping.join(', ')}] does not give each of 3 Gaussians a class of 0..1, every class at least once; mend --set mapping, or leave it out.`,
      );
    },
  );
});

describe.each(['static', 'dynamic'])('a training of supervised GM-GAN, %s', (variant) => {
  const samples = arrayDataset({
    ...{ name: 'points', kind: 'points', shape: [2], range: 'signed', source: 'random points' },
    values: Stream.root(3).uniforms(new Float32Array(40)),
  });
  const schedule = batchSchedule(Stream.root(1), { count: samples.count, batchSize: BATCH });
  const labels = (rows: ArrayLike<number>) => Int32Array.from(rows, (row) => (row % 4 === 3 ? -1 : row % 2));
  const open = async (state?: Awaited<ReturnType<Session['save']>>) =>
    Session.open(new OrtEngine({ threads: 1 }), {
      method: gmganSupervised,
      settings: { ...small, variant },
      context: { data, components: 3, classes: 2, batch: BATCH, horizon: 10 },
      seed: 0,
      ...(state && { state }),
    });
  const go = async (session: Session, from: number, to: number) => {
    for await (const _ of train(session, { samples, labels, schedule, from, to }));
    return session.save();
  };

  it('goes on with the same bits after an interruption', async () => {
    const [whole, first] = [await open(), await open()];
    const second = await open(await go(first, 0, 3));
    expect(await go(second, 3, 6)).toEqual(await go(whole, 0, 6));
    await Promise.all([whole, first, second].map(({ engine }) => engine.close()));
  });
});
