/** @file Features of an encoder, kept on disk in parts, so that an interruption costs one part. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import { cacheFolder } from '../../cache-folder.js';
import type { Samples } from '../../data/dataset.js';
import type { Matrix } from '../../math/matrix.js';
import type { FeatureOptions } from '../feature-options.js';
import { readMatrixFile, writeMatrixFile } from '../matrix-file.js';
import { type SampleSource, subsetOf } from '../sample-source.js';
import type { Encoder } from './encoder.js';

/** Where features are kept, and who listens. */
export interface EncodedOptions extends FeatureOptions {
  /** Folder of the cache (default: `features` in {@link cacheFolder}); `false` keeps nothing. */
  readonly folder?: string | false | undefined;
  /** Called with a sentence on what is wrong with the cache; the features are computed nevertheless. */
  readonly note?: ((sentence: string) => void) | undefined;
}

/** Rows of a part: half a minute of a small vision transformer on two cores. */
const PART = 256;

/**
 * Features of all samples, [count, features]: the parts that were computed before are read, the others are computed and
 * written as soon as they are there. Memory holds the features and one batch of samples.
 */
export async function encodedParts(
  encoder: Pick<Encoder, 'fingerprint' | 'encode'>,
  samples: Samples,
  source: SampleSource = samples,
  { folder = join(cacheFolder(), 'features'), note, batch, progress }: EncodedOptions = {},
): Promise<Matrix> {
  const total = samples.count;
  const key = createHash('sha256')
    .update(`encoded\n${encoder.fingerprint}\n${samples.fingerprint}\n`)
    .digest('hex');
  const place = folder === false ? undefined : join(folder, `encoded-${key}`);
  const began = performance.now();
  let computed = 0;
  let out: { columns: number; values: Float32Array } | undefined;
  for (let start = 0; start < total; start += PART) {
    const count = Math.min(PART, total - start);
    const tell = (done: number) => {
      const each = (performance.now() - began) / 1000 / Math.max(1, computed + done);
      progress?.({ done: start + done, total, secondsLeft: each * (total - start - done) });
    };
    const part = await keptPart(place, `${key} ${start} ${count}`, start, note, async () => {
      const rows = Uint32Array.from({ length: count }, (_, i) => start + i);
      const made = await encoder.encode(subsetOf(source, rows), {
        batch,
        progress: ({ done }) => tell(done),
      });
      computed += count;
      return made;
    });
    out ??= { columns: part.columns, values: new Float32Array(total * part.columns) };
    out.values.set(part.values, start * part.columns);
  }
  progress?.({ done: total, total, secondsLeft: 0 });
  return { rows: total, columns: out?.columns ?? 0, values: out?.values ?? new Float32Array(0) };
}

async function keptPart(
  place: string | undefined,
  key: string,
  start: number,
  note: EncodedOptions['note'],
  compute: () => Promise<Matrix>,
): Promise<Matrix> {
  if (place === undefined) return compute();
  const path = join(place, `${String(start).padStart(9, '0')}.bin`);
  const found = readMatrixFile(path, key);
  if (found.matrix) return found.matrix;
  if (found.damage) note?.(`${path} is damaged (${found.damage}) and is computed again.`);
  const matrix = await compute();
  try {
    mkdirSync(place, { recursive: true });
    writeFileAtomic(path, writeMatrixFile(matrix, key));
  } catch (cause) {
    note?.(`Features could not be kept for the next time (${(cause as Error).message}).`);
  }
  return matrix;
}
