/** @file Errors of third-party readers as errors that name the damaged file. */

import { MixturaError } from '../../errors.js';

/**
 * The result of `work`; whatever it throws that is no MixturaError becomes one.
 *
 * @throws MixturaError naming the file, and what was wrong in the first line of the error's own words.
 */
export async function orDamaged<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MixturaError) throw cause;
    throw new MixturaError(`${path} is damaged (${inWords(cause)}): get the file again.`, { cause });
  }
}

/** The reason in words: a TypeError describes the reader, not the file. */
function inWords(cause: unknown): string {
  if (cause instanceof TypeError) return 'its parts do not fit together';
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!.slice(0, 200);
}
