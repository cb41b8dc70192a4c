/** @file The sentences of failed writes: what could not be written, why, and what to do. */
import fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { MixturaError } from './errors.js';

/**
 * The sentence for a write that failed: a full disk, a folder that is missing or protected, or the system's
 * own words. It names no options, since it serves every verb.
 */
export function writeError(path: string, cause: unknown): MixturaError {
  if (cause instanceof MixturaError) return cause;
  return new MixturaError(`Cannot write ${path}: ${writeReason(path, cause)}.`, { cause });
}

/** Why a path could not be written, without the full stop. */
export function writeReason(path: string, cause: unknown): string {
  switch (codeOf(path, cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space there, or choose another place';
    case 'EROFS':
      return 'the disk is read-only there; make it writable or choose another place';
    case 'EACCES':
    case 'EPERM':
      return 'the file or its folder is not writable; change its permissions or choose another place';
    case 'ENOENT':
      return `its folder does not exist; create it first`;
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of that path is a file and not a folder; choose another place';
    case 'EISDIR':
      return 'it is a folder; give the name of a file';
    case 'ENAMETOOLONG':
      return 'the name is too long; choose a shorter one';
    case 'ELOOP':
      return 'its links lead in a circle; choose another place';
    case 'EPIPE':
      return 'the program that reads it has ended; start it again';
    case 'ENXIO':
      return 'nothing can be written into it; choose another place';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

/** The code of the real cause: a folder that cannot be made on a read-only disk is reported as one that is missing. */
function codeOf(path: string, cause: unknown): string | undefined {
  const code = errorCode(cause);
  if (code !== 'ENOENT') return code;
  let folder = dirname(resolve(path));
  while (!fs.existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return code;
  } catch (reason) {
    return errorCode(reason) === 'EROFS' ? 'EROFS' : code;
  }
}

/** The system's code of a failed file operation (`ENOENT`, ...), or undefined for another kind of error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
