/** @file Limits of the sizes that a file claims: they are compared with its bytes before anything is allocated. */

import { MixturaError } from '../../errors.js';

/** Most bytes that one array of a file may have. */
export const MAX_BYTES = 2 ** 31 - 1;
/** Deflate cannot expand by more than this, so whatever claims more is wrong before anything is unpacked. */
export const MAX_EXPANSION = 1032;

/** Product of the sizes; 0 if one of them is 0, however large the others are. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
}

/**
 * Refuses a claim of more bytes than a file of `fileBytes` bytes can hold, packed as tightly as can be.
 *
 * @param claim what is claimed, such as "an array of 9 x 9 numbers".
 * @throws MixturaError naming the file and the claim.
 */
export function requirePlausible(bytes: number, fileBytes: number, path: string, claim: string): void {
  if (bytes > fileBytes * MAX_EXPANSION) {
    throw new MixturaError(
      `${path} claims ${claim}, more than a file of ${fileBytes} bytes can hold: get the file again.`,
    );
  }
  if (bytes > MAX_BYTES) {
    throw new MixturaError(
      `${path} claims ${claim}, more than the 2 GiB that are read at once: give a smaller part of it, or store it ` +
        'sparsely.',
    );
  }
}
