import { describe, expect, it } from 'vitest';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset, withoutLabels } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { Stream } from '../math/random.js';
import { Inference } from '../train/inference.js';
import { Session } from '../train/session.js';
import { type StepEvent, train } from '../train/trainer.js';
import { scgan } from './scgan.js';

const BATCH = 8;
/** 40 points, 3 of 4 about (-2, 0), the others about (2, 0). */
const values = Stream.root(3)
  .normals(new Float32Array(80))
  .map((x, i) => 0.1 * x + (i % 2 === 0 ? (Math.floor(i / 2) % 4 === 0 ? 2 : -2) : 0));
const dataset = arrayDataset({
  ...{ name: 'points', kind: 'points', shape: [2], range: 'real', values, source: 'random points' },
});
const samples = withoutLabels(dataset);
const settings = { units: 8, latent: 3, embedding: 4, reclusterEvery: 4 };
const schedule = batchSchedule(Stream.root(1), { count: dataset.count, batchSize: BATCH });

async function trained<T>(
  {
    from = 0,
    to,
    state,
    given = settings,
  }: {
    from?: number;
    to: number;
    state?: Awaited<ReturnType<Session['save']>>;
    given?: Readonly<Record<string, unknown>>;
  },
  use: (session: Session, events: readonly StepEvent[], inference: Inference) => Promise<T>,
): Promise<T> {
  const engine = new OrtEngine({ threads: 1 });
  try {
    const session = await Session.open(engine, {
      method: scgan,
      settings: given,
      context: { data: { shape: [2], range: 'real' }, components: 2, batch: BATCH, horizon: 20 },
      seed: 0,
      ...(state && { state }),
    });
    const inference = await Inference.open(session);
    const events: StepEvent[] = [];
    for await (const event of train(session, { samples, schedule, from, to, inference })) events.push(event);
    return await use(session, events, inference);
  } finally {
    await engine.close();
  }
}

describe('a self-conditioned GAN', () => {
  it('clusters four times by default, whatever the length of the training', async () => {
    const { reclusterEvery: _, ...plain } = settings;
    await trained({ to: 20, given: plain }, async (_session, events) => {
      const told = events.flatMap(({ notes }, step) => (notes === undefined ? [] : [step]));
      expect(told).toEqual([0, 5, 10, 15]);
    });
  });

  it('clusters the data before the first step, and again every so many steps, from a copy of the critic', async () => {
    const notes = await trained({ to: 9 }, async (session, events, inference) => {
      const state = await session.save();
      // Since the copy before step 8 the critic has gone one step on.
      expect(state['frozen/0-dense/weight']!.data).not.toEqual(state['critic/0-dense/weight']!.data);
      const labels = state['model/labels']!.data;
      const all = Uint32Array.from({ length: 40 }, (_, i) => i);
      const probabilities = await inference.assign(samples, all);
      expect(Array.from(all, (i) => Number(probabilities[2 * i + 1]! > probabilities[2 * i]!))).toEqual([
        ...labels,
      ]);
      const [own] = [labels[0]!];
      expect([...labels]).toEqual(Array.from(all, (i) => (i % 4 === 0 ? own : 1 - own)));
      expect(session.model.prior.mixing[own]).toBeCloseTo(0.25, 12);
      return events.map((event) => event.notes);
    });
    const told = notes.flatMap((note, i) => (note === undefined ? [] : [i]));
    expect(told).toEqual([0, 4, 8]);
    expect(notes[0]![0]).toMatch(
      /^The data were clustered by the critic's features: (25\.0 %, 75\.0|75\.0 %, 25\.0) %\.$/,
    );
    expect(notes[4]![0]).toMatch(/; 0\.0 % of the rows moved\.$/);
  });

  it.each([3, 4, 6])('goes on after an interruption at step %i with the same bits', async (at) => {
    const whole = await trained({ to: 9 }, (session) => session.save());
    const state = await trained({ to: at }, (session) => session.save());
    const resumed = await trained({ from: at, to: 9, state }, (session) => session.save());
    expect(resumed).toEqual(whole);
  });

  it('generates samples of a group by its embedding, which the generator learns', async () => {
    await trained({ to: 3 }, async (session, _, inference) => {
      const state = await session.save();
      expect(state['embedding/table']!.shape).toEqual([2, 4]);
      expect(Math.max(...state['moment2:embedding/table']!.data)).toBeGreaterThan(0);
      const [first, second] = [await inference.sampleComponent(0, 5), await inference.sampleComponent(1, 5)];
      expect(first).not.toEqual(second);
      expect(first.every(Number.isFinite)).toBe(true);
    });
  });
});
