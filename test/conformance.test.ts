/** @file Every engine trains alike: same trajectory as the float64 reference, same bits twice, same graphs as before. */
import { describe, expect, it } from 'vitest';
import type { Engine } from '../src/engine/engine.js';
import { OrtEngine } from '../src/engine/ort.js';
import { ReferenceEngine } from '../src/engine/reference.js';
import { print } from '../src/graph/print.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Stream } from '../src/math/random.js';
import type { StepContext } from '../src/method/method.js';
import { slogan } from '../src/method/slogan.js';
import type { StoredTensor } from '../src/train/safetensors.js';
import { Session, type SessionOptions } from '../src/train/session.js';

const BATCH = 8;
const HORIZON = 10;

interface Trajectory {
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
async function trajectory(engine: Engine, settings: Record<string, unknown>): Promise<Trajectory> {
  const state = await warmState(settings);
  const session = await Session.open(engine, { ...optionsOf(settings), state });
  const data = Stream.root(8);
  const outputs: [string, ArrayLike<number>][] = [];
  for (let step = 0; step < 5; step++) {
    const context: StepContext = {
      step,
      progress: step / HORIZON,
      stream: session.stream.fork('step', step),
      real: data
        .fork(step)
        .normals(new Float32Array(2 * BATCH))
        .map(Math.tanh),
    };
    const feeds = session.model.phases.map((phase) => phase.feeds(context));
    for (const [i, phase] of session.model.phases.entries()) {
      const result = await engine.run(phase.program.name, feeds[i]!, phase.updates(context));
      phase.finish?.(result.outputs, context);
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

const settings = [
  { name: 'Wasserstein', critic: 'wasserstein' },
  { name: 'hinge', critic: 'hinge' },
  { name: 'Table 13 networks, no U2C', network: 'mlp-plain', lambda: 0 },
];

describe.each(settings)('engines, $name', ({ name: _, ...options }) => {
  it('ONNX Runtime follows the float64 reference for 5 steps within 1e-3', async () => {
    const actual = await trajectory(new OrtEngine({ threads: 1 }), options);
    const expected = await trajectory(new ReferenceEngine(), options);
    expect(actual.outputs.map(([name]) => name)).toEqual(expected.outputs.map(([name]) => name));
    const errors = [
      ...expected.outputs.map(([name, values], i) => [name, relativeError(actual.outputs[i]![1], values)]),
      ...Object.entries(expected.state).map(([name, values]) => [
        name,
        relativeError(actual.state[name]!, values),
      ]),
    ];
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(([, error]) => !((error as number) < 1e-3))).toEqual([]);
  });

  it('ONNX Runtime gives the same bits twice', async () => {
    const runs = [];
    for (let run = 0; run < 2; run++) runs.push(await trajectory(new OrtEngine({ threads: 2 }), options));
    expect(runs[0]!.outputs).toEqual(runs[1]!.outputs);
    expect(runs[0]!.state).toEqual(runs[1]!.state);
  });
});

describe('the graphs of SLOGAN', () => {
  const model = slogan.build(slogan.settings.parse({ units: 2, latent: 2 }), {
    data: { shape: [2], range: 'signed' },
    components: 2,
    batch: 3,
    horizon: 1,
    stream: Stream.root(0),
  });

  // A change of the mathematics shows as a change of these files; `npx vitest run -u` writes them anew.
  it.each(['critic', 'generator', 'projection'])('%s phase', async (name) => {
    const { program } = model.phases.find((phase) => phase.name === name)!;
    const section = (prefix: string, tensors: Iterable<readonly [string, Tensor]>) =>
      [...tensors].map(([key, tensor]) => [`${prefix} ${key}`, tensor] as const);
    const all = Object.fromEntries([
      ...section('output', Object.entries(program.outputs)),
      ...section('gradient', program.gradients ?? []),
      ...section('assignment', program.assignments ?? []),
    ]);
    await expect(`${print(all)}\n`).toMatchFileSnapshot(`golden/slogan-${name}.txt`);
  });
});
