/** @file Checks class probabilities before they are scored. */
import { MixturaError } from '../errors.js';
import { checkMatrix, type Matrix } from '../math/matrix.js';

/** Largest distance of the sum of a row from 1: that of a float32 softmax is far smaller, that of logits far larger. */
const TOLERANCE = 1e-3;

/**
 * Checks that every row holds the probabilities of the classes: not negative, summing to 1.
 *
 * @throws MixturaError that names the row
 */
export function checkProbabilities(probabilities: Matrix): void {
  checkMatrix(probabilities, 'class probabilities');
  const { rows, columns, values } = probabilities;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    let least = 0;
    for (let j = i * columns; j < (i + 1) * columns; j++) {
      sum += values[j]!;
      least = Math.min(least, values[j]!);
    }
    if (least < 0 || Math.abs(sum - 1) > TOLERANCE) {
      throw new MixturaError(
        `Row ${i} (from 0) of the class probabilities ${least < 0 ? `holds ${least}` : `sums to ${sum}`}: ` +
          'give the output of a softmax, not negative and summing to 1.',
      );
    }
  }
}
