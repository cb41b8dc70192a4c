/** @file A trained model's critic at work: its scores of samples, beside the probabilities of their groups. */
import { type Samples, sampleSize } from '../data/dataset.js';
import { usageError } from '../errors.js';
import { concat, input } from '../graph/tensor.js';
import { inBatches, ROWS } from './in-batches.js';
import type { Session } from './session.js';

const PROGRAM = 'inference: critic';

/** What critic and classifier say of n samples. */
export interface Judgement {
  /** The critic's scores, n, large for real data. */
  readonly scores: Float32Array;
  /** The method's own probabilities of the groups, [n, K]. */
  readonly probabilities: Float32Array;
}

/** Critic and group probabilities of a model in evaluation mode. */
export class Critic {
  private constructor(
    private readonly session: Session,
    /** Whether the best score is log p_data(x) - log p_g(x); else scores only order samples. */
    readonly densityRatio: boolean,
  ) {}

  /**
   * Compiles both as one program.
   * @throws a usage error for a method that has no critic, one that judges samples by their groups, or no probabilities
   */
  static async open(session: Session): Promise<Critic> {
    const { engine, model, context } = session;
    const { critique, assign } = model.inference;
    if (!critique) {
      throw usageError(
        'GOLD needs a critic that judges samples whatever their group, and the method of this run has none; use a run of one that has, such as infogan, or acgan with labels.',
      );
    }
    if (!assign) {
      throw usageError(
        'GOLD needs probabilities of classes or groups, and the method of this run gives none; use a run of one that does, such as infogan, or acgan with labels.',
      );
    }
    const samples = input('samples', [ROWS, ...context.data.shape]);
    const judgement = concat([critique.score(samples).reshape([ROWS, 1]), assign(samples)], 1);
    await engine.compile({ name: PROGRAM, outputs: { judgement } });
    return new Critic(session, critique.densityRatio);
  }

  /** What it says of samples [n, ...shape]. */
  ofSamples(samples: Float32Array): Promise<Judgement> {
    const size = sampleSize(this.session.context.data.shape);
    return this.#judge(samples.length / size, (start, rows, into) => {
      into.set(samples.subarray(start * size, (start + rows) * size));
    });
  }

  /** What it says of the data at `indices`. */
  ofData(data: Samples, indices: ArrayLike<number>): Promise<Judgement> {
    const size = sampleSize(data.shape);
    return this.#judge(indices.length, (start, rows, into) => {
      data.read(
        Uint32Array.from({ length: rows }, (_, i) => indices[start + i]!),
        into.subarray(0, rows * size),
      );
    });
  }

  async #judge(
    count: number,
    read: (start: number, rows: number, into: Float32Array) => void,
  ): Promise<Judgement> {
    const { engine, model, context } = this.session;
    const size = sampleSize(context.data.shape);
    const constants = model.inference.constants?.();
    const both = await inBatches(engine, PROGRAM, 'judgement', count, (start, rows, feeds) => {
      const samples = new Float32Array(ROWS * size);
      read(start, rows, samples);
      Object.assign(feeds, constants, { samples });
    });
    const width = both.length / Math.max(1, count);
    const k = width - 1;
    return {
      scores: Float32Array.from({ length: count }, (_, i) => both[i * width]!),
      probabilities: Float32Array.from(
        { length: count * k },
        (_, at) => both[Math.floor(at / k) * width + 1 + (at % k)]!,
      ),
    };
  }
}
