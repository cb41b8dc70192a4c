/** @file One run, several processes: containers that share a folder, holders that are killed, stopped and go on. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, type Running, Scratch } from './support/cli.js';

const place = new Scratch();
const running: Running[] = [];
afterAll(() => {
  for (const { process } of running) process.kill('SIGKILL');
  place.remove();
});

const TRAIN = [
  'train',
  'digits',
  '--batch',
  '32',
  '--set',
  'units=16',
  '--set',
  'latent=4',
  '--threads',
  '1',
];
const LONG = [...TRAIN, '--steps', '1000000', '--set', 'checkpointEvery=20', '--set', 'evaluateEvery=20'];
const namespace = ['-r', '-p', '-f', '--kill-child', '--mount-proc'];
const canUnshare = spawnSync('unshare', [...namespace, 'true']).status === 0;

function start(...args: readonly string[]): Running {
  const one = place.start(...args);
  running.push(one);
  return one;
}
/** Runs the command line as process 1 of a namespace of its own, as in a container. */
function contained(...args: readonly string[]): Running {
  const one = place.launch('unshare', [...namespace, process.execPath, MAIN, ...args]);
  running.push(one);
  return one;
}
const lockOf = (run: string) => place.file(run, '.lock');
const holderOf = (run: string) =>
  JSON.parse(readFileSync(lockOf(run), 'utf8')) as { id: string; pid: number };
const loggedSteps = (run: string) =>
  readFileSync(place.file(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { step: number }).step);
function renewedSecondsAgo(run: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds;
  utimesSync(lockOf(run), time, time);
}

describe.skipIf(process.platform !== 'linux')('a run that another process writes', () => {
  it('and that is stopped is taken over; the first one notices, stops and harms nothing', async () => {
    const first = start(...LONG, '--out', 'stopped');
    await place.untilStep('stopped', 20);
    first.process.kill('SIGSTOP');
    const { id } = holderOf('stopped');
    const early = await place.run('train', '--resume', 'stopped');
    expect([early.code, early.stderr.split('\n').at(-2)]).toEqual([
      1,
      `Process ${first.process.pid} is writing the run stopped and holds its lock stopped/.lock; wait for it, or stop it and try again.`,
    ]);
    renewedSecondsAgo('stopped', 61);
    const second = start('train', '--resume', 'stopped');
    const from = place.checkpoints('stopped').at(-1)!;
    await place.untilStep('stopped', from + 20);
    expect(holderOf('stopped').id).not.toBe(id);

    second.process.kill('SIGSTOP');
    await delay(100);
    const before = place.listing();
    const log = readFileSync(place.file('stopped', 'metrics.jsonl'), 'utf8');
    first.process.kill('SIGCONT');
    const { code, stderr, stdout } = await first.finished;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      new RegExp(
        `^Process ${second.process.pid} of .* has taken over the run stopped \\(lock file stopped/.lock\\) while this process stood still; this process has stopped and written nothing since\\.$`,
      ),
    );
    expect(place.listing()).toEqual(before);
    expect(readFileSync(place.file('stopped', 'metrics.jsonl'), 'utf8')).toBe(log);
    expect(holderOf('stopped').pid).toBe(second.process.pid);

    second.process.kill('SIGCONT');
    await place.untilStep('stopped', from + 60);
    second.process.kill('SIGINT');
    expect((await second.finished).code).toBe(130);
    const steps = loggedSteps('stopped');
    expect(steps).toEqual(steps.map((_, i) => 20 * (i + 1)));
    expect(existsSync(lockOf('stopped'))).toBe(false);
  });

  it('and that was killed is taken over at once', async () => {
    const first = start(...LONG, '--out', 'killed');
    await place.untilStep('killed', 20);
    first.process.kill('SIGKILL');
    await first.finished;
    expect(holderOf('killed').pid).toBe(first.process.pid);
    const second = start('train', '--resume', 'killed');
    await place.untilStep('killed', place.checkpoints('killed').at(-1)! + 20);
    second.process.kill('SIGTERM');
    expect((await second.finished).code).toBe(130);
    expect(readdirSync(place.file('killed')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('whose lock is deleted stops, and says that', async () => {
    const first = start(...LONG, '--out', 'deleted');
    await place.untilStep('deleted', 20);
    spawnSync('rm', [lockOf('deleted')]);
    const { code, stderr } = await first.finished;
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^The lock file deleted\/\.lock is gone, .*stopped.*\.$/,
    );
  });

  it('is saved and given back when its terminal is closed', async () => {
    const first = start(...LONG, '--out', 'hangup');
    await place.untilStep('hangup', 20);
    first.process.kill('SIGHUP');
    await delay(5);
    first.process.kill('SIGHUP');
    const { code, stderr } = await first.finished;
    expect(code).toBe(130);
    const step = Number(/Stopped after step (\d+); everything is saved/.exec(stderr)![1]);
    expect(place.checkpoints('hangup').at(-1)).toBe(step);
    expect(existsSync(lockOf('hangup'))).toBe(false);
  });
});

describe.skipIf(!canUnshare)(
  'two containers that share a folder, in both of which the process is number 1',
  () => {
    it('do not write one run at a time; the second takes over when the first is gone', async () => {
      const first = contained(...LONG, '--out', 'shared');
      await place.untilStep('shared', 20);
      expect(holderOf('shared').pid).toBe(1);
      for (const second of [contained('train', '--resume', 'shared'), start('train', '--resume', 'shared')]) {
        const { code, stderr } = await second.finished;
        expect(code).toBe(1);
        expect(stderr.trim().split('\n').at(-1)).toMatch(
          /^Process 1 of .* \(another machine or container\) is writing the run shared: it renewed the lock shared\/\.lock \d+ s ago; wait for it, or stop it, and try again 60 s after its last sign of life\.$/,
        );
      }
      first.process.kill('SIGKILL');
      await first.finished;
      renewedSecondsAgo('shared', 61);
      const third = contained('train', '--resume', 'shared', '--steps', '100', '--allow', 'steps');
      await third.finished;
      // Steps beyond 100 may have been done; either way the run was taken, and the lock given back.
      expect(existsSync(lockOf('shared'))).toBe(false);
      const steps = loggedSteps('shared');
      expect(steps).toEqual(steps.map((_, i) => 20 * (i + 1)));
    });

    it('understand a bare number, of a process that cannot be seen and of one that does not train', async () => {
      const run = start(...TRAIN, '--steps', '20', '--out', 'old');
      expect((await run.finished).code).toBe(0);
      const outside = String(process.pid);
      writeFileSync(lockOf('old'), outside);
      const hidden = await contained('train', '--resume', 'old', '--steps', '21', '--allow', 'steps')
        .finished;
      expect([hidden.code, hidden.stderr.trim().split('\n').at(-1)]).toEqual([
        1,
        `Process ${outside} is writing the run old by its lock old/.lock; wait for it, or stop it, or delete that file if no such process trains.`,
      ]);
      expect(readFileSync(lockOf('old'), 'utf8')).toBe(outside);
    });
  },
);
