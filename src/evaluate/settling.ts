/** @file Whether groups still move while a model is trained: which rows change their group between evaluations. */
import type { Samples } from '../data/dataset.js';
import type { Inference } from '../train/inference.js';

/** Rows that are followed, at most. */
const MOST_ROWS = 1000;
/** Below this share of rows that move, and up to this change of a size, an evaluation is calm; so many in a row end a run. */
const CALM = { moved: 0.005, size: 0.005, evaluations: 3 };
/** Above one of these at the end of a run, its groups have not settled. */
const SETTLED = { moved: 0.02, size: 0.01 };

/** What a line of the log says of groups and their sizes. */
export interface SettlingLine {
  readonly step: number;
  /** Mixing coefficients, K. */
  readonly sizes: readonly number[];
  /** Share of the followed rows whose group is another one than at the line before. */
  readonly moved?: number | undefined;
}

/** The settings that say when a run ends. */
export interface CalmRun {
  readonly steps: number;
  readonly untilCalm?: boolean | undefined;
}

/** What moved between two evaluations. */
export interface Movement {
  readonly step: number;
  /** The step of the evaluation before. */
  readonly since: number;
  /** Share of the followed rows whose group changed, 0..1. */
  readonly moved: number;
  /** Largest change of a learned size, 0..1. */
  readonly sizeChange: number;
}

/** What is seen at an evaluation. */
export interface Look {
  /** Share of the followed rows whose group has changed since the evaluation before; nothing at the first. */
  readonly moved?: number;
  /** Says that the groups are calm, where that is to end the run. */
  readonly calm?: string;
}

/**
 * Follows the groups of the same rows, at most 1,000 chosen at random, from one evaluation to the next. Nothing that
 * training reads is touched.
 */
export class Settling {
  readonly #rows: Uint32Array;
  #groups: Int32Array | undefined;
  /** Step at which they were looked at. */
  #at = 0;

  /** @param groups of the rows at the evaluation before a checkpoint, which it holds where it was not at an evaluation */
  constructor(
    private readonly inference: Inference,
    private readonly samples: Samples,
    private readonly run: CalmRun,
    groups?: readonly number[],
  ) {
    const { count } = samples;
    this.#rows =
      count <= MOST_ROWS
        ? Uint32Array.from({ length: count }, (_, i) => i)
        : inference.stream.fork('followed rows').choice(count, MOST_ROWS);
    if (groups?.length === this.#rows.length) this.#groups = Int32Array.from(groups);
  }

  /**
   * Follows a run on that goes on from a checkpoint.
   * @param lines the log of the run up to the checkpoint
   * @returns a sentence where the run has ended there, as its groups were calm
   */
  async goOn(lines: readonly SettlingLine[], step: number): Promise<string | undefined> {
    if (lines.at(-1)?.step !== step) return undefined;
    await this.#moved(step);
    const { run } = this;
    if (!endedCalm(run, lines, step)) return undefined;
    return `The run ended at step ${step} of ${run.steps}, as its groups were calm, so nothing more is trained; to train on, go on with ${TRAIN_ON}.`;
  }

  /** Looks at the rows at an evaluation. @param lines the log before it */
  async look({ step, sizes }: SettlingLine, lines: readonly SettlingLine[]): Promise<Look> {
    const moved = await this.#moved(step);
    if (moved === undefined) return {};
    const ends = endedCalm(this.run, [...lines, { step, sizes, moved }], step);
    return { moved, ...(ends && { calm: calmSentence(step, this.run) }) };
  }

  /** Components of the rows at the last evaluation, if that was before a step: what a checkpoint of the step must hold. */
  groupsBefore(step: number): readonly number[] | undefined {
    return this.#groups && this.#at !== step ? Array.from(this.#groups) : undefined;
  }

  /** Share of the rows that have moved since they were looked at; nothing at first, and where there are no groups. */
  async #moved(step: number): Promise<number | undefined> {
    const { inference } = this;
    const { components } = inference.prior;
    if (!inference.assigns || components < 2) return undefined;
    const before = this.#groups;
    const now = inference.mostProbable(await inference.assign(this.samples, this.#rows));
    [this.#groups, this.#at] = [now, step];
    return before && now.reduce((sum, group, i) => sum + (group === before[i] ? 0 : 1), 0) / now.length;
  }
}

/** What moved at the last line of a log; nothing where it does not say how many rows did. */
export function lastMovement(lines: readonly SettlingLine[]): Movement | undefined {
  const [before, last] = lines.slice(-2);
  if (last?.moved === undefined || before === undefined) return undefined;
  const changes = last.sizes.map((size, component) => Math.abs(size - before.sizes[component]!));
  return { step: last.step, since: before.step, moved: last.moved, sizeChange: Math.max(...changes) };
}

/** Whether at the last three evaluations fewer than 0.5 % of rows moved, and no size by more than 0.005. */
export function isCalm(lines: readonly SettlingLine[]): boolean {
  return Array.from({ length: CALM.evaluations }, (_, back) =>
    lastMovement(lines.slice(0, lines.length - back)),
  ).every((movement) => movement && movement.moved < CALM.moved && movement.sizeChange <= CALM.size);
}

/** Whether a run that was to end when its groups are calm ended so, before its last step. */
export function endedCalm(run: CalmRun, lines: readonly SettlingLine[], step: number): boolean {
  return run.untilCalm === true && step < run.steps && lines.at(-1)?.step === step && isCalm(lines);
}

/** The sentence about groups that still moved at the end of a run: more than 2 % of rows, or a size by more than 0.01. */
export function unsettledSentence(lines: readonly SettlingLine[]): string | undefined {
  const movement = lastMovement(lines);
  if (!movement || (movement.moved <= SETTLED.moved && movement.sizeChange <= SETTLED.size)) return undefined;
  const { since, step, moved, sizeChange } = movement;
  const changed =
    sizeChange === 0
      ? ', so more steps may change more'
      : `, and a learned size changed by up to ${(100 * sizeChange).toFixed(1)} points, so more steps may change both`;
  return `Not settled: between steps ${since} and ${step} ${percent(moved)} of the rows changed their group${changed}.`;
}

/** Options that let a run go on that has ended because its groups were calm. */
const TRAIN_ON = '--set untilCalm=false --allow untilCalm';

/** That a run ended before its time, and what that means. */
function calmSentence(step: number, { steps }: { readonly steps: number }): string {
  return `The groups are calm: at the last ${CALM.evaluations} evaluations fewer than ${percent(CALM.moved)} of the rows moved, and no size by more than ${100 * CALM.size} points, so training ends at step ${step} of ${steps}; the learning rates have not decayed to their end.`;
}

/** "groups moved 1.2 %". */
export function movedWords(moved: number): string {
  return `groups moved ${percent(moved)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
