/**
 * @file What a report is made of: plain numbers, arrays and text, so that any caller can fill it and tests
 * can fake it.
 */

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
  /** Set when the run has not reached its end: the report says so at the top. */
  readonly unfinished?: { readonly plannedSteps: number };
}

/**
 * One group, that is, one component of the latent mixture. Order in the report is by size, colour by
 * component.
 */
export interface ReportGroup {
  /** 0-based index of the component. */
  readonly component: number;
  /** Learned share, 0..1. */
  readonly size: number;
  /** True share of the group that was matched to it, where labels are known. */
  readonly trueSize?: number;
  /** Name of that group, such as "digit 0". */
  readonly trueName?: string;
  /** New samples of this component, `[n, ...shape]`. */
  readonly samples?: ArrayLike<number>;
  /** Data assigned to this component, `[n, ...shape]`, most certain first. */
  readonly assigned?: ArrayLike<number>;
}

/** How a datum looks, for sample sheets. */
export type SampleForm =
  | { readonly kind: 'image'; readonly shape: readonly number[]; readonly range: 'unit' | 'signed' }
  | { readonly kind: 'points' }
  | { readonly kind: 'table'; readonly columns: readonly string[] };

/** One row of the table of metrics. */
export interface ReportMetric {
  /** Name with its protocol, such as `nmi` or `fd5k-lenet-mnist-test`. */
  readonly name: string;
  readonly value: number;
  /** One sentence for a reader who does not know it. */
  readonly meaning?: string;
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
}

/** Learned sizes of all components over the steps. */
export interface ReportSizes {
  readonly steps: ArrayLike<number>;
  /** A list for each component, in order of component: its size (0..1) at each step. */
  readonly sizes: readonly ArrayLike<number>[];
}

/** The two-dimensional view: the data itself where it has two dimensions, else PCA of its latents. */
export interface ReportView {
  readonly kind: 'data' | 'latent';
  /** `[n, dimensions]`, row-major. */
  readonly points: ArrayLike<number>;
  readonly dimensions: number;
  /** `[n, K]`: probability of each component for each point. */
  readonly responsibilities: ArrayLike<number>;
  /** `[K, dimensions]`: means of the components, drawn as crosses. */
  readonly centers?: ArrayLike<number>;
  /** New samples and the component that each was drawn from, for data of two dimensions. */
  readonly generated?: { readonly points: ArrayLike<number>; readonly components: ArrayLike<number> };
}

/** All that the report shows; a section whose data is absent is left out. */
export interface ReportData {
  readonly run: ReportRun;
  /** One a component, in any order. */
  readonly groups: readonly ReportGroup[];
  /** How samples are drawn. */
  readonly form: SampleForm;
  readonly metrics: readonly ReportMetric[];
  /** Agreement of the groups with the true ones, where these are known: NMI, 0..1. */
  readonly nmi?: number;
  /** Charts over the steps, such as losses. */
  readonly curves: readonly ReportCurve[];
  /** Learned sizes over the steps. */
  readonly sizes?: ReportSizes;
  readonly view?: ReportView;
  /** All settings, name to value, for the fold at the end. */
  readonly settings?: Readonly<Record<string, string | number | boolean | null>>;
  /** Sentences of caution, such as "2 components have died". */
  readonly notes?: readonly string[];
}
