import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetricsLine, RunFolder } from './folder.js';

let base = '';
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'mixtura-run-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const at = (...names: string[]) => path.join(base, ...names);
const line = (step: number): MetricsLine => ({
  step,
  seconds: step / 10,
  msPerStep: 100,
  losses: { critic: -step },
  sizes: [0.75, 0.25],
});
const steps = (folder: RunFolder, upTo?: number) => folder.readMetrics(upTo).map(({ step }) => step);

/** The number of a process that has ended; in a container it might be that of one outside, but for those too large. */
function endedProcess(): string {
  const outermost = process.platform !== 'linux' || readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
  return outermost ? String(spawnSync(process.execPath, ['-e', '']).pid) : '4194305';
}

describe('the lock of a run folder', () => {
  const lock = () => at('run', '.lock');

  it('is held by this process until it is given back', () => {
    const folder = RunFolder.create(at('run'));
    expect(JSON.parse(readFileSync(lock(), 'utf8'))).toMatchObject({ pid: process.pid });
    folder.unlock();
    expect(existsSync(lock())).toBe(false);
    folder.unlock();
  });

  it('of a living process is respected, and not removed', () => {
    const folder = RunFolder.create(at('run'));
    folder.unlock();
    writeFileSync(lock(), String(process.ppid));
    expect(() => folder.lock()).toThrow(
      `Process ${process.ppid} is writing the run ${at('run')} by its lock ${lock()}; wait for it, or stop it, or delete`,
    );
    folder.unlock();
    expect(readFileSync(lock(), 'utf8')).toBe(String(process.ppid));
  });

  it.each([
    ['an ended process', endedProcess],
    ['a process killed before it wrote its number', () => ''],
    ['nobody', () => 'x'],
  ])('of %s is taken over', (_, owner) => {
    const folder = RunFolder.create(at('run'));
    folder.unlock();
    writeFileSync(lock(), owner());
    folder.lock();
    expect(JSON.parse(readFileSync(lock(), 'utf8'))).toMatchObject({ pid: process.pid });
    folder.unlock();
  });

  it('that is lost keeps everything from being written and removed', () => {
    const folder = RunFolder.create(at('run'));
    folder.appendMetrics(line(1));
    rmSync(lock());
    const before = readdirSync(at('run')).sort();
    const writes = [
      () => folder.appendMetrics(line(2)),
      () => folder.truncateMetrics(0),
      () => folder.syncMetrics(),
      () => folder.writeConfig({} as never),
      () => folder.writeScores({} as never),
      () => folder.renewLock(),
      () => folder.requireLock(),
    ];
    for (const write of writes) expect(write).toThrow(`The lock file ${lock()} is gone`);
    rmSync(folder.metricsFile);
    folder.discardIfUnused();
    folder.unlock();
    expect(readdirSync(at('run')).sort()).toEqual(before.filter((name) => name !== 'metrics.jsonl'));
  });

  it('removes what killed processes left unfinished where nobody else writes', () => {
    const folder = RunFolder.create(at('run'));
    folder.unlock();
    for (const part of [folder.checkpoints, folder.samples])
      for (const name of ['.x.0123abcd-1-89abcdef.tmp', 'step-00000011.safetensors.tmp', 'kept'])
        writeFileSync(path.join(part, name), '');
    folder.lock();
    expect([readdirSync(folder.checkpoints), readdirSync(folder.samples)]).toEqual([['kept'], ['kept']]);
    folder.unlock();
  });

  it('refuses a second process that makes the same run, and leaves the folders of the first', () => {
    const first = RunFolder.create(at('run'));
    expect(() => RunFolder.create(at('run'))).toThrow('exists and is not empty');
    expect([existsSync(first.checkpoints), existsSync(first.samples)]).toEqual([true, true]);
    first.unlock();
  });
});

