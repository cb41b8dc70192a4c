/** @file How much of plain differences between images the groups explain: brightness, contrast, mean colour. */
import { type Samples, sampleSize } from '../../data/dataset.js';
import type { Matrix } from '../../math/matrix.js';
import { inBatches } from '../../views/read-rows.js';
import type { AppearanceFinding } from './findings.js';

/** A group that explains more of a property than this follows it. */
export const FOLLOWS = 0.3;

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
  const plane = size / channels;
  inBatches(samples, indices, (values, count, first) => {
    for (let i = 0; i < count; i++) {
      const image = values.subarray(i * size, (i + 1) * size);
      let mean = 0;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let at = channel * plane; at < (channel + 1) * plane; at++) sum += image[at]!;
        colour[(first + i) * channels + channel] = sum / plane;
        mean += sum / size;
      }
      let squares = 0;
      for (let at = 0; at < size; at++) squares += (image[at]! - mean) ** 2;
      brightness[first + i] = mean;
      contrast[first + i] = Math.sqrt(squares / size);
    }
  });
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
