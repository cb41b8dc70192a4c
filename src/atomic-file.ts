/** @file Files that are written wholly or not at all. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { usageError } from './errors.js';
import { isRunning, placeTag } from './process-identity.js';
import { errorCode, writeError } from './write-error.js';
import { type WriteTarget, writeTarget } from './write-target.js';

export { errorCode, writeError, writeReason } from './write-error.js';

/** One write call takes at most this many bytes (the system's own limit is a little below 2 GiB). */
const MAX_WRITE = 1 << 30;
/** Bytes of the file's own name in the name of its temporary file, so that that is never too long. */
const MAX_STEM = 120;
/** A temporary file of an unknown process is left over when it has not been written for this long. */
const ABANDONED_MS = 24 * 3600 * 1000;
/** Another descriptor may have made a pipe one that does not wait. */
const PAUSE_MS = 5;

type Content = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Writes a file so that a reader, or a run that is killed at any moment, sees the old content or the new one,
 * never a mix:
 * a temporary file in the same folder, under a name that nobody else has, fsync, rename, fsync of the folder.
 *
 * Links are followed first. What is there and is no regular file (a pipe, a device, an open descriptor such as
 * `/dev/stdout`) is written plainly, and so is a file in whose folder nothing may be made.
 *
 * @param content text, bytes, or pieces of bytes that follow each other
 * @param beforeRename is called when all is written and the old file is still there; what it throws leaves that file
 * @throws MixturaError when the disk is full or the write is refused; the temporary file is removed and the old file is
 * untouched
 */
export function writeFileAtomic(path: string, content: Content, beforeRename: () => void = () => {}): void {
  let staged: StagedFile | undefined;
  try {
    const target = writeTarget(path);
    if (target.kind === 'file') staged = stage(target, content);
    beforeRename();
    if (staged) staged.commit();
    else writePlainly(target, content);
  } catch (cause) {
    staged?.discard();
    throw writeError(path, cause);
  }
}

/** Refuses a path before long work whose result could not be written there. @throws a MixturaError that says why. */
export function requireWritable(path: string): void {
  attempt(path, () => {
    const { kind, path: real, old } = writeTarget(path);
    if (kind === 'file' && !old) fs.accessSync(dirname(real), fs.constants.W_OK);
  });
}

const IMAGE = /\.(png|jpe?g|webp)$/i;

/**
 * Refuses to write over a file that is read: it would be gone.
 *
 * @param source path of data, a file or a folder of images; the name of a data set, or of nothing that is there, is none.
 * @throws a usage error where both paths lead to the same file, or to an image that is there and its folder.
 */
export function requireOther(path: string, source: string): void {
  const [to, from] = [path, source].map((at) => fs.statSync(at, { bigint: true, throwIfNoEntry: false }));
  if (!to?.isFile() || !from) return;
  const same = to.ino === from.ino && to.dev === from.dev;
  const within = () => fs.realpathSync(path).startsWith(join(fs.realpathSync(source), sep));
  if (!same && !(from.isDirectory() && IMAGE.test(path) && within())) return;
  throw usageError(`--out is a file of the data (${source}), which would be gone; give another file.`);
}

/** A file that is written whole under a temporary name, beside the one that it is to replace. */
export interface StagedFile {
  /** Where the content is until then. */
  readonly temporary: string;
  /** Puts it in place. */
  commit(): void;
  /** Takes it away. */
  discard(): void;
}

