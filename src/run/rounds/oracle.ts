/** @file Who answers which class a row is of: a file of labels, or those of the data themselves. */
import { basename } from 'node:path';
import type { Dataset } from '../../data/dataset.js';
import { readLabelFile } from '../../data/labels/label-file.js';
import type { TrainingLabels } from '../../data/labels/training-labels.js';
import { MixturaError, usageError } from '../../errors.js';
import { rowKeys } from '../labels/label-csv.js';

/** The oracle that answers with the data's own labels. */
export const OWN_LABELS = 'all';

/** The class of every row by name, empty where the oracle does not know it. @throws a MixturaError for an oracle that is none */
export function oracleAnswers(oracle: string, dataset: Dataset): string[] {
  if (oracle !== OWN_LABELS) return readLabelFile(oracle, dataset);
  const { labels, classNames, name } = dataset;
  if (!labels) throw usageError(`${name} has no labels that could answer; give --oracle a CSV file.`);
  return Array.from(labels, (label) => classNames?.[label] ?? String(label));
}

/**
 * Refuses an oracle before training.
 *
 * @param questions how many rows it will be asked about
 * @throws a MixturaError where it contradicts the labels that there are, or knows too few rows
 */
export function requireAnswers(
  oracle: string,
  dataset: Dataset,
  { labels, classNames }: TrainingLabels,
  questions: number,
): void {
  const answers = oracleAnswers(oracle, dataset);
  const name = oracle === OWN_LABELS ? 'the data' : basename(oracle);
  let open = 0;
  for (const [row, answer] of answers.entries()) {
    if (answer === '') continue;
    const own = labels[row]! < 0 ? undefined : classNames[labels[row]!];
    if (own === undefined) open++;
    if (own !== undefined && own !== answer) {
      const called = rowKeys(dataset).names[row];
      throw new MixturaError(
        `By ${name} row ${called} is of class ${answer}, and its label says ${own}; correct one of them.`,
      );
    }
    if (!classNames.includes(answer)) {
      throw new MixturaError(
        `By ${name} a row is of class ${answer}, of which no row has a label at the beginning; label one of each class.`,
      );
    }
  }
  if (open < questions) {
    throw new MixturaError(
      `${questions} rows are to be asked for, and of those without a label ${name} knows ${open}; ask for fewer by --rounds or --per-round.`,
    );
  }
}
