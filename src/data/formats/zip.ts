/** @file Zip archives, read by node:zlib: sizes are checked before unpacking, checksums after. */

import { constants, crc32, inflateRawSync } from 'node:zlib';
import { MixturaError } from '../../errors.js';
import { requirePlausible } from './limits.js';

/** One file of an archive, from the archive's directory. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly packedSize: number;
  readonly size: number;
  readonly checksum: number;
  /** Byte of the archive at which the entry's own header begins. */
  readonly offset: number;
}

const END = 0x06054b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const DIRECTORY_SIZE = 46;
const LOCAL_SIZE = 30;
/** The end record may be followed by a comment of so many bytes. */
const MAX_COMMENT = 65535;

/** Whether the bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2]! <= 5 && bytes[3]! <= 6;
}

/**
 * The directory of an archive.
 *
 * @throws MixturaError naming the file if it is empty, no archive, truncated, or damaged.
 */
export function zipEntries(bytes: Uint8Array, path: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view, path);
  const [count, size, start] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  if (start + size > end || count * DIRECTORY_SIZE > size) throw damaged(path, 'its directory is cut');
  const entries: ZipEntry[] = [];
  for (let at = start; entries.length < count; ) {
    if (at + DIRECTORY_SIZE > end || view.getUint32(at, true) !== DIRECTORY) {
      throw damaged(path, 'its directory is cut');
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = bytes.subarray(at + DIRECTORY_SIZE, at + DIRECTORY_SIZE + lengths[0]!);
    entries.push({
      name: Buffer.from(name).toString('utf8'),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += DIRECTORY_SIZE + lengths[0]! + lengths[1]! + lengths[2]!;
  }
  return entries;
}

/**
 * The content of one entry.
 *
 * @throws MixturaError if it claims more than its packed bytes can hold, is longer or shorter than it claims, of an
 * unknown compression, or does not have its checksum.
 */
export function unzipEntry(bytes: Uint8Array, entry: ZipEntry, path: string): Uint8Array {
  const packed = packedBytes(bytes, entry, path);
  const { name, method, size } = entry;
  requirePlausible(size, packed.length, path, `${size} bytes in ${name}`);
  if (method === 0 && packed.length !== size) throw damaged(path, `${name} has another size than it claims`);
  const content = method === 0 ? packed : inflate(packed, entry, path);
  if (crc32(content) !== entry.checksum) throw damaged(path, `${name} does not have its checksum`);
  return content;
}

/** The first bytes of an entry: at least 1000, if there are so many; unchecked. */
export function startOfEntry(bytes: Uint8Array, entry: ZipEntry, path: string): Uint8Array {
  const packed = packedBytes(bytes, entry, path).subarray(0, 4096);
  if (entry.method === 0 || packed.length === 0) return packed;
  try {
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    throw damaged(path, `${entry.name}: ${(cause as Error).message}`, cause);
  }
}

function packedBytes(bytes: Uint8Array, entry: ZipEntry, path: string): Uint8Array {
  const { name, offset, packedSize, method, encrypted } = entry;
  if (encrypted) throw new MixturaError(`${path} has ${name} encrypted: store it without a password.`);
  if (method !== 0 && method !== 8) {
    throw new MixturaError(
      `${path} has ${name} compressed by method ${method}, and only stored and deflated entries are read: save it again.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (offset + LOCAL_SIZE > bytes.length || view.getUint32(offset, true) !== LOCAL) {
    throw damaged(path, `${name} is not where the directory says`);
  }
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packedSize > bytes.length) throw damaged(path, `${name} is cut`);
  return bytes.subarray(start, start + packedSize);
}

function inflate(packed: Uint8Array, { name, size }: ZipEntry, path: string): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  let content: Uint8Array;
  try {
    content = inflateRawSync(packed, { maxOutputLength: size });
  } catch (cause) {
    const tooLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = tooLong ? `holds more than the ${size} bytes it claims` : (cause as Error).message;
    throw damaged(path, `${name}: ${why}`, cause);
  }
  if (content.length !== size) throw damaged(path, `${name} holds less than it claims`);
  return content;
}

function findEnd(view: DataView, path: string): number {
  if (view.byteLength === 0)
    throw new MixturaError(`${path} is empty: save the arrays again with numpy.savez.`);
  const first = Math.max(0, view.byteLength - END_SIZE - MAX_COMMENT);
  for (let at = view.byteLength - END_SIZE; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new MixturaError(
    `${path} is not a zip archive, or is truncated (its directory is missing): save the arrays again with numpy.savez.`,
  );
}

function damaged(path: string, what: string, cause?: unknown): MixturaError {
  return new MixturaError(`${path} is damaged (${what}): save the arrays again with numpy.savez.`, { cause });
}
