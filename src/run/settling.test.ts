/** Runs whose groups are followed, and that end when these are calm. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunFolder } from './folder.js';
import { readCheckpoint } from './formats/checkpoint.js';
import type { RunEvent } from './recorder.js';
import { reportRun } from './report-again.js';
import { resumeRun } from './resume.js';
import { planRun, startRun } from './start.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'mixtura-settling-'));
const at = (name: string) => path.join(scratch, name);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const REQUEST = {
  ...{ data: { name: 'digits' }, steps: 30, batch: 32, seed: 3, threads: 1 },
  ...{ evaluateEvery: 5, checkpointEvery: 10, keepCheckpoints: 10 },
  settings: { units: 16, latent: 4 },
};
const file = (run: string, step: number) =>
  path.join(at(run), 'checkpoints', `step-${String(step).padStart(8, '0')}.safetensors`);
const movedOf = (run: string) =>
  RunFolder.open(at(run))
    .readMetrics()
    .map(({ step, sizes, moved }) => ({ step, sizes, moved }));

it.each([
  [
    'slogan',
    'SLOGAN moves no row to another group by its steps here, so calm groups would end the run before its generator has learned',
    { settings: { teacher: 'groups' } },
  ],
  ['scgan', 'Self-conditioned GAN moves no row', {}],
  ['wgan', 'WGAN assigns no data to groups, so nothing says whether they are calm', {}],
])('%s cannot end when groups are calm that no step moves', async (method, why, more) => {
  const planned = planRun(
    { method, data: { name: 'digits' }, untilCalm: true, ...more },
    { folder: at('refused') },
  );
  await expect(planned).rejects.toThrow(why);
  await expect(planned).rejects.toThrow(/; leave out --until-calm\.$/);
});

describe('the log of a run', () => {
  const evaluated: (number | undefined)[] = [];
  beforeAll(async () => {
    await startRun(REQUEST, {
      folder: at('whole'),
      onEvent: (event) => {
        if (event.kind === 'evaluated') evaluated.push(event.moved);
      },
    });
  }, 60_000);

  it('has the share of rows that moved since the line before', () => {
    const moved = movedOf('whole').map((line) => line.moved);
    expect(moved).toHaveLength(6);
    expect(moved[0]).toBeUndefined();
    for (const share of moved.slice(1)) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect((share! * 712) % 1).toBeCloseTo(0, 9);
    }
    expect(Math.max(...(moved.slice(1) as number[]))).toBeGreaterThan(0);
    expect(evaluated).toEqual(moved);
  });

  it('is the same where the run was interrupted at an evaluation, between two, and before the first', async () => {
    for (const stop of [3, 15, 17]) {
      const name = `stop-${stop}`;
      const abort = new AbortController();
      const onEvent = (event: RunEvent) => {
        if (event.kind === 'step' && event.event.step === stop) abort.abort();
      };
      await startRun(REQUEST, { folder: at(name), signal: abort.signal, onEvent });
      const { followed } = readCheckpoint(file(name, stop));
      expect([stop, followed?.length]).toEqual([stop, stop === 17 ? 712 : undefined]);
      await resumeRun(at(name));
      expect([stop, movedOf(name)]).toEqual([stop, movedOf('whole')]);
      expect(readFileSync(file(name, 30)).equals(readFileSync(file('whole', 30)))).toBe(true);
    }
  }, 60_000);

  it('says at the end whether groups have settled, as do the result and the report', async () => {
    const { movement, warnings } = await resumeRun(at('whole'));
    const [before, last] = movedOf('whole').slice(-2);
    expect(movement).toEqual({
      ...{ step: 30, since: 25, moved: last!.moved },
      sizeChange: Math.max(...last!.sizes.map((size, c) => Math.abs(size - before!.sizes[c]!))),
    });
    const told = warnings.filter((sentence) => sentence.startsWith('Not settled: between steps 25 and 30 '));
    expect(told).toHaveLength(movement!.moved > 0.02 || movement!.sizeChange > 0.01 ? 1 : 0);
    const page = readFileSync(path.join(at('whole'), 'report.html'), 'utf8');
    expect(page.includes('Not settled: between steps 25 and 30 ')).toBe(told.length === 1);
  }, 60_000);
});

/** Networks and a prior that stand still. */
const STILL = {
  ...REQUEST,
  steps: 60,
  settings: { ...REQUEST.settings, learningRate: 1e-12, priorRate: 0, relocate: 0 },
};

describe('a run that ends when its groups are calm', () => {
  const notes: string[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'note') notes.push(event.note);
  };
  beforeAll(async () => {
    await startRun(STILL, { folder: at('all') });
  }, 60_000);

  it('ends at the third calm evaluation, saved, with the same bits, and says what that means', async () => {
    const { step, finished } = await startRun({ ...STILL, untilCalm: true }, { folder: at('calm'), onEvent });
    expect([step, finished]).toEqual([20, true]);
    expect(notes).toEqual([
      'The groups are calm: at the last 3 evaluations fewer than 0.5 % of the rows moved, and no size by more than 0.5 points, so training ends at step 20 of 60; the learning rates have not decayed to their end.',
    ]);
    expect(readFileSync(file('calm', 20)).equals(readFileSync(file('all', 20)))).toBe(true);
    expect(RunFolder.open(at('calm')).readMetrics().at(-1)!.notes).toEqual(notes);
    const page = readFileSync(path.join(at('calm'), 'report.html'), 'utf8');
    expect([page.includes('The groups are calm'), page.includes('what is shown is not its end')]).toEqual([
      true,
      false,
    ]);
    expect(page).toContain('--until-calm');
  }, 60_000);

  it('does nothing more when it is gone on with, and says so', async () => {
    notes.length = 0;
    const { step, finished } = await resumeRun(at('calm'), {}, { onEvent });
    expect([step, finished]).toEqual([20, true]);
    expect(notes).toEqual([
      'The run ended at step 20 of 60, as its groups were calm, so nothing more is trained; to train on, go on with --set untilCalm=false --allow untilCalm.',
    ]);
    expect(movedOf('calm')).toEqual(movedOf('all').slice(0, 4));
    await reportRun(at('calm'));
    const page = readFileSync(path.join(at('calm'), 'report.html'), 'utf8');
    expect(page).not.toContain('what is shown is not its end');
  }, 60_000);

  it('goes on to its last step where that is asked for, as if it had not ended', async () => {
    const { step } = await resumeRun(at('calm'), { untilCalm: false }, { allow: ['untilCalm'] });
    expect(step).toBe(60);
    expect(movedOf('calm')).toEqual(movedOf('all'));
    expect(readFileSync(file('calm', 60)).equals(readFileSync(file('all', 60)))).toBe(true);
  }, 60_000);
});
