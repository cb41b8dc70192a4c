/** @file How far an evaluation has come, and how long it may still take. */

/** The stage that an evaluation is in. */
export interface EvaluationProgress {
  readonly stage: string;
  /** Fraction of the whole work that is done, by an estimate. */
  readonly fraction: number;
  /** Estimate; absent while too little is known. */
  readonly secondsLeft?: number;
}

/** Called with the progress, again and again. */
export type OnProgress = (progress: EvaluationProgress) => void;

/** Called with the fraction of a part of the work that is done, from 0 at its start to 1. */
export type OnFraction = (fraction: number) => void;

/** Below this fraction of the work an estimate would be a guess. */
const KNOWN_FROM = 0.03;

/** Follows the planned stages in their order; a stage that is left out counts as done when a later one begins. */
export class ProgressMeter {
  readonly #began: number;
  readonly #stages: { readonly name: string; readonly cost: number }[] = [];
  #at = 0;

  /** @param now milliseconds of a clock */
  constructor(
    private readonly onProgress: OnProgress = () => undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#began = now();
  }

  /**
   * Plans the next stage.
   *
   * @param cost about how many seconds it takes; only the ratios matter
   * @returns the function that reports its progress; ignored once a later stage has begun
   */
  plan(name: string, cost: number): OnFraction {
    const index = this.#stages.push({ name, cost }) - 1;
    return (fraction) => this.#report(index, fraction);
  }

  #report(index: number, done: number): void {
    if (index < this.#at) return;
    this.#at = index;
    const { name, cost } = this.#stages[index]!;
    const before = sumOfCosts(this.#stages.slice(0, index));
    const total = sumOfCosts(this.#stages);
    const fraction = total > 0 ? (before + done * cost) / total : 0;
    const seconds = (this.now() - this.#began) / 1000;
    this.onProgress({
      stage: name,
      fraction,
      ...(fraction > KNOWN_FROM && { secondsLeft: (seconds * (1 - fraction)) / fraction }),
    });
  }
}

function sumOfCosts(stages: readonly { readonly cost: number }[]): number {
  return stages.reduce((sum, { cost }) => sum + cost, 0);
}
