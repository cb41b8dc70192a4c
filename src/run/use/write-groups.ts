/** @file Groups that were found without training as a file, whose ending says what it is; and as plain objects. */
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { Dataset } from '../../data/dataset.js';
import type { AnnDataAdditions } from '../../data/formats/hdf5/extend-anndata.js';
import { annDataWith } from '../../data/formats/hdf5/thread.js';
import { encodeParquet, type WrittenColumn } from '../../data/formats/parquet/write.js';
import { placesOf } from '../../data/row-names.js';
import { usageError } from '../../errors.js';
import type { GroupFindings } from '../../groups/findings.js';
import { VERSION } from '../../version.js';
import type { AssignedPart } from './assign.js';
import { assignedRows, columnsOfRows, columnsText } from './assignment-csv.js';
import { type SortOptions, sortImages } from './sort-images.js';

const NAME = 'mixtura_groups';
const ENDINGS = ['.csv', '.tsv', '.parquet', '.json', '.h5ad'];
/** Digits of the shares and factors that are written. */
const DIGITS = 6;

/**
 * Refuses what {@link writeGroups} could not write, before the work.
 *
 * @param data name or path of the data
 * @throws a usage error for an ending of another format, or an AnnData file of data that are none
 */
export function requireGroupsFormat(out: string, data: string): void {
  const ending = extname(out).toLowerCase();
  if (!ENDINGS.includes(ending)) {
    throw usageError(`--out is '${out}'; give a file that ends in .csv, .tsv, .parquet, .json or .h5ad.`);
  }
  if (ending !== '.h5ad' || (extname(data).toLowerCase() === '.h5ad' && existsSync(data))) return;
  throw usageError(
    `${out} would be a copy of an AnnData file with the groups, and the data (${data}) are no .h5ad file; give a .csv, .tsv, .parquet or .json file.`,
  );
}

/**
 * Writes the group of every row, whole or not at all: `.csv`, `.tsv` and `.parquet` have a line a row, `.json` all
 * findings, `.h5ad` is a copy of the data's own file with `obs['mixtura_groups']`, its confidence, and the map.
 *
 * @param data name or path of the data
 * @throws a MixturaError if the AnnData file cannot take the groups, or the disk refuses
 */
export async function writeGroups(
  out: string,
  data: string,
  dataset: Dataset,
  findings: GroupFindings,
): Promise<void> {
  switch (extname(out).toLowerCase()) {
    case '.parquet':
      writeFileAtomic(out, [...encodeParquet(groupColumns(dataset, findings))]);
      return;
    case '.tsv':
      writeFileAtomic(out, columnsText(groupColumns(dataset, findings), '\t'));
      return;
    case '.json':
      writeFileAtomic(out, `${JSON.stringify(plainFindings(dataset, findings), null, 1)}\n`);
      return;
    case '.h5ad':
      writeFileAtomic(out, await annDataWith(data, additionsOf(dataset, findings)));
      return;
    default:
      writeFileAtomic(out, columnsText(groupColumns(dataset, findings)));
  }
}

/** The data as the one part of which every row has a group. */
export function partOf({ count, rows }: Dataset): AssignedPart {
  return { name: 'train', count, rows };
}

/**
 * The columns that say where every row went: index (from 0), its file or id where it has one, group (1..K, the largest
 * first; 0 where no group explains it), the second most probable group, how sure the group is, and how far it lies from
 * others (local outlier factor, about 1 in their midst); then the columns that go with their rows.
 */
export function groupColumns(dataset: Dataset, { rows }: GroupFindings): WrittenColumn[] {
  return columnsOfRows(
    [partOf(dataset)],
    [
      { name: 'group', kind: 'whole', read: (at) => rows.group[at] },
      { name: 'second', kind: 'whole', read: (at) => rows.second[at] || undefined },
      { name: 'confidence', kind: 'real', read: (at) => rounded(rows.confidence[at]!) },
      { name: 'outlier', kind: 'real', read: (at) => rounded(rows.outlier[at]!) },
    ],
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** Findings as plain objects, as JSON has them, with a list of the rows unless they are in a file. */
export function plainFindings(dataset: Dataset, findings: GroupFindings, withRows = true): object {
  const { data, rows, looked, map, tried, groups, count, ...rest } = findings;
  const columns = withRows ? groupColumns(dataset, findings) : [];
  // As the list of rows counts them: rows of the whole of the data.
  const places = placesOf(dataset.rows, dataset.count);
  const placed = (some: ArrayLike<number>) => Array.from(some, (row) => places[row]!);
  return {
    data,
    ...rest,
    groups: groups.map((group) => ({
      ...group,
      exemplars: placed(group.exemplars),
      border: placed(group.border),
      outliers: placed(group.outliers),
    })),
    count: {
      ...count,
      // JSON has no infinity: then nothing joins the groups.
      gap: Number.isFinite(count.gap) ? count.gap : null,
      fragments: count.fragments.map(placed),
    },
    tried: tried.map(({ group: _, ...division }) => division),
    looked: looked.length,
    ...(withRows && {
      rows: columns[0]!.values.map((_, at) =>
        Object.fromEntries(
          columns.flatMap(({ name, values }) => (values[at] === undefined ? [] : [[name, values[at]]])),
        ),
      ),
    }),
  };
}

/**
 * Makes a folder for each group with links to its images, as {@link sortImages} does; images of no group are in `0-none`.
 *
 * @throws a MixturaError if a folder or file cannot be written
 */
export function sortByGroup(
  folder: string,
  data: string,
  dataset: Dataset,
  { rows, groups }: GroupFindings,
  options: SortOptions,
): void {
  const folders = groups.map(({ group, share }) => ({ group, component: group - 1, size: share }));
  const none = { group: 0, name: 'none', component: groups.length, size: 0 };
  const group = rows.group.map((number) => (number === 0 ? groups.length + 1 : number));
  sortImages(folder, data, { parts: [partOf(dataset)], groups: [...folders, none], group }, options);
}

function additionsOf(dataset: Dataset, findings: GroupFindings): AnnDataAdditions {
  const { rows, groups, looked, map, choice, stability, data } = findings;
  const places = [...assignedRows({ parts: [partOf(dataset)] })];
  const cells = places.reduce((most, { index }) => Math.max(most, index + 1), 0);
  const codes = new Int32Array(cells).fill(-1);
  const probability = new Float64Array(cells).fill(Number.NaN);
  const values = new Float32Array(cells * 2).fill(Number.NaN);
  const mapped = new Map(Array.from(looked, (row, i) => [row, i]));
  for (const { index, at } of places) {
    if (at === undefined) continue;
    codes[index] = rows.group[at]! - 1;
    probability[index] = rows.confidence[at]!;
    const place = mapped.get(at);
    if (place !== undefined) values.set(map.subarray(2 * place, 2 * place + 2), 2 * index);
  }
  return {
    name: NAME,
    categories: groups.map(({ group }) => `${group}`),
    ...{ codes, numbers: { probability } },
    features: { width: 2, values },
    partial: dataset.rows?.numbers !== undefined,
    facts: {
      ...{ version: VERSION, data: data.name, view: choice.view, teacher: choice.teacher },
      stability: Float64Array.of(stability),
      sizes: Float64Array.from(groups, ({ share }) => share),
    },
  };
}
