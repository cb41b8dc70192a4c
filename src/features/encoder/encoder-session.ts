/** @file An encoder run over any number of samples, in batches. */
import type { InferenceSession } from 'onnxruntime-node';
import { sampleSize } from '../../data/dataset.js';
import { loadOnnxRuntime } from '../../engine/onnx-runtime.js';
import { MixturaError } from '../../errors.js';
import type { Matrix } from '../../math/matrix.js';
import type { FeatureOptions } from '../feature-options.js';
import type { InputConvention } from '../input-convention.js';
import { type NetworkInput, type Preparation, preparation } from '../prepare-input.js';
import type { SampleSource } from '../sample-source.js';
import { type EncoderOutput, pooledRows } from './encoder-output.js';

/** Floats, and rows, that go into the network at a time: larger batches of large images are no faster on a CPU. */
const MOST_VALUES = 2 ** 21;
const MOST_ROWS = 256;

/** A session that takes any number of samples. */
export class EncoderSession {
  constructor(
    private readonly session: InferenceSession,
    private readonly input: NetworkInput,
    private readonly convention: InputConvention,
    private readonly output: EncoderOutput,
  ) {}

  /** Features of all samples. @throws a MixturaError where samples do not fit, or a feature is not finite. */
  async encode(samples: SampleSource, { batch, progress }: FeatureOptions = {}): Promise<Matrix> {
    const plan = preparation(samples, this.input, this.convention);
    const fitting = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / sampleSize(plan.shape))));
    const step = this.input.dims[0] ?? batch ?? fitting;
    const began = performance.now();
    let found: { columns: number; values: Float32Array } | undefined;
    for (let start = 0; start < samples.count; start += step) {
      const count = Math.min(step, samples.count - start);
      const own = new Float32Array(count * sampleSize(samples.shape));
      samples.read(
        Uint32Array.from({ length: count }, (_, i) => start + i),
        own,
      );
      const rows = await this.#batch(plan, plan.prepare(own, count), count);
      found ??= { columns: rows.columns, values: new Float32Array(samples.count * rows.columns) };
      found.values.set(rows.values.subarray(0, count * rows.columns), start * rows.columns);
      const done = start + count;
      const secondsLeft = ((performance.now() - began) / 1000 / done) * (samples.count - done);
      progress?.({ done, total: samples.count, secondsLeft });
    }
    const { columns, values } = found ?? { columns: 0, values: new Float32Array(0) };
    const bad = values.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) {
      throw new MixturaError(
        `${this.input.network} makes ${values[bad]} of row ${Math.floor(bad / columns)}; check its input convention, or export it again in float32.`,
      );
    }
    return { rows: samples.count, columns, values };
  }

  /** A network that was exported for a fixed batch gets that one, filled with zeros. */
  async #batch({ shape }: Preparation, prepared: Float32Array, count: number) {
    const { name, network, dims } = this.input;
    const { Tensor } = await loadOnnxRuntime(`${network} needs`);
    const rows = dims[0] ?? count;
    const filled = rows === count ? prepared : new Float32Array(rows * sampleSize(shape));
    if (filled !== prepared) filled.set(prepared);
    try {
      const found = await this.session.run({ [name]: new Tensor('float32', filled, [rows, ...shape]) }, [
        this.output.name,
      ]);
      const { data, dims: shapeOut } = found[this.output.name]!;
      return pooledRows(data as Float32Array, shapeOut, this.output);
    } catch (cause) {
      if (cause instanceof MixturaError) throw cause;
      const reason = (cause as Error).message.split('\n')[0]!.replace(/\.$/, '');
      throw new MixturaError(
        `${network} cannot read an input of shape [${[rows, ...shape].join(', ')}] (${reason}): declare another size or layout.`,
        { cause },
      );
    }
  }
}
