/** @file AC-GAN from end to end, with labels for some rows: kept, told, resumed; and labels that do not suit. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRequest } from '../src/config/resolve.js';
import { prepareRun } from '../src/run/prepare.js';
import { resumeRun } from '../src/run/resume.js';
import { startRun } from '../src/run/start.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const STEPS = 10;
const SETTINGS = { units: 8, layers: 1, noise: 3 };
const few: RunRequest = {
  ...{ method: 'acgan', data: { name: 'digits' }, labels: '12', steps: STEPS, batch: 16, seed: 2 },
  settings: { ...SETTINGS, reweight: 'gold' },
};
const bytes = ({ files }: { readonly files: { readonly checkpoint: string } }) =>
  readFileSync(files.checkpoint);
const logOf = (run: string) =>
  readFileSync(place.file(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { seconds: _, msPerStep: __, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return rest;
    });
const SENTENCE = 'Training sees the labels of 12 of 712 rows, drawn of each class alike with seed 0.';

/** A table whose third column has a class for every third row, and whose fourth for all but one. */
const ROWS = 30;
const table = Array.from({ length: ROWS }, (_, i) => {
  const high = i % 2 === 1;
  return [
    (high ? 5 : 0) + (i % 7) / 10,
    (i % 5) / 3,
    i % 3 === 0 ? (high ? 'high' : 'low') : '',
    high ? 'h' : i === 0 ? 'alone' : 'l',
    `row ${i}`,
  ].join();
});

beforeAll(() => {
  writeFileSync(place.file('table.csv'), `u,v,known,kind,name\n${table.join('\n')}\n`);
  writeFileSync(place.file('answers.csv'), 'index,label\n0,6\n5,2\n');
});

