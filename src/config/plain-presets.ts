/** @file Presets of one data set that stand beside each other: without looking for groups first, and with it. */
import type { Samples } from '../data/dataset.js';
import { chosenPreset, type RunRequest } from './resolve.js';

/** From this side on images are for convolutional networks. */
const CONVOLUTIONAL_SIDE = 16;

/**
 * The preset in which methods are compared: that of the data, and where that one looks for groups first, the one without.
 *
 * @param samples the data, opened
 */
export function plainPreset(
  data: NonNullable<RunRequest['data']>,
  samples: Pick<Samples, 'kind' | 'shape'>,
): string {
  const { name } = chosenPreset({ data }, samples);
  if (!name.startsWith('grouped')) return name;
  return isLarge(samples) ? 'robust-28x28' : 'robust';
}

/** The preset that looks for groups first and suits the data: the one that data of one's own have. */
export function groupedPreset(samples: Pick<Samples, 'kind' | 'shape'>): string {
  if (!isLarge(samples)) return 'grouped';
  return samples.shape[0] === 1 ? 'grouped-digits' : 'grouped-signs';
}

function isLarge({ kind, shape }: Pick<Samples, 'kind' | 'shape'>): boolean {
  return kind === 'image' && Math.min(...shape.slice(1)) >= CONVOLUTIONAL_SIDE;
}