describe('a run folder', () => {
  it('is made new or empty, never over something', () => {
    mkdirSync(at('empty'));
    const folder = RunFolder.create(at('empty'));
    expect([existsSync(folder.checkpoints), existsSync(folder.samples)]).toEqual([true, true]);
    const refused = (name: string) => () => RunFolder.create(at(name));
    expect(refused('empty')).toThrow(
      `The output folder ${at('empty')} exists and is not empty; choose another --out, or go on with that run by --resume ${at('empty')}.`,
    );
    writeFileSync(at('file'), '');
    expect(refused('file')).toThrow(`${at('file')} is a file; choose another --out.`);
    expect(refused('file/run')).toThrow(`Cannot write ${at('file/run')}`);
    // Joined to names it would be the folder that the program runs in.
    expect(() => RunFolder.create('')).toThrow('The output folder is an empty text');
  });

  it('is opened by its config.json, which is told where it is damaged', () => {
    expect(() => RunFolder.open(at('none'))).toThrow(`${at('none')} is not a run: it has no config.json`);
    mkdirSync(at('run'));
    writeFileSync(at('run', 'config.json'), '{"method": "slo');
    expect(() => RunFolder.open(at('run')).readConfig()).toThrow('config.json is damaged: it is not JSON');
  });

  it('has a last checkpoint, or says that there is none yet', () => {
    const folder = RunFolder.create(at('run'));
    expect(() => folder.latestCheckpoint()).toThrow(
      `The run ${at('run')} has no checkpoint yet; train it with: mixtura train --resume ${at('run')}.`,
    );
    for (const name of ['step-00000002', 'step-00000010'])
      writeFileSync(at('run', 'checkpoints', `${name}.safetensors`), '');
    writeFileSync(at('run', 'checkpoints', 'step-00000011.safetensors.tmp'), '');
    expect(folder.latestCheckpoint()).toBe(at('run', 'checkpoints', 'step-00000010.safetensors'));
  });
});

it.skipIf(process.platform === 'win32')('a run folder that is a link is made where the link leads', () => {
  symlinkSync('real', at('link'));
  const folder = RunFolder.create(at('link'));
  expect(readdirSync(at('real')).sort()).toEqual(['.lock', 'checkpoints', 'samples']);
  folder.unlock();
});

describe('the log of a run', () => {
  it('comes back line by line, and up to a step', () => {
    const folder = RunFolder.create(at('run'));
    expect(folder.readMetrics()).toEqual([]);
    for (const step of [10, 20, 30]) folder.appendMetrics(line(step));
    expect(folder.readMetrics()).toEqual([10, 20, 30].map(line));
    expect(steps(folder, 20)).toEqual([10, 20]);
    expect(readFileSync(folder.metricsFile, 'utf8').split('\n').length).toBe(4);
  });

  it('is read without a last line that a kill cut', () => {
    const folder = RunFolder.create(at('run'));
    for (const step of [10, 20]) folder.appendMetrics(line(step));
    appendFileSync(folder.metricsFile, JSON.stringify(line(30)).slice(0, 25));
    expect(steps(folder)).toEqual([10, 20]);
  });

  it('loses what was written after the checkpoint, and goes on from there', () => {
    const folder = RunFolder.create(at('run'));
    for (const step of [10, 20, 30]) folder.appendMetrics(line(step));
    appendFileSync(folder.metricsFile, '{"step": 4');
    folder.truncateMetrics(20);
    expect(readFileSync(folder.metricsFile, 'utf8')).toBe(
      [10, 20].map((s) => `${JSON.stringify(line(s))}\n`).join(''),
    );
    folder.appendMetrics(line(30));
    folder.syncMetrics();
    expect(steps(folder)).toEqual([10, 20, 30]);
  });
});

describe('a run that failed before it left anything', () => {
  it('takes its folder away, unless the folder was there before', () => {
    const folder = RunFolder.create(at('run'));
    writeFileSync(folder.configFile, '{}');
    folder.discardIfUnused();
    expect(existsSync(at('run'))).toBe(false);
    mkdirSync(at('mine'));
    RunFolder.create(at('mine')).discardIfUnused();
    expect(readdirSync(at('mine'))).toEqual([]);
  });

  it('leaves what has a log or a checkpoint, and what another process writes', () => {
    const logged = RunFolder.create(at('logged'));
    logged.appendMetrics(line(1));
    logged.discardIfUnused();
    expect(steps(logged)).toEqual([1]);
    const saved = RunFolder.create(at('saved'));
    writeFileSync(at('saved', 'checkpoints', 'step-00000001.safetensors'), '');
    saved.discardIfUnused();
    expect(existsSync(saved.latestCheckpoint())).toBe(true);
    const other = RunFolder.create(at('other'));
    other.unlock();
    other.discardIfUnused();
    expect(existsSync(other.samples)).toBe(true);
  });
});