describe('a run with labels of some rows', () => {
  beforeAll(() => startRun(few, { folder: place.file('whole') }), 60_000);

  it('keeps the labels that it sees, and tells of them', async () => {
    const lines = readFileSync(place.file('whole', 'labels.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('index,class');
    const classes = lines.slice(1).map((line) => line.split(',')[1]);
    expect([...classes].sort()).toEqual(['0', '0', '0', '2', '2', '2', '6', '6', '6', '7', '7', '7']);
    expect(logOf('whole')[0]).toMatchObject({ notes: [SENTENCE] });
    expect(readFileSync(place.file('whole', 'report.html'), 'utf8')).toContain(SENTENCE);
    const config = JSON.parse(readFileSync(place.file('whole', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ method: 'acgan', labels: '12', components: 4 });
  });

  it('goes on with the same bytes, before its first checkpoint and after it, without drawing again', async () => {
    const request = { ...few, checkpointEvery: 4, evaluateEvery: 5 };
    const whole = await startRun(request, { folder: place.file('again') });
    for (const at of [1, 7]) {
      const folder = place.file(`stopped-${at}`);
      const stop = new AbortController();
      await startRun(request, {
        folder,
        signal: stop.signal,
        onEvent: (event) => event.kind === 'step' && event.event.step === at && stop.abort(),
      });
      if (at === 1) rmSync(place.file(`stopped-${at}`, 'checkpoints'), { recursive: true });
      const resumed = await resumeRun(folder);
      expect(bytes(resumed).equals(bytes(whole))).toBe(true);
      expect(logOf(`stopped-${at}`)).toEqual(logOf('again'));
    }
  }, 120_000);

  it('does not go on without them', async () => {
    const other = place.file('lost');
    await startRun({ ...few, steps: 2 }, { folder: other });
    rmSync(place.file('lost', 'labels.csv'));
    await expect(resumeRun(other, { steps: 4 }, { allow: ['steps'] })).rejects.toThrow(
      `The run ${other} has lost labels.csv, the labels that its training sees; restore it, or train again.`,
    );
    await expect(resumeRun(place.file('whole'), { labels: '20' })).rejects.toThrow(
      'labels: the run has "12", you asked for "20"',
    );
    await expect(resumeRun(place.file('whole'), { labels: '20' }, { allow: ['labels'] })).rejects.toThrow(
      'A run learns from the labels that it began with, so labels cannot change; leave that out, or train a new run.',
    );
  }, 60_000);

  it('does not go on with others than those that it began with', async () => {
    const folder = place.file('edited');
    await startRun({ ...few, steps: 2 }, { folder });
    const file = place.file('edited', 'labels.csv');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    // The last row loses its label; its class keeps others.
    writeFileSync(file, `${lines.slice(0, -1).join('\n')}\n`);
    const change = resumeRun(folder, { steps: 4 }, { allow: ['steps'] });
    await expect(change).rejects.toThrow(
      `The labels in ${file} have changed since the run began; put the old ones back, or train a new run with a copy of them by --labels FILE.`,
    );
    // The same labels in another order are the same.
    writeFileSync(file, `${[lines[0], ...lines.slice(1).reverse()].join('\n')}\n`);
    expect((await resumeRun(folder, { steps: 4 }, { allow: ['steps'] })).step).toBe(4);
  }, 60_000);

  it('has the bits of the base until the weights begin, and others from then on', async () => {
    const steps = (more: object) =>
      startRun({ ...few, ...more, steps: STEPS }, { folder: place.file(`w-${++n}`) });
    let n = 0;
    const base = await steps({ settings: SETTINGS });
    const late = await steps({ settings: { ...SETTINGS, reweight: 'gold', reweightFrom: 1 } });
    expect(bytes(late).equals(bytes(base))).toBe(true);
    const weighed = await steps({ settings: { ...SETTINGS, reweight: 'gold' } });
    expect(bytes(weighed).equals(bytes(base))).toBe(false);
  }, 60_000);

  it('is sampled, assigns data, is scored, and exported by the command line', async () => {
    const train = ['train', 'digits', '--method', 'acgan', '--labels', '2%', '--steps', '6', '--batch', '16'];
    const sizes = Object.entries(SETTINGS).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const random = ['--set', 'labelDraw=random', '--set', 'labelSeed=3'];
    const result = await place.json<{ labels: object }>(...train, ...sizes, ...random, '--out', 'cli');
    expect(result.labels).toEqual({ rows: 14, of: 712 });
    await place.json('sample', 'cli', '--group', '2', '--count', '5', '--out', 'cli.npy');
    await place.json('cluster', 'cli', '--out', 'cli.csv');
    const { metrics } = await place.json<{ metrics: Record<string, number> }>('evaluate', 'cli');
    expect(metrics['nmi-assign-train']).toBeGreaterThanOrEqual(0);
    expect(metrics['nmi-kmeans-critic-train']).toBeGreaterThanOrEqual(0);
    await place.json('export', 'cli', '--out', 'cli-onnx');
    const report = readFileSync(place.file('cli', 'report.html'), 'utf8');
    expect(report).toContain('--labels 2% --set labelDraw=random --set labelSeed=3');
  }, 120_000);
});

describe('the labels', () => {
  const onTable = (labels: string | undefined, more: object = {}): RunRequest => ({
    ...{ method: 'acgan', steps: 4, batch: 8, settings: SETTINGS },
    ...(labels !== undefined && { labels }),
    data: { name: place.file('table.csv'), drop: 'kind', id: 'name', ...more },
  });

  it('may be a column with gaps, which is no measurement; the model has its classes', async () => {
    const { run, dataset, labels } = await prepareRun(onTable('known'));
    expect(dataset.columns).toEqual(['u', 'v']);
    expect(run).toMatchObject({ components: 2, data: { keep: 'known' }, labels: 'known' });
    expect(labels).toMatchObject({ labelled: 10, classNames: ['high', 'low'] });
    const { labels: told } = await startRun(onTable('known'), { folder: place.file('column') });
    expect(told).toEqual({ rows: 10, of: ROWS });
    await resumeRun(place.file('column'), { steps: 6 }, { allow: ['steps'] });
  }, 60_000);

  it('names the groups by the classes that training was told, also where the data have none or others', async () => {
    writeFileSync(place.file('told.csv'), 'index,label\n0,south\n1,north\n2,south\n3,north\n');
    const data = { name: place.file('table.csv') };
    const common = { data, steps: 2, batch: 16, settings: {} };
    const [bare, fewer] = [
      await startRun(
        { ...common, method: 'acgan', labels: place.file('told.csv') },
        { folder: place.file('bare') },
      ),
      await startRun(
        { ...common, method: 'gmgan-supervised', labels: place.file('told.csv'), components: 3 },
        { folder: place.file('three') },
      ),
    ];
    const nameOf = (result: typeof bare) =>
      Object.fromEntries(result.groups.map(({ component }, at) => [component, result.names[at]]));
    expect(nameOf(bare)).toEqual({ 0: 'north', 1: 'south' });
    expect(nameOf(fewer)).toEqual({ 0: 'north', 1: 'south', 2: 'north' });
    const report = readFileSync(place.file('bare', 'report.html'), 'utf8');
    expect(report).toContain('was told classes, and learned to generate 2 groups of them from 30 samples');
    expect(report).not.toMatch(/training has no access|training never saw/);
  });

  it('may be a file of names, whose path is kept', async () => {
    writeFileSync(place.file('names.csv'), 'name,label\nrow 3,up\nrow 4,down\n');
    const notices: string[] = [];
    const prepared = await prepareRun(onTable(place.file('names.csv'), { drop: 'kind,known' }), {
      onNotice: (notice) => notices.push(notice),
    });
    expect(prepared.labels!.labels.slice(0, 6)).toEqual(Int32Array.of(-1, -1, -1, 1, 0, -1));
    expect(prepared.run.labels).toBe(place.file('names.csv'));
    expect(notices.at(-1)).toMatch(/^Classes down, up have one labelled row each/);
  });

  it('are of all rows where none are asked for, and a class of one is told', async () => {
    const notices: string[] = [];
    const { labels } = await prepareRun(onTable(undefined, { label: 'kind', drop: 'known' }), {
      onNotice: (notice) => notices.push(notice),
    });
    expect(labels).toMatchObject({ labelled: ROWS, classNames: ['alone', 'h', 'l'] });
    expect(notices).toContain(
      'Class alone has one labelled row, so what is generated of it rests on that alone; label more.',
    );
  });

  it('reach no method that learns without, whose groups are counted as ever', async () => {
    const { labels, run } = await prepareRun({ method: 'infogan', data: { name: 'digits' } });
    expect(labels).toBeUndefined();
    expect(run.components).toBe(4);
  });

  const refusals: [what: string, request: () => RunRequest, sentence: string | RegExp][] = [
    [
      'of a method that learns without',
      () => ({ ...few, method: 'infogan', settings: {} }),
      'InfoGAN learns without labels; leave out --labels, or use a method that learns from them, such as acgan.',
    ],
    [
      'that the data lack',
      () => onTable(undefined, { drop: 'kind,known' }),
      /^AC-GAN learns from labels, but .*table\.csv has none; name those of a table by --label, give train some by --labels, or use another method\.$/,
    ],
    [
      'of a column that is not there',
      () => onTable('knwon'),
      /table\.csv has no column knwon \(did you mean known\?\): its columns are u, v, known, kind, name\.$/,
    ],
    [
      'of a column of data without columns',
      () => ({ ...few, labels: 'known' }),
      "--labels is 'known'; give all, a share of the rows such as 1%, a number of rows such as 50, a CSV file of rows and classes (several: A.csv,B.csv), or a column of the table.",
    ],
    ['of a file that is not there', () => ({ ...few, labels: place.file('gone.csv') }), /gone\.csv/],
    [
      'of two classes of four',
      () => ({ ...few, labels: place.file('answers.csv') }),
      /^Of the 2 labelled rows of digits .* classes .* have none \(from answers\.csv\); label one of each class, or choose classes by --classes\.$/,
    ],
  ];
  it.each(refusals)('%s are refused in one sentence', async (_, request, sentence) => {
    await expect(prepareRun(request())).rejects.toThrow(sentence);
  });

  it('and another number of groups are refused in one sentence, and leave no run', async () => {
    const folder = place.file('seven');
    await expect(startRun({ ...few, components: 7 }, { folder })).rejects.toThrow(
      'The labels are of 4 classes, and the model of 7; leave out --components.',
    );
    expect(place.listing()).not.toContain('seven');
  });
});
