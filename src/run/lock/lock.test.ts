import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../process-identity.js';
import { FolderLock, LockLost } from './lock.js';
import { BEAT_MS, type LockRecord } from './record.js';

const onLinux = process.platform === 'linux';
let folder = '';
let file = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mixtura-lock-'));
  file = path.join(folder, '.lock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const holder = () => JSON.parse(readFileSync(file, 'utf8')) as LockRecord;
/** Writes a lock that was renewed so many seconds ago. */
function lockOf(owner: Partial<LockRecord> | string, secondsAgo = 0): void {
  writeFileSync(
    file,
    typeof owner === 'string' ? owner : JSON.stringify({ ...thisProcess, id: 'other', ...owner }),
  );
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(file, time, time);
}
function expectTaken(): void {
  const lock = FolderLock.take(file, 'run');
  expect(holder()).toMatchObject({ pid: process.pid, start: thisProcess.start });
  expect(holder().id).not.toBe('other');
  lock.check();
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
}
function expectRefused(sentence: string): void {
  const before = readFileSync(file, 'utf8');
  expect(() => FolderLock.take(file, 'run')).toThrow(sentence);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(folder)).toEqual(['.lock']);
}
/** Keeps this thread busy. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
/** A process that lives, and the fields of a lock that it would have. */
function living(command = 'exec sleep 60'): Pick<LockRecord, 'pid' | 'start'> {
  const child = spawn('sh', ['-c', command], { stdio: 'ignore' });
  children.push(child);
  return { pid: child.pid!, start: startOf(child.pid!) };
}
const statOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
const startOf = (pid: number) => (onLinux ? statOf(pid)[19]! : '');

