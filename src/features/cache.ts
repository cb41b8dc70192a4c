/** @file Features of data sets, and their Gaussian statistics, kept on disk under a key of everything they depend on. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../atomic-file.js';
import { cacheFolder } from '../cache-folder.js';
import type { Samples } from '../data/dataset.js';
import type { Matrix } from '../math/matrix.js';
import { type GaussianStatistics, gaussianStatistics } from '../metrics/frechet.js';
import type { FeatureNetwork } from './feature-network.js';
import type { FeatureOptions } from './feature-options.js';
import { readMatrixFile, writeMatrixFile } from './matrix-file.js';
import { subsetOf } from './sample-source.js';

/** Which samples, and where their features are kept. */
export interface CachedFeatureOptions extends FeatureOptions {
  /** Rows of the data, in this order (default: all). */
  readonly rows?: Uint32Array | undefined;
  /** Folder of the cache (default: `features` in {@link cacheFolder}); `false` computes anew and keeps nothing. */
  readonly folder?: string | false | undefined;
  /** Called with a sentence on what is wrong with the cache; the features are computed nevertheless. */
  readonly note?: ((sentence: string) => void) | undefined;
}

type Kind = 'features' | 'probabilities' | 'statistics';

/**
 * Features of data, [rows, columns]: from the cache if the same network, convention, data and rows were asked for
 * before, else computed and kept. A cache that is damaged or cannot be written costs time and nothing else.
 */
export function cachedFeatures(
  network: FeatureNetwork,
  samples: Samples,
  options: CachedFeatureOptions = {},
): Promise<Matrix> {
  return cached('features', network, samples, options, () =>
    network.features(chosen(samples, options), options),
  );
}

/** Class probabilities of data, kept likewise; throws a RangeError where the network has none. */
export function cachedProbabilities(
  network: FeatureNetwork,
  samples: Samples,
  options: CachedFeatureOptions = {},
): Promise<Matrix> {
  return cached('probabilities', network, samples, options, async () => {
    if (!network.probabilities) throw new RangeError(`${network.name} has no class probabilities`);
    return network.probabilities(chosen(samples, options), options);
  });
}

/** Count, mean and covariance of the features of data, kept likewise; the features themselves are kept too. */
export async function cachedStatistics(
  network: FeatureNetwork,
  samples: Samples,
  options: CachedFeatureOptions = {},
): Promise<GaussianStatistics> {
  const count = options.rows?.length ?? samples.count;
  const d = network.columns;
  const { values } = await cached('statistics', network, samples, options, async () => {
    const { mean, covariance } = gaussianStatistics(await cachedFeatures(network, samples, options));
    const both = new Float64Array(d + d * d);
    both.set(mean);
    both.set(covariance, d);
    return { rows: d + 1, columns: d, values: both };
  });
  const all = Float64Array.from(values);
  return { count, mean: all.slice(0, d), covariance: all.slice(d) };
}

function chosen(samples: Samples, { rows }: CachedFeatureOptions) {
  return rows ? subsetOf(samples, rows) : samples;
}

async function cached(
  kind: Kind,
  network: FeatureNetwork,
  samples: Samples,
  { rows, folder = join(cacheFolder(), 'features'), note }: CachedFeatureOptions,
  compute: () => Promise<Matrix>,
): Promise<Matrix> {
  if (folder === false) return compute();
  const key = keyOf(kind, network, samples, rows);
  const path = join(folder, `${kind}-${key}.bin`);
  const found = readMatrixFile(path, key);
  if (found.matrix) return found.matrix;
  if (found.damage) note?.(`${path} is damaged (${found.damage}) and is computed again.`);
  const matrix = await compute();
  try {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(path, writeMatrixFile(matrix, key));
  } catch (cause) {
    note?.(`The ${kind} could not be kept for the next time (${(cause as Error).message}).`);
  }
  return matrix;
}

/** Everything that the content of a cached file depends on. */
function keyOf(kind: Kind, network: FeatureNetwork, samples: Samples, rows?: Uint32Array): string {
  const hash = createHash('sha256').update(`${kind}\n${network.fingerprint}\n${samples.fingerprint}\n`);
  if (rows) hash.update(`${rows.length} rows\n`).update(rows);
  else hash.update(`all ${samples.count}\n`);
  return hash.digest('hex');
}
