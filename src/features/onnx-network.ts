/** @file An ONNX model that is run over any number of samples, in batches. */
import type { InferenceSession } from 'onnxruntime-node';
import { sampleSize } from '../data/dataset.js';
import { loadOnnxRuntime } from '../engine/onnx-runtime.js';
import { MixturaError, usageError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import type { FeatureOptions } from './feature-options.js';
import type { InputConvention } from './input-convention.js';
import { type NetworkInput, type Preparation, preparation } from './prepare-input.js';
import type { SampleSource } from './sample-source.js';

/** Makes a session of a model's bytes, or of its path where weights may lie beside it. @throws a MixturaError where they are no model that can be run. */
export async function loadModel(
  model: Uint8Array | string,
  name: string,
  threads: number,
): Promise<InferenceSession> {
  const ort = await loadOnnxRuntime(`${name} needs`);
  try {
    const options = {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3 as const,
    };
    return typeof model === 'string'
      ? await ort.InferenceSession.create(model, options)
      : await ort.InferenceSession.create(model, options);
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0]!.replace(/\.$/, '');
    throw new MixturaError(
      `${name} is not an ONNX file that can be run (${reason}): check that it is complete and has its weights inside.`,
      { cause },
    );
  }
}

/** The one input of a model. @throws a MixturaError where it has another number of inputs, or one of another type. */
export function networkInput({ inputMetadata }: InferenceSession, network: string): NetworkInput {
  const [first, ...others] = inputMetadata;
  if (!first?.isTensor || others.length > 0 || first.type !== 'float32') {
    const found = inputMetadata.map(
      (input) => `${input.name} (${input.isTensor ? input.type : 'no tensor'})`,
    );
    throw new MixturaError(
      `${network} reads ${found.join(', ') || 'nothing'}; a feature network has one input of float32${others.length > 0 ? ': export the part that reads images alone' : ': export it in float32'}.`,
    );
  }
  const dims = first.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : undefined));
  return { network, name: first.name, dims };
}

/** Values per row of an output, from the shape that the file declares: [N, F], or [N, F, 1, 1]. */
export function outputWidth({ outputMetadata }: InferenceSession, output: string, name: string): number {
  const metadata = outputMetadata.find((candidate) => candidate.name === output);
  if (metadata === undefined) {
    throw usageError(`${name} has no output ${output}; declare one of ${outputMetadata.map((o) => o.name)}.`);
  }
  const shape = metadata.isTensor && metadata.type === 'float32' ? metadata.shape : [];
  const [, columns, ...rest] = shape;
  if (typeof columns === 'number' && columns > 0 && rest.every((dim) => dim === 1)) return columns;
  throw usageError(
    `The output ${output} of ${name} has shape [${shape.join(', ')}]; features are rows [N, F] of float32 with a fixed F: declare another output, or export the network with a global pooling.`,
  );
}

/** Floats that go into the network at a time. */
const MOST_VALUES = 2 ** 23;
const MOST_ROWS = 256;

/** A session that takes any number of samples, in batches. */
export class OnnxNetwork {
  constructor(
    private readonly session: InferenceSession,
    private readonly input: NetworkInput,
    private readonly convention: InputConvention,
  ) {}

  /** The rows that an output has for all samples. @throws a usage error where they do not fit the network. */
  async run(
    output: string,
    samples: SampleSource,
    { batch, progress }: FeatureOptions = {},
  ): Promise<Matrix> {
    const plan = preparation(samples, this.input, this.convention);
    const columns = outputWidth(this.session, output, this.input.network);
    const values = new Float32Array(samples.count * columns);
    const rows = this.#rows(plan, batch);
    const began = performance.now();
    for (let start = 0; start < samples.count; start += rows) {
      const count = Math.min(rows, samples.count - start);
      const indices = Uint32Array.from({ length: count }, (_, i) => start + i);
      const own = new Float32Array(count * sampleSize(samples.shape));
      samples.read(indices, own);
      values.set(await this.#batch(output, plan.prepare(own, count), count, plan), start * columns);
      const done = start + count;
      const secondsLeft = ((performance.now() - began) / 1000 / done) * (samples.count - done);
      progress?.({ done, total: samples.count, secondsLeft });
    }
    return { rows: samples.count, columns, values };
  }

  /** A network that was exported for a fixed batch gets that one. */
  #rows({ shape }: Preparation, asked: number | undefined): number {
    const fitting = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / sampleSize(shape))));
    const rows = this.input.dims[0] ?? asked ?? fitting;
    if (Number.isSafeInteger(rows) && rows >= 1) return rows;
    throw usageError(`The batch for features is ${rows}; give a whole number of at least 1.`);
  }

  async #batch(
    output: string,
    prepared: Float32Array,
    count: number,
    { shape }: Preparation,
  ): Promise<Float32Array> {
    const { Tensor } = await loadOnnxRuntime(`${this.input.network} needs`);
    const rows = this.input.dims[0] ?? count;
    const filled = rows === count ? prepared : new Float32Array(rows * sampleSize(shape));
    if (filled !== prepared) filled.set(prepared);
    const { name, network } = this.input;
    try {
      const found = await this.session.run({ [name]: new Tensor('float32', filled, [rows, ...shape]) }, [
        output,
      ]);
      const data = found[output]!.data as Float32Array;
      return data.subarray(0, (data.length / rows) * count);
    } catch (cause) {
      const reason = (cause as Error).message.split('\n')[0]!.replace(/\.$/, '');
      throw new MixturaError(
        `${network} cannot read an input of shape [${[rows, ...shape].join(', ')}] (${reason}): declare another size or layout.`,
        { cause },
      );
    }
  }
}
