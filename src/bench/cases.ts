/** @file The training steps that are measured, by name: a complete configuration and the data for it. */
import { presetNamed } from '../config/resolve.js';
import { RUN_DEFAULTS, type RunConfig } from '../config/schema.js';
import { arrayDataset, type Dataset, sampleSize } from '../data/dataset.js';
import { NAMED_SETS, namedSetPresence } from '../data/sets/named.js';
import { openDataset } from '../data/sets/open.js';
import { usageError } from '../errors.js';
import { Stream } from '../math/random.js';

/** A training step that is measured. */
export interface BenchCase {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  readonly config: RunConfig;
  /** Measured steps, and steps before them that are not counted, unless asked otherwise. */
  readonly steps: number;
  readonly warmup: number;
  /** Shape and range of random values, used where the data are not on this machine. */
  readonly random?: Pick<Dataset, 'shape' | 'range'>;
}

/** Sizes of a step, to see how its cost grows. */
export interface BenchSizes {
  /** Batch size B. */
  readonly batch?: number | undefined;
  /** Number of groups K. */
  readonly components?: number | undefined;
  /** Dimension d of the latents. */
  readonly latent?: number | undefined;
  /** Side of square images, which then are random. */
  readonly side?: number | undefined;
}

type About = Omit<BenchCase, 'name' | 'config'>;

const small = { steps: 500, warmup: 50 };
const images = { steps: 20, warmup: 3 };

/** A run of a preset on its own data. */
function ofPreset(name: string, preset: string, about: About, change: Partial<RunConfig> = {}): BenchCase {
  const { summary: _, data, ...rest } = presetNamed(preset);
  const complete = { name, subsetSeed: 0, ...data };
  return { name, config: { ...RUN_DEFAULTS, ...rest, data: complete, ...change }, ...about };
}

/** A run on random values, in K groups. */
function ofSettings(
  name: string,
  about: About,
  components: number,
  settings: RunConfig['settings'],
): BenchCase {
  const data = { name, subsetSeed: 0 };
  return { name, config: { ...RUN_DEFAULTS, data, components, settings }, ...about };
}

/** The first is the usual one. */
const CASES: readonly BenchCase[] = [
  ofPreset('mnist', 'mnist-2', {
    ...images,
    title: 'MNIST 28x28, convolutions',
    random: { shape: [1, 28, 28], range: 'unit' },
  }),
  ofPreset('digits', 'digits', { ...small, title: 'digits 8x8, layers of 64' }),
  ofPreset('ring', 'ring', { ...small, title: 'ring, layers of 64' }),
  ofPreset('ring-64', 'ring', { ...small, title: 'ring, layers of 64' }, { batch: 64 }),
  // SLOGAN's settings for 10x_73k (Tables 5 and 13).
  ofSettings(
    '10x',
    {
      title: '720 features, layers of 256',
      steps: 500,
      // As long as V8 goes on compiling what runs beside the engine, which takes one of two cores.
      warmup: 300,
      random: { shape: [720], range: 'real' },
    },
    8,
    {
      network: 'mlp-plain',
      units: 256,
      latent: 64,
      learningRate: 1e-4,
      priorRate: 4e-3,
      lambda: 10,
      scale: 4,
      margin: 0,
      temperature: 0.01,
    },
  ),
  ofSettings(
    'cifar',
    { ...images, title: 'colour 32x32, convolutions', random: { shape: [3, 32, 32], range: 'signed' } },
    10,
    {
      network: 'dcgan',
      latent: 128,
      learningRate: 1e-4,
      priorRate: 2e-3,
      lambda: 1,
      scale: 4,
      margin: 0.5,
      temperature: 0.01,
    },
  ),
  ofPreset('colour-128', 'cifar-2', {
    ...{ steps: 3, warmup: 1 },
    title: 'colour 32x32, residual networks as published: 128 maps, 128 latents',
    random: { shape: [3, 32, 32], range: 'signed' },
  }),
  ofPreset('colour', 'cifar-2-small', {
    ...images,
    title: 'colour 32x32, residual networks of 32 maps, ALR and SimCLR',
    random: { shape: [3, 32, 32], range: 'signed' },
  }),
];

/** Names of the steps that can be measured. */
export const BENCH_NAMES: readonly string[] = CASES.map(({ name }) => name);

/** @throws a usage error that names the cases there are. */
export function benchNamed(name: string): BenchCase {
  const found = CASES.find((known) => known.name === name);
  if (!found) throw usageError(`There is no benchmark '${name}'; choose one of ${BENCH_NAMES.join(', ')}.`);
  return found;
}

/** The case with other sizes. @throws a usage error for a side where the data are no images. */
export function resized(from: BenchCase, { batch, components, latent, side }: BenchSizes = {}): BenchCase {
  const { config, random } = from;
  if (side !== undefined && random?.shape.length !== 3) {
    throw usageError(`The data of the benchmark ${from.name} are no images of any side; leave --side out.`);
  }
  return {
    ...from,
    config: {
      ...config,
      ...(batch !== undefined && { batch }),
      ...(components !== undefined && { components }),
      ...(side !== undefined && { data: { name: `${side}x${side}`, subsetSeed: 0 } }),
      settings: { ...config.settings, ...(latent !== undefined && { latent }) },
    },
    ...(random && side !== undefined && { random: { ...random, shape: [random.shape[0]!, side, side] } }),
  };
}

/** The case's data; random values of the same shape where they are made up or would have to be downloaded. */
export async function benchData({
  config,
  random,
}: BenchCase): Promise<{ dataset: Dataset; random: boolean }> {
  const { data, components } = config;
  const here = NAMED_SETS.includes(data.name) && namedSetPresence(data.name).missing.length === 0;
  if (!random || here) return { dataset: await openDataset(data.name, data), random: false };
  const count = 1000;
  const values = Stream.root(0)
    .fork('values')
    .uniforms(new Float32Array(count * sampleSize(random.shape)));
  const groups = components ?? 2;
  const dataset = arrayDataset({
    name: data.name,
    kind: random.shape.length === 3 ? 'image' : 'table',
    ...random,
    values: random.range === 'signed' ? values.map((x) => 2 * x - 1) : values,
    labels: Int32Array.from({ length: count }, (_, i) => i % groups),
    source: 'Random values.',
  });
  return { dataset, random: true };
}
