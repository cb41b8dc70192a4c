/** @file What was found, put together: groups by number, their count, the choice and all that was tried. */
import { sizesOf } from '../cluster/merge-curve.js';
import { neighbourMap } from '../cluster/neighbour-map.js';
import type { Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import type { FittedDatasetView } from '../views/views-of.js';
import { numbersBySize } from './assign-rows.js';
import type { Division, ViewFindings } from './choose.js';
import { CLEAR } from './count.js';
import type { FindOptions } from './find-options.js';
import type {
  ChoiceFinding,
  CountFinding,
  FindingsData,
  GroupFinding,
  GroupFindings,
  RowFindings,
  TriedDivision,
} from './findings.js';
import { TEACHERS } from './teachers.js';

/** What the search gave. */
export interface Found {
  readonly dataset: Dataset;
  readonly looked: Uint32Array;
  readonly views: readonly FittedDatasetView[];
  /** The chosen view first. */
  readonly divided: readonly ViewFindings[];
  readonly rows: RowFindings;
  /** Parts of the chosen division that are no groups. */
  readonly fragment: ReadonlySet<number>;
  readonly smallest: number;
  readonly bic: number | undefined;
  readonly options: FindOptions;
}

/** Mean agreement from which groups are called repeatable, and below which they are not to be used. */
const REPEATABLE = 0.8;
const UNUSABLE = 0.6;
/** Rows of each kind that are named. */
const SHOWN = 12;
/** 95 % of a normal distribution lie within so many deviations. */
const DEVIATIONS = 1.96;

/** The findings without what they cost. */
export function summarised(found: Found): Omit<GroupFindings, 'cost'> {
  const { divided, rows, looked } = found;
  const chosen = divided[0]!;
  const { stability } = chosen.divisions[0]!;
  const groups = groupsOf(rows, stability);
  const count = countFinding(found, groups.length);
  const verdict =
    groups.length < 2 || stability < UNUSABLE ? 'none' : stability < REPEATABLE ? 'partly' : 'good';
  return {
    ...{ data: dataOf(found.dataset), groups, count, stability, rows, looked, verdict },
    headline: [...headline(verdict, groups.length, stability), ...remarks(found, count)],
    choice: choiceOf(found),
    tried: triedOf(divided),
    pairs: [],
    appearance: [],
    map: mapOf(chosen, found.options.seed ?? 0),
  };
}

function dataOf({ name, source, kind, shape, count, fingerprint }: Dataset): FindingsData {
  return { name, source, kind, shape, count, fingerprint };
}

function groupsOf(found: RowFindings, stability: number): GroupFinding[] {
  const { group, confidence, outlier } = found;
  const count = group.length;
  const groups = group.reduce((most, g) => Math.max(most, g), 0);
  const rows = new Array<number>(groups + 1).fill(0);
  const sure = new Float64Array(groups + 1);
  group.forEach((g, i) => {
    rows[g]! += 1;
    sure[g]! += confidence[i]!;
  });
  const members = Array.from({ length: groups + 1 }, (_, g) => new Uint32Array(rows[g]!));
  const filled = new Uint32Array(groups + 1);
  group.forEach((g, i) => {
    members[g]![filled[g]!++] = i;
  });
  const first = (g: number, by: (row: number) => number) =>
    members[g]!.slice()
      .sort((a, b) => by(a) - by(b) || a - b)
      .slice(0, SHOWN);
  return Array.from({ length: groups }, (_, at) => {
    const [n, share] = [rows[at + 1]!, rows[at + 1]! / count];
    return {
      ...{ group: at + 1, rows: n, share, interval: interval(share, count), stability },
      ...{
        confidence: sure[at + 1]! / n,
        exemplars: first(at + 1, (row) => outlier[row]! - confidence[row]!),
      },
      border: first(at + 1, (row) => confidence[row]!),
      outliers: first(at + 1, (row) => -outlier[row]!),
    };
  });
}

/**
 * 95 % interval of a share by the chance of the draw.
 * Source: Wilson 1927.
 */
function interval(share: number, count: number): readonly [number, number] {
  const z = DEVIATIONS ** 2 / count;
  const middle = (share + z / 2) / (1 + z);
  const half = Math.sqrt(share * (1 - share) * z + z ** 2 / 4) / (1 + z);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function countFinding(
  { divided, fragment, looked, smallest, bic, options }: Found,
  groups: number,
): CountFinding {
  const { count, structure, divisions } = divided[0]!;
  const { least, most, all, gap } = count;
  const curve = structure.curve.merges.map(({ parts, strength }) => ({ groups: parts, strength }));
  const fragments = [...fragment].map((part) =>
    Uint32Array.from(looked.filter((_, i) => divisions[0]!.part[i] === part)),
  );
  return {
    ...{ groups, least, most, all, gap, curve, clear: CLEAR, smallest, fragments },
    given: typeof options.groups === 'number',
    ...(bic !== undefined && { bic }),
  };
}

function choiceOf({ divided, views, options }: Found): ChoiceFinding {
  const { view, teacher, stability, border } = divided[0]!.divisions[0]!;
  const tried = divided.reduce((sum, { divisions }) => sum + divisions.length, 0);
  const asked = options.views !== undefined || options.teachers !== undefined;
  return {
    view,
    viewSentence: views.find(({ name }) => name === view)!.sentence,
    teacher,
    teacherSentence: TEACHERS.find(({ name }) => name === teacher)?.summary ?? '',
    reason:
      tried === 1
        ? 'It is the only one that was asked for.'
        : `Of the ${tried} divisions that were ${asked ? 'asked for' : 'tried'}, its groups come back best on subsamples at clear borders (agreement ${stability.toFixed(3)}, strongest link of two groups ${border.toFixed(2)}).`,
  };
}

/** The chosen one first, then by stability; the order in which they were made decides between equals. */
function triedOf(divided: readonly ViewFindings[]): TriedDivision[] {
  const [first, ...rest] = divided.flatMap(({ divisions }) => divisions);
  return [first!, ...rest.sort((a, b) => b.stability - a.stability)].map(tried);
}

function tried(division: Division): TriedDivision {
  const { view, teacher, part, parts, stability, seconds } = division;
  const numbers = numbersBySize(part, parts);
  const groups = sizesOf(division).length;
  return { view, teacher, groups, stability, cpuSeconds: seconds, group: part.map((p) => numbers[p]!) };
}

/** The layout of the graph that the chosen division was made from. */
function mapOf({ view, structure }: ViewFindings, seed: number): Float32Array {
  const { graph, embedding, rows } = structure;
  return neighbourMap(graph, embedding, Stream.root(seed).fork('groups').fork('map', view), { rows });
}

function headline(verdict: GroupFindings['verdict'], groups: number, stability: number): string[] {
  const agreement = `agreement ${stability.toFixed(2)} between subsamples`;
  if (groups < 2) return ['One group: these data have no border that the graph of neighbours would show.'];
  if (verdict === 'none') return [`Not reproducible (${agreement}): do not use these ${groups} groups.`];
  if (verdict === 'partly')
    return [`Only partly repeatable (${agreement}): some of these ${groups} groups change.`];
  return [`${groups} groups, repeatable (${agreement}).`];
}

function groupsWord(count: number): string {
  return count === 1 ? '1 group' : `${count} groups`;
}

/** Apart from the number: the criterion of mixtures, what a sample cannot see, what could not be cut. */
function remarks(
  { dataset, looked, smallest, divided, options, fragment }: Found,
  count: CountFinding,
): string[] {
  const said: string[] = [];
  if (count.bic !== undefined && !count.given && Math.abs(count.bic - count.groups) > 1) {
    said.push(
      `The merge curve finds ${groupsWord(count.groups)}, the Bayesian criterion of Gaussian mixtures ${count.bic}: it counts groups of other than Gaussian shape more than once.`,
    );
  }
  const wanted = divided[0]!.divisions[0]!.groups;
  if (count.given && count.groups < wanted) {
    said.push(
      `The graph of neighbours cannot be cut into ${wanted} groups of at least ${smallest} rows: these are ${count.groups}.`,
    );
  }
  if (count.groups > wanted) {
    said.push(`Nothing joins some of these ${count.groups} groups to any other, so they are not fewer.`);
  }
  if (looked.length < dataset.count) {
    const unseen = Math.ceil((smallest * dataset.count) / looked.length);
    const asked = options.rows === undefined ? '' : ', as asked for';
    said.push(
      `${looked.length} of ${dataset.count} rows were looked at${asked}: a group of fewer than ${unseen} rows is not seen.`,
    );
  }
  if (fragment.size > 0) {
    const rows = count.fragments.reduce((sum, part) => sum + part.length, 0);
    said.push(
      `${rows} rows lie apart in ${fragment.size} ${fragment.size === 1 ? 'part' : 'parts'} too small to be groups; they may be rare groups.`,
    );
  }
  return said;
}
