/** @file The lock of a run folder: one process at a time writes a run, whatever machine or container it is in. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorCode, removeLeftovers, temporaryName, writeError } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import { thisProcess } from '../../process-identity.js';
import { builtFile } from '../../wasm/built-file.js';
import type { BeatRequest } from './beat.js';
import { BEAT_MS, type FoundLock, heldSentence, isStale, readLock, STALE_MS } from './record.js';

/** How often, and after how many milliseconds, a lock is looked at again that changes or says nothing yet. */
const RETRIES = 100;
const PAUSE_MS = 20;
/** An empty lock is of a process of the first version that is just writing it, or was killed there. */
const EMPTY_RETRIES = 10;

/** The lock is another's, or gone: this process must write nothing more into the run. */
export class LockLost extends MixturaError {}

/**
 * A lock that this process holds.
 *
 * The file has the holder's machine, boot, process and a random id. The holder renews it, from a thread of its own too,
 * because the main one may be busy for longer than {@link STALE_MS}; whoever finds it not renewed
 * for {@link STALE_MS}, or its process ended, takes it over: only the one that makes the file of the takeover may
 * replace the lock, and reads it again afterwards. A holder that was stopped meanwhile sees another id and writes no more.
 */
export class FolderLock {
  readonly #content: string;
  readonly #timer: NodeJS.Timeout;
  readonly #thread: Worker | undefined;
  #fd = -1;
  #renewed = 0;
  #lost = false;

  private constructor(
    private readonly file: string,
    private readonly run: string,
    private readonly id: string,
  ) {
    this.#content = JSON.stringify({ id, ...thisProcess });
    this.#take();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
    this.#thread = beatIn(file, this.#content);
  }

  /** Takes the lock. @throws a MixturaError while another holds it, or where the file cannot be written. */
  static take(file: string, run: string): FolderLock {
    return new FolderLock(file, run, randomUUID());
  }

