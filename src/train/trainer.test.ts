import { describe, expect, it } from 'vitest';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset, type Samples } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { ReferenceEngine } from '../engine/reference.js';
import { MixturaError } from '../errors.js';
import { Stream } from '../math/random.js';
import type { Intervention } from '../method/intervention.js';
import { type AnyModel, defineMethod } from '../method/method.js';
import type { LabelledStep, Phase } from '../method/step.js';
import { slogan } from '../methods/slogan.js';
import { wgan } from '../methods/wgan.js';
import { Inference } from './inference.js';
import { Session } from './session.js';
import { type StepEvent, type TrainOptions, train } from './trainer.js';

const BATCH = 4;
const samples = arrayDataset({
  name: 'points',
  kind: 'points',
  shape: [2],
  range: 'signed',
  values: Stream.root(3).uniforms(new Float32Array(40)),
  source: 'random points',
});

const open = (settings: object = {}, engine = new ReferenceEngine()) =>
  Session.open(engine, {
    method: slogan,
    settings: { network: 'mlp-plain', units: 3, latent: 2, ...settings },
    context: { data: { shape: [2], range: 'signed' }, components: 2, batch: BATCH, horizon: 8 },
    seed: 0,
  });

async function events(session: Session, change: Partial<TrainOptions> = {}): Promise<StepEvent[]> {
  const schedule = batchSchedule(Stream.root(1), { count: samples.count, batchSize: BATCH });
  // Opening the inference compiles programs of 250 rows, which these tests do not run.
  const inference = await Inference.open(session);
  const all: StepEvent[] = [];
  for await (const event of train(session, { samples, schedule, from: 0, to: 4, inference, ...change })) {
    all.push(event);
  }
  return all;
}

describe('the batch of a step', () => {
  it('is there for every phase and after it, also where feeds are transferred to another thread', async () => {
    const seen: number[][] = [];
    const critical = defineMethod({
      ...wgan,
      build(config, context) {
        const model = wgan.build(config, context);
        const [critic, generator] = model.phases;
        const again: Phase = {
          ...critic!,
          name: 'again',
          begin(step) {
            const begun = critic!.begin(step)!;
            const first = step.real();
            const compare = () => void seen.push([...step.real()].map((value, i) => value - first[i]!));
            return { ...begun, finish: compare };
          },
        };
        return { ...model, phases: [critic!, generator!, again] };
      },
    });
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    const session = await Session.open(engine, {
      method: critical,
      settings: { network: 'mlp-plain', units: 3, latent: 2 },
      context: { data: { shape: [2], range: 'signed' }, components: 2, batch: BATCH, horizon: 8 },
      seed: 0,
    });
    await events(session);
    await engine.close();
    expect(seen).toEqual(Array(4).fill(Array(2 * BATCH).fill(0)));
  });
});

describe('a phase that gives nothing back', () => {
  /** An engine in which the run of the projection of a step fails, and what became of its other runs. */
  function failing(step: number) {
    const engine = new ReferenceEngine();
    const run = engine.run.bind(engine);
    let projections = 0;
    engine.run = async (program, ...rest) => {
      // Later than what follows it, if nobody waits.
      if (program === 'projection') await new Promise((resolve) => setTimeout(resolve, 20));
      if (program === 'projection' && ++projections === step) throw new Error(`projection ${step} failed`);
      return run(program, ...rest);
    };
    return engine;
  }

  it.each([1, 3, 4])('ends the training where it fails, in step %i of 4', async (step) => {
    await expect(events(await open({}, failing(step)))).rejects.toThrow(`projection ${step} failed`);
  });

  it('has ended when the loop is left early', async () => {
    const session = await open({}, failing(2));
    const schedule = batchSchedule(Stream.root(1), { count: samples.count, batchSize: BATCH });
    const inference = await Inference.open(session);
    const loop = train(session, { samples, schedule, from: 0, to: 4, inference });
    await loop.next();
    await loop.next();
    await expect(loop.return()).rejects.toThrow('projection 2 failed');
  });

  it('is told rather than what failed after it', async () => {
    const session = await open({}, failing(2));
    const intervention: Intervention = {
      due: (step) => step === 2,
      run: () => Promise.reject(new Error('the intervention failed')),
    };
    const looking: Session = Object.create(session, {
      model: { value: { ...session.model, interventions: [intervention] } },
    });
    await expect(events(looking)).rejects.toThrow('projection 2 failed');
  });

  it('is trained on a new batch at every step, also where no phase answers', async () => {
    const fed: number[][] = [];
    const session = await open();
    const [, , projection] = session.model.phases;
    const silent: AnyModel['phases'][number] = {
      ...projection!,
      begin(context) {
        fed.push([...context.real()]);
        return projection!.begin(context);
      },
    };
    const quiet: Session = Object.create(session, {
      model: { value: { ...session.model, phases: [silent] } },
    });
    await events(quiet);
    expect(new Set(fed.map(String)).size).toBe(4);
  });

  it('does not hide why training stopped', async () => {
    const session = await open({ learningRate: 1e30 }, failing(9));
    await expect(events(session)).rejects.toThrow('is not a finite number; lower the learning rates');
  });
});

