import { afterAll, describe, expect, it } from 'vitest';
import { stepOf } from '../../test/support/step.js';
import type { Engine } from '../engine/engine.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { ReferenceEngine } from '../engine/reference.js';
import { Stream } from '../math/random.js';
import { slogan } from '../methods/slogan.js';
import { runPhases } from './run-phases.js';
import { Session, type SessionOptions } from './session.js';
import type { StoredTensor } from './stored-tensor.js';

const BATCH = 6;
const options = (settings: object = {}): SessionOptions => ({
  method: slogan,
  settings: { units: 5, latent: 3, learningRate: 0.01, beta1: 0.5, relocate: 20, ...settings },
  context: { data: { shape: [2], range: 'signed' }, components: 3, batch: BATCH, horizon: 40 },
  seed: 2,
});

const engines: Engine[] = [];
function ort(): Engine {
  const engine = new OrtEngine({ threads: 1 });
  engines.push(engine);
  return engine;
}
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

/** Runs the phases of some steps on random data. */
async function steps(session: Session, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) {
    const context = stepOf({
      step,
      progress: step / 40,
      stream: session.stream.fork('step', step),
      real: Stream.root(8)
        .fork(step)
        .uniforms(new Float32Array(2 * BATCH)),
    });
    await runPhases(session.engine, session.model, context);
  }
}

/** Makes the relocation active: a check that sees two groups of two points in a bad partition. */
async function relocate(session: Session): Promise<void> {
  const count = 60;
  const group = (i: number) => (i < 40 ? 0 : i < 50 ? 1 : 2);
  const values = Float32Array.from(
    { length: 2 * count },
    (_, at) => 5 * group(at >> 1) + ((at * 37) % 11) / 50,
  );
  const unused = () => Promise.reject(new Error('relocation does not use this'));
  await session.model.interventions![0]!.run({
    step: 2,
    stream: Stream.root(4),
    samples: {
      name: 'points',
      kind: 'points',
      shape: [2],
      range: 'real',
      count,
      read(indices, out) {
        Array.from(indices).forEach((row, i) => {
          out.set(values.subarray(2 * row, 2 * row + 2), 2 * i);
        });
      },
      fingerprint: '',
      source: '',
    },
    assign: async () => Int32Array.from({ length: count }, (_, i) => (group(i) > 0 ? 2 : i % 2)),
    overRows: unused,
    run: unused,
    restart: unused,
  });
}

describe('a session', () => {
  it('goes on from what it saved with the same bits: parameters, moments, statistics, prior, relocation', async () => {
    const whole = await Session.open(ort(), options());
    await steps(whole, 0, 2);
    await relocate(whole);
    const saved = await whole.save();
    const names = Object.keys(saved);
    for (const part of [
      'moment1:',
      'moment2:',
      'model/means',
      'model/relocation-targets',
      'generator/0-norm/running-mean',
    ])
      expect(names.some((name) => name.startsWith(part))).toBe(true);
    expect(
      Array.from(saved['model/relocation-active']!.data).filter((on) => on === 1).length,
    ).toBeGreaterThanOrEqual(2);
    expect(saved['moment1:critic/0-dense/weight']!.data.some((value) => value !== 0)).toBe(true);

    const other = await Session.open(ort(), { ...options(), state: saved });
    expect(await other.save()).toEqual(saved);
    await steps(whole, 2, 4);
    await steps(other, 2, 4);
    const [expected, actual] = [await whole.save(), await other.save()];
    expect(actual).toEqual(expected);
    expect(actual['generator/0-dense/weight']).not.toEqual(saved['generator/0-dense/weight']);
  });

  it('saves copies: what was saved does not move with training', async () => {
    const session = await Session.open(new ReferenceEngine(), options());
    const saved = await session.save();
    const before = structuredClone(saved);
    await steps(session, 0, 1);
    expect(saved).toEqual(before);
    expect(await session.save()).not.toEqual(before);
  });

  it('starts from its seed alone', async () => {
    const start = async (seed: number) =>
      (await Session.open(new ReferenceEngine(), { ...options(), seed, training: false })).save();
    expect(await start(5)).toEqual(await start(5));
    expect(await start(6)).not.toEqual(await start(5));
  });

  it('keeps no first moment where Adam has none', async () => {
    const saved = await (await Session.open(new ReferenceEngine(), options({ beta1: 0 }))).save();
    expect(Object.keys(saved).some((name) => name.startsWith('moment1:'))).toBe(false);
    expect(Object.keys(saved).some((name) => name.startsWith('moment2:'))).toBe(true);
  });

  it('refuses tensors that are missing or of another shape, and names the first', async () => {
    const saved = await (await Session.open(new ReferenceEngine(), options())).save();
    const reopen = (state: Record<string, StoredTensor>, settings: object = {}) =>
      Session.open(new ReferenceEngine(), { ...options(settings), state });
    const { 'moment2:critic/0-dense/weight': _, ...less } = saved;
    await expect(reopen(less)).rejects.toThrow(
      'The checkpoint does not fit this model: tensor moment2:critic/0-dense/weight should have shape [2,5], but it is not there; resume with the settings of the run.',
    );
    await expect(reopen(saved, { units: 6 })).rejects.toThrow(
      'tensor generator/0-dense/weight should have shape [3,6], but it has shape [3,5]',
    );
    const weight = saved['generator/0-dense/weight']!;
    const turned = { ...saved, 'generator/0-dense/weight': { ...weight, shape: [5, 3] } };
    await expect(reopen(turned)).rejects.toThrow(
      'tensor generator/0-dense/weight should have shape [3,5], but it has shape [5,3]',
    );
  });
});
