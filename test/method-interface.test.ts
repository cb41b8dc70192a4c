/** @file What a method may ask for: priors in the engine, stages, work between steps with its own programs, labels. */
import { describe, expect, it } from 'vitest';
import { batchSchedule } from '../src/data/batches.js';
import { arrayDataset, withoutLabels } from '../src/data/dataset.js';
import type { Engine } from '../src/engine/engine.js';
import { OrtEngine } from '../src/engine/ort/engine.js';
import { ReferenceEngine } from '../src/engine/reference.js';
import { Stream } from '../src/math/random.js';
import { defineMethod, type MethodDefinition } from '../src/method/method.js';
import { phase } from '../src/method/phase.js';
import type { StepContext } from '../src/method/step.js';
import { Inference } from '../src/train/inference.js';
import { Session } from '../src/train/session.js';
import { type StepEvent, type TrainOptions, train } from '../src/train/trainer.js';
import { classifier, learnedMeans, looking, type Seen, stages } from './support/toy-methods.js';

const BATCH = 4;
const values = Stream.root(3).normals(new Float32Array(40));
const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
const dataset = arrayDataset({
  name: 'points',
  kind: 'points',
  shape: [2],
  range: 'real',
  values,
  labels,
  source: 'random points',
});

const open = (
  method: MethodDefinition,
  state?: Awaited<ReturnType<Session['save']>>,
  engine: Engine = new ReferenceEngine(),
) =>
  Session.open(engine, {
    method,
    settings: {},
    context: { data: { shape: [2], range: 'real' }, components: 3, batch: BATCH, horizon: 1000 },
    seed: 0,
    ...(state && { state }),
  });

const schedule = batchSchedule(Stream.root(1), { count: dataset.count, batchSize: BATCH });

async function events(session: Session, change: Partial<TrainOptions> = {}): Promise<StepEvent[]> {
  const inference = await Inference.open(session);
  const all: StepEvent[] = [];
  const options = { samples: withoutLabels(dataset), schedule, from: 0, to: 6, inference, ...change };
  for await (const event of train(session, options)) all.push(event);
  return all;
}

describe('a prior that back-propagation trains', () => {
  const learned = ({ model }: Session) => (model.prior as unknown as { learned: Float32Array }).learned;

  it('is read by the host when the session is opened and whenever it is saved', async () => {
    const session = await open(learnedMeans);
    const start = Float32Array.from(learned(session));
    expect(start).toEqual((await session.save())['prior/means']!.data);
    await events(session);
    expect(learned(session)).toEqual(start);
    const saved = await session.save();
    expect(learned(session)).toEqual(saved['prior/means']!.data);
    expect(learned(session)).not.toEqual(start);
    expect(learned(await open(learnedMeans, saved))).toEqual(saved['prior/means']!.data);
  });
});

describe('stages', () => {
  it('are phases that pause: each is trained at its own steps alone, and counts its own', async () => {
    const session = await open(stages);
    const told = (await events(session)).map(({ losses }) => Object.keys(losses));
    expect(told).toEqual([['a'], ['a'], ['b'], [], ['b'], []]);
  });

  it('go on after an interruption with the same bits', async () => {
    const engines = [0, 1, 2].map(() => new OrtEngine({ threads: 1 }));
    const [whole, first] = [
      await open(stages, undefined, engines[0]),
      await open(stages, undefined, engines[1]),
    ];
    await events(whole);
    await events(first, { to: 3 });
    const second = await open(stages, await first.save(), engines[2]);
    await events(second, { from: 3 });
    expect(await second.save()).toEqual(await whole.save());
    for (const engine of engines) await engine.close();
  });
});

