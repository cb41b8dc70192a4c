/** @file What the page of groups that were found without training shows: plain data. */
import type { AppearanceFinding, GroupFinding, GroupFindings, TriedDivision } from '../../groups/findings.js';
import type { ColumnProfile } from '../profile.js';
import type { ReportMembers, SampleForm } from '../report-data.js';

/** Real rows of a group that are shown for one reason. */
export interface ShownRows {
  readonly name: 'Middle' | 'Border' | 'Outliers';
  readonly members: ReportMembers;
}

/** One group with its real rows. */
export interface PageGroup
  extends Pick<GroupFinding, 'group' | 'rows' | 'share' | 'interval' | 'stability' | 'confidence'> {
  readonly shown: readonly ShownRows[];
}

/** One view divided in one way; `agreement` is its NMI with labels, where there are some. */
export interface PageDivision
  extends Pick<
    TriedDivision,
    'view' | 'teacher' | 'groups' | 'stability' | 'border' | 'score' | 'cpuSeconds'
  > {
  readonly agreement?: number;
}

/** Points of the map. */
export interface PageMap {
  /** `[n, 2]`. */
  readonly points: ArrayLike<number>;
  /** Group of each point, 0-based; -1 where no group explains the row. */
  readonly groups: ArrayLike<number>;
  /** What the points are that say so; `undefined` for the others. */
  readonly titles: readonly (string | undefined)[];
  /** Places of points among all whose images are shown, and their values. */
  readonly pictures?: { readonly places: readonly number[]; readonly values: ArrayLike<number> };
}

/** Rows that form a part too small to be a group. */
export interface PageFragment {
  readonly rows: number;
  /** Names of some of them. */
  readonly ids: readonly string[];
}

/** How the findings were made. */
export interface PageOrigin {
  readonly command: string;
  readonly version: string;
  readonly seed: number;
}

/** Everything on the page. */
export interface GroupsPageData
  extends Pick<GroupFindings, 'data' | 'headline' | 'verdict' | 'choice' | 'stability' | 'pairs' | 'cost'> {
  readonly appearance: readonly AppearanceFinding[];
  readonly count: Omit<GroupFindings['count'], 'fragments'>;
  readonly fragments: readonly PageFragment[];
  /** Rows of which the graph was made. */
  readonly looked: number;
  /** Rows that no group explains. */
  readonly unexplained: number;
  readonly groups: readonly PageGroup[];
  /** How a row looks. */
  readonly form: SampleForm;
  /** Whether the columns are counts, as of genes. */
  readonly counts: boolean;
  /** Columns by group, from so many real rows, the most telling first; for tables. */
  readonly profile?: { readonly columns: readonly ColumnProfile[]; readonly rows: number };
  readonly map: PageMap;
  /** The chosen one first. */
  readonly tried: readonly PageDivision[];
  readonly origin: PageOrigin;
}
