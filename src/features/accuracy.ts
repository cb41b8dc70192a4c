/** @file How many samples a network with class probabilities puts into their class. */
import type { FeatureNetwork } from './feature-network.js';
import type { SampleSource } from './sample-source.js';

/** Share of samples whose most probable class is their label, over all and within each class. */
export interface Accuracy {
  readonly accuracy: number;
  /** Share of the class's own samples that are put into it (NaN for a class without samples). */
  readonly perClass: Float64Array;
}

/** Scores a network on labelled samples; throws a RangeError where it has no class probabilities. */
export async function accuracyOf(
  network: FeatureNetwork,
  samples: SampleSource,
  labels: ArrayLike<number>,
): Promise<Accuracy> {
  if (!network.probabilities) throw new RangeError(`${network.name} has no class probabilities`);
  const { rows, columns, values } = await network.probabilities(samples);
  const right = new Float64Array(columns);
  const all = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * columns, (row + 1) * columns);
    let best = 0;
    for (let c = 1; c < columns; c++) if (own[c]! > own[best]!) best = c;
    all[labels[row]!]! += 1;
    if (best === labels[row]) right[best]! += 1;
  }
  return { accuracy: right.reduce((a, b) => a + b, 0) / rows, perClass: right.map((n, c) => n / all[c]!) };
}
