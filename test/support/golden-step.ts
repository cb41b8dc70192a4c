/** @file A small SLOGAN model with the hashed starting values of test/golden/slogan_step.py. */
import { readFileSync } from 'node:fs';
import type { Feeds, TensorGroup } from '../../src/engine/engine.js';
import { elements } from '../../src/engine/engine.js';
import { Stream } from '../../src/math/random.js';
import type { AnyModel, AnyTrainable, BuildContext, Model } from '../../src/method/method.js';
import type { PhaseStep, StepContext } from '../../src/method/step.js';
import { slogan } from '../../src/methods/slogan.js';
import type { Parameter } from '../../src/nn/parameter.js';
import type { MixturePrior } from '../../src/prior/mixture.js';
import { noise, unitNoise } from './noise.js';
import { begin, stepOf } from './step.js';

/** A tensor in full, or what stands for a large one. */
export type Stored =
  | readonly number[]
  | {
      readonly norm: number;
      readonly product: number;
      readonly stride: number;
      readonly slice: readonly number[];
    };
type Tensors = Readonly<Record<string, Stored>>;

export interface GoldenCase {
  readonly name: string;
  readonly network: 'mlp' | 'mlp-plain' | 'dcgan' | 'resnet';
  readonly shape: readonly number[];
  readonly range: 'unit' | 'signed' | 'real';
  readonly components: number;
  readonly batch: number;
  /** Latents of the generator's phase (default: the batch). */
  readonly generatorBatch?: number;
  readonly step: number;
  readonly horizon: number;
  readonly latent: number;
  readonly lambda: number;
  readonly margin: number;
  readonly decayEnd: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
  readonly priorChange: Tensors;
}

interface GoldenFile {
  readonly torch: string;
  readonly noise: readonly number[];
  readonly cases: readonly GoldenCase[];
}

export const golden: GoldenFile = JSON.parse(
  readFileSync(new URL('../golden/slogan_step.json', import.meta.url), 'utf8'),
);

/** Settings of the case: whatever a model reads besides its data. */
function settingsOf(given: GoldenCase): unknown {
  const known = new Set(Object.keys(slogan.settings.shape));
  return slogan.settings.parse(Object.fromEntries(Object.entries(given).filter(([key]) => known.has(key))));
}

/** The model, with the hashed prior; `more` is added to what it is built for. */
export function buildModel(given: GoldenCase, more: Partial<BuildContext> = {}): Model {
  const { components: k, latent: d } = given;
  const spread = noise('prior/covariances', k * d * d, 0.125);
  const covariances = spread.map((value, at) => {
    const [c, i, j] = [Math.floor(at / (d * d)), Math.floor(at / d) % d, at % d];
    return (i === j ? 1 : 0) + value + spread[c * d * d + j * d + i]!;
  });
  return slogan.build(settingsOf(given) as Parameters<typeof slogan.build>[0], {
    data: { shape: given.shape, range: given.range },
    components: k,
    batch: given.batch,
    horizon: given.horizon,
    stream: Stream.root(0),
    ...more,
    restored: {
      means: { shape: [k, d], data: noise('prior/means', k * d) },
      covariances: { shape: [k, d, d], data: covariances },
      logits: { shape: [k], data: noise('prior/logits', k) },
    },
  });
}

/** The hashed starting value of a parameter; buffers start as they do in training. */
function start({ name, shape, initializer }: Parameter, buffer: boolean): Float32Array {
  const size = elements(shape);
  const role = name.slice(name.lastIndexOf('/') + 1);
  if (buffer) return initializer(new Float32Array(size), Stream.root(0));
  if (role === 'gamma') return new Float32Array(noise(name, size, 0.25).map((value) => 1 + value));
  if (role !== 'weight') return new Float32Array(noise(name, size, 0.125));
  const fans = elements(shape.slice(2)) * (shape[0]! + shape[1]!);
  const steep = name.startsWith('critic/') ? 4 : 1;
  return new Float32Array(noise(name, size, steep * 2 ** Math.floor(Math.log2(Math.sqrt(6 / fans)))));
}

/** The tensors of a model; `buffers` are values from which running statistics start instead of their own. */
export function groupsOf(
  model: AnyTrainable,
  buffers: Readonly<Record<string, Float32Array>> = {},
): TensorGroup[] {
  return model.networks.flatMap((network) => {
    const state = (list: readonly Parameter[], buffer: boolean) =>
      list.map((p) => ({ name: p.name, shape: p.shape, initial: buffers[p.name] ?? start(p, buffer) }));
    const trained = {
      name: network.name,
      tensors: state(network.parameters, false),
      trainable: true,
      firstMoment: model.firstMoment,
    };
    const statistics = {
      name: `${network.name}-statistics`,
      tensors: state(network.buffers, true),
      trainable: false,
    };
    return network.buffers.length > 0 ? [trained, statistics] : [trained];
  });
}