describe('an intervention', () => {
  const trained = async (restart: boolean) => {
    const seen: Seen = { values: new Float32Array(), copied: new Float32Array() };
    const session = await open(looking(seen, restart));
    const before = await session.save();
    const all = await events(session, { to: 3 });
    return { seen, before, all, after: await session.save() };
  };

  it("runs the model's own programs over chosen rows, and programs that assign", async () => {
    const { seen, all } = await trained(false);
    expect(all.map(({ notes }) => notes)).toEqual([undefined, undefined, ['looked']]);
    // [network(x), 10 x] of rows 3 and 1, in that order.
    for (const [at, row] of [3, 1].entries()) {
      for (const column of [0, 1]) {
        expect(seen.values[4 * at + 2 + column]).toBeCloseTo(10 * values[2 * row + column]!, 4);
      }
    }
    expect(seen.values[0]).not.toBe(seen.values[2]! / 10);
    expect(seen.copied).toEqual(seen.values);
  });

  it('restarts a network: new starting values and moments of 0, the same from the same seed', async () => {
    const [kept, once, twice] = [await trained(false), await trained(true), await trained(true)];
    expect(once.after).toEqual(twice.after);
    const weight = 'net/0-dense/weight';
    expect(once.after[weight]!.data).not.toEqual(kept.after[weight]!.data);
    // One step after the restart: the second moment is that of one gradient, (1 - beta2) g^2.
    const moment = (state: typeof once.after) => Math.max(...state[`moment2:${weight}`]!.data);
    expect(moment(once.after)).toBeGreaterThan(0);
    expect(once.after['frozen/0-dense/weight']).toEqual(kept.after['frozen/0-dense/weight']);
  });
});

describe('rejection', () => {
  /** G doubles z, so the score is the second coordinate of z. */
  const rejecting = (keep: (score: number) => number) =>
    defineMethod({
      ...stages,
      name: 'rejecting',
      build(config, context) {
        const model = stages.build(config, context);
        return {
          ...model,
          inference: {
            ...model.inference,
            generate: (z) => z.mul(2),
            rejection: {
              score: (samples, latent) => samples.sub(latent).slice(1, 1, 2),
              accept: (scores) => Array.from(scores, keep),
            },
          },
        };
      },
    });
  const inferenceOf = async (keep: (score: number) => number) => Inference.open(await open(rejecting(keep)));

  it('keeps candidates by the probability that their scores have, as many as were asked for', async () => {
    const inference = await inferenceOf((score) => (score > 0 ? 1 : 0));
    const { samples, components } = await inference.sampleMixture(300, 'some');
    expect([samples.length, components.length]).toEqual([600, 300]);
    const second = samples.filter((_, i) => i % 2 === 1);
    expect(Math.min(...second)).toBeGreaterThan(0);
    // Half-normal, scaled by 2: its mean is 2 sqrt(2 / pi), its standard error 2 sqrt((1 - 2 / pi) / 300) = 0.07.
    expect(Math.abs(second.reduce((a, b) => a + b, 0) / 300 - 2 * Math.sqrt(2 / Math.PI))).toBeLessThan(0.28);
    expect(await inference.sampleComponent(0, 20, 'x')).toEqual(await inference.sampleComponent(0, 20, 'x'));
  });

  it('may draw what is rejected again for its component, and then keeps what was drawn last', async () => {
    const rejects = async (keep: (score: number) => number) => {
      const inference = await inferenceOf(keep);
      Object.assign(inference.session.model.inference.rejection!, { retries: true });
      return inference.sampleMixture(200, 'some');
    };
    const all = await rejects(() => 1);
    const upper = await rejects((score) => (score > 0 ? 1 : 0));
    const none = await rejects(() => 0);
    expect([upper.samples.length, none.samples.length]).toEqual([400, 400]);
    // Samples that are kept at once are those that are drawn where all are kept.
    for (let i = 0; i < 200; i++) {
      const [kept, drawn] = [upper.samples.slice(2 * i, 2 * i + 2), all.samples.slice(2 * i, 2 * i + 2)];
      expect(kept[1]).toBeGreaterThan(0);
      if (drawn[1]! > 0) expect(kept).toEqual(drawn);
      expect(none.samples.slice(2 * i, 2 * i + 2)).not.toEqual(drawn);
    }
    expect(upper.components).toEqual(all.components);
  });

  it('needs a probability for every candidate', async () => {
    const inference = await inferenceOf(() => 1);
    const { rejection } = inference.session.model.inference;
    Object.assign(rejection!, { accept: () => [1] });
    await expect(inference.sampleMixture(3, 'few')).rejects.toThrow(
      'accept gave 1 probabilities for 3 candidates',
    );
  });

  it('ends in one sentence where nearly all candidates are rejected', async () => {
    const inference = await inferenceOf(() => 0);
    await expect(inference.sampleMixture(10, 'none')).rejects.toThrow(
      'Of 200 generated samples the method keeps only 0, and 10 were asked for; train longer.',
    );
  });
});

