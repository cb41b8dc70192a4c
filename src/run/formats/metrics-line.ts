/** @file A line of a run's log. */
/** A line of `metrics.jsonl`. */
export interface MetricsLine {
  readonly step: number;
  /** Seconds of training up to this step, over all sessions of the run. */
  readonly seconds: number;
  /** Mean milliseconds a step since the session began. */
  readonly msPerStep: number;
  readonly losses: Readonly<Record<string, number>>;
  /** Mixing coefficients. */
  readonly sizes: readonly number[];
  /** Share of up to 1,000 rows, the same at each line, whose group is another one than at the line before. */
  readonly moved?: number;
  /** Scores, under names that carry their protocol. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Further numbers of the method, such as eigenvalues of the prior. */
  readonly diagnostics?: Readonly<Record<string, number>>;
  /** What interventions did since the line before, with their steps. */
  readonly notes?: readonly string[];
}
