/**
 * @file What a report is made of: plain numbers, arrays and text, so that any caller can fill it and tests
 * can fake it. Everything that has a place for each group is in the order of the groups, the largest first.
 */
import type { ColumnProfile, ReportColumn } from './profile.js';

/** What was trained, on what, and how: the facts under the headline. */
export interface ReportRun {
  /** Folder of the run, as the user knows it. */
  readonly folder: string;
  /** Name of the method as people write it, such as "SLOGAN". */
  readonly method: string;
  readonly dataset: {
    readonly name: string;
    /** Where the data came from and what was selected: `Dataset.source`. */
    readonly source: string;
    readonly count: number;
  };
  readonly seed: number;
  readonly steps: number;
  readonly seconds: number;
  /** The command that makes this run again. */
  readonly command: string;
  /** Version of Mixtura. */
  readonly version: string;
  /** What was changed on the way, a sentence each: then the command alone does not make the run again. */
  readonly changes?: readonly string[] | undefined;
  /** Set when the number of groups was found in the data; else a person, labels or probes gave it. */
  readonly countFound?: true;
  /** Set when training saw labels of the samples. */
  readonly supervised?: true;
  /** Set when the run has not reached its end: the report says so at the top. */
  readonly unfinished?: { readonly plannedSteps: number };
}

/** Real data that stand for a group. */
export interface ReportMembers {
  /** One a datum. */
  readonly rows: readonly ReportMember[];
  /** Images as they are read, points and rows of tables in the units of the file: `[n, ...shape]`. */
  readonly values: ArrayLike<number>;
}

/** Which datum it is, and how sure its group is. */
export interface ReportMember {
  /** The name of its file, its id, or "row 12". */
  readonly id: string;
  /** Probability of its group, 0..1. */
  readonly probability: number;
  /** Number of the second most probable group. */
  readonly second?: number;
}

/** One group, that is, one component of the latent mixture. Its colour follows its number. */
export interface ReportGroup {
  /** From 1, the largest first. */
  readonly number: number;
  /** Name of the group, given by people or taken from its class. */
  readonly name?: string;
  /** Learned share, 0..1. */
  readonly size: number;
  /** Share of the group that the encoder was taught, 0..1, where there was a teacher. */
  readonly taught?: number;
  /** Share of the data whose most probable group it is, 0..1, and their number among those looked at. */
  readonly assigned?: { readonly share: number; readonly count: number };
  /** True share of the group that was matched to it, where labels are known. */
  readonly trueSize?: number;
  /** Name of that group, such as "digit 0". */
  readonly trueName?: string;
  /** The data of which the group is most probable. */
  readonly typical?: ReportMembers;
  /** The data of which another group is nearly as probable. */
  readonly borderline?: ReportMembers;
  /** The data of which the group is least probable, though no other is more so. */
  readonly least?: ReportMembers;
  /** New rows of a table, with the model's probability that each is of this group. */
  readonly generated?: ReportMembers;
  /** New samples of this group, `[n, ...shape]`, where they are drawn. */
  readonly samples?: ArrayLike<number>;
  /** Where the model makes too little and too much of the group, where that was asked for. */
  readonly gold?: ReportGold;
}

/** GOLD of one group; what stands as the probability of a member is its d. */
export interface ReportGold {
  readonly generated: ReportGoldMeans;
  readonly real?: ReportGoldMeans;
  /** Real data with the largest d, the largest first. */
  readonly missed?: ReportMembers;
  /** New samples with the least d, the least first. */
  readonly overproduced: ReportMembers;
}

/** Means of the terms of GOLD over samples; NaN where there are none. */
export interface ReportGoldMeans {
  readonly marginal: number;
  readonly conditional: number;
  /** Of the balanced d. */
  readonly value: number;
}

/** How a datum looks. */
export type SampleForm =
  | { readonly kind: 'image'; readonly shape: readonly number[]; readonly range: 'unit' | 'signed' }
  | { readonly kind: 'points'; readonly columns: readonly ReportColumn[] }
  | { readonly kind: 'table'; readonly columns: readonly ReportColumn[] };

/** One row of the list of metrics. */
export interface ReportMetric {
  /** Name with its protocol, such as `nmi` or `fd5k-lenet-mnist-test`. */
  readonly name: string;
  readonly value: number;
  /** One plain sentence for a reader who does not know it. */
  readonly explanation?: string;
  /** How exactly it was computed. */
  readonly protocol?: string;
}

