/** @file The real data in a report: which rows are looked at, their groups, and those that stand for a group. */

import type { ResolvedRun } from '../config/schema.js';
import { type Dataset, type Numbers, sampleSize } from '../data/dataset.js';
import { restoredRows } from '../data/tables/restore.js';
import type { ReliabilityCurves } from '../evaluate/reliability.js';
import { Stream } from '../math/random.js';
import { type ColumnProfile, columnProfiles, GroupMoments } from '../report/profile.js';
import { columnsOf, rowName, valuesOfRows } from '../report/real-rows.js';
import type { ReportData, ReportMember, ReportMembers, ReportView } from '../report/report-data.js';
import { type ChosenMembers, firstAndSecond } from '../report/typical.js';
import type { Inference } from '../train/inference.js';

/** Rows that are assigned for a report, at most; and of wide rows as many as hold so many values. */
const MOST_ROWS = 20_000;
const MOST_VALUES = 5e7;
const LEAST_ROWS = 2000;
/** Someone who has interrupted a run is not kept waiting for its report. */
const QUICK_ROWS = 2000;
const CHUNK = 512;

/** Points on the map, and of each group at least, where it has so many. */
const MAP_POINTS = 2000;
const MAP_LEAST = 40;
const MAP_PICTURES = 48;

/** The rows of the data that a report looks at, with their groups. */
export interface LookedAt {
  readonly dataset: Dataset;
  /** Ascending. */
  readonly rows: Uint32Array;
  readonly groups: number;
  /** `[rows, groups]`, in the order of the groups. */
  readonly probabilities: Float32Array;
  /** The most probable group of each row and the second, 0-based; -1 where there is no second. */
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Assigns the data, or as many rows chosen at random as a report bears; nothing for a method that assigns none. */
export async function lookAt(
  inference: Pick<Inference, 'assigns' | 'assign'>,
  dataset: Dataset,
  order: readonly number[],
  quick = false,
): Promise<LookedAt | undefined> {
  if (!inference.assigns) return undefined;
  const most = Math.max(LEAST_ROWS, Math.floor(MOST_VALUES / sampleSize(dataset.shape)));
  const rows = rowsOf(dataset.count, Math.min(most, quick ? QUICK_ROWS : MOST_ROWS));
  const byComponent = await inference.assign(dataset, rows);
  const groups = order.length;
  const probabilities = byComponent.map((_, i) => byComponent[i - (i % groups) + order[i % groups]!]!);
  return { dataset, rows, groups, probabilities, ...firstAndSecond(probabilities, groups) };
}

function rowsOf(count: number, most: number): Uint32Array {
  if (count <= most) return Uint32Array.from({ length: count }, (_, i) => i);
  return Stream.root(0).fork('report').choice(count, most).sort();
}

/** "among 20,000 of 70,000 rows, chosen at random"; nothing where all rows were looked at. */
export function lookedAtSentence({ rows, dataset }: LookedAt): string | undefined {
  if (rows.length === dataset.count) return undefined;
  const [some, all] = [rows.length, dataset.count].map((n) => n.toLocaleString('en-US'));
  return `among ${some} of ${all} rows, chosen at random`;
}

/** Number of rows looked at in each group. */
export function countsOf({ first, groups }: LookedAt): number[] {
  const counts = new Array<number>(groups).fill(0);
  for (const group of first) counts[group]! += 1;
  return counts;
}

/** The members of a group that stand for it. */
export type ShownMembers = Record<keyof ChosenMembers, ReportMembers | undefined>;

/** The chosen members of each group, with their values. */
export function membersOf(looked: LookedAt, chosen: readonly ChosenMembers[]): ShownMembers[] {
  return chosen.map(({ typical, borderline, least }) => ({
    typical: members(looked, typical),
    borderline: members(looked, borderline),
    least: members(looked, least),
  }));
}

function members(looked: LookedAt, places: readonly number[]): ReportMembers | undefined {
  if (places.length === 0) return undefined;
  return { rows: places.map((place) => member(looked, place)), values: valuesOf(looked, places) };
}

function member(
  { dataset, rows, probabilities, groups, first, second }: LookedAt,
  place: number,
): ReportMember {
  const next = second[place]!;
  return {
    id: rowName(dataset, rows[place]!),
    probability: probabilities[place * groups + first[place]!]!,
    ...(next >= 0 && { second: next + 1 }),
  };
}

/** Values of the rows at these places: images as they are read, else in the units of the file. */
function valuesOf({ dataset, rows }: LookedAt, places: readonly number[]): Numbers {
  return valuesOfRows(
    dataset,
    places.map((place) => rows[place]!),
  );
}

/** New rows of a component of a table's model, as its file could hold them; nothing for a method that assigns none. */
export async function generatedRows(
  inference: Pick<Inference, 'assigns' | 'sampleComponent' | 'probabilitiesOf' | 'components'>,
  dataset: ResolvedRun['dataset'],
  component: number,
  count: number,
): Promise<ReportMembers | undefined> {
  if (!inference.assigns || dataset.kind !== 'table') return undefined;
  const samples = await inference.sampleComponent(component, count, 'sheet');
  const probabilities = await inference.probabilitiesOf(samples);
  return {
    rows: Array.from({ length: count }, (_, i) => ({
      id: `new ${i + 1}`,
      probability: probabilities[i * inference.components + component]!,
    })),
    values: restoredRows(samples, dataset, 'NaN'),
  };
}

/** Every column in every group, from the rows that were looked at, in the units of the file. */
export function profileOf({ dataset, rows, groups, first }: LookedAt): ColumnProfile[] {
  const size = sampleSize(dataset.shape);
  const moments = new GroupMoments(groups, size);
  for (let start = 0; start < rows.length; start += CHUNK) {
    const part = rows.subarray(start, start + CHUNK);
    const values = valuesOfRows(dataset, part);
    part.forEach((_, i) => {
      moments.add(first[start + i]!, values, i * size);
    });
  }
  return columnProfiles(moments, columnsOf(dataset));
}

/** The map: data of two dimensions as it is, else encodings; every group has some points, if it has any data. */
export async function viewOf(
  looked: LookedAt,
  inference: Pick<Inference, 'features'>,
  members: readonly ChosenMembers[],
): Promise<ReportView> {
  const { dataset, rows, groups, probabilities } = looked;
  const pictured = dataset.kind === 'image' ? picturedPlaces(members) : [];
  const places = mapPlaces(looked, pictured);
  const chosen = Uint32Array.from(places, (place) => rows[place]!);
  const count = places.length;
  const ids = places.map((place) => rowName(dataset, rows[place]!));
  const common = {
    ids,
    responsibilities: Float32Array.from(
      { length: count * groups },
      (_, i) => probabilities[places[Math.floor(i / groups)]! * groups + (i % groups)]!,
    ),
    ...(count < dataset.count && {
      chosen: `${count.toLocaleString('en-US')} of ${dataset.count.toLocaleString('en-US')} rows, chosen at random, with at least ${MAP_LEAST} of every group that has so many.`,
    }),
  };
  if (sampleSize(dataset.shape) === 2) {
    const points = new Float32Array(2 * count);
    dataset.read(chosen, points);
    return { kind: 'data', points, dimensions: 2, ...common };
  }
  const points = await inference.features(dataset, chosen);
  const pictures = pictured.length > 0 && {
    places: pictured.map((place) => places.indexOf(place)),
    values: valuesOf(looked, pictured),
  };
  return {
    ...{ kind: 'features', points, dimensions: points.length / count, ...common },
    ...(pictures && { pictures }),
  };
}

/** Places of the rows on the map: those with pictures and some of every group, then any. */
function mapPlaces({ rows, first, groups }: LookedAt, pictured: readonly number[]): number[] {
  const any = Array.from(Stream.root(0).fork('view').choice(rows.length, rows.length));
  const left = new Array<number>(groups).fill(MAP_LEAST);
  const some = any.filter((place) => {
    left[first[place]!]! -= 1;
    return left[first[place]!]! >= 0;
  });
  const all = new Set([...pictured, ...some]);
  for (const place of any) {
    if (all.size >= MAP_POINTS) break;
    all.add(place);
  }
  return [...all];
}

/** Places of rows whose images are on the map: of each group the most typical first. */
function picturedPlaces(members: readonly ChosenMembers[]): number[] {
  const kinds = ['typical', 'least', 'borderline'] as const;
  return kinds.flatMap((kind) => members.flatMap((group) => group[kind].slice(0, 1))).slice(0, MAP_PICTURES);
}

const ANSWERS: Readonly<Record<keyof ReliabilityCurves, string>> = {
  generated: 'new samples',
  train: 'training data with labels',
  test: 'held-out data with labels',
};

/** Reliability curves as the report shows them. */
export function reliabilityOf(curves: ReliabilityCurves): NonNullable<ReportData['reliability']> {
  return Object.entries(curves).map(([of, curve]) => ({
    label: ANSWERS[of as keyof ReliabilityCurves],
    ...curve,
  }));
}