describe('labels', () => {
  const labelsOf = (rows: ArrayLike<number>) =>
    Int32Array.from(rows, (row) => (row < 10 ? labels[row]! : -1));

  it('reach a method that declares supervision: those of the rows of its batch, -1 where there is none', async () => {
    const seen: Int32Array[] = [];
    await events(await open(classifier(seen) as MethodDefinition), { labels: labelsOf });
    expect(seen).toEqual(Array.from({ length: 6 }, (_, step) => labelsOf(schedule(step))));
  });

  it('are asked for in one sentence where a method needs them and there are none', async () => {
    await expect(events(await open(classifier([]) as MethodDefinition))).rejects.toThrow(
      'This method learns from labels, but the data have none; add a label column.',
    );
  });

  it('are all -1 where a method may go without', async () => {
    const seen: Int32Array[] = [];
    await events(await open(classifier(seen, 'optional') as MethodDefinition), { to: 1 });
    expect(seen).toEqual([new Int32Array(BATCH).fill(-1)]);
  });

  it('reach no other method, neither in fact nor by type', async () => {
    const steps: StepContext[] = [];
    const tools: object[] = [];
    const curious = defineMethod({
      ...stages,
      name: 'curious',
      build(config, context) {
        const model = stages.build(config, context);
        const look = phase('look', context, (p) => ({
          outputs: {
            sum: p
              .feed('x', [1], (step) => {
                steps.push(step);
                // @ts-expect-error: the step of an unsupervised method has no labels.
                return [step.labels === undefined ? 0 : 1];
              })
              .sum(),
          },
        }));
        const intervention = { due: () => true, run: async (given: object) => void tools.push(given) };
        return { ...model, phases: [look], interventions: [intervention] };
      },
    });
    const all = await events(await open(curious), { labels: labelsOf });
    expect(all.map(({ losses }) => losses.sum)).toEqual(Array(6).fill(0));
    for (const step of steps) {
      expect(Object.keys(step)).not.toContain('labels');
      expect(Object.keys(step.samples)).not.toContain('labels');
      expect(Reflect.get(step.samples, 'labels')).toBeUndefined();
      expect(Reflect.get(step.samples, 'test')).toBeUndefined();
    }
    for (const given of tools) expect(Reflect.get(given, 'labels')).toBeUndefined();
    expect(steps).toHaveLength(6);
  });
});

describe('the batch of a step', () => {
  it('comes with its rows and the rest of the data', async () => {
    const found: boolean[] = [];
    const looked = defineMethod({
      ...stages,
      name: 'rows',
      build(config, context) {
        const look = phase('look', context, (p) => ({
          outputs: {
            sum: p
              .feed('x', [1], ({ rows, samples, real }) => {
                const own = new Float32Array(2 * BATCH);
                samples.read(rows, own);
                found.push([...real()].every((value, i) => value === own[i]));
                return [rows[0]!];
              })
              .sum(),
          },
        }));
        return { ...stages.build(config, context), phases: [look] };
      },
    });
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    const session = await open(looked, undefined, engine);
    const all = await events(session);
    await engine.close();
    expect(found).toEqual(Array(6).fill(true));
    expect(all.map(({ losses }) => losses.sum)).toEqual(
      Array.from({ length: 6 }, (_, step) => schedule(step)[0]),
    );
  });
});
