/** @file Assigned data as rows of text: which row of which part each is, its group, and what was left out. */

import type { AssignedData, AssignedPart } from './assign.js';

/** A row of the data: a sample with its place among all that are assigned, or one that is left out. */
export interface AssignedRow {
  /** Place in its part of the file or folder, from 0; rows that are left out count. */
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
    const { id, kept = [], leftOut = [] } = part.rows ?? {};
    for (let index = 0, sample = 0, left = 0; index < part.count + leftOut.length; index++) {
      const missing = leftOut[left];
      if (missing?.index === index) {
        yield { index, part, id: missing.id, kept: kept.map(() => ''), leftOut: missing.reason };
        left++;
        continue;
      }
      yield { index, part, at, id: id?.values[sample], kept: kept.map(({ values }) => values[sample]!) };
      sample++;
      at++;
    }
  }
}

/**
 * CSV with a row a datum: index (from 0), its part where there are two, its file or id where it has one, component (from
 * 0), its probability, p0..pK-1, and the columns that go with their rows. Where something is left out, a last column
 * says why, and the component is empty.
 */
export function assignmentCsv(data: AssignedData): string {
  const { parts, components, component, probabilities } = data;
  const several = parts.length > 1;
  const id = parts.find(({ rows }) => rows?.id)?.rows?.id;
  const kept = parts[0]?.rows?.kept ?? [];
  const reasons = parts.some(({ rows }) => (rows?.leftOut?.length ?? 0) > 0);
  const header = [
    'index',
    ...(several ? ['part'] : []),
    ...(id ? [id.name || 'row'] : []),
    'component',
    'probability',
    ...Array.from({ length: components }, (_, c) => `p${c}`),
    ...kept.map(({ name }) => name),
    ...(reasons ? ['left_out'] : []),
  ];
  const lines = [header.map(cell).join(',')];
  for (const row of assignedRows(data)) {
    const values =
      row.at === undefined
        ? ['', '', ...new Array<string>(components).fill('')]
        : groupCells(row.at, components, component, probabilities);
    lines.push(
      [
        row.index,
        ...(several ? [row.part.name] : []),
        ...(id ? [cell(row.id ?? '')] : []),
        ...values,
        ...row.kept.map(cell),
        ...(reasons ? [cell(row.leftOut ?? '')] : []),
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

function groupCells(
  at: number,
  components: number,
  component: Int32Array,
  probabilities: Float32Array,
): number[] {
  const row = Array.from(probabilities.subarray(at * components, (at + 1) * components), (p) =>
    Number(p.toPrecision(7)),
  );
  return [component[at]!, row[component[at]!]!, ...row];
}

/** A cell of CSV, quoted where it must be. */
export function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
