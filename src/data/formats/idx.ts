/** @file The IDX format of the MNIST files, plain or gzipped: header first, allocation after. */

import { readFileSync, statSync } from 'node:fs';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { MixturaError } from '../../errors.js';
import { elementCount, MAX_BYTES, MAX_EXPANSION } from './limits.js';

/** An array of bytes with its sizes, last index fastest. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UINT8 = 0x08;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/**
 * Reads an IDX file of unsigned bytes, plain or gzipped (distinguished by content).
 *
 * @param dimensions number of dimensions that the file must have, if it matters (3 for images, 1 for labels).
 * @throws MixturaError naming the file if it is missing, empty, truncated, too long, or not such a file.
 */
export function readIdx(path: string, dimensions?: number): IdxArray {
  return parseIdx(readBytes(path), path, dimensions);
}

/** {@link readIdx} of bytes already in memory; `path` names them in errors and says if gzip is expected. */
export function parseIdx(bytes: Uint8Array, path: string, dimensions?: number): IdxArray {
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  const gzipped = isGzip(bytes);
  if (!gzipped && path.endsWith('.gz')) {
    throw new MixturaError(
      `${path} is named .gz but is not gzip: get the file again, or drop the .gz if it is a plain IDX file.`,
    );
  }
  const header = parseHeader(gzipped ? unpackStart(bytes, path) : bytes, path);
  if (dimensions !== undefined && header.shape.length !== dimensions) {
    throw new MixturaError(
      `${path} has ${header.shape.length} dimensions (${header.shape.join(' x ')}) where ${dimensions} are needed: ` +
        'give images as an idx3 file and labels as an idx1 file.',
    );
  }
  const total = header.length + header.elements;
  if (gzipped && total > bytes.length * MAX_EXPANSION) throw truncated(path, header.elements);
  const all = gzipped ? unpack(bytes, total, path, header.elements) : bytes;
  if (all.length < total) throw truncated(path, header.elements);
  if (all.length > total) throw tooLong(path, header.elements);
  return { shape: header.shape, data: all.subarray(header.length) };
}

/** The bytes of an IDX file holding `array`, gzipped if asked. */
export function encodeIdx(array: IdxArray, options: { gzip?: boolean } = {}): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * array.shape.length + array.data.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = UINT8;
  bytes[3] = array.shape.length;
  array.shape.forEach((n, axis) => {
    view.setUint32(4 + 4 * axis, n);
  });
  bytes.set(array.data, 4 + 4 * array.shape.length);
  return options.gzip ? gzipSync(bytes) : bytes;
}

/**
 * Reads a whole file.
 *
 * @throws MixturaError if there is no such file, it is a folder, unreadable, or larger than 2 GiB.
 */
export function readBytes(path: string): Buffer {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new MixturaError(`${path} does not exist: check the name and the folder.`);
  if (!stats.isFile()) throw new MixturaError(`${path} is not a file: give the path of one data file.`);
  if (stats.size > MAX_BYTES)
    throw new MixturaError(`${path} is larger than 2 GiB: split it into smaller files.`);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new MixturaError(`${path} cannot be read (${(cause as Error).message}): check its permissions.`, {
      cause,
    });
  }
}

/** Whether the bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Whether the bytes begin as an IDX file of any element type does. */
export function isIdxHeader(bytes: Uint8Array): boolean {
  const type = bytes[2] ?? 0;
  const dimensions = bytes[3] ?? 0;
  return (
    bytes.length >= 4 &&
    bytes[0] === 0 &&
    bytes[1] === 0 &&
    (type === UINT8 || type in TYPE_NAMES) &&
    dimensions > 0
  );
}

function parseHeader(bytes: Uint8Array, path: string): { shape: number[]; length: number; elements: number } {
  if (!isIdxHeader(bytes)) {
    const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    throw new MixturaError(
      `${path} is not an IDX file (it begins with ${magic}, not 0000 08): give an IDX file.`,
    );
  }
  const type = bytes[2]!;
  if (type !== UINT8) {
    throw new MixturaError(
      `${path} is an IDX file of ${TYPE_NAMES[type]}, and only unsigned bytes (type 08) are read: convert it.`,
    );
  }
  const length = 4 + 4 * bytes[3]!;
  if (bytes.length < length) {
    throw new MixturaError(`${path} is truncated within its header: get the file again.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const shape = Array.from({ length: bytes[3]! }, (_, axis) => view.getUint32(4 + 4 * axis));
  const elements = elementCount(shape);
  if (elements === 0)
    throw new MixturaError(`${path} holds no samples (sizes ${shape.join(' x ')}): get the file again.`);
  if (elements > MAX_BYTES - length) {
    throw new MixturaError(
      `${path} claims ${shape.join(' x ')} bytes, more than 2 GiB: its header is damaged.`,
    );
  }
  return { shape, length, elements };
}

/** Unpacks the first 4 KiB only (at most 4 MiB of output), enough for any header. */
function unpackStart(bytes: Uint8Array, path: string): Uint8Array {
  const start = bytes.subarray(0, 4096);
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function unpack(bytes: Uint8Array, total: number, path: string, elements: number): Uint8Array {
  try {
    // One chunk of the size that the header promises: many chunks would be in memory beside their concatenation.
    return gunzipSync(bytes, { maxOutputLength: total, chunkSize: Math.max(64, total + 1) });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(path, elements);
    if (code === 'Z_BUF_ERROR') throw truncated(path, elements);
    throw damaged(path, cause);
  }
}

function truncated(path: string, elements: number): MixturaError {
  return new MixturaError(
    `${path} is truncated: its header promises ${elements} bytes of data; get the file again.`,
  );
}

function tooLong(path: string, elements: number): MixturaError {
  return new MixturaError(
    `${path} holds more data than the ${elements} bytes that its header promises: get the file again.`,
  );
}

function damaged(path: string, cause: unknown): MixturaError {
  return new MixturaError(`${path} is damaged (${(cause as Error).message}): get the file again.`, { cause });
}
