/** @file From findings and the data set to what the page shows: real rows are read here. */
import { type Dataset, sampleSize } from '../../data/dataset.js';
import type { GroupFinding, GroupFindings } from '../../groups/findings.js';
import { columnProfiles, GroupMoments } from '../profile.js';
import { columnsOf, rowName, valuesOfRows } from '../real-rows.js';
import type { ReportMember, SampleForm } from '../report-data.js';
import { probability } from '../report-members.js';
import type { GroupsPageData, PageGroup, PageMap, PageOrigin, ShownRows } from './page-data.js';

/** Rows of each kind on a card, at most: images, and rows of tables. */
const MOST_IMAGES = 6;
const MOST_ROWS = 4;
/** Bytes of all pictures before they are packed, about, and the longest side of one that is not reduced. */
const PICTURE_BYTES = 2e6;
const PICTURE_SIDE = 64;
/** Values that the profile reads at most, and rows at least. */
const MOST_VALUES = 5e7;
const LEAST_ROWS = 2000;
const CHUNK = 256;
/** Points of the map that say what they are: a tenth of a kilobyte each. */
const TITLED = 3000;
const MAP_PICTURES = 40;
/** Rows of a fragment that are named. */
const NAMED = 12;

/** What the builder is told beside the findings. */
export interface PageOptions extends PageOrigin {
  /** NMI of every division that was tried with the labels, in the order of {@link GroupFindings.tried}. */
  readonly agreement?: readonly number[] | undefined;
}

/** What the page shows of these findings; the real rows are read from the data set that they were found in. */
export function groupsPageData(
  findings: GroupFindings,
  dataset: Dataset,
  { agreement, ...origin }: PageOptions,
): GroupsPageData {
  const { fragments, ...count } = findings.count;
  const { data, headline, verdict, choice, stability, pairs, cost, appearance, rows } = findings;
  const form = formOf(dataset);
  return {
    ...{ data, headline, verdict, choice, stability, pairs, cost, appearance, count, form, origin },
    fragments: fragments.map((part) => ({
      rows: part.length,
      ids: Array.from(part.slice(0, NAMED), (row) => rowName(dataset, row)),
    })),
    looked: findings.looked.length,
    unexplained: rows.group.reduce((sum, group) => sum + Number(group === 0), 0),
    groups: findings.groups.map((group) => pageGroup(group, findings, dataset)),
    counts: dataset.largestCount !== undefined || choice.view === 'counts',
    ...(hasColumns(dataset) && { profile: profileOf(findings, dataset) }),
    map: mapOf(findings, dataset),
    tried: findings.tried.map(({ group: _, ...division }, i) => ({
      ...division,
      ...(agreement?.[i] !== undefined && { agreement: agreement[i] }),
    })),
  };
}

function formOf(dataset: Dataset): SampleForm {
  const { shape, kind, range } = dataset;
  if (kind === 'image') return { kind, shape, range: range === 'signed' ? 'signed' : 'unit' };
  return { kind: 'table', columns: columnsOf(dataset) };
}

/** Points of the plane without names say nothing that the map does not show. */
function hasColumns({ kind, columns }: Dataset): boolean {
  return kind === 'table' || (kind === 'points' && columns !== undefined);
}

function pageGroup(found: GroupFinding, findings: GroupFindings, dataset: Dataset): PageGroup {
  const { group, rows, share, interval, stability, confidence } = found;
  const most = mostMembers(dataset, findings.groups.length);
  const kinds = [
    ['Middle', found.exemplars],
    ['Border', found.border],
    ['Outliers', found.outliers],
  ] as const;
  const shown = kinds.flatMap(([name, all]): ShownRows[] => {
    const chosen = all.slice(0, most);
    if (chosen.length === 0) return [];
    const members = Array.from(chosen, (row) => memberOf(row, findings, dataset));
    return [{ name, members: { rows: members, values: valuesOfRows(dataset, chosen) } }];
  });
  return { ...{ group, rows, share, interval, stability, confidence }, shown };
}

