/** @file A tiny SLOGAN trained for a few steps in any engine, so that engines can be compared. */
import type { Engine } from '../../src/engine/engine.js';
import { ReferenceEngine } from '../../src/engine/reference.js';
import { Stream } from '../../src/math/random.js';
import { slogan } from '../../src/methods/slogan.js';
import { runPhases } from '../../src/train/run-phases.js';
import { Session, type SessionOptions } from '../../src/train/session.js';
import type { StoredTensor } from '../../src/train/stored-tensor.js';
import { stepOf } from './step.js';

const BATCH = 8;
const HORIZON = 10;

export interface Trajectory {
  /** Outputs of every phase, step after step. */
  readonly outputs: readonly (readonly [name: string, values: ArrayLike<number>])[];
  /** Every tensor at the end. */
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
}

function optionsOf(settings: Record<string, unknown>): SessionOptions {
  return {
    method: slogan,
    settings: { units: 8, latent: 4, learningRate: 1e-3, priorRate: 0.02, temperature: 0.3, ...settings },
    context: { data: { shape: [2], range: 'signed' }, components: 3, batch: BATCH, horizon: HORIZON },
    seed: 4,
  };
}

/**
 * A start with second moments of 1e-4. From moments of 0, Adam makes a full step of a gradient that is nothing but
 * rounding (a bias before batch normalisation has no other), and engines round differently.
 */
async function warmState(settings: Record<string, unknown>): Promise<Record<string, StoredTensor>> {
  const state = await (await Session.open(new ReferenceEngine(), optionsOf(settings))).save();
  for (const [name, tensor] of Object.entries(state)) {
    if (name.startsWith('moment2:')) state[name] = { ...tensor, data: tensor.data.map(() => 1e-4) };
  }
  return state;
}

/** Trains a tiny SLOGAN for 5 steps on fixed noise. */
export async function trajectory(engine: Engine, settings: Record<string, unknown>): Promise<Trajectory> {
  const state = await warmState(settings);
  const session = await Session.open(engine, { ...optionsOf(settings), state });
  const data = Stream.root(8);
  const outputs: [string, ArrayLike<number>][] = [];
  for (let step = 0; step < 5; step++) {
    const context = stepOf({
      step,
      progress: step / HORIZON,
      stream: session.stream.fork('step', step),
      real: data
        .fork(step)
        .normals(new Float32Array(2 * BATCH))
        .map(Math.tanh),
    });
    for (const result of await runPhases(engine, session.model, context)) {
      for (const [name, values] of Object.entries(result.outputs)) outputs.push([`${step} ${name}`, values]);
    }
  }
  const saved = Object.entries(await session.save());
  await engine.close();
  return { outputs, state: Object.fromEntries(saved.map(([name, { data: values }]) => [name, values])) };
}

/** |a - b| / |b|, and the plain difference where b is nearly 0. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
  const difference = norm(Array.from(a).map((value, i) => value - b[i]!));
  return difference / Math.max(norm(b), 1e-3);
}

/** Relative errors of one trajectory beside another, by the name of the value. */
export function errorsOf(
  actual: Trajectory,
  expected: Trajectory,
): (readonly [name: string, error: number])[] {
  return [
    ...expected.outputs.map(
      ([name, values], i) => [name, relativeError(actual.outputs[i]![1], values)] as const,
    ),
    ...Object.entries(expected.state).map(
      ([name, values]) => [name, relativeError(actual.state[name]!, values)] as const,
    ),
  ];
}

/** Networks and losses of which each engine trains every one alike. */
export const VARIANTS = [
  { name: 'Wasserstein', critic: 'wasserstein' },
  { name: 'hinge', critic: 'hinge' },
  { name: 'Table 13 networks, no U2C', network: 'mlp-plain', lambda: 0 },
];
