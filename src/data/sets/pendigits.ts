/** @file UCI's pen digits: eight pen positions as 16 whole numbers of 0 to 100, and the digit. */

import { MixturaError } from '../../errors.js';
import { arrayDataset, type Dataset } from '../dataset.js';
import { type NumericTable, readCsv } from '../formats/csv/csv.js';

const FEATURES = 16;
const HIGHEST = 100;
const CLASSES = 10;

/**
 * The training file with the test file held out, read as x / 100 in [0, 1]; both with 16 columns and then the digit,
 * with a header or without (`train.csv`, or `pendigits.tra` as it is published).
 *
 * @throws MixturaError naming file, row and column if a value is not a whole number of 0 to 100, or no such table.
 */
export function pendigits(train: string, test: string): Dataset {
  return load(train, 'training', () => load(test, 'test'));
}

function load(path: string, split: string, test?: () => Dataset): Dataset {
  const table = readCsv(path, { label: String(FEATURES + 1), coding: 'none' });
  if (table.columns.length !== FEATURES) {
    throw new MixturaError(
      `${path} has ${table.columns.length} columns before the digit where ${FEATURES} are expected: give the files of pendigits.`,
    );
  }
  return arrayDataset({
    name: 'pendigits',
    kind: 'table',
    shape: [FEATURES],
    range: 'unit',
    values: coordinates(table, path),
    maximum: HIGHEST,
    columnValues: [{ decimals: 0, least: 0, most: HIGHEST }],
    labels: digitsOf(table, path),
    classNames: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    source: `Pen digits (Alpaydin, Alimoglu; UCI), ${split} part.`,
    test,
  });
}

function coordinates({ values }: NumericTable, path: string): Uint8Array {
  const at = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= HIGHEST));
  if (at >= 0) {
    throw new MixturaError(
      `${path}, row ${Math.floor(at / FEATURES) + 1}, column ${(at % FEATURES) + 1} is ${values[at]}, not a whole number ` +
        `of 0 to ${HIGHEST}: get the file again.`,
    );
  }
  return Uint8Array.from(values);
}

/** The digits themselves, not their order of appearance: a part may lack one. */
function digitsOf({ labels = new Int32Array(0), classNames = [] }: NumericTable, path: string): Int32Array {
  const wrong = classNames.find((name) => !/^\d$/.test(name));
  if (wrong !== undefined) {
    throw new MixturaError(
      `${path} has the label "${wrong}" where a digit of 0 to 9 is expected in column ${FEATURES + 1}: get the file again.`,
    );
  }
  return labels.map((label) => Number(classNames[label]));
}
