/** @file The thread in which HDF5 files are read: its memory is freed when it ends, and it can be ended from outside. */

import { parentPort, workerData } from 'node:worker_threads';
import { MixturaError } from '../../../errors.js';
import type { ArrayEntry } from '../choose-array.js';
import type { Content, ReadOptions } from '../content.js';
import { isSparse } from '../sparse.js';
import { type AnnDataAdditions, extendAnnData } from './extend-anndata.js';
import { hdf5Matrices, parseHdf5 } from './hdf5.js';

/** What the thread is started with: how a file is read, or what is added to it. */
export interface Hdf5Request {
  readonly bytes: Uint8Array;
  readonly path: string;
  readonly options?: ReadOptions;
  /** Only what matrices there are is asked for. */
  readonly list?: boolean;
  readonly additions?: AnnDataAdditions;
}

/** What it answers: the matrices where these were asked for; content with the held-out part beside it, or the message of an error. */
export type Hdf5Reply =
  | { readonly content: Omit<Content, 'test'>; readonly test?: Omit<Content, 'test'> | undefined }
  | { readonly matrices: readonly ArrayEntry[] }
  | { readonly file: Uint8Array }
  | { readonly message: string; readonly exitCode: number };

const { bytes, path, options, list, additions } = workerData as Hdf5Request;
try {
  if (list) reply({ matrices: await hdf5Matrices(bytes, path) });
  else if (additions) {
    const file = await extendAnnData(bytes, path, additions);
    reply({ file }, file.buffer instanceof ArrayBuffer ? [file.buffer] : []);
  } else {
    const { test, ...content } = await parseHdf5(bytes, path, options);
    reply({ content, test: test?.() }, buffersOf(content));
  }
} catch (cause) {
  if (!(cause instanceof MixturaError)) throw cause;
  reply({ message: cause.message, exitCode: cause.exitCode });
}

function reply(message: Hdf5Reply, handedOver: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, handedOver);
}

/** The large buffers, which are transferred and not copied. */
function buffersOf({ values }: Omit<Content, 'test'>): ArrayBuffer[] {
  const arrays = isSparse(values) ? [values.starts, values.indices, values.values] : [values];
  return arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}
