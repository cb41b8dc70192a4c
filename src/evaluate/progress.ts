/** @file How far an evaluation has come, and how long it may still take. */

/** What an evaluation is at. */
export interface EvaluationProgress {
  readonly stage: string;
  /** Share of the whole work that is done, by an estimate. */
  readonly fraction: number;
  /** Estimate; absent while too little is known. */
  readonly secondsLeft?: number;
}

export type TellProgress = (progress: EvaluationProgress) => void;

/** A part of an evaluation, and about how many seconds it takes; only the ratios matter. */
export interface Stage {
  readonly name: string;
  readonly cost: number;
}

/** Below this share of the work an estimate would be a guess. */
const KNOWN_FROM = 0.03;

/** Follows the planned stages in their order; a stage that is left out counts as done when a later one begins. */
export class ProgressMeter {
  readonly #began: number;
  readonly #total: number;
  #at = -1;
  #before = 0;

  /** @param now milliseconds of a clock */
  constructor(
    private readonly stages: readonly Stage[],
    private readonly tell: TellProgress = () => undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#began = now();
    this.#total = stages.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** The next planned stage of this name begins; one that is not planned changes nothing. */
  begin(name: string): void {
    const next = this.stages.findIndex((stage, i) => i > this.#at && stage.name === name);
    if (next < 0) return;
    this.#at = next;
    this.#before = this.stages.slice(0, next).reduce((sum, { cost }) => sum + cost, 0);
    this.part(0);
  }

  /** This share of the stage is done. */
  part(share: number): void {
    const stage = this.stages[this.#at];
    if (!stage) return;
    const fraction = this.#total > 0 ? (this.#before + share * stage.cost) / this.#total : 0;
    const seconds = (this.now() - this.#began) / 1000;
    this.tell({
      stage: stage.name,
      fraction,
      ...(fraction > KNOWN_FROM && { secondsLeft: (seconds * (1 - fraction)) / fraction }),
    });
  }
}