describe('a lock', () => {
  it('says who holds it, and is refused to others by a sentence that names its file', () => {
    const lock = FolderLock.take(file, 'run');
    expect(holder()).toEqual({ ...thisProcess, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(holder()).toMatchObject({ pid: process.pid, host: hostname() });
    expectRefused(`Process ${process.pid}`);
    expectRefused(`is writing the run run`);
    expectRefused(file);
    lock.release();
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is renewed by its holder, through whose hands it does not go when it is another’s', () => {
    const lock = FolderLock.take(file, 'run');
    const long = Date.now() / 1000 - 1000;
    utimesSync(file, long, long);
    lock.check();
    const again = FolderLock.take.bind(FolderLock, file, 'run');
    expect(again).toThrow('is writing the run');
    rmSync(file);
    lockOf({ pid: 7, host: 'elsewhere', boot: 'b', namespace: 'n' });
    const others = readFileSync(file, 'utf8');
    expect(() => lock.check()).toThrow(LockLost);
    expect(() => lock.renew()).toThrow(
      `Process 7 of elsewhere has taken over the run run (lock file ${file}) while this process stood still; this process has stopped and written nothing since.`,
    );
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe(others);
  });

  it('is renewed while the main thread computes, but not when it is another’s or given back', async () => {
    const lock = FolderLock.take(file, 'run');
    await delay(1000); // The thread starts meanwhile.
    const long = Date.now() / 1000 - 1000;
    utimesSync(file, long, long);
    const own = readFileSync(file, 'utf8');
    block(BEAT_MS + 1000);
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(BEAT_MS + 2000);
    expect(readFileSync(file, 'utf8')).toBe(own);
    lockOf({ pid: 7, host: 'elsewhere', boot: 'b', namespace: 'n' });
    utimesSync(file, long, long);
    const { mtimeMs } = statSync(file);
    block(BEAT_MS + 1000);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
    lock.release();
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  }, 30_000);

  it('that another writes over is lost, and left as it is', () => {
    const lock = FolderLock.take(file, 'run');
    lockOf('7');
    expect(() => lock.check()).toThrow('has taken over the run run');
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe('7');
  });

  it('that somebody deleted is lost', () => {
    const lock = FolderLock.take(file, 'run');
    rmSync(file);
    expect(() => lock.check()).toThrow(`The lock file ${file} is gone`);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a lock of this machine', () => {
  it('whose process has ended is taken at once', () => {
    lockOf({ pid: spawnSync(process.execPath, ['-e', '']).pid, start: '1' });
    expectTaken();
  });

  it.skipIf(!onLinux)('whose number another process has now is taken at once', () => {
    lockOf({ ...living(), start: '1' });
    expectTaken();
    lockOf({ start: '1' });
    expectTaken();
  });

  it.skipIf(!onLinux)('whose process is a zombie is taken at once', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(parent);
    const pid = await new Promise<number>((done) =>
      parent.stdout!.once('data', (text) => done(Number(text))),
    );
    while (statOf(pid)[0] !== 'Z') await delay(5);
    lockOf({ pid, start: startOf(pid) });
    expectTaken();
  });

  it.skipIf(!onLinux)('whose process works is held, however long it has no time to renew it', () => {
    const owner = living();
    lockOf(owner, 10_000);
    expectRefused(
      `Process ${owner.pid} is writing the run run and holds its lock ${file}; wait for it, or stop it and try again.`,
    );
  });

  it.skipIf(!onLinux)('whose process is stopped is held for a minute', async () => {
    const owner = living();
    process.kill(owner.pid, 'SIGSTOP');
    while (statOf(owner.pid)[0] !== 'T') await delay(5);
    lockOf(owner, 50);
    expectRefused(`Process ${owner.pid} is writing the run run`);
    lockOf(owner, 70);
    expectTaken();
  });
});

describe('a lock of another machine, boot or container', () => {
  const places: [string, Partial<LockRecord>][] = [
    ['another machine', { host: 'far', boot: 'x', namespace: 'pid:[1]' }],
    ['another boot', { boot: 'x' }],
    ['another container of this machine', { namespace: 'pid:[1]', host: 'c0ffee' }],
  ];
  it.skipIf(!onLinux).each(places)(
    '(%s) is held while it is renewed, whatever its number means here',
    (_, place) => {
      for (const pid of [1, process.pid, 4_000_000]) {
        lockOf({ ...place, pid }, 30);
        const host = place.host ?? hostname();
        expectRefused(`Process ${pid} of ${host} (another machine or container) is writing the run run`);
        expectRefused(
          `it renewed the lock ${file} 30 s ago; wait for it, or stop it, and try again 60 s after`,
        );
        lockOf({ ...place, pid }, 61);
        expectTaken();
      }
    },
  );

  it('is compared by the clock of the file system alone', () => {
    lockOf({ host: 'far', boot: 'x', namespace: 'n' }, -1000);
    expectRefused('is writing the run run: it renewed the lock');
  });
});

describe('a lock of the first version, a bare number', () => {
  it('of an ended process, of nobody and of this number is taken', () => {
    lockOf('4194305');
    expectTaken();
    for (const text of ['', 'x', '{"pid": 3']) {
      lockOf(text);
      expectTaken();
    }
    lockOf(String(process.pid));
    expectTaken();
  });

  it('of a living process is held, and its file is named', () => {
    lockOf(String(process.ppid));
    expectRefused(
      `Process ${process.ppid} is writing the run run by its lock ${file}; wait for it, or stop it, or delete that file if no such process trains.`,
    );
  });

  it.skipIf(!onLinux)('of a process that began after it is taken', () => {
    lockOf(String(living().pid), 3600);
    expectTaken();
  });
});

describe('processes that race for a lock', () => {
  const TAKER = `
    const { FolderLock } = await import(process.argv[1]);
    while (Date.now() < Number(process.argv[3]));
    try {
      FolderLock.take(process.argv[2], 'run').check();
      console.log('held');
      setTimeout(() => {}, 60_000);
    } catch (error) { console.log(error.message); }`;
  const module = new URL('../../../dist/run/lock/lock.js', import.meta.url).href;

  async function race(takers: number): Promise<string[]> {
    const at = String(Date.now() + 2500);
    const lines = Array.from({ length: takers }, () => {
      const args = ['--input-type=module', '-e', TAKER, module, file, at];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return new Promise<string>((done) =>
        child.stdout!.once('data', (text: Buffer) => done(String(text).trim())),
      );
    });
    return Promise.all(lines);
  }

  it.each([
    ['that nobody holds', undefined],
    ['of an ended process', { pid: 4_194_303, start: '1' }],
    ['that was not renewed', { host: 'far', boot: 'x', namespace: 'n' }],
    ['of the first version', '4194305'],
  ])('%s: one of twenty has it, the others are told who', async (_, owner) => {
    if (owner !== undefined) lockOf(owner, 1000);
    const lines = await race(20);
    expect(lines.filter((line) => line === 'held').length).toBe(1);
    const others = lines.filter((line) => line !== 'held');
    expect(others.filter((line) => !line.includes(`Process ${holder().pid} is writing the run run`))).toEqual(
      [],
    );
    expect(readdirSync(folder)).toEqual(['.lock']);
    expect(existsSync(file)).toBe(true);
  });
});
