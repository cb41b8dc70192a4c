/** @file Gzipped text, unpacked up to the longest text that JavaScript can hold. */

import { gunzipSync } from 'node:zlib';
import { MixturaError } from '../../errors.js';
import { MAX_EXPANSION } from './limits.js';

/** Most bytes of text that are held at once. */
export const MAX_TEXT = 2 ** 29 - 2 ** 20;

/**
 * The text in gzipped bytes.
 *
 * @throws MixturaError naming the file if it is truncated, damaged, or holds more than 511 MiB.
 */
export function gunzipText(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.min(MAX_TEXT, bytes.length * MAX_EXPANSION) });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new MixturaError(
        `${path} holds more than ${MAX_TEXT >> 20} MiB of text: save it as .npy or Parquet, or split it.`,
        { cause },
      );
    }
    const what = code === 'Z_BUF_ERROR' ? 'is truncated' : `is damaged (${message})`;
    throw new MixturaError(`${path} ${what}: get the file again.`, { cause });
  }
}
