/** Starting, interrupting and resuming as a program does it. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestOfContent } from '../config/request.js';
import { namedScores } from '../metrics/metric.js';
import { RunFolder } from './folder.js';
import type { RunEvent } from './recorder.js';
import { resumeRun } from './resume.js';
import { startRun } from './start.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'mixtura-'));
const at = (name: string) => path.join(scratch, name);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const STEPS = 30;
const REQUEST = {
  data: { name: 'digits' },
  steps: STEPS,
  batch: 32,
  seed: 3,
  threads: 1,
  checkpointEvery: 10,
  settings: { units: 16, latent: 4 },
};
const bytesOf = (run: string) => readFileSync(path.join(at(run), 'checkpoints', 'step-00000030.safetensors'));

beforeAll(async () => {
  await startRun(REQUEST, { folder: at('whole') });
}, 60_000);

describe('a run that a program interrupts and resumes', () => {
  it('ends with the same bytes as one that was not interrupted', async () => {
    const abort = new AbortController();
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => {
      events.push(event);
      if (event.kind === 'step' && event.event.step === 17) abort.abort();
    };
    const first = await startRun(REQUEST, { folder: at('parts'), signal: abort.signal, onEvent });
    expect([first.step, first.finished]).toEqual([17, false]);
    expect(first.files.checkpoint).toMatch(/step-00000017\.safetensors$/);
    expect(events[0]).toMatchObject({ kind: 'started', folder: at('parts'), from: 0, run: { steps: STEPS } });
    expect(events.at(-1)).toEqual({ kind: 'interrupted', step: 17 });

    const second = await resumeRun(at('parts'), {}, { onEvent });
    expect([second.step, second.finished]).toEqual([STEPS, true]);
    expect(events.find((event) => event.kind === 'started' && event.from === 17)).toBeDefined();
    expect(bytesOf('parts').equals(bytesOf('whole'))).toBe(true);
    expect(readdirSync(at('parts'))).not.toContain('.lock');
  });

  it('has the time of a step where no more are to be done', async () => {
    const { msPerStep } = await resumeRun(at('whole'));
    expect(msPerStep).toBe(RunFolder.open(at('whole')).readMetrics().at(-1)!.msPerStep);
    expect(msPerStep).toBeGreaterThan(0);
  });

  it('gives the groups, their sizes, and the files that it left', async () => {
    const { groups, files, folder, run, evaluation } = await resumeRun(at('whole'));
    expect(groups).toEqual(evaluation.groups);
    expect(groups.reduce((sum, { size }) => sum + size, 0)).toBeCloseTo(1, 12);
    expect([folder, run.seed]).toEqual([at('whole'), 3]);
    expect(files).toEqual({
      report: path.join(at('whole'), 'report.html'),
      samples: path.join(at('whole'), 'samples.png'),
      checkpoint: path.join(at('whole'), 'checkpoints', 'step-00000030.safetensors'),
    });
    for (const file of Object.values(files)) expect(existsSync(file)).toBe(true);
    const saved = JSON.parse(readFileSync(path.join(at('whole'), 'metrics.json'), 'utf8'));
    const metrics = namedScores(evaluation.scores);
    const { reliability } = evaluation;
    expect(reliability!.train!.accuracy).toBeCloseTo(metrics['acc-assign-train']!, 12);
    expect(saved).toEqual({ step: STEPS, metrics, published: {}, notes: [], reliability });
  });
});

describe('a change on resuming', () => {
  it('is refused unless it is allowed by name, and is then written into the folder', async () => {
    const more = { steps: 32 };
    await expect(resumeRun(at('whole'), more)).rejects.toThrow('steps: the run has 30, you asked for 32');
    await expect(resumeRun(at('whole'), more, { allow: ['stesp'] })).rejects.toThrow(
      "There is no setting 'stesp' to --allow (did you mean steps?); give names of settings, such as steps,lambda.",
    );
    await expect(resumeRun(at('whole'), { steps: 7 }, { allow: ['steps'] })).rejects.toThrow(
      `The run ${at('whole')} has 30 steps behind it; give --steps 30 or more.`,
    );
    expect(RunFolder.open(at('whole')).readConfig().steps).toBe(30);
    const { step } = await resumeRun(at('whole'), more, { allow: ['steps'] });
    expect(step).toBe(32);
    expect(RunFolder.open(at('whole')).readConfig().steps).toBe(32);
  });

  it('that the method refuses, or that changes the networks, leaves the run as it was', async () => {
    const before = readFileSync(path.join(at('whole'), 'config.json'), 'utf8');
    const change = (settings: Record<string, unknown>) =>
      resumeRun(at('whole'), { settings }, { allow: Object.keys(settings) });
    await expect(change({ generatorBatch: 3, relocate: 5 })).rejects.toThrow('generatorBatch is the batch');
    await expect(change({ units: 7 })).rejects.toThrow(
      /^The checkpoint does not fit this model: tensor generator\/0-dense\/weight should have shape/,
    );
    expect(readFileSync(path.join(at('whole'), 'config.json'), 'utf8')).toBe(before);
    expect((await resumeRun(at('whole'))).step).toBeGreaterThanOrEqual(30);
  });

  it('of the schedule is told and recorded', async () => {
    const notes: string[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.kind === 'note') notes.push(event.note);
    };
    await resumeRun(at('whole'), { steps: 33, horizon: 40 }, { allow: ['steps', 'horizon'], onEvent });
    const sentence =
      'From step 33 on the schedule ends at step 40, until then at 30: this is not what a run with that schedule from its start would be.';
    expect(notes).toContain(sentence);
    expect(RunFolder.open(at('whole')).readMetrics().at(-1)!.notes).toContain(sentence);
    expect(RunFolder.open(at('whole')).readConfig().changes).toEqual([sentence]);
  });

  it('of other settings is told, kept, and in the report, which no longer promises the same by the command', async () => {
    await startRun({ ...REQUEST, steps: 3, checkpointEvery: 3 }, { folder: at('changed') });
    const changes = { steps: 5, seed: 5, settings: { lambda: 1 } };
    const allow = ['steps', 'seed', 'lambda'];
    const changed = await resumeRun(at('changed'), changes, { allow });
    const was = RunFolder.open(at('whole')).readConfig().settings.lambda;
    const sentence = `From step 4 on (until then): seed 5 (3), lambda 1 (${was}).`;
    expect(changed.run.changes).toEqual([sentence]);
    expect(readFileSync(path.join(at('changed'), 'report.html'), 'utf8')).toContain(
      `this run was changed on its way, so the command alone does not make it again. ${sentence}`,
    );
    // The folder is read again, as is the file of its settings for a new run.
    expect((await resumeRun(at('changed'))).step).toBe(5);
    const again = requestOfContent(RunFolder.open(at('changed')).readConfig(), 'config');
    expect(again).toMatchObject({ seed: 5, steps: 5 });
    expect(again).not.toHaveProperty('changes');
  });

  it('from which nothing would follow is refused, but for where the data lie', async () => {
    const moved = at('rows.csv');
    writeFileSync(
      at('before.csv'),
      Array.from({ length: 40 }, (_, i) => `${i % 7},${(3 * i) % 11}\n`).join(''),
    );
    const table = { ...REQUEST, data: { name: at('before.csv') }, preset: 'robust', components: 2, steps: 2 };
    await startRun(table, { folder: at('table') });
    renameSync(at('before.csv'), moved);
    await resumeRun(at('table'), { data: { name: moved } }, { allow: ['name'] });
    const { data, changes } = RunFolder.open(at('table')).readConfig();
    expect([data.name, changes]).toEqual([moved, undefined]);
    const { settings } = RunFolder.open(at('changed')).readConfig();
    await expect(resumeRun(at('changed'), { seed: 6 }, { allow: ['seed'] })).rejects.toThrow(
      /has made all of its 5 steps, so another seed would change nothing; give more --steps, or leave that out\.$/,
    );
    expect(RunFolder.open(at('changed')).readConfig()).toMatchObject({ seed: 5, settings });
  });

  it('is not made while another owner holds the folder', async () => {
    const other = RunFolder.open(at('whole'));
    other.lock();
    try {
      await expect(resumeRun(at('whole'))).rejects.toThrow('is writing the run');
    } finally {
      other.unlock();
    }
  });
});

describe('a run that diverges', () => {
  it('says from which checkpoint to go on, with the rate that its method declares lowered', async () => {
    // The first step leaves a generator of finite weights, the second multiplies them with each other.
    const settings = { network: 'mlp-plain', units: 8, latent: 4, learningRate: 1e30, criticRate: 1e-33 };
    const request = { ...REQUEST, data: { name: 'ring' }, method: 'wgan', settings, checkpointEvery: 1 };
    await expect(startRun(request, { folder: at('diverged') })).rejects.toThrow(
      /^Training stopped at step 2: .* go on from it with --resume .*diverged --set learningRate=5e\+29 --allow learningRate\.$/,
    );
    expect(readdirSync(at('diverged'))).not.toContain('.lock');
  });
});

describe('a run that fails at its start', () => {
  it('leaves no folder, and a folder that holds something as it was', async () => {
    await expect(startRun(REQUEST, { folder: at('whole') })).rejects.toThrow('exists and is not empty');
    const settings = { ...REQUEST.settings, network: 'dcgan' };
    await expect(startRun({ ...REQUEST, settings }, { folder: at('never') })).rejects.toThrow();
    expect(existsSync(at('never'))).toBe(false);
    expect(existsSync(path.join(at('whole'), 'config.json'))).toBe(true);
  });
});