  /** Renews the lock when it is time, which costs nothing else. @throws a LockLost if it is another's. */
  renew(): void {
    if (this.#lost || Math.abs(Date.now() - this.#renewed) >= BEAT_MS) this.check();
  }

  /** Looks whether the lock is still held, before something is written. @throws a LockLost if it is another's. */
  check(): void {
    let found: FoundLock | undefined;
    try {
      if (this.#isOurs()) return;
      found = readLock(this.file);
    } catch (cause) {
      throw writeError(this.file, cause);
    }
    const who = found?.owner ? `Process ${found.owner.pid} of ${found.owner.host}` : 'Another process';
    const what = found
      ? `${who} has taken over the run ${this.run} (lock file ${this.file}) while this process stood still`
      : `The lock file ${this.file} is gone, so that another process may write the run ${this.run}`;
    throw new LockLost(`${what}; this process has stopped and written nothing since.`);
  }

  /** Gives the lock back, if it is still held. */
  release(): void {
    clearInterval(this.#timer);
    void this.#thread?.terminate();
    if (this.#fd < 0) return;
    if (this.#isOurs()) fs.rmSync(this.file, { force: true });
    this.#lost = true;
    fs.closeSync(this.#fd);
    this.#fd = -1;
  }

  /** Gives a sign of life, and looks whose the lock is. */
  #isOurs(): boolean {
    if (this.#lost) return false;
    this.#lost = readLock(this.file)?.id !== this.id;
    if (!this.#lost) this.#touch();
    return !this.#lost;
  }

  #beat(): void {
    try {
      this.#isOurs();
    } catch {
      // The disk does not answer; the next write says so.
    }
  }

  /** Written through the open file: a lock that another puts in its place meanwhile is not touched. */
  #touch(): void {
    this.#renewed = Date.now();
    const fd = this.#fd;
    try {
      fs.writeSync(fd, this.#content, 0);
      // A network file system may keep the write to itself until then.
      fs.fsync(fd, () => {});
    } catch {
      // The next sign may come through; until the lock is stale nobody takes it.
    }
  }

  #take(): void {
    removeLeftovers(this.file);
    const ready = join(dirname(this.file), temporaryName(basename(this.file)));
    try {
      fs.writeFileSync(ready, this.#content, { flag: 'wx' });
      for (let attempt = 0; !this.#put(ready, attempt); attempt++) pause(PAUSE_MS);
      this.#fd = fs.openSync(this.file, 'r+');
      this.#renewed = Date.now();
      removeClaims(this.file, clockOf(this.file));
    } catch (cause) {
      throw writeError(this.file, cause);
    } finally {
      fs.rmSync(ready, { force: true });
    }
    if (readLock(this.file)?.id === this.id) return;
    fs.closeSync(this.#fd);
    this.#refuse();
  }

  /** Puts the lock in place, if it is free or stale; false while another does so. */
  #put(ready: string, attempt: number): boolean {
    if (linkNew(ready, this.file)) return true;
    const found = readLock(this.file);
    if (!found) {
      if (attempt < RETRIES) return false;
      throw writeError(this.file, new Error('the lock file can be neither made nor read; delete it'));
    }
    if (!found.owner && found.number === undefined && attempt < EMPTY_RETRIES) return false;
    const now = clockOf(ready);
    if (!isStale(found, now)) this.#refuse(found, now);
    if (this.#takeOver(ready, found)) return true;
    if (attempt < RETRIES) return false;
    return this.#refuse();
  }

  #takeOver(ready: string, found: FoundLock): boolean {
    const claim = `${this.file}-${found.id}`;
    if (!linkNew(ready, claim)) {
      removeStale(claim, clockOf(ready));
      return false;
    }
    try {
      // Only who made the claim comes here, so the lock is still that of the ended holder, or is no longer stale.
      const again = readLock(this.file);
      if (again?.id !== found.id || !isStale(again, clockOf(ready))) return false;
      fs.renameSync(ready, this.file);
      return true;
    } finally {
      fs.rmSync(claim, { force: true });
    }
  }

  #refuse(found = readLock(this.file), now = Date.now()): never {
    if (found && (found.owner || found.number !== undefined)) {
      throw new MixturaError(heldSentence(found, this.file, this.run, now));
    }
    throw new MixturaError(
      `Another process is taking the run ${this.run} (lock file ${this.file}); try again.`,
    );
  }
}

/** A thread that renews the lock; where it cannot be started the timer has to do. */
function beatIn(file: string, content: string): Worker | undefined {
  const workerData: BeatRequest = { file: resolve(file), content, every: BEAT_MS };
  try {
    // Some options of the process do not allow a worker to be started with them.
    const thread = new Worker(builtFile('run/lock/beat.js'), { workerData, execArgv: [] });
    thread.on('error', () => {});
    thread.unref();
    return thread;
  } catch {
    return undefined;
  }
}

/** Gives a file a second, new name; false if that is there. */
function linkNew(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'UNKNOWN'].includes(errorCode(cause) ?? ''))
      throw cause;
  }
  // Some file systems have no second names.
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    throw cause;
  }
}

/** The time on the clock of the file system, in milliseconds: those of the machines that share it may differ. */
function clockOf(ready: string): number {
  const fd = fs.openSync(ready, 'r+');
  try {
    // The same bytes again, never fewer: the file has a second name that others read.
    fs.writeSync(fd, fs.readFileSync(ready), 0);
    fs.fsyncSync(fd);
    return fs.fstatSync(fd).mtimeMs;
  } finally {
    fs.closeSync(fd);
  }
}

/** Removes the claims that processes left which were killed right after their takeover. */
function removeClaims(file: string, now: number): void {
  for (const name of fs.readdirSync(dirname(file))) {
    if (name.startsWith(`${basename(file)}-`)) removeStale(join(dirname(file), name), now);
  }
}

/** Removes the claim of a process that was killed in the middle of its takeover. */
function removeStale(claim: string, now: number): void {
  const found = readLock(claim);
  if (found && isStale(found, now)) fs.rmSync(claim, { force: true });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
