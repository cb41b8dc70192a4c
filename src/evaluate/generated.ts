/** @file Features of a model's new samples and of real data, as many as asked for, in parts that fit into memory. */
import type { Dataset } from '../data/dataset.js';
import { rowsOf } from '../data/select.js';
import { MixturaError } from '../errors.js';
import type { FeatureNetwork } from '../features/feature-network.js';
import { sourceOf } from '../features/sample-source.js';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import type { LatentBatch } from '../prior/prior.js';
import type { Inference } from '../train/inference.js';
import type { OnFraction } from './progress.js';

/** Samples that are generated, and go through the feature network, at a time. */
const PART = 1000;

/** What a feature network computes of some samples. */
export interface SampleFeatures {
  readonly features: Matrix;
  /** Class probabilities, where the network has any and they were asked for. */
  readonly probabilities?: Matrix;
  /** The component that each was drawn from. */
  readonly components: Int32Array;
}

/** New samples of a model as a feature network sees them; the same model, number and seed give the same values. */
export class GeneratedFeatures {
  readonly #mixtures = new Map<number, Promise<SampleFeatures>>();

  constructor(
    private readonly inference: Inference,
    private readonly network: FeatureNetwork,
  ) {}

  /** n samples of the whole mixture, computed once for any number of callers. */
  mixture(n: number, onFraction?: OnFraction): Promise<SampleFeatures> {
    const known = this.#mixtures.get(n);
    if (known) return known;
    const { prior, stream } = this.inference;
    const draw = (count: number, own: Stream) => prior.sample(count, own);
    const features = this.#featuresOf(n, draw, stream.fork('evaluation', 'mixture'), true, onFraction);
    this.#mixtures.set(n, features);
    return features;
  }

  /** n samples of one component. */
  component(c: number, n: number, probabilities = false): Promise<SampleFeatures> {
    const { prior, stream } = this.inference;
    const draw = (count: number, own: Stream) => prior.sampleComponent(c, count, own);
    return this.#featuresOf(n, draw, stream.fork('evaluation', 'component', c), probabilities);
  }

  async #featuresOf(
    count: number,
    draw: Draw,
    stream: Stream,
    probabilities: boolean,
    onFraction?: OnFraction,
  ): Promise<SampleFeatures> {
    const { data } = this.inference;
    const { network } = this;
    const { components, samplesOf } = await this.#samples(count, draw, stream);
    const parts: Omit<SampleFeatures, 'components'>[] = [];
    for (let start = 0; start < count; start += PART) {
      const rows = Math.min(PART, count - start);
      const samples = await samplesOf(start, start + rows);
      requireFinite(samples);
      const source = sourceOf(samples, data);
      parts.push({
        features: await network.features(source),
        ...(probabilities && network.probabilities && { probabilities: await network.probabilities(source) }),
      });
      onFraction?.((start + rows) / count);
    }
    const answers = parts.flatMap((part) => part.probabilities ?? []);
    return {
      components,
      features: stacked(parts.map(({ features }) => features)),
      ...(answers.length > 0 && { probabilities: stacked(answers) }),
    };
  }

  /** New samples by their numbers. Where the method rejects none, they are generated when they are asked for. */
  async #samples(count: number, draw: Draw, stream: Stream) {
    const { inference } = this;
    if (inference.rejects) {
      const { samples, components } = await inference.sampleBy(count, draw, stream);
      const size = samples.length / count;
      const samplesOf = async (start: number, end: number) => samples.slice(start * size, end * size);
      return { components, samplesOf };
    }
    const { z, component: components } = draw(count, stream);
    const { width } = inference.prior;
    const samplesOf = (start: number, end: number) =>
      inference.generate(z.subarray(start * width, end * width));
    return { components, samplesOf };
  }
}

/** n latents from a stream. */
type Draw = (n: number, stream: Stream) => LatentBatch;

/** Rows of n of the data as they are drawn for every model: a fixed random subset, or nothing where all are meant. */
export function realRows({ count }: Dataset, n: number): Uint32Array | undefined {
  if (n >= count) return undefined;
  return Stream.root(0).fork('evaluation', 'real').choice(count, n).sort();
}

/** Rows of n of the data of class y, drawn likewise. */
export function classRows({ labels }: Dataset, y: number, n: number): Uint32Array {
  const members = rowsOf(labels!, new Set([y]));
  const chosen = Stream.root(0).fork('evaluation', 'class', y).choice(members.length, n);
  return chosen.map((place) => members[place]!).sort();
}

function requireFinite(samples: Float32Array): void {
  if (samples.every((value) => Number.isFinite(value))) return;
  throw new MixturaError(
    'The model generates values that are not finite, so its samples cannot be scored; go on from an earlier checkpoint.',
  );
}

/** Matrices one below the other. */
function stacked(parts: readonly Matrix[]): Matrix {
  if (parts.length === 1) return parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const columns = parts[0]!.columns;
  const values = new Float32Array(rows * columns);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { rows, columns, values };
}
