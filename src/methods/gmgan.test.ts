import { describe, expect, it } from 'vitest';
import { stepOf } from '../../test/support/step.js';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { evaluate } from '../graph/evaluate.js';
import { Stream } from '../math/random.js';
import type { AnyModel } from '../method/method.js';
import type { LabelledStep } from '../method/step.js';
import { initialValue } from '../nn/parameter.js';
import { Session } from '../train/session.js';
import { train } from '../train/trainer.js';
import { gmgan } from './gmgan.js';

const [K, D, BATCH] = [3, 4, 6];
const context = { data: { shape: [2], range: 'signed' }, components: K, batch: BATCH, horizon: 10 } as const;
const small = { network: 'mlp', units: 4, latent: D };
const build = (settings: object = {}, more: object = {}): AnyModel =>
  gmgan.build(gmgan.settings.parse({ ...small, ...settings }), {
    ...context,
    ...more,
    stream: Stream.root(0),
  });
const runningAt = (model: AnyModel, step: number) =>
  model.phases
    .filter((phase) => phase.begin(stepOf({ step, real: new Float32Array(2 * BATCH) }) as LabelledStep))
    .map(({ name }) => name);

function parametersOf(model: AnyModel): Record<string, Float32Array> {
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  return Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
}

describe('the mixture of GM-GAN', () => {
  it('static: means of U[-c, c], which the seed draws again, and deviations sigma', () => {
    const { prior } = build({ latent: 500, meanRange: 0.1 });
    expect(Math.max(...prior.means.map(Math.abs))).toBeLessThan(0.1);
    expect(Math.hypot(...prior.means) / Math.sqrt(1500)).toBeCloseTo(0.1 / Math.sqrt(3), 2);
    expect(prior.means).toEqual(build({ latent: 500, meanRange: 0.1 }).prior.means);
    expect(prior.covariances[0]).toBeCloseTo(0.15 ** 2, 12);
    expect(build({ sigmaReads: 'variance' }).prior.covariances[0]).toBeCloseTo(0.15, 12);
    expect(build().learnedPrior).toBeUndefined();
    expect(build().diagnostics).toBeUndefined();
  });

  it('dynamic: factors of sigma I beside means of U[-c, c], in a network', () => {
    const model = build({ variant: 'dynamic', meanRange: 0.5 });
    const values = parametersOf(model);
    const own = Math.fround(0.15);
    const eye = Array.from({ length: D * D }, (_, i) => (Math.floor(i / D) === i % D ? own : 0));
    expect([...values['prior/factors']!]).toEqual([...eye, ...eye, ...eye]);
    expect(Math.max(...values['prior/means']!.map(Math.abs))).toBeLessThan(0.5);
    model.learnedPrior!.load(({ name }) => values[name]!);
    expect(model.diagnostics!().logCondition).toBeCloseTo(0, 10);
    values['prior/factors']![D + 1] = own / 1000;
    model.learnedPrior!.load(({ name }) => values[name]!);
    expect(model.diagnostics!().logCondition).toBeCloseTo(6, 5);
  });
});

describe('the losses of GM-GAN', () => {
  it('are those of the first GAN: 2 ln 2 and ln 2 where the critic knows nothing', () => {
    const model = build();
    const silent = { 'critic/2-dense/weight': new Float32Array(4), 'critic/2-dense/bias': [0] };
    const loss = (at: number, name: string) => {
      const phase = model.phases[at]!;
      const begun = phase.begin(stepOf({ real: new Float32Array(2 * BATCH) }) as LabelledStep)!;
      return evaluate([begun.program.outputs[name]!], {
        ...parametersOf(model),
        ...begun.feeds,
        ...silent,
      })[0]![0];
    };
    expect(loss(0, 'critic')).toBeCloseTo(2 * Math.LN2, 12);
    expect(loss(0, 'penalty')).toBe(0);
    expect(loss(1, 'generator')).toBeCloseTo(Math.LN2, 12);
  });

  it('go down by Adam(0.5, 0.999) at 2e-4 for both networks, the classifier by Adam(0.9, 0.999) at 1e-3', () => {
    const model = build({ classifierFrom: 5 });
    const updates = (at: number, step: number) =>
      model.phases[at]!.begin(stepOf({ step, real: new Float32Array(2 * BATCH) }) as LabelledStep)!.updates;
    const adam = { kind: 'adam', beta1: 0.5, beta2: 0.999, learningRate: 2e-4 };
    expect(updates(0, 3)).toEqual([{ ...adam, group: 'critic', step: 4 }]);
    expect(updates(1, 3)).toEqual([{ ...adam, group: 'generator', step: 4 }]);
    const own = { ...adam, beta1: 0.9, learningRate: 1e-3 };
    expect(updates(2, 6)).toEqual([{ ...own, group: 'classifier', step: 2 }]);
  });
});

