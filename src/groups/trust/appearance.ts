/** @file How much of plain differences between images the groups explain: brightness, contrast, mean colour. */
import { type Samples, sampleSize } from '../../data/dataset.js';
import type { Matrix } from '../../math/matrix.js';
import type { AppearanceFinding } from './findings.js';

/** A group that explains more of a property than this follows it. */
export const FOLLOWS = 0.3;
/** Images that are read at a time. */
const BLOCK = 512;

/** Plain properties of images, a row each. The sizes of files are not among them: data sets have one size. */
export type ImageProperties = ReadonlyMap<AppearanceFinding['property'], Matrix>;

/**
 * Of each image the mean over all values (brightness), their deviation (contrast), and the mean of each channel (colour,
 * where there are three).
 *
 * @param indices rows of the data set
 */
export function imageProperties(
  samples: Pick<Samples, 'shape' | 'read'>,
  indices: Uint32Array,
): ImageProperties {
  const size = sampleSize(samples.shape);
  const channels = samples.shape.length === 3 ? samples.shape[0]! : 1;
  const rows = indices.length;
  const brightness = new Float64Array(rows);
  const contrast = new Float64Array(rows);
  const colour = new Float64Array(rows * channels);
  const block = new Float32Array(BLOCK * size);
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const some = indices.subarray(begin, begin + BLOCK);
    samples.read(some, block.subarray(0, some.length * size));
    for (let i = 0; i < some.length; i++) {
      const image = block.subarray(i * size, (i + 1) * size);
      const mean = image.reduce((sum, x) => sum + x, 0) / size;
      brightness[begin + i] = mean;
      contrast[begin + i] = Math.sqrt(image.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size);
      image.forEach((x, at) => {
        colour[(begin + i) * channels + Math.floor((at * channels) / size)]! += (channels * x) / size;
      });
    }
  }
  return new Map([
    ['brightness', { rows, columns: 1, values: brightness }],
    ['contrast', { rows, columns: 1, values: contrast }],
    ...(channels === 3 ? ([['colour', { rows, columns: channels, values: colour }]] as const) : []),
  ]);
}

/** Of every property the share of its variance that lies between the groups, the most explained first. */
export function appearanceFindings(properties: ImageProperties, group: Int32Array): AppearanceFinding[] {
  return [...properties]
    .map(([property, values]) => ({ property, explained: explainedShare(values, group) }))
    .sort((a, b) => b.explained - a.explained);
}

/**
 * Share of the variance of rows that lies between groups,
 *
 *   eta^2 = sum_g n_g |m_g - m|^2 / sum_i |x_i - m|^2,
 *
 * 0 where all rows are equal. Of several columns these are the traces of the covariances.
 */
export function explainedShare({ rows, columns, values }: Matrix, group: Int32Array): number {
  const groups = group.reduce((most, g) => Math.max(most, g), 0) + 1;
  const counts = new Float64Array(groups);
  for (const g of group) counts[g]! += 1;
  let [between, total] = [0, 0];
  for (let j = 0; j < columns; j++) {
    const sums = new Float64Array(groups);
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += values[i * columns + j]! / rows;
    for (let i = 0; i < rows; i++) {
      const away = values[i * columns + j]! - mean;
      sums[group[i]!]! += away;
      total += away * away;
    }
    sums.forEach((sum, g) => {
      if (counts[g]! > 0) between += sum ** 2 / counts[g]!;
    });
  }
  return total === 0 ? 0 : Math.min(1, between / total);
}