describe('the training loop', () => {
  it('tells every step with its losses, and what it took', async () => {
    const all = await events(await open());
    expect(all.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    for (const { losses, milliseconds } of all) {
      expect(Object.keys(losses)).toEqual([
        'critic',
        'penalty',
        'criticReal',
        'criticFake',
        'generator',
        'u2c',
      ]);
      expect(Object.values(losses).every(Number.isFinite)).toBe(true);
      expect(Object.keys(milliseconds)).toEqual(
        expect.arrayContaining([
          'critic',
          'generator',
          'projection',
          'optimizer',
          'prior',
          'data',
          'intervention',
        ]),
      );
      expect(Math.min(...Object.values(milliseconds))).toBeGreaterThanOrEqual(0);
    }
  });

  it('is a function of the state and the step: 4 steps are 2 and then 2 more', async () => {
    const [whole, halves] = [await open(), await open()];
    const all = await events(whole);
    const first = await events(halves, { to: 2 });
    const second = await events(halves, { from: 2 });
    expect([...first, ...second].map(({ losses }) => losses)).toEqual(all.map(({ losses }) => losses));
    expect(await halves.save()).toEqual(await whole.save());
  });

  it('reads the batch of every step once, and none beyond the last', async () => {
    const asked: number[] = [];
    const schedule = (step: number) => {
      asked.push(step);
      return Uint32Array.of(0, 1, 2, 3);
    };
    await events(await open(), { from: 1, to: 4, schedule });
    expect(asked).toEqual([1, 2, 3]);
    expect(await events(await open(), { from: 4, to: 4, schedule })).toEqual([]);
    expect(asked.length).toBe(3);
  });

  it('intervenes before the steps at which that is due, with the step its number', async () => {
    const session = await open();
    const ran: number[] = [];
    const intervention: Intervention = {
      due: (step) => step % 2 === 1,
      async run({ step, stream, samples: seen }) {
        expect(seen.count).toBe(20);
        expect(stream.uniform()).toBe(session.stream.fork('intervention', step).uniform());
        ran.push(step);
      },
    };
    const looking: Session = Object.create(session, {
      model: { value: { ...session.model, interventions: [intervention] } },
    });
    await events(looking);
    expect(ran).toEqual([1, 3]);
  });

  it('gives each of several interventions draws of its own', async () => {
    const session = await open();
    const draws: number[] = [];
    const intervention: Intervention = {
      due: (step) => step === 2,
      run: async ({ stream }) => void draws.push(stream.uniform()),
    };
    const looking: Session = Object.create(session, {
      model: { value: { ...session.model, interventions: [intervention, { ...intervention }] } },
    });
    await events(looking);
    const stream = session.stream.fork('intervention', 2);
    expect(draws).toEqual([stream.uniform(), stream.fork(1).uniform()]);
  });
});

describe('training stops where a number is not finite', () => {
  const failure = async (settings: object, change: Partial<TrainOptions> = {}) => {
    const error = await events(await open(settings), change).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MixturaError);
    return (error as MixturaError).message;
  };

  it('and names step, term and phase: a learning rate beyond all reason', async () => {
    expect(await failure({ learningRate: 1e30 })).toMatch(
      /^Training stopped at step [12]: \w+ of the (critic|generator) phase is not a finite number; lower the learning rates\.$/,
    );
  });

  it('at the step whose data has NaN', async () => {
    const broken: Samples = {
      ...samples,
      shape: samples.shape,
      count: samples.count,
      fingerprint: '',
      read(indices, out) {
        samples.read(indices, out);
        if (indices[0] === 2) out[3] = Number.NaN;
      },
    };
    const schedule = (step: number) => Uint32Array.of(step, 5, 6, 7);
    expect(await failure({}, { samples: broken, schedule })).toBe(
      'Training stopped at step 3: critic of the critic phase is not a finite number; lower the learning rates.',
    );
  });

  it('and where the prior refuses its update', async () => {
    const session = await open();
    const phases = session.model.phases.map((phase) => ({
      ...phase,
      begin: (step: LabelledStep) => ({
        ...phase.begin(step)!,
        finish: () => {
          throw new MixturaError('the covariance of component 1 is not positive definite');
        },
      }),
    }));
    const broken: Session = Object.create(session, { model: { value: { ...session.model, phases } } });
    await expect(events(broken)).rejects.toThrow(
      'Training stopped at step 1: the covariance of component 1 is not positive definite',
    );
  });
});
