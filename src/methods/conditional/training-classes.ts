/** @file The classes that training sees: how often they are generated, and the labelled rows of a step. */
import { MixturaError, usageError } from '../../errors.js';
import { constant, type Tensor } from '../../graph/tensor.js';
import type { BuildContext } from '../../method/method.js';
import type { PhaseBuilder } from '../../method/phase.js';
import type { LabelledStep } from '../../method/step.js';
import { EmpiricalPrior } from '../../prior/empirical.js';

export interface TrainingClassesOptions extends Omit<BuildContext, 'classes'> {
  /** Dimension of the noise. */
  readonly noise: number;
  /** How often each class is generated: all alike, or as often as it is labelled. */
  readonly classes: 'uniform' | 'empirical';
  /** Labelled rows that each step draws besides its batch (default: half a batch, where few rows have a label). */
  readonly own?: number | undefined;
}

/** What a phase declares of the labels of its step. */
export interface DeclaredClasses {
  /** Labelled samples besides the batch, [m, ...shape]; absent where the labels are those of the batch. */
  readonly samples?: Tensor;
  /** One-hot classes of these, or of the batch, where a row without a label has 0 throughout: [m or B, K]. */
  readonly code: Tensor;
  /** 1 at the places of the batch that count as labelled, else 0, [B, 1]. */
  readonly counted: Tensor;
}

/** Classes 0..K-1 of rows, -1 where a row has none. */
export class TrainingClasses {
  /** Noise and a class. */
  readonly prior: EmpiricalPrior;
  /** Labelled rows that each step draws besides its batch, m; 0: the labels are those of the batch. */
  readonly own: number;
  readonly #options: TrainingClassesOptions;
  readonly #rows: Uint32Array;

  /** @throws a MixturaError where a label is no class of the model */
  constructor(options: TrainingClassesOptions) {
    const { components, noise, batch, labels, restored, classes } = options;
    this.#options = options;
    if (labels) requireClasses(labels, components);
    this.prior = new EmpiricalPrior({ components, noise }, restored);
    const rows: number[] = [];
    labels?.forEach((label, row) => {
      if (label >= 0) rows.push(row);
    });
    this.#rows = Uint32Array.from(rows);
    if (labels && classes === 'empirical' && rows.length > 0) {
      const shares = new Float64Array(components);
      for (const row of rows) shares[labels[row]!]! += 1 / rows.length;
      this.prior.setShares(shares);
    }
    const few = labels !== undefined && rows.length > 0 && 2 * rows.length < labels.length;
    this.own = Math.min(options.own ?? (few ? Math.floor(batch / 2) : 0), batch);
  }

  /** Declares the classes of a step. */
  declare(p: PhaseBuilder<LabelledStep>): DeclaredClasses {
    const { batch, components: k, data } = this.#options;
    const m = this.own;
    if (m === 0) {
      const code = p.feed('code', [batch, k], ({ labels }) => this.#codes(labels));
      return { code, counted: code.sum([1], true) };
    }
    const drawn = p.draw((step) => this.#draw(step, m));
    const size = data.shape.reduce((n, dim) => n * dim, 1);
    return {
      samples: p.feed('labelled', [m, ...data.shape], (step) => {
        const values = new Float32Array(m * size);
        step.samples.read(drawn(step), values);
        return values;
      }),
      code: p.feed('code', [m, k], (step) =>
        this.#codes(Int32Array.from(drawn(step), (row) => this.#options.labels![row]!)),
      ),
      counted: constant(
        Float64Array.from({ length: batch }, (_, place) => (place < m ? 1 : 0)),
        [batch, 1],
      ),
    };
  }

  /** m labelled rows, with repetition. */
  #draw({ stream }: LabelledStep, m: number): Uint32Array {
    const [rows, choices] = [this.#rows, stream.fork('labelled')];
    if (rows.length === 0) throw new MixturaError('No row has a label, so none can be drawn.');
    return Uint32Array.from({ length: m }, () => rows[choices.int(rows.length)]!);
  }

  #codes(labels: Int32Array): Float32Array {
    const k = this.#options.components;
    const codes = new Float32Array(labels.length * k);
    labels.forEach((label, i) => {
      if (label >= k) throw new MixturaError(`A label is class ${label}, but the model has ${k} classes.`);
      if (label >= 0) codes[i * k + label] = 1;
    });
    return codes;
  }
}

/** @throws a usage error unless the labels have as many classes as the model */
function requireClasses(labels: Int32Array, components: number): void {
  const classes = labels.reduce((top, label) => Math.max(top, label + 1), 0);
  if (classes === components) return;
  throw usageError(
    `The labels are of ${classes} classes, and the model of ${components}; leave out --components.`,
  );
}
