/** @file Which process this is, for files that processes of several machines and containers share. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A place where a process number means one process: a boot of a machine, and in it a namespace of numbers. */
export interface ProcessPlace {
  readonly host: string;
  /** Linux: the random id of this boot; elsewhere empty. */
  readonly boot: string;
  /** Linux: the namespace of process numbers (a container has its own); elsewhere empty. */
  readonly namespace: string;
}

/** A process, wherever it runs. */
export interface ProcessIdentity extends ProcessPlace {
  readonly pid: number;
  /** Linux: when it started, in clock ticks since boot; elsewhere empty. */
  readonly start: string;
}

/** `dead` and `alive` are certain, `stopped` is alive but does nothing; `unknown` lives elsewhere or may be another. */
export type ProcessState = 'dead' | 'alive' | 'stopped' | 'unknown';

const here: ProcessPlace = {
  host: hostname(),
  boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
};

/** Linux: no process has a larger number (`PID_MAX_LIMIT`), and times of processes are in such parts of a second. */
const MOST_PROCESSES = 2 ** 22;
const TICKS = 100;

/** This process. */
export const thisProcess: ProcessIdentity = {
  ...here,
  pid: process.pid,
  start: statOf('self')?.start ?? '',
};

/** A short name of this place, for names of temporary files. */
export const placeTag: string = createHash('sha256').update(JSON.stringify(here)).digest('hex').slice(0, 8);

/** Whether the process's number means the same process here. */
export function isHere({ host, boot, namespace }: ProcessPlace): boolean {
  return here.boot === ''
    ? host === here.host && boot === ''
    : boot === here.boot && namespace === here.namespace;
}

/** Whether a process still lives, as far as can be seen from here. */
export function stateOf(owner: ProcessIdentity): ProcessState {
  if (!isHere(owner)) return 'unknown';
  if (!isRunning(owner.pid)) return 'dead';
  const stat = statHere(owner.pid);
  if (!stat) return 'unknown';
  if (stat.state === 'Z' || stat.state === 'X') return 'dead';
  if (owner.start === '') return 'unknown';
  if (stat.start !== owner.start) return 'dead';
  return stat.state === 'T' || stat.state === 't' ? 'stopped' : 'alive';
}

/** The first namespace of process numbers of a Linux machine (`PROC_PID_INIT_INO`): all processes are seen from it. */
const ALL = 'pid:[4026531836]';

/**
 * What is known of a process of which nothing is known but its number: it may live in a container, or on another
 * machine. Its start is in seconds since boot.
 */
export function stateOfNumber(pid: number): { readonly state: ProcessState; readonly started?: number } {
  if (!isRunning(pid)) {
    const seen = here.namespace === '' || here.namespace === ALL || pid > MOST_PROCESSES;
    return { state: seen ? 'dead' : 'unknown' };
  }
  const stat = statHere(pid);
  if (stat?.state === 'Z' || stat?.state === 'X') return { state: 'dead' };
  return { state: 'unknown', ...(stat && { started: Number(stat.start) / TICKS }) };
}

/** Whether a process has this number here. */
export function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** In a container whose /proc is that of its host, numbers there mean other processes. */
function statHere(pid: number): ReturnType<typeof statOf> {
  return attempt(() => readlinkSync('/proc/self')) === String(process.pid) ? statOf(pid) : undefined;
}

/** State and start time of a process (proc(5): fields 3 and 22, counted after the name, which may hold anything). */
function statOf(pid: number | 'self'): { readonly state: string; readonly start: string } | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