/** The second moment that Adam goes on from. */
export function secondMoment(group: TensorGroup): Float32Array {
  const parts = group.tensors.map(({ name, shape }) =>
    unitNoise(`${name}:moment2`, elements(shape)).map((value) => value * 2 ** -8),
  );
  const block = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    block.set(part, at);
    at += part.length;
  }
  return block;
}

export function contextOf(
  given: Pick<GoldenCase, 'shape' | 'range' | 'batch' | 'step' | 'horizon'>,
): StepContext {
  const data = noise('real', given.batch * elements(given.shape));
  const span = { signed: (x: number) => x, unit: (x: number) => (x + 1) / 2, real: (x: number) => 2 * x };
  return stepOf({
    step: given.step,
    progress: given.step / given.horizon,
    real: Float32Array.from(data, span[given.range]),
  });
}

function latentsOf(
  { batch, generatorBatch = batch }: GoldenCase,
  { name }: { readonly name: string },
): number {
  return name === 'generator' ? generatorBatch : batch;
}

/** What a phase runs, with every random draw replaced by the hashed one; latents are of these components. */
export function goldenPhase(
  given: GoldenCase,
  model: Model,
  phase: AnyModel['phases'][number],
  context: StepContext,
  component = new Int32Array(latentsOf(given, phase)),
): PhaseStep {
  const { batch, latent, components } = given;
  const latents = latentsOf(given, phase);
  const z = noise(`latent/${phase.name}`, latents * latent, 2);
  model.prior.sample = () => ({ z, component });
  const begun = begin(phase, context);
  const draws: Record<string, Float64Array> = {
    epsilon: unitNoise('mixing', batch),
    gumbel: noise('gumbel', latents * components, 2),
  };
  const feeds: Feeds = Object.fromEntries(
    Object.entries(begun.feeds).map(([name, value]) => {
      if (name.endsWith('/start')) return [name, Float32Array.from(noise(name, value.length))];
      return [name, name in draws ? Float32Array.from(draws[name]!) : value];
    }),
  );
  return { ...begun, feeds };
}

/** What the generator's phase feeds in float32, in float64: the prior's constants and the margin's. */
export function exactConstants(given: GoldenCase, model: Model): Record<string, Float64Array> {
  const prior = model.prior as MixturePrior;
  const { weight, offset, constant } = prior.whitening();
  const decay = Math.max(0, 1 + ((given.decayEnd - 1) * given.step) / given.horizon);
  const m = given.margin * decay;
  return {
    'prior/weight': weight,
    'prior/offset': offset,
    'prior/constant': constant,
    'prior/means': prior.means,
    lambda: Float64Array.of(given.lambda * decay),
    margin: Float64Array.of(Math.cos(m), Math.sin(m), m * Math.sin(m), Math.cos(Math.PI - m)),
  };
}

/** The largest relative error of a tensor against its golden value; absolute where the golden value is 0. */
export function relativeError(name: string, actual: ArrayLike<number>, expected: Stored): number {
  const norm = (values: ArrayLike<number>) => Math.sqrt(dot(values, values));
  const relative = (difference: number, size: number) => (size < 1e-12 ? difference : difference / size);
  if (!('norm' in expected)) {
    if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
    return relative(norm(expected.map((value, i) => value - actual[i]!)), norm(expected));
  }
  const product = dot(noise(`${name}:digest`, actual.length), actual);
  const slice = expected.slice.map((value, i) => value - actual[i * expected.stride]!);
  const typical = expected.norm * Math.sqrt(expected.slice.length / actual.length);
  return Math.max(
    relative(Math.abs(norm(actual) - expected.norm), expected.norm),
    relative(Math.abs(product - expected.product), expected.norm),
    relative(norm(slice), Math.max(norm(expected.slice), typical)),
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Hashed buffers of a student: running statistics, and the curves by which it reads the columns of a table. */
export function hashedBuffers(buffers: readonly Parameter[], spread: number): Record<string, Float32Array> {
  const value = ({ name, shape }: Parameter) => {
    if (name.endsWith('debias')) return Float32Array.of(0.75);
    if (name.endsWith('curve')) return hashedCurve(name, shape);
    const [size] = shape as [number];
    if (name.endsWith('mean')) return Float32Array.from(noise(name, size, 0.125));
    return Float32Array.from(unitNoise(name, size), (x) => (x + 0.5) * spread);
  };
  return Object.fromEntries(buffers.map((buffer) => [buffer.name, value(buffer)]));
}

/** Hashed numbers of the curves of columns, about a line and a logarithm. */
function hashedCurve(name: string, [rows, columns]: readonly number[]): Float32Array {
  const level = [0, 0.5, 0.75, 0, 0.25];
  const spread = noise(name, rows! * columns!, 0.125);
  return Float32Array.from(spread, (value, at) => level[Math.floor(at / columns!)]! + value);
}
