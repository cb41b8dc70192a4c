/** @file What was found, put together: groups by number, their count, the choice and all that was tried. */
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
import { fragmentsOf } from './fragments.js';
import { asGood, remarksOn } from './remarks.js';
import { TEACHERS } from './teachers.js';
import { imageProperties } from './trust/appearance.js';
import { type TrustInput, trustOf } from './trust/trust.js';

/** Scores that differ by less are equal for the choice. */
const EQUAL = 0.01;

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
    headline: [
      ...headline.slice(0, 1),
      ...(verdict === 'none' ? [] : asGood(count)),
      ...headline.slice(1),
      ...remarksOn(found, count),
    ],
    choice: choiceOf(found),
    tried: triedOf(found),
    map: mapOf(chosen, options.seed ?? 0),
  };
}

function trustInput({ dataset, divided, rows, numbers, looked, options }: Found): TrustInput {
  const { structure, divisions } = divided[0]!;
  const { part, repeats, stability } = divisions[0]!;
  const { graph, reference, nearest } = structure;
  const { images = dataset, pretrained = false } = options.featuresOf ?? {};
  return {
    ...{ graph, reference, nearest, looked, repeats, stability, rows },
    group: part.map((p) => numbers[p]!),
    groups: Math.max(...numbers),
    given: typeof options.groups === 'number',
    images: images.kind === 'image' ? imageProperties(images, looked) : undefined,
    photographs: !pretrained && photographAdvice(images) !== undefined,
  };
}

function dataOf({ name, source, kind, shape, count, fingerprint }: Dataset): FindingsData {
  return { name, source, kind, shape, count, fingerprint };
}

function countFinding(found: Found, groups: number): CountFinding {
  const { divided, fragment, looked, smallest, bic, options } = found;
  const { count, structure, divisions } = divided[0]!;
  const { least, most, all, gap } = count;
  const curve = structure.curve.merges.map(({ parts, strength }) => ({ groups: parts, strength }));
  const fragments = [...fragment].map((part) =>
    Uint32Array.from(looked.filter((_, i) => divisions[0]!.part[i] === part)),
  );
  return {
    ...{ groups, least, most, all, gap, curve, clear: CLEAR, smallest, fragments },
    given: typeof options.groups === 'number',
    ...(options.groups === undefined || options.groups === 'auto' ? limitOf(found) : {}),
    ...(bic !== undefined && { bic }),
  };
}

/** The number of groups that was divided into, where the merge curve finds more. */
function limitOf({ divided }: Found): Pick<CountFinding, 'limit'> {
  const { divisions, count } = divided[0]!;
  const { groups } = divisions[0]!;
  return count.likely > groups ? { limit: groups } : {};
}

function choiceOf({ divided, views, options }: Found): ChoiceFinding {
  const { view, teacher } = divided[0]!.divisions[0]!;
  return {
    view,
    viewSentence: views.find(({ name }) => name === view)!.sentence,
    teacher,
    teacherSentence: TEACHERS.find(({ name }) => name === teacher)?.summary ?? '',
    reason: reasonOf(
      divided.flatMap(({ divisions }) => divisions),
      options,
    ),
  };
}

/** Why the first of the divisions was taken. */
export function reasonOf(
  [chosen, ...others]: readonly Pick<Division, 'parts' | 'stability' | 'border' | 'score'>[],
  { groups, views, teachers }: Pick<FindOptions, 'groups' | 'views' | 'teachers'>,
): string {
  const { parts, stability, border, score } = chosen!;
  if (parts === 1) {
    if (groups === 1) return 'One group was asked for, so nothing was divided.';
    const divided = others.filter((other) => other.parts > 1).length;
    return divided === 0
      ? 'No border in the graph of neighbours is clear, so nothing was divided.'
      : `Of the ${others.length + 1} divisions, ${divided} ${divided === 1 ? 'has' : 'have'} several groups, which do not come back well enough on subsamples.`;
  }
  if (others.length === 0) return 'It is the only one that was asked for.';
  const asked = views !== undefined || teachers !== undefined;
  const why = others.some((other) => other.parts > 1 && other.score > score + EQUAL)
    ? 'its groups are the finer parts of groups with a higher score, and come back well themselves'
    : 'none has a clearly higher score, which is the agreement of subsamples less what unclear borders take off';
  return `Of the ${others.length + 1} divisions that were ${asked ? 'asked for' : 'tried'}, ${why} (score ${score.toFixed(3)}: agreement ${stability.toFixed(3)}, strongest link of two groups ${border.toFixed(2)}).`;
}

/** The chosen one first, then by score, those of one group last; the order in which they were made decides between equals. */
function triedOf({ divided, numbers, smallest }: Found): TriedDivision[] {
  const [first, ...rest] = divided.flatMap(({ divisions }) => divisions);
  const single = ({ parts }: Division) => Number(parts === 1);
  rest.sort((a, b) => single(a) - single(b) || b.score - a.score);
  return [
    // Its groups have the numbers that they have everywhere.
    tried(first!, numbers),
    ...rest.map((one) => tried(one, numbersBySize(one.part, one.parts, fragmentsOf(one, smallest)))),
  ];
}

function tried(division: Division, numbers: Int32Array): TriedDivision {
  const { view, teacher, part, stability, border, score, seconds } = division;
  const groups = Math.max(...numbers);
  const group = part.map((p) => numbers[p]!);
  return { view, teacher, groups, stability, border, score, cpuSeconds: seconds, group };
}

/** The layout of the graph that the chosen division was made from. */
function mapOf({ view, structure }: ViewFindings, seed: number): Float32Array {
  const { graph, embedding, rows } = structure;
  return neighbourMap(graph, embedding, Stream.root(seed).fork('groups').fork('map', view), { rows });
}