/** Writes content beside the file that it is to replace. @throws a MixturaError where that is refused. */
export function stageFile(path: string, content: Content): StagedFile {
  try {
    const target = writeTarget(path);
    const staged = target.kind === 'file' ? stage(target, content) : undefined;
    if (staged) return { ...staged, commit: () => attempt(path, staged.commit) };
  } catch (cause) {
    throw writeError(path, cause);
  }
  throw writeError(path, Object.assign(new Error('it cannot be replaced'), { code: 'EACCES' }));
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** The content beside its target; undefined where a file is there, but nothing new can be made beside it. */
function stage({ path, old }: WriteTarget, content: Content): StagedFile | undefined {
  removeLeftovers(path);
  const temporary = join(dirname(path), temporaryName(basename(path)));
  let fd: number;
  try {
    fd = fs.openSync(temporary, 'wx');
  } catch (cause) {
    if (old && ['EACCES', 'EPERM'].includes(errorCode(cause) ?? '')) return undefined;
    throw cause;
  }
  const discard = () => removeQuietly(temporary);
  try {
    try {
      if (old) keepOwner(fd, old);
      for (const piece of pieces(content)) writeFully(fd, piece);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (cause) {
    discard();
    throw cause;
  }
  const commit = () => {
    try {
      fs.renameSync(temporary, path);
    } catch (cause) {
      // A file that is a mount of its own, or another user's in a shared folder, can be written but not replaced.
      if (!old || !['EBUSY', 'EPERM', 'EACCES'].includes(errorCode(cause) ?? '')) throw cause;
      writePlainly({ kind: 'plain', path }, content);
      discard();
    }
    syncFolder(dirname(path));
  };
  return { temporary, commit, discard };
}

/** The file that takes another's place gets its owner, where that is permitted, and its permissions. */
function keepOwner(fd: number, { mode, uid, gid }: NonNullable<WriteTarget['old']>): void {
  try {
    const own = fs.fstatSync(fd);
    if (own.uid !== uid || own.gid !== gid) fs.fchownSync(fd, uid, gid);
    fs.fchmodSync(fd, mode);
  } catch {
    // Some file systems have neither, and only root may give files away.
  }
}

function writePlainly(target: WriteTarget, content: Content): void {
  const fd = target.descriptor ?? fs.openSync(target.path, 'w');
  try {
    for (const piece of pieces(content)) writeFully(fd, piece);
  } finally {
    if (target.descriptor === undefined) fs.closeSync(fd);
  }
}

/** Writes all bytes to an open file, however many calls the system needs for it. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.byteLength; ) {
    try {
      offset += fs.writeSync(fd, bytes, offset, Math.min(MAX_WRITE, bytes.byteLength - offset));
    } catch (cause) {
      if (errorCode(cause) !== 'EAGAIN') throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

/** `.NAME.PLACE-PID-RANDOM.tmp`: whoever finds it can tell whether its writer still lives. */
export function temporaryName(name: string): string {
  return `${temporaryStem(name)}${placeTag}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** A name that is cut for its length keeps its start, and characters stay whole. */
function temporaryStem(name: string): string {
  let stem = name;
  while (Buffer.byteLength(stem) > MAX_STEM) stem = [...stem].slice(0, -1).join('');
  return `.${stem}.`;
}

/** Removes what writers of this file left that were killed; what a living one writes stays. */
export function removeLeftovers(path: string): void {
  const [folder, stem] = [dirname(path), temporaryStem(basename(path))];
  for (const name of namesIn(folder)) {
    if (!name.startsWith(stem)) continue;
    const writer = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(stem.length));
    if (!writer) continue;
    const file = join(folder, name);
    const dead = writer[1] === placeTag && !isRunning(Number(writer[2]));
    if (dead || isAbandoned(file)) removeQuietly(file);
  }
}

/** Removes whatever is unfinished in a folder and those within it: only where nobody else writes. */
export function removeUnfinished(folder: string): void {
  if (!fs.existsSync(folder)) return;
  for (const name of fs.readdirSync(folder, { recursive: true }).map(String)) {
    if (name.endsWith('.tmp')) fs.rmSync(join(folder, name), { force: true });
  }
}

function isAbandoned(file: string): boolean {
  try {
    return Date.now() - fs.statSync(file).mtimeMs > ABANDONED_MS;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // A folder may be one to write into, but not to read.
  }
}

function pieces(content: Content): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

function removeQuietly(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    // The first error is reported; a leftover is removed by the next write of this file.
  }
}

/**
 * Makes the rename itself durable; Windows cannot open folders, and keeps the rename durable by other means.
 */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  let fd: number | undefined;
  try {
    fd = fs.openSync(folder, 'r');
    fs.fsyncSync(fd);
  } catch (cause) {
    // Some network file systems do not know fsync of a folder, and some folders cannot be read; the file is complete.
    if (!['EINVAL', 'EACCES', 'EPERM'].includes(errorCode(cause) ?? '')) throw cause;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
