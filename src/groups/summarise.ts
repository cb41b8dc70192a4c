/** @file What was found, put together: groups by number, their count, the choice and all that was tried. */
import { sizesOf } from '../cluster/merge-curve.js';
import { neighbourMap } from '../cluster/neighbour-map.js';
import type { Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { photographAdvice } from '../views/photographs.js';
import type { FittedDatasetView } from '../views/views-of.js';
import { numbersBySize } from './assign-rows.js';
import type { Division, ViewFindings } from './choose.js';
import { CLEAR } from './count.js';
import type { FindOptions } from './find-options.js';
import type {
  ChoiceFinding,
  CountFinding,
  FindingsData,
  GroupFindings,
  RowFindings,
  TriedDivision,
} from './findings.js';
import { TEACHERS } from './teachers.js';
import { imageProperties } from './trust/appearance.js';
import { type TrustInput, trustOf } from './trust/trust.js';

/** What the search gave. */
export interface Found {
  readonly dataset: Dataset;
  readonly looked: Uint32Array;
  readonly views: readonly FittedDatasetView[];
  /** The chosen view first. */
  readonly divided: readonly ViewFindings[];
  readonly rows: RowFindings;
  /** The number of each part of the chosen division; 0 for fragments. */
  readonly numbers: Int32Array;
  /** Parts of the chosen division that are no groups. */
  readonly fragment: ReadonlySet<number>;
  readonly smallest: number;
  readonly bic: number | undefined;
  readonly options: FindOptions;
}

/** The findings without what they cost. */
export function summarised(found: Found): Omit<GroupFindings, 'cost'> {
  const { dataset, divided, rows, looked, options } = found;
  const chosen = divided[0]!;
  const { stability } = chosen.divisions[0]!;
  const { groups, pairs, appearance, verdict, headline } = trustOf(trustInput(found));
  const count = countFinding(found, groups.length);
  return {
    ...{ data: dataOf(dataset), groups, count, stability, rows, looked, verdict, pairs, appearance },
    headline: [...headline, ...remarks(found, count)],
    choice: choiceOf(found),
    tried: triedOf(divided),
    map: mapOf(chosen, options.seed ?? 0),
  };
}

function trustInput({ dataset, divided, rows, numbers, looked, options }: Found): TrustInput {
  const { structure, divisions } = divided[0]!;
  const { part, repeats, stability } = divisions[0]!;
  const { graph, reference, nearest } = structure;
  return {
    ...{ graph, reference, nearest, looked, repeats, stability, rows },
    group: part.map((p) => numbers[p]!),
    groups: Math.max(...numbers),
    given: typeof options.groups === 'number',
    images: dataset.kind === 'image' ? imageProperties(dataset, looked) : undefined,
    photographs: photographAdvice(dataset) !== undefined,
  };
}

function dataOf({ name, source, kind, shape, count, fingerprint }: Dataset): FindingsData {
  return { name, source, kind, shape, count, fingerprint };
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
