/** @file How features are computed: batches and a listener. Apart from ONNX Runtime, whose types need those of browsers. */

/** How far the computation of features is. */
export interface FeatureProgress {
  /** Samples whose features are computed. */
  readonly done: number;
  /** All samples. */
  readonly total: number;
  /** Estimate of the seconds that are left. */
  readonly secondsLeft: number;
}

/** How many samples go through the network at a time, and a listener; neither changes the features beyond rounding. */
export interface FeatureOptions {
  /** Rows that go through the network at a time (default: as many as make 32 MB, at most 256). */
  readonly batch?: number | undefined;
  /** Called after every batch. */
  readonly progress?: ((state: FeatureProgress) => void) | undefined;
}
