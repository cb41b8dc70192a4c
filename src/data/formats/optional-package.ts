/** @file Packages that only some formats need, and that may not be installed. */

import { MixturaError } from '../../errors.js';

/**
 * Imports a package that may be missing.
 *
 * @param packages names of the packages, as `npm install` takes them.
 * @throws MixturaError saying how to add them where they are missing.
 */
export async function optionalPackage<T>(
  load: () => Promise<T>,
  packages: string,
  path: string,
  format: string,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new MixturaError(
      `${path} is ${format}, and what reads that is not installed: add it by npm install ${packages}.`,
      { cause },
    );
  }
}
