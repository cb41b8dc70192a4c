/** @file The lock of a run folder: a file with the number of the process that writes the run. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode, writeError } from '../atomic-file.js';
import { MixturaError } from '../errors.js';

/** Locks that this process holds: its number in any other lock file is that of an ended process before it. */
const held = new Set<string>();

/** How often, and after how many milliseconds, an empty lock is read again: its owner may just be writing it. */
const RETRIES = 10;
const PAUSE = 5;

/** Takes a lock for this process. @throws a MixturaError while a living process holds it. */
export function takeLock(file: string, run: string): void {
  while (!create(file)) {
    const owner = ownerOf(file);
    if (owner === undefined) continue;
    if (owner === process.pid ? held.has(resolve(file)) : isAlive(owner)) {
      throw new MixturaError(
        `Process ${owner} is writing the run ${run}; wait for it, or stop it and try again.`,
      );
    }
    rmSync(file, { force: true });
  }
  held.add(resolve(file));
}

/** Gives back a lock that this process holds. */
export function releaseLock(file: string): void {
  rmSync(file, { force: true });
  held.delete(resolve(file));
}

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    rmSync(file, { force: true });
    throw writeError(file, cause);
  }
}

/** Number of the process in the lock, NaN or 0 if there is none; undefined if the lock has just been given back. */
function ownerOf(file: string): number | undefined {
  try {
    for (let retry = 0; ; retry++) {
      const text = readFileSync(file, 'utf8');
      if (text !== '' || retry === RETRIES) return Number(text);
      pause(PAUSE);
    }
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    pause(1);
    return undefined;
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
