/** @file What is said of groups beside how far they can be trusted: what was not seen, not cut, or left out. */
import type { Dataset } from '../data/dataset.js';
import type { ViewFindings } from './choose.js';
import type { FindOptions } from './find-options.js';
import type { CountFinding, RowFindings } from './findings.js';
import { followedColumns } from './followed-columns.js';

/** A gap from which a number of groups is clear, and the range from which it is told that others are as good. */
const CLEAR_GAP = 2;
const WIDE = 2;

/** What the remarks are made of. */
export interface Remarked {
  readonly dataset: Dataset;
  readonly looked: Uint32Array;
  /** The chosen view first. */
  readonly divided: readonly ViewFindings[];
  readonly rows: RowFindings;
  /** Parts of the chosen division that are no groups. */
  readonly fragment: ReadonlySet<number>;
  readonly smallest: number;
  readonly options: FindOptions;
}

/** One plain sentence each: columns that part the groups, their number, what a sample cannot see, rows of no group. */
export function remarksOn(found: Remarked, count: CountFinding): string[] {
  return [...ofColumns(found, count), ...ofNumber(found, count), ...ofSample(found), ...ofNoGroup(found)];
}

function ofColumns({ dataset, looked, rows }: Remarked, { groups }: CountFinding): string[] {
  const own = Int32Array.from(looked, (row) => rows.group[row]!);
  return followedColumns(dataset, looked, own, groups).map(
    ({ name, single }) =>
      `${single === groups ? `All ${groups}` : `${single} of the ${groups}`} groups have one value each in the column ${name}: where it is not to part groups, leave it out (--drop).`,
  );
}

function ofNumber({ divided, smallest }: Remarked, count: CountFinding): string[] {
  const said: string[] = [];
  const { groups, given, bic } = count;
  if (bic !== undefined && !given && Math.abs(bic - groups) > 1) {
    said.push(
      `The merge curve finds ${groupsWord(count.limit === undefined ? groups : divided[0]!.count.likely)}, the Bayesian criterion of Gaussian mixtures ${bic}: ${bicCounts(bic > groups)}.`,
    );
  }
  const wanted = divided[0]!.divisions[0]!.groups;
  const { likely } = divided[0]!.count;
  if (!given && likely > wanted) {
    said.push(
      `The merge curve finds ${likely} groups, and no more than ${wanted} were looked for: to see them all, look for more (--most ${likely}).`,
    );
  }
  if (given && groups < wanted) {
    said.push(
      `The graph of neighbours cannot be cut into ${wanted} groups of at least ${smallest} rows: these are ${groups}.`,
    );
  }
  if (groups > wanted) {
    said.push(`Nothing joins some of these ${groups} groups to any other, so they are not fewer.`);
  }
  return said;
}

function ofSample({ dataset, looked, smallest, options }: Remarked): string[] {
  if (looked.length === dataset.count) return [];
  const unseen = Math.ceil((smallest * dataset.count) / looked.length);
  const asked = options.rows === undefined ? '' : ', as asked for';
  return [
    `${looked.length} of ${dataset.count} rows were looked at${asked}: a group of fewer than ${unseen} rows is not seen.`,
  ];
}

/** Rows of group 0: with those of the groups they are all rows. */
function ofNoGroup({ rows, fragment }: Remarked): string[] {
  let [far, apart] = [0, 0];
  rows.group.forEach((group, row) => {
    if (group !== 0) return;
    // A row that is far from all others has a most probable group, one of a fragment has none.
    if (rows.second[row] === 0) apart++;
    else far++;
  });
  const said: string[] = [];
  if (apart > 0) {
    const { size } = fragment;
    said.push(
      `${rowsWord(apart)} apart in ${size} ${size === 1 ? 'part' : 'parts'} too small to be groups, and so in none (group 0); they may be rare groups.`,
    );
  }
  if (far > 0) said.push(`${rowsWord(far)} far from all others, and so in no group (group 0).`);
  return said;
}

/** Numbers of groups that are as good, where the merge curve has no clear step and its numbers differ by 2 and more. */
export function asGood({
  groups,
  given,
  least,
  most,
  all,
  gap,
}: Pick<CountFinding, 'groups' | 'given' | 'least' | 'most' | 'all' | 'gap'>): string[] {
  const clear = all[0] === groups && gap >= CLEAR_GAP;
  if (given || clear || most - least < WIDE || groups < least || groups > most) return [];
  return [
    `${groupsWord(groups)}; ${least} to ${most} are as good: the merge curve has no clear step between them.`,
  ];
}

/** Why the number of groups is none of those that the merge curve finds; nothing where it is one, or was asked for. */
export function whyOutside({
  groups,
  given,
  least,
  most,
  limit,
  fragments,
}: Pick<CountFinding, 'groups' | 'given' | 'least' | 'most'> & {
  readonly limit?: number | undefined;
  readonly fragments: { readonly length: number };
}): string {
  if (given || (groups >= least && groups <= most)) return '';
  if (groups > most) return ', and nothing joins some of these groups to any other';
  if (limit !== undefined) return `, and no more than ${limit} were looked for`;
  if (fragments.length > 0)
    return `, of which ${fragments.length === 1 ? 'one is' : `${fragments.length} are`} too small to be a group`;
  return ', and this division has fewer';
}

/** Why the Bayesian criterion counts more groups, or fewer. */
export function bicCounts(more: boolean): string {
  return more
    ? 'it counts groups of other than Gaussian shape more than once'
    : 'it counts too few where groups have few rows for their columns';
}

function rowsWord(count: number): string {
  return count === 1 ? '1 row lies' : `${count} rows lie`;
}

function groupsWord(count: number): string {
  return count === 1 ? '1 group' : `${count} groups`;
}