/** How often groups of some answers are right, by their probability. */
export interface ReportReliability {
  /** Whose groups: "new samples". */
  readonly label: string;
  /** Expected calibration error, 0..1. */
  readonly error: number;
  /** Share of all answers that is right. */
  readonly accuracy: number;
  /** Mean probability and share that is right of the answers of each bin, ascending. */
  readonly bins: readonly {
    readonly count: number;
    readonly confidence: number;
    readonly accuracy: number;
  }[];
}

/** One chart of series that share an axis. */
export interface ReportCurve {
  readonly title: string;
  readonly series: readonly {
    readonly label: string;
    readonly steps: ArrayLike<number>;
    readonly values: ArrayLike<number>;
  }[];
  readonly logY?: boolean;
  readonly domain?: readonly [number, number];
  /** Whether it is shown only on demand, as losses are. */
  readonly folded?: boolean;
}

/** Learned sizes of all groups over the steps. */
export interface ReportSizes {
  readonly steps: ArrayLike<number>;
  /** A list for each group: its size (0..1) at each step. */
  readonly sizes: readonly ArrayLike<number>[];
}

/** The two-dimensional view: the data itself where it has two dimensions, else PCA of the features that the model sees. */
export interface ReportView {
  readonly kind: 'data' | 'features';
  /** `[n, dimensions]`, row-major. */
  readonly points: ArrayLike<number>;
  readonly dimensions: number;
  /** `[n, K]`: probability of each group for each point. */
  readonly responsibilities: ArrayLike<number>;
  /** What each point is: the name of its file, its id, or "row 12". */
  readonly ids?: readonly string[];
  /** How the points were chosen, where they are not all data: a sentence. */
  readonly chosen?: string;
  /** Images of some of the points: their places among the points, and `[m, ...shape]`. */
  readonly pictures?: { readonly places: readonly number[]; readonly values: ArrayLike<number> };
  /** `[K, dimensions]`: means of the groups, drawn as crosses. */
  readonly centers?: ArrayLike<number>;
  /** New samples and the group that each was drawn from (0..K-1), for data of two dimensions. */
  readonly generated?: { readonly points: ArrayLike<number>; readonly groups: ArrayLike<number> };
}

/** All that the report shows; a section whose data is absent is left out. */
export interface ReportData {
  readonly run: ReportRun;
  /** In the order of their numbers. */
  readonly groups: readonly ReportGroup[];
  /** Set where the sizes of the groups are fixed by the method, and not learned. */
  readonly fixedSizes?: boolean;
  /** How data and samples are drawn. */
  readonly form: SampleForm;
  /** How the data that are shown were chosen, where not all were looked at: a sentence. */
  readonly lookedAt?: string;
  /** For tables: every column in every group, from the real rows; the most telling first. */
  readonly profile?: readonly ColumnProfile[];
  readonly metrics: readonly ReportMetric[];
  /** How often groups are right, by their probability. */
  readonly reliability?: readonly ReportReliability[];
  /** Agreement of the groups with the true ones, where these are known: NMI, 0..1. */
  readonly nmi?: number;
  /** Whether d of {@link ReportGroup.gold} estimates a log density ratio; else it only orders samples. */
  readonly goldIsRatio?: boolean;
  /** Charts over the steps, such as losses. */
  readonly curves: readonly ReportCurve[];
  /** Learned sizes over the steps. */
  readonly sizes?: ReportSizes;
  readonly view?: ReportView;
  /** Images of the data and what the training's transformations make of them: rows of `columns` images, the first as it is. */
  readonly transformed?: {
    readonly name: string;
    /** `[n, ...shape]`. */
    readonly values: ArrayLike<number>;
    readonly columns: number;
  };
  /** Marked examples that training learned from, where there were some. */
  readonly probes?: { readonly count: number };
  /** All settings, name to value, for the fold at the end. */
  readonly settings?: Readonly<Record<string, string | number | boolean | null>>;
  /** Sentences by which the sizes are in doubt; the report begins with them. */
  readonly warnings?: readonly string[];
  /** What else happened, such as "The run went on with other settings". */
  readonly notes?: readonly string[];
  /** What interventions did while the run went on. */
  readonly interventions?: {
    readonly summary: string;
    /** Every act in a sentence; folded. */
    readonly list: readonly string[];
    /** Whether they acted whenever they looked, so that the run has not settled. */
    readonly unsettled: boolean;
  };
}
