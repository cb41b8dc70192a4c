/** @file What is told of how far groups can be trusted: of each group, each pair, plain differences between images, each row. */

/** One group. */
export interface GroupFinding {
  /** 1..K. */
  readonly group: number;
  readonly rows: number;
  /** Share of the rows, 0..1. */
  readonly share: number;
  /** Between these the share lies over subsamples and the chance of the draw (95 %). */
  readonly interval: readonly [number, number];
  /** Mean Jaccard similarity with its counterpart on subsamples: 1 where its very rows come back (Hennig 2007). */
  readonly stability: number;
  /** Mean confidence of its rows. */
  readonly confidence: number;
  /** The rows that stand in its middle, those at its border with another group, and those that fit it least. */
  readonly exemplars: Uint32Array;
  readonly border: Uint32Array;
  readonly outliers: Uint32Array;
}

/** Two groups beside each other. */
export interface PairFinding {
  /** Numbers of the groups, the smaller first. */
  readonly groups: readonly [number, number];
  /** Strength of the links between them: about 0.3 and more within one group, 0 between far ones. */
  readonly strength: number;
  /** Share of the rows of both that change sides between subsamples. */
  readonly exchanged: number;
  /** Whether they are better thought of as one continuum. */
  readonly continuum: boolean;
}

/** A plain difference between images. */
export interface AppearanceFinding {
  readonly property: 'brightness' | 'contrast' | 'colour' | 'size';
  /** Share of its variance that lies between the groups, 0..1. */
  readonly explained: number;
}

/** What is found of every row. */
export interface RowFindings {
  /** 1..K; 0 for a row that no group explains. */
  readonly group: Int32Array;
  /** The second most probable group; 0 where there is none. Of a row that no group explains the most probable one. */
  readonly second: Int32Array;
  /** 0..1: how sure the group is. */
  readonly confidence: Float32Array;
  /** Local outlier factor: about 1 in the midst of others, 1.5 and more far from them. */
  readonly outlier: Float32Array;
}

/** `good`: repeatable; `partly`: some groups are; `none`: one group, or groups that are not to be used. */
export type Verdict = 'good' | 'partly' | 'none';
