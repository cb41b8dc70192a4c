/** @file What a path to write to really is: links followed, pipes, devices and open descriptors told from files. */
import fs from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { errorCode } from './write-error.js';

/** Where a write goes. */
export interface WriteTarget {
  /** `file`: a regular file or a new one, which may be replaced; `plain`: anything else, which is written into. */
  readonly kind: 'file' | 'plain';
  /** The path behind all links; its last part need not exist. */
  readonly path: string;
  /** The file that is there, whose owner and permissions its successor gets. */
  readonly old?: { readonly mode: number; readonly uid: number; readonly gid: number };
  /** The number of an open file of this process (`/dev/stdout`, `/dev/fd/3`). */
  readonly descriptor?: number;
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** @throws what the system says where the path leads to a folder, a protected file, or nowhere. */
export function writeTarget(path: string): WriteTarget {
  if (path.endsWith('/') || path.endsWith(sep)) throw failure('EISDIR', path);
  const found = follow(resolve(path));
  if (typeof found === 'number') return { kind: 'plain', path, descriptor: found };
  const stat = statOf(found);
  if (!stat) return { kind: 'file', path: found };
  if (stat.isDirectory()) throw failure('EISDIR', path);
  if (!stat.isFile() || found.startsWith('/proc/')) return { kind: 'plain', path: found };
  // Its owner has protected it: replacing it would get around that.
  fs.accessSync(found, fs.constants.W_OK);
  return {
    kind: 'file',
    path: found,
    old: { mode: Number(stat.mode) & 0o7777, uid: Number(stat.uid), gid: Number(stat.gid) },
  };
}

/**
 * What is at a path or an open file, if anything is. In big numbers: Node looks at the small ones of the last such call
 * when it follows the links of a module to import, and takes that for a pipe where this was one.
 */
export function statOf(at: string | number): fs.BigIntStats | undefined {
  if (typeof at === 'number') return fs.fstatSync(at, { bigint: true });
  return fs.statSync(at, { bigint: true, throwIfNoEntry: false });
}

/** The folder behind all links, where it is to be made. */
export function folderTarget(path: string): string {
  const found = follow(resolve(path));
  return typeof found === 'number' ? path : found;
}

/** The path behind all links, also behind one that leads to nothing yet; or the number of an open file. */
function follow(path: string): string | number {
  let at = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const folder = realFolder(dirname(at));
    at = join(folder, basename(at));
    const descriptor = descriptorOf(folder, basename(at));
    if (descriptor !== undefined) return descriptor;
    // A link of /proc names no path where it leads to a pipe or a removed file: the system follows it by itself.
    if (folder.startsWith('/proc/')) return at;
    const link = readLink(at);
    if (link === undefined) return at;
    at = resolve(folder, link);
  }
  throw failure('ELOOP', path);
}

function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    return folder;
  }
}

function readLink(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch (cause) {
    if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(errorCode(cause) ?? '')) return undefined;
    throw cause;
  }
}

function descriptorOf(folder: string, name: string): number | undefined {
  const own = ['/dev/fd', realFolder('/proc/self/fd')];
  return own.includes(folder) && /^\d+$/.test(name) ? Number(name) : undefined;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
