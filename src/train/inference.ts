/** @file A trained model at work: samples of a component, features and group probabilities of data. */
import type { Samples } from '../data/dataset.js';
import { sampleSize } from '../data/dataset.js';
import type { Feeds } from '../engine/engine.js';
import { input } from '../graph/tensor.js';
import type { RowTool } from '../method/intervention.js';
import type { Session } from './session.js';

/** Rows that go through a network at a time. */
const ROWS = 250;

/**
 * A session's model in evaluation mode: any number of rows, in batches of fixed size, deterministic given the seed.
 */
export class Inference {
  private constructor(readonly session: Session) {}

  /** Compiles the model's networks in evaluation mode. */
  static async open(session: Session): Promise<Inference> {
    const { engine, model, context } = session;
    const { inference, prior } = model;
    const samples = input('samples', [ROWS, ...context.data.shape]);
    const generated = inference.generate(input('latent', [ROWS, prior.width]));
    await engine.compile(
      { name: 'generate', outputs: { samples: generated } },
      { name: 'features', outputs: { features: inference.features(samples) } },
      ...(inference.assign
        ? [{ name: 'assign', outputs: { probabilities: inference.assign(samples) } }]
        : []),
      ...(model.rowTools ?? []).map((tool) => ({
        name: programOf(tool),
        outputs: { values: tool.output(samples) },
      })),
    );
    return new Inference(session);
  }

  /** Whether the method gives each datum a probability for each group. */
  get assigns(): boolean {
    return this.session.model.inference.assign !== undefined;
  }

  /** Samples [n, ...shape] of the latents [n, width]. */
  generate(latents: Float64Array): Promise<Float32Array> {
    const width = this.session.model.prior.width;
    const count = latents.length / width;
    return this.#batched('generate', 'samples', count, (start, rows, buffer) => {
      buffer.latent = filled(ROWS * width, latents.subarray(start * width, (start + rows) * width));
    });
  }

  /**
   * n new samples of component c, [n, ...shape]; the same seed and path give the same samples.
   * @throws a usage error where c is not 0..K-1.
   */
  sampleComponent(c: number, n: number, ...path: (string | number)[]): Promise<Float32Array> {
    const { model, stream } = this.session;
    return this.generate(model.prior.sampleComponent(c, n, stream.fork('samples', ...path, c)).z);
  }

  /** n new samples of the whole mixture, [n, ...shape], and the component that each was drawn from, n. */
  async sampleMixture(
    n: number,
    ...path: (string | number)[]
  ): Promise<{ samples: Float32Array; components: Int32Array }> {
    const { model, stream } = this.session;
    const { z, component } = model.prior.sample(n, stream.fork('samples', ...path, 'mixture'));
    return { samples: await this.generate(z), components: component };
  }

  /** Features of samples [n, ...shape], [n, f]. */
  featuresOf(samples: Float32Array): Promise<Float32Array> {
    const size = sampleSize(this.session.context.data.shape);
    return this.#batched('features', 'features', samples.length / size, (start, rows, buffer) => {
      buffer.samples = filled(ROWS * size, samples.subarray(start * size, (start + rows) * size));
    });
  }

  /** The most probable group of each of samples [n, ...shape]; rejects unless the method {@link assigns}. */
  async groupOf(samples: Float32Array): Promise<Int32Array> {
    const size = sampleSize(this.session.context.data.shape);
    const constants = this.#constants();
    const count = samples.length / size;
    const probabilities = await this.#batched('assign', 'probabilities', count, (start, rows, buffer) => {
      const part = samples.subarray(start * size, (start + rows) * size);
      Object.assign(buffer, constants, { samples: filled(ROWS * size, part) });
    });
    return mostProbable(probabilities, this.session.model.prior.components);
  }

  /** Features of the data at `indices`, [n, f]. */
  features(data: Samples, indices: ArrayLike<number>): Promise<Float32Array> {
    return this.#overData('features', 'features', data, indices, {});
  }

  /** Group probabilities of the data at `indices`, [n, K]; rejects unless the method {@link assigns}. */
  assign(data: Samples, indices: ArrayLike<number>): Promise<Float32Array> {
    const constants = this.#constants();
    return this.#overData('assign', 'probabilities', data, indices, constants);
  }

  /** Values of one of the model's row tools for the data at `indices`, row-major. */
  overRows(tool: RowTool, data: Samples, indices: ArrayLike<number>): Promise<Float32Array> {
    return this.#overData(programOf(tool), 'values', data, indices, tool.constants?.() ?? {});
  }

  #constants(): Feeds {
    return this.session.model.inference.constants?.() ?? {};
  }

  #overData(
    program: string,
    output: string,
    data: Samples,
    indices: ArrayLike<number>,
    constants: Readonly<Record<string, Float32Array>>,
  ): Promise<Float32Array> {
    const size = sampleSize(data.shape);
    return this.#batched(program, output, indices.length, (start, rows, buffer) => {
      const samples = new Float32Array(ROWS * size);
      data.read(
        Uint32Array.from({ length: rows }, (_, i) => indices[start + i]!),
        samples.subarray(0, rows * size),
      );
      Object.assign(buffer, constants, { samples });
    });
  }

  /** Runs a program of fixed size over any number of rows; the last batch is padded with zeros. */
  async #batched(
    program: string,
    output: string,
    count: number,
    fill: (start: number, rows: number, feeds: Record<string, Float32Array>) => void,
  ): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    let width = 0;
    for (let start = 0; start < count; start += ROWS) {
      const rows = Math.min(ROWS, count - start);
      const feeds: Record<string, Float32Array> = {};
      fill(start, rows, feeds);
      const { outputs } = await this.session.engine.run(program, feeds);
      width = outputs[output]!.length / ROWS;
      parts.push(outputs[output]!.subarray(0, rows * width));
    }
    const all = new Float32Array(count * width);
    parts.forEach((part, i) => {
      all.set(part, i * ROWS * width);
    });
    return all;
  }
}

/** The name of the program of a row tool, apart from those of the phases. */
function programOf({ name }: RowTool): string {
  return `rows: ${name}`;
}

function filled(size: number, values: ArrayLike<number>): Float32Array {
  const out = new Float32Array(size);
  out.set(values);
  return out;
}

/** The most probable group of every row of [n, K] probabilities. */
export function mostProbable(probabilities: ArrayLike<number>, components: number): Int32Array {
  const out = new Int32Array(probabilities.length / components);
  for (let i = 0; i < out.length; i++) {
    let best = 0;
    for (let c = 1; c < components; c++) {
      if (probabilities[i * components + c]! > probabilities[i * components + best]!) best = c;
    }
    out[i] = best;
  }
  return out;
}
