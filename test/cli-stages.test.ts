/** @file The command line where a run looks for groups first: stopped and killed in each stage, and gone on with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, Scratch } from './support/cli.js';
import { stagedRows, writeImages, writeRows } from './support/staged-data.js';

const place = new Scratch();
const running: Running[] = [];
afterAll(() => {
  for (const { process } of running) process.kill('SIGKILL');
  place.remove();
});

const set = (settings: Readonly<Record<string, string | number>>) =>
  Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
const SMALL = { units: 16, latent: 4, relocate: 0, teacher: 'groups', studentSteps: 300 };
const COMMON = ['--preset', 'robust', '--steps', '10', '--batch', '16', '--threads', '1'];
const TABLE = ['train', 'table.npy', ...COMMON, ...set(SMALL)];
const IMAGES = [
  ...['train', 'images.npy', ...COMMON],
  ...set({ ...SMALL, transformations: 'digits', pretextSteps: 200, studentSteps: 3 }),
];

const names = (...parts: string[]) => {
  const folder = place.file(...parts);
  return existsSync(folder) ? readdirSync(folder) : [];
};
const files = (run: string): Record<string, Buffer> =>
  Object.fromEntries(
    readdirSync(place.file(run), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.safetensors'))
      .sort()
      .map((name) => [name, readFileSync(place.file(run, name))]),
  );

/** Starts a run and sends it a signal once something is there. */
async function ended(signal: NodeJS.Signals, run: string, args: readonly string[], there: () => boolean) {
  const one = place.start(...args, '--out', run);
  running.push(one);
  while (!there() && one.process.exitCode === null) await delay(1);
  one.process.kill(signal);
  return one.finished;
}
const pretextBegun = (run: string) => () => names(run, 'stages').includes('pretext');
const searchBegun = (run: string) => () => names(run, 'stages').length > 0;
const studentSaved = (run: string) => () =>
  names(run, 'stages', 'student').includes('step-00000250.safetensors');

beforeAll(async () => {
  writeRows(place.file('table.npy'), stagedRows());
  writeImages(place.file('images.npy'), 40);
  const whole = await Promise.all([
    place.run(...TABLE, '--out', 'table'),
    place.run(...IMAGES, '--out', 'images'),
  ]);
  for (const { code, stderr } of whole) expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
}, 180_000);

describe('a run that looks for groups first', () => {
  it('and is asked to stop exits with 130, says how to go on, and keeps its folder', async () => {
    const { code, stdout, stderr } = await ended('SIGINT', 'stopped', IMAGES, pretextBegun('stopped'));
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^Interrupted while learning what transformations leave \(digits\) \(\d+ of 200 steps\); what was done before is saved: go on with mixtura train --resume stopped\.$/,
    );
    expect(existsSync(place.file('stopped', 'config.json'))).toBe(true);
    expect(existsSync(place.file('stopped', '.lock'))).toBe(false);
  });

  it.each([
    ['search', TABLE, searchBegun, 'table'],
    ['student', TABLE, studentSaved, 'table'],
    ['pretext', IMAGES, pretextBegun, 'images'],
  ] as const)('and is killed in its %s goes on to the same bits', async (name, args, there, whole) => {
    const run = `killed in ${name}`;
    const { signal } = await ended('SIGKILL', run, args, there(run));
    expect(signal).toBe('SIGKILL');
    expect(names(run, 'checkpoints')).toEqual([]);
    const { code, stderr } = await place.run('train', '--resume', run);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(files(run)).toEqual(files(whole));
  });

  it('finds their number where it is asked to, and says so in config.json', async () => {
    const found = await place.run(...TABLE, '--components', 'auto', '--out', 'auto');
    expect(found.code).toBe(0);
    expect(found.stderr).toMatch(/^Groups found without labels: 3 \(50\.0 %, 33\.3 %, 16\.7 %\) by /m);
    const config = JSON.parse(readFileSync(place.file('auto', 'config.json'), 'utf8'));
    expect([config.components, config.auto]).toEqual([3, true]);
  });

  it('says how many of the data stay in the groups that were found', async () => {
    const scored = await place.run('evaluate', 'table', '--features', 'none', '--json');
    expect(scored.code).toBe(0);
    expect(JSON.parse(scored.stdout).metrics['taught-assign-train']).toBe(1);
    // A teacher by chance cannot be followed.
    const chance = await place.run(...TABLE, '--set', 'teacher=random', '--out', 'chance');
    expect(chance.stdout).toMatch(/ {2}\d\d\.\d % of the data stay in the group that was found before/);
    // After ten steps samples are nobody's.
    expect(chance.stdout).toMatch(/New samples of some groups are not theirs; .*: group \d \(\d+ %\)/);
    expect(chance.stdout).toMatch(/The model gives \d\d\.\d % of the rows to other groups than those that/);
  });

  it('shows what its transformations make of the images', () => {
    const page = (run: string) => readFileSync(place.file(run, 'report.html'), 'utf8');
    const shown = 'What the encoder took for the same image (transformations: digits)';
    expect([page('images').includes(shown), page('table').includes(shown)]).toEqual([true, false]);
  });

  it('takes what an earlier run has learned, says so, and ends with the same bits', async () => {
    const reuse = { MIXTURA_REUSE: '1' };
    const first = await place.runWith(reuse, ...TABLE, '--out', 'first');
    const second = await place.runWith(reuse, ...TABLE, '--out', 'second');
    expect([first.code, second.code]).toEqual([0, 0]);
    const taken = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('Not done again'));
    expect(taken(first.stderr)).toEqual([]);
    expect(taken(second.stderr)).toEqual(
      ['looking for groups', 'learning the groups that were found'].map(
        (what) =>
          `Not done again, but taken from an earlier run of the same data, settings and seed: ${what} (MIXTURA_REUSE=0 does it anew).`,
      ),
    );
    expect(files('second')).toEqual(files('table'));
  });

  it('refuses transformations of a table in one sentence', async () => {
    const { code, stderr } = await place.run(...TABLE, '--set', 'transformations=digits');
    expect([code, stderr]).toEqual([
      2,
      'Transformations (digits) are for images, and these data are none; leave out --set transformations.\n',
    ]);
    expect(existsSync(place.file('runs'))).toBe(false);
  });
});
