/** @file A column of measurements whose name says that it may be the answer. */

import type { Content } from '../formats/content.js';
import { isLabelName } from '../formats/label-column.js';
import { isSparse } from '../formats/sparse.js';
import type { TableOptions } from './table-options.js';

/** Names, in small letters, that columns of answers often have besides those that are found as labels. */
const ANSWERS: readonly string[] = [
  ...['species', 'kind', 'diagnosis', 'groups', 'cluster', 'clusters', 'outcome', 'disease'],
  ...['segment', 'cell_type', 'celltype', 'category', 'truth', 'ground_truth'],
];
/** Most different values of an answer. */
const FEW = 20;

/**
 * Tells of a column that is an input and is named like an answer, with few different values: groups that are found with
 * the answer among the inputs prove nothing. Nothing is told of data that a run reads again.
 */
export function tellOfAnswers(content: Content, options: TableOptions, path: string): void {
  const { values, shape, columns = [], labels } = content;
  const [rows = 0, count = 0] = shape;
  const isNew = options.former === undefined && options.coding === undefined && options.reading !== 1;
  if (!isNew || isSparse(values) || shape.length !== 2 || columns.length !== count || count < 2) return;
  for (const [j, name] of columns.entries()) {
    if (!ANSWERS.includes(name.toLowerCase()) && !isLabelName(name, columns)) continue;
    const different = new Set<number>();
    for (let i = 0; i < rows && different.size <= FEW; i++) {
      const value = values[i * count + j]!;
      if (!Number.isNaN(value)) different.add(value);
    }
    if (different.size < 2 || different.size > Math.min(FEW, rows / 2)) continue;
    const cure = labels === undefined ? `give --label ${name}` : `leave it out by --drop ${name}`;
    options.notice?.(`${path}: column ${name} is used as an input; if it is the answer, ${cure}.`);
  }
}
