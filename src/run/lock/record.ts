/** @file What a lock file says: who holds the lock, and when its holder last gave a sign of life. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { errorCode } from '../../atomic-file.js';
import { type ProcessIdentity, type ProcessState, stateOf, stateOfNumber } from '../../process-identity.js';

/** A holder renews its lock this often, in milliseconds. */
export const BEAT_MS = 5_000;
/** A lock that has not been renewed for this long may be taken over: twelve signs of life are missing. */
export const STALE_MS = 60_000;

/** The holder of a lock, as its file has it. */
export interface LockRecord extends ProcessIdentity {
  /** Random: no two holders have the same. */
  readonly id: string;
}

/** A lock file that is there. */
export interface FoundLock {
  /** The id of its holder; of a file without one, its content. */
  readonly id: string;
  /** Absent in a file of the first version, which holds a number, and in one that holds nothing. */
  readonly owner?: LockRecord;
  /** The number in a file of the first version. */
  readonly number?: number;
  /** When it was last renewed, in milliseconds of the clock of its file system. */
  readonly renewed: number;
}

/** Reads a lock file; undefined if there is none. */
export function readLock(file: string): FoundLock | undefined {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw cause;
  }
  try {
    const { mtimeMs: renewed } = fstatSync(fd);
    const text = readFileSync(fd, 'utf8');
    const owner = recordOf(text);
    if (owner) return { id: owner.id, owner, renewed };
    const number = /^\d+$/.test(text.trim()) ? Number(text) : undefined;
    return { id: `old-${number ?? 'none'}`, renewed, ...(number !== undefined && { number }) };
  } finally {
    closeSync(fd);
  }
}

/**
 * Whether the holder of a lock is gone: its process has ended, or it gives no sign of life and cannot be seen to work.
 * @param now the time of the clock that {@link FoundLock.renewed} is read from, in milliseconds
 */
export function isStale({ owner, number, renewed }: FoundLock, now: number): boolean {
  if (owner) {
    const state: ProcessState = stateOf(owner);
    return state === 'dead' || (state !== 'alive' && now - renewed > STALE_MS);
  }
  // The first version renewed nothing: only an ended process is a sign.
  if (number === undefined || number === process.pid) return true;
  const { state, started } = stateOfNumber(number);
  return (
    state === 'dead' || (started !== undefined && Date.now() - 1000 * (uptime() - started) > renewed + 2000)
  );
}

/** The sentence that refuses a run whose lock is held. */
export function heldSentence(
  { owner, number, renewed }: FoundLock,
  file: string,
  run: string,
  now: number,
): string {
  if (!owner) {
    return `Process ${number} is writing the run ${run} by its lock ${file}; wait for it, or stop it, or delete that file if no such process trains.`;
  }
  const { pid, host } = owner;
  if (['alive', 'stopped'].includes(stateOf(owner))) {
    return `Process ${pid} is writing the run ${run} and holds its lock ${file}; wait for it, or stop it and try again.`;
  }
  const ago = Math.max(0, Math.round((now - renewed) / 1000));
  return `Process ${pid} of ${host} (another machine or container) is writing the run ${run}: it renewed the lock ${file} ${ago} s ago; wait for it, or stop it, and try again ${STALE_MS / 1000} s after its last sign of life.`;
}

function recordOf(text: string): LockRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<LockRecord> | number | null;
    if (typeof record !== 'object' || record === null) return undefined;
    const { id, host, boot, namespace, pid, start } = record;
    if (typeof pid !== 'number') return undefined;
    if (![id, host, boot, namespace, start].every((field) => typeof field === 'string')) return undefined;
    return record as LockRecord;
  } catch {
    return undefined;
  }
}
