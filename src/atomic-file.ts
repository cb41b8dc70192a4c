/** @file Files that are written wholly or not at all, and the error sentences of failed writes. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { MixturaError } from './errors.js';

/** One write call takes at most this many bytes (the system's own limit is a little below 2 GiB). */
const MAX_WRITE = 1 << 30;

/**
 * Writes a file so that a reader, or a run that is killed at any moment, sees the old content or the new one,
 * never a mix:
 * a temporary file in the same folder (`PATH.tmp`, fixed so that a leftover is overwritten), fsync, rename,
 * fsync of the folder.
 *
 * @param content text, bytes, or pieces of bytes that follow each other
 * @throws MixturaError when the disk is full or the write is refused; the temporary file is removed and the old file is
 * untouched
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const temporary = `${path}.tmp`;
  try {
    const fd = fs.openSync(temporary, 'w');
    try {
      for (const piece of pieces(content)) writeFully(fd, piece);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, path);
  } catch (cause) {
    removeQuietly(temporary);
    throw writeError(path, cause);
  }
  syncFolder(dirname(path));
}

/** Writes all bytes to an open file, however many calls the system needs for it. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.byteLength; ) {
    offset += fs.writeSync(fd, bytes, offset, Math.min(MAX_WRITE, bytes.byteLength - offset));
  }
}

/**
 * The sentence for a write that failed: a full disk, a folder that is missing or protected, or the system's
 * own words.
 */
export function writeError(path: string, cause: unknown): MixturaError {
  if (cause instanceof MixturaError) return cause;
  return new MixturaError(`Cannot write ${path}: ${writeReason(cause)}.`, { cause });
}

function writeReason(cause: unknown): string {
  switch (errorCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space there, or choose another folder with --out, then go on with --resume';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'the folder is not writable; change its permissions or choose another one with --out';
    case 'ENOENT':
      return 'its folder does not exist; create it first';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of that path is a file and not a folder; choose another one with --out';
    case 'EISDIR':
      return 'it is a folder; give the name of a file';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

/** The system's code of a failed file operation (`ENOENT`, ...), or undefined for another kind of error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function pieces(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

function removeQuietly(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    // The first error is reported; a leftover is overwritten by the next write of this file.
  }
}

/**
 * Makes the rename itself durable; Windows cannot open folders, and keeps the rename durable by other means.
 */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } catch (cause) {
    // Some network file systems do not know fsync of a folder; the file itself is complete.
    if (errorCode(cause) !== 'EINVAL') throw writeError(folder, cause);
  } finally {
    fs.closeSync(fd);
  }
}
