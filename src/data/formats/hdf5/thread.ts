/** @file HDF5 files are read in a thread of their own: it frees the memory of h5wasm, and can be ended when it hangs. */

import { Worker } from 'node:worker_threads';
import { MixturaError } from '../../../errors.js';
import { builtFile } from '../../../wasm/built-file.js';
import type { ArrayEntry } from '../choose-array.js';
import type { Content, ReadOptions } from '../content.js';
import { readBytes } from '../idx.js';
import type { AnnDataAdditions } from './extend-anndata.js';
import { isHdf5 } from './file.js';
import type { Hdf5Reply, Hdf5Request } from './worker.js';

const BASE_SECONDS = 120;
const BYTES_A_SECOND = 1e6;

/**
 * Reads an HDF5 or AnnData file, as `parseHdf5` does.
 *
 * @throws MixturaError as that does, or if the reading takes longer than any sound file of that size.
 */
export async function readHdf5(path: string, options: ReadOptions = {}): Promise<Content> {
  // Other options may have values that cannot be sent to a thread.
  const { label, key, former, reading, transpose } = options;
  const reply = await ask(path, { label, key, former, reading, transpose });
  if (!('content' in reply)) throw new RangeError('content was asked for');
  const { content, test } = reply;
  return { ...content, ...(test && { test: () => test }) };
}

/** The matrices of an HDF5 or AnnData file that can be read by `key`. @throws MixturaError as {@link readHdf5} does. */
export async function listHdf5(path: string): Promise<readonly ArrayEntry[]> {
  const reply = await ask(path, {}, true);
  if (!('matrices' in reply)) throw new RangeError('matrices were asked for');
  return reply.matrices;
}

async function ask(
  path: string,
  options: ReadOptions,
  list = false,
): Promise<Exclude<Hdf5Reply, { message: string }>> {
  const bytes = readBytes(path);
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  if (!isHdf5(bytes)) {
    throw new MixturaError(
      `${path} is not an HDF5 file (it does not begin with its signature): give an HDF5 file.`,
    );
  }
  const seconds = BASE_SECONDS + Math.ceil(bytes.length / BYTES_A_SECOND);
  const reply = await inThread({ bytes, path, options, list }, seconds);
  if ('message' in reply) throw new MixturaError(reply.message, { exitCode: reply.exitCode });
  return reply;
}

/** The bytes of an AnnData file with additions. @throws MixturaError as `extendAnnData` does. */
export async function annDataWith(path: string, additions: AnnDataAdditions): Promise<Uint8Array> {
  const bytes = readBytes(path);
  const seconds = BASE_SECONDS + Math.ceil(bytes.length / BYTES_A_SECOND);
  const reply = await inThread({ bytes, path, additions }, seconds);
  if ('message' in reply) throw new MixturaError(reply.message, { exitCode: reply.exitCode });
  if (!('file' in reply)) throw new RangeError('content instead of a file');
  return reply.file;
}

function inThread(request: Hdf5Request, seconds: number): Promise<Hdf5Reply> {
  const { path } = request;
  const { buffer, byteLength } = request.bytes;
  const worker = new Worker(builtFile('data/formats/hdf5/worker.js'), {
    workerData: request,
    // Transferred where it is not shared with other buffers, so that there is one copy of a large file.
    transferList: buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
    stderr: true,
    // Flags such as --input-type=module are for the program's own entry, and a worker refuses them.
    execArgv: [],
  });
  return new Promise<Hdf5Reply>((resolve, reject) => {
    const fail = (what: string, cause?: unknown) =>
      reject(new MixturaError(`${path} is damaged (${what}): get the file again.`, { cause }));
    const limit = setTimeout(() => fail(`it could not be read in ${seconds} s`), 1000 * seconds);
    worker.once('message', resolve);
    worker.once('error', (cause) => fail(cause instanceof Error ? cause.message : String(cause), cause));
    worker.once('exit', () => fail('reading it ended without a result'));
    worker.once('exit', () => clearTimeout(limit));
  }).finally(() => worker.terminate());
}
