/** @file Rows of data whose classes are to be filled in, as CSV that `train --labels` and `suggest --labels` read. */
import type { Dataset } from '../../data/dataset.js';
import { cell } from '../../data/formats/csv/cell.js';
import { isLabelName } from '../../data/formats/label-column.js';
import { INDEX } from '../../data/labels/label-file.js';
import type { TrainingLabels } from '../../data/labels/training-labels.js';
import { placesOf } from '../../data/row-names.js';

/** What people call the rows of a part of the data. */
export interface RowKeys {
  /** What a name is: `file`, the column of ids, or `index`. */
  readonly kind: string;
  /** The name of each row, all different. */
  readonly names: readonly string[];
}

/** Files and ids name rows where they are all different; else the place in the whole of the data does, from 0. */
export function rowKeys({ count, rows }: Pick<Dataset, 'count' | 'rows'>): RowKeys {
  const { id } = rows ?? {};
  if (id && id.name !== INDEX && !isLabelName(id.name, [id.name]) && areNames(id.values, count)) {
    return { kind: id.name || 'row', names: id.values };
  }
  return { kind: INDEX, names: Array.from(placesOf(rows, count), String) };
}

function areNames(values: readonly string[], count: number): boolean {
  return new Set(values.map((value) => value.trim())).size === count && !values.includes('');
}

/** The labels that training sees as CSV, for `labels.csv` of a run. */
export function trainingLabelCsv(
  dataset: Dataset,
  { labels, classNames }: Pick<TrainingLabels, 'labels' | 'classNames'>,
): string {
  const { kind, names } = rowKeys(dataset);
  const rows = [...labels.keys()].filter((row) => labels[row]! >= 0);
  return labelCsv(
    kind,
    rows.map((row) => names[row]!),
    rows.map((row) => classNames[labels[row]!]!),
  );
}

/** The names of rows beside their classes, which are empty where they are to be filled in. */
export function labelCsv(kind: string, names: readonly string[], classes: readonly string[] = []): string {
  const lines = names.map((name, i) => `${cell(name)},${cell(classes[i] ?? '')}`);
  return `${[`${cell(kind)},class`, ...lines].join('\n')}\n`;
}
