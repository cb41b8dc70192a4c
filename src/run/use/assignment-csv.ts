/** @file Assigned data as rows of text: which row of which part each is, its group, and what was left out. */

import { cell } from '../../data/formats/csv/cell.js';
import type { WrittenColumn } from '../../data/formats/parquet/write.js';
import { haveNames } from '../groups.js';
import type { AssignedData, AssignedPart } from './assign.js';

/** A row of the data: a sample with its place among all that are assigned, or one that is left out. */
export interface AssignedRow {
  /** Place in its part of the whole file, folder or set, from 0; rows that are left out or not selected count. */
  readonly index: number;
  readonly part: AssignedPart;
  /** Place in {@link AssignedData.component}; nothing for a row that is left out. */
  readonly at?: number;
  /** What identifies the row, if anything but its number does. */
  readonly id?: string | undefined;
  readonly kept: readonly string[];
  /** Why it is left out. */
  readonly leftOut?: string;
}

/** Every row of every part in its order, those that are left out in their places. */
export function* assignedRows({ parts }: Pick<AssignedData, 'parts'>): Generator<AssignedRow> {
  let at = 0;
  for (const part of parts) {
    const { id, kept = [], leftOut = [], numbers } = part.rows ?? {};
    for (let index = 0, sample = 0, left = 0; index < part.count + leftOut.length; index++) {
      const missing = leftOut[left];
      if (missing?.index === index) {
        yield { index, part, id: missing.id, kept: kept.map(() => ''), leftOut: missing.reason };
        left++;
        continue;
      }
      yield {
        index: numbers?.[sample] ?? index,
        part,
        at,
        id: id?.values[sample],
        kept: kept.map(({ values }) => values[sample]!),
      };
      sample++;
      at++;
    }
  }
}

/** Digits of how unlike a row is, and of the terms of GOLD; more say nothing. */
const DIGITS = 4;

/** A column of what is told of assigned rows, read by their places among all that are assigned. */
export interface OwnColumn {
  readonly name: string;
  readonly kind: WrittenColumn['kind'];
  read(at: number): number | string | undefined;
}

/**
 * The columns that say where every row went: index (from 0), its part where there are two, its file or id where it has
 * one, group (1..K, the largest first), its name where groups have names, its probability, p1..pK, how unlike it is to what
 * the run was trained on (about 1 is usual) where the run can tell, the terms of GOLD where they were asked for, and the
 * columns that go with their rows. Where something is left out, a last column says why, and the group is missing.
 *
 * A column of the data that has one of these names gets `data_` in front.
 */
export function assignmentColumns({
  parts,
  components,
  groups,
  group,
  probabilities,
  unlike,
  gold,
}: AssignedData): WrittenColumn[] {
  const probability = (at: number, number: number) =>
    Number(probabilities[at * components + groups[number - 1]!.component]!.toPrecision(7));
  return columnsOfRows(parts, [
    { name: 'group', kind: 'whole', read: (at) => group[at] },
    ...(haveNames(groups)
      ? [{ name: 'name', kind: 'text' as const, read: (at: number) => groups[group[at]! - 1]!.name }]
      : []),
    { name: 'probability', kind: 'real', read: (at) => probability(at, group[at]!) },
    ...groups.map((one) => ({
      name: `p${one.group}`,
      kind: 'real' as const,
      read: (at: number) => probability(at, one.group),
    })),
    ...(unlike ? [measured('unlike', unlike.values)] : []),
    ...(gold
      ? [
          measured('gold_marginal', gold.marginal),
          measured('gold_conditional', gold.conditional),
          measured('gold', gold.values),
        ]
      : []),
  ]);
}

function measured(name: string, values: ArrayLike<number>): OwnColumn {
  return { name, kind: 'real', read: (at) => Number(values[at]!.toPrecision(DIGITS)) };
}

/** Columns of every row between those that say which row it is and those that go with it. */
export function columnsOfRows(
  parts: AssignedData['parts'],
  ownColumns: readonly OwnColumn[],
): WrittenColumn[] {
  const rows = [...assignedRows({ parts })];
  const id = parts.find((part) => part.rows?.id)?.rows?.id;
  const kept = parts[0]?.rows?.kept ?? [];
  const column = (
    name: string,
    kind: WrittenColumn['kind'],
    read: (row: AssignedRow) => number | string | undefined,
  ): WrittenColumn => ({ name, kind, values: rows.map(read) });
  const part = parts.length > 1 ? [column('part', 'text', (row) => row.part.name)] : [];
  const own = ownColumns.map(({ name, kind, read }) =>
    column(name, kind, ({ at }) => (at === undefined ? undefined : read(at))),
  );
  const leftOut = rows.some((row) => row.leftOut !== undefined)
    ? [column('left_out', 'text', (row) => row.leftOut ?? '')]
    : [];
  const index = column('index', 'whole', (row) => row.index);
  const taken = new Set([index, ...part, ...own, ...leftOut].map(({ name }) => name));
  const free = (name: string) => {
    let unlike = name;
    while (taken.has(unlike)) unlike = `data_${unlike}`;
    taken.add(unlike);
    return unlike;
  };
  return [
    index,
    ...part,
    ...(id ? [column(free(id.name || 'row'), 'text', (row) => row.id ?? '')] : []),
    ...own,
    ...kept.map(({ name }, i) => column(free(name), 'text', (row) => row.kept[i] ?? '')),
    ...leftOut,
  ];
}

/** {@link assignmentColumns} as CSV. */
export function assignmentCsv(data: AssignedData, separator = ','): string {
  return columnsText(assignmentColumns(data), separator);
}

/** Columns as CSV, or as another text that is `separator` apart; what is missing is empty. */
export function columnsText(columns: readonly WrittenColumn[], separator = ','): string {
  const text = (value: number | string | undefined) =>
    typeof value === 'string' ? cell(value) : (value ?? '');
  const lines = [columns.map(({ name }) => cell(name)).join(separator)];
  for (let row = 0; row < columns[0]!.values.length; row++) {
    lines.push(columns.map(({ values }) => text(values[row])).join(separator));
  }
  return `${lines.join('\n')}\n`;
}
