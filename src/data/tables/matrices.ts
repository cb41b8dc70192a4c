/** @file Which matrices a file holds, of which one is read. */

import { closeSync, openSync, readSync } from 'node:fs';
import type { ArrayEntry } from '../formats/choose-array.js';
import { listHdf5 } from '../formats/hdf5/thread.js';
import { npzArrays } from '../formats/npz.js';
import { tableKind } from './table-file.js';

/**
 * The matrices of an NPZ, HDF5 or AnnData file that can be named by `key`, with their sizes (`X`, `raw/X`,
 * `layers/counts`, `obsm/X_pca`); none of files of other kinds, which hold one.
 *
 * @throws MixturaError if the file is damaged.
 */
export async function matricesOf(path: string): Promise<readonly ArrayEntry[]> {
  const start = new Uint8Array(8);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, start);
  } finally {
    closeSync(fd);
  }
  const kind = tableKind(path, start);
  if (kind === 'hdf5') return listHdf5(path);
  return kind === 'npz' ? npzArrays(path).filter(({ shape }) => (shape?.length ?? 0) >= 2) : [];
}
