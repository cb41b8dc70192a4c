/** @file A label for every row of the training data, which a method has given them; labels of the data are not read. */
import type { StepContext } from '../../method/step.js';
import type { EmpiricalPrior } from '../../prior/empirical.js';
import type { PriorState } from '../../prior/prior.js';

/**
 * Labels by row, and the prior that draws groups by their shares. The labels are saved with the model, so that a run goes on
 * with the same ones whatever else has changed.
 */
export class RowLabels {
  #labels: Float64Array | undefined;

  constructor(
    readonly prior: EmpiricalPrior,
    restored: PriorState | undefined,
  ) {
    this.#labels = restored?.labels?.data;
  }

  /** Number of groups K. */
  get components(): number {
    return this.prior.components;
  }

  /** Whether rows have labels yet. */
  get known(): boolean {
    return this.#labels !== undefined;
  }

  /** Takes over a label for every row, 0..K-1; the prior learns their shares. */
  set(labels: ArrayLike<number>): void {
    const shares = new Float64Array(this.components);
    this.#labels = Float64Array.from(labels);
    for (const label of this.#labels) shares[label]! += 1;
    this.prior.setShares(shares.map((count) => count / labels.length));
  }

  /** The labels of rows. */
  of(rows: ArrayLike<number>): Int32Array {
    const labels = this.#labels;
    if (!labels) throw new Error('rows have no labels before the first step');
    return Int32Array.from(rows, (row) => labels[row]!);
  }

  /** One-hot labels of the rows of a batch, B x K. */
  readonly codes = ({ rows }: Pick<StepContext, 'rows'>): Float32Array => {
    const codes = new Float32Array(rows.length * this.components);
    this.of(rows).forEach((label, i) => {
      codes[i * this.components + label] = 1;
    });
    return codes;
  };

  /** Labels by row and the shares of the groups, as far as there are any. */
  state(): PriorState {
    const shares = this.prior.state();
    return this.#labels
      ? { ...shares, labels: { shape: [this.#labels.length], data: this.#labels } }
      : shares;
  }
}