/** Rows of each kind: of images as many as the page bears. */
function mostMembers({ kind, shape }: Dataset, groups: number): number {
  if (kind !== 'image') return MOST_ROWS;
  const [channels = 1, height = 1, width = 1] = shape;
  const factor = Math.ceil(Math.max(height, width) / PICTURE_SIDE);
  const size = channels * Math.ceil(height / factor) * Math.ceil(width / factor);
  return Math.max(2, Math.min(MOST_IMAGES, Math.floor(PICTURE_BYTES / (3 * Math.max(1, groups) * size))));
}

function memberOf(row: number, { rows }: GroupFindings, dataset: Dataset): ReportMember {
  const second = rows.second[row]!;
  return {
    id: rowName(dataset, row),
    probability: rows.confidence[row]!,
    ...(second > 0 && { second }),
  };
}

/** Every column in every group, from the rows that were looked at, or as many of them as can be read quickly. */
function profileOf({ rows, looked, groups }: GroupFindings, dataset: Dataset) {
  const size = sampleSize(dataset.shape);
  const chosen = evenly(looked, Math.max(LEAST_ROWS, Math.floor(MOST_VALUES / size)));
  const moments = new GroupMoments(groups.length, size);
  for (let start = 0; start < chosen.length; start += CHUNK) {
    const part = chosen.subarray(start, start + CHUNK);
    const values = valuesOfRows(dataset, part);
    part.forEach((row, i) => {
      const group = rows.group[row]!;
      if (group > 0) moments.add(group - 1, values, i * size);
    });
  }
  return { columns: columnProfiles(moments, columnsOf(dataset)), rows: chosen.length };
}

function evenly(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  return Uint32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
}

function mapOf({ map, looked, rows, groups }: GroupFindings, dataset: Dataset): PageMap {
  const own = Int32Array.from(looked, (row) => rows.group[row]! - 1);
  const every = titledEvery(own, groups.length);
  const seen = new Int32Array(groups.length + 1);
  const titles = Array.from(looked, (row, i) => {
    const group = own[i]!;
    if (seen[group + 1]!++ % every[group + 1]! !== 0) return undefined;
    const which = group < 0 ? 'no group explains it' : `group ${group + 1}`;
    return `${rowName(dataset, row)}: ${which}, confidence ${probability(rows.confidence[row]!)}, outlier factor ${rows.outlier[row]!.toFixed(2)}`;
  });
  const pictures = picturesOf(groups, looked, dataset);
  return { points: map, groups: own, titles, ...(pictures && { pictures }) };
}

/** Of each group (none first) each how-manieth point has a title: small groups have all. */
function titledEvery(own: Int32Array, groups: number): Int32Array {
  const share = Math.max(1, Math.floor(TITLED / (groups + 1)));
  const sizes = new Int32Array(groups + 1);
  for (const group of own) sizes[group + 1]! += 1;
  return sizes.map((size) => Math.max(1, Math.ceil(size / share)));
}

/** Images of the rows in the middle of the groups, one of each, then the next. */
function picturesOf(groups: readonly GroupFinding[], looked: Uint32Array, dataset: Dataset) {
  if (dataset.kind !== 'image') return undefined;
  const placeOf = new Map(Array.from(looked, (row, place) => [row, place]));
  const most = Math.max(0, ...groups.map(({ exemplars }) => exemplars.length));
  const rows = Array.from({ length: most }, (_, i) => groups.flatMap(({ exemplars }) => exemplars[i] ?? []))
    .flat()
    .filter((row) => placeOf.has(row))
    .slice(0, MAP_PICTURES);
  if (rows.length === 0) return undefined;
  return { places: rows.map((row) => placeOf.get(row)!), values: valuesOfRows(dataset, rows) };
}