describe('the classifier of GM-GAN', () => {
  it('learns after four fifths of the steps, or from where it is told, and the others rest', () => {
    const turn = (settings: object, more: object) => {
      const model = build(settings, more);
      return Array.from({ length: 10 }, (_, step) => runningAt(model, step).join('+'));
    };
    const [gan, own] = ['critic+generator', 'classifier'];
    expect(turn({}, {})).toEqual([...Array(8).fill(gan), own, own]);
    expect(turn({}, { steps: 5 })).toEqual([...Array(4).fill(gan), ...Array(6).fill(own)]);
    expect(turn({ classifierFrom: 2 }, { steps: 5 })).toEqual([gan, gan, ...Array(8).fill(own)]);
  });

  it('must begin before the run ends', () => {
    expect(() => build({ classifierFrom: 20 }, { steps: 20 })).toThrow(
      'The classifier of GM-GAN begins at step 20, but the run has 20 steps; give a smaller --set classifierFrom, or more --steps.',
    );
  });

  it('has a cross-entropy of log K where it knows nothing', () => {
    const model = build({ classifierFrom: 1 });
    const begun = model.phases[2]!.begin(stepOf({ step: 1, real: new Float32Array(2) }) as LabelledStep)!;
    const [loss] = evaluate([begun.program.outputs.classifier!], {
      ...parametersOf(model),
      ...begun.feeds,
      'classifier/2-dense/weight': new Float32Array(4 * K),
    });
    expect(loss![0]).toBeCloseTo(Math.log(K), 12);
    expect([...begun.program.gradients!.keys()].every((name) => name.startsWith('classifier/'))).toBe(true);
  });
});

describe.each(['static', 'dynamic'])('a training of GM-GAN, %s', (variant) => {
  const samples = arrayDataset({
    ...{ name: 'points', kind: 'points', shape: [2], range: 'signed', source: 'random points' },
    values: Stream.root(3).uniforms(new Float32Array(40)),
  });
  const schedule = batchSchedule(Stream.root(1), { count: samples.count, batchSize: BATCH });
  const open = async (state?: Awaited<ReturnType<Session['save']>>) => {
    const engine = new OrtEngine({ threads: 1 });
    const settings = { ...small, variant, classifierFrom: 4 };
    return Session.open(engine, { method: gmgan, settings, context, seed: 0, ...(state && { state }) });
  };
  const go = async (session: Session, from: number, to: number) => {
    for await (const _ of train(session, { samples, schedule, from, to }));
    return session.save();
  };

  it('goes on with the same bits wherever it was interrupted, and leaves the rest alone from step N', async () => {
    const whole = await open();
    const middle = await go(whole, 0, 4);
    const end = await go(whole, 4, 7);
    for (const name of Object.keys(end)) {
      expect([name, end[name]!.data.every((value, i) => value === middle[name]!.data[i])]).toEqual([
        name,
        !name.includes('classifier/'),
      ]);
    }
    for (const stop of [2, 4, 5]) {
      const first = await open();
      const second = await open(await go(first, 0, stop));
      expect(await go(second, stop, 7)).toEqual(end);
      await Promise.all([first, second].map(({ engine }) => engine.close()));
    }
    await whole.engine.close();
  });
});
