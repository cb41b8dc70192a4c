/** @file GOLD by the command line: rejection, columns, scores, report and suggestions, in a few steps on small data. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());

const train = async (data: string, method: string, out: string, ...more: string[]) => {
  const words = ['--steps', '24', '--batch', '8', '--set', 'units=8', '--set', 'latent=8', ...more];
  await place.json('train', data, '--method', method, '--components', '3', ...words, '--out', out);
};

const SIDE = 8;
const FILES = Array.from({ length: 14 }, (_, i) => `${i % 2 === 0 ? 'bars' : 'dots'}-${i}.png`);

beforeAll(async () => {
  mkdirSync(place.file('photos'));
  FILES.forEach((name, i) => {
    const samples = Array.from(
      { length: SIDE * SIDE },
      (_, at) => (at * (i % 2 === 0 ? 8 : 37) + 9 * i) % 256,
    );
    const png = encodePng({ width: SIDE, height: SIDE, colour: 0, depth: 8, samples });
    writeFileSync(place.file('photos', name), png);
  });
  const lines = Array.from({ length: 30 }, (_, i) => `p${i},${Math.sin(i)},${Math.cos(3 * i)},${i % 7}`);
  writeFileSync(place.file('table.csv'), `${['patient,a,b,c', ...lines].join('\n')}\n`);
  await train('digits', 'gmgan', 'digits', '--classes', '0,1,7');
  await train('photos', 'infogan', 'images');
  await train('table.csv', 'infogan', 'table', '--id', 'patient', '--set', 'critic=bce');
}, 120_000);

interface ClassMeans {
  readonly count: number;
  readonly marginal: number;
  readonly conditional: number;
  readonly value: number;
}

describe('a run whose critic gives a density ratio', () => {
  it('is sampled with rejection, of all groups and of one, and says what was kept', async () => {
    const kept = await place.json<{ candidates: number; densityRatio: boolean; reject: number }>(
      ...['sample', 'digits', '--reject', '0.5', '--count', '40', '--out', 'kept.npy'],
    );
    expect(kept).toMatchObject({ reject: 0.5, densityRatio: true });
    expect(kept.candidates).toBeGreaterThan(40);
    const { stdout, stderr } = await place.run(
      ...['sample', 'digits', '--reject', '0.8', '--group', '2', '--count', '5', '--out', 'kept.png'],
    );
    expect(stdout).toMatch(/^5 samples of group 2.* in kept\.png, kept of \d+ candidates \(\d+\.\d %\)\n$/);
    expect(stderr).toBe('');
  });

  it('has columns of GOLD of each row, whose balanced sum lies in the order of both', async () => {
    const { stdout } = await place.run('cluster', 'digits', '--gold', '--split', 'test');
    const [header, ...lines] = stdout.trim().split('\n');
    expect(header!.split(',').slice(-3)).toEqual(['gold_marginal', 'gold_conditional', 'gold']);
    const rows = lines.map((line) => line.split(',').slice(-3).map(Number));
    // One ratio of deviations for all: (gold - marginal) / conditional.
    const ratios = rows.map(([marginal, conditional, gold]) => (gold! - marginal!) / conditional!);
    for (const ratio of ratios) expect(Math.abs(ratio / ratios[0]! - 1)).toBeLessThan(0.1);
    for (const [, conditional] of rows) expect(conditional).toBeGreaterThan(0);
  });

  it('is scored by GOLD, all and group by group, only where that is asked for', async () => {
    const evaluated = await place.json<{
      metrics: Record<string, number>;
      gold: { densityRatio: boolean } & Record<'generated' | 'train' | 'test', ClassMeans[]>;
    }>('evaluate', 'digits', '--features', 'none', '--gold');
    const { metrics, gold } = evaluated;
    expect(Object.keys(metrics).filter((name) => name.startsWith('gold-'))).toEqual([
      'gold-generated-marginal5k-component-train',
      'gold-generated-conditional5k-component-train',
      'gold-real-marginal-assign-train',
      'gold-real-conditional-assign-train',
      'gold-real-marginal-assign-test',
      'gold-real-conditional-assign-test',
    ]);
    expect(gold.densityRatio).toBe(true);
    expect(gold.generated).toHaveLength(3);
    const rows = gold.train.filter(({ count }) => count > 0);
    const sum = rows.reduce((all, { count, marginal }) => all + count * marginal, 0);
    const count = rows.reduce((all, one) => all + one.count, 0);
    expect(sum / count).toBeCloseTo(metrics['gold-real-marginal-assign-train']!, 6);
    const saved = JSON.parse(readFileSync(place.file('digits', 'metrics.json'), 'utf8')) as typeof evaluated;
    expect(saved.gold).toEqual(gold);
    expect(saved.metrics).toEqual(metrics);
    // The report reads the names again.
    const { stdout } = await place.run('report', 'digits', '--gold', '--out', 'gold.html');
    expect(stdout).toContain('gold.html');
    const page = readFileSync(place.file('gold.html'), 'utf8');
    expect(page).toContain('Missed most by the model');
    expect(page).toContain('New, made too often');
    expect(page).toContain('gold-real-marginal-assign-train');
  });
});

describe('the rows to label next', () => {
  it('are files of a folder, without those that are labelled, and come back as labels', async () => {
    const { stdout, stderr } = await place.run('suggest', 'images', '--count', '5');
    expect(stderr).toMatch(/gives no density ratio/);
    const [header, ...lines] = stdout.trim().split('\n');
    expect(header).toBe('file,class');
    const names = lines.map((line) => line.slice(0, -1));
    expect(names).toHaveLength(5);
    expect(FILES).toEqual(expect.arrayContaining(names));
    writeFileSync(place.file('labels.csv'), stdout.replace(`${names[0]},`, `${names[0]},bar`));
    const next = await place.json<{ unlabelled: number; rows: { file: string; worth: number }[] }>(
      ...['suggest', 'images', '--count', '20', '--labels', 'labels.csv'],
    );
    expect(next.unlabelled).toBe(13);
    expect(next.rows.map(({ file }) => file).sort()).toEqual(
      FILES.filter((name) => name !== names[0]).sort(),
    );
    // The best come first, and the next best follow those that were suggested before.
    expect(next.rows.slice(0, 4).map(({ file }) => file)).toEqual(names.slice(1));
    const worth = next.rows.map((row) => row.worth);
    expect([...worth].sort((a, b) => b - a)).toEqual(worth);
  });

  it('are ids of a table, and places of data without names', async () => {
    const { stdout } = await place.run('suggest', 'table', '--count', '2');
    expect(stdout).toMatch(/^patient,class\np\d+,\np\d+,\n$/);
    await place.json('suggest', 'digits', '--count', '2', '--out', 'next.csv');
    expect(readFileSync(place.file('next.csv'), 'utf8')).toMatch(/^index,class\n\d+,\n\d+,\n$/);
  });
});

describe('a method that learns from labels', () => {
  const sizes = ['network=mlp', 'units=8', 'layers=1', 'noise=4'].flatMap((setting) => ['--set', setting]);
  const acgan = (out: string, ...more: string[]) => [
    ...['train', 'digits', '--classes', '0,1,7', '--method', 'acgan', '--batch', '8', ...sizes],
    ...['--steps', '6', '--out', out, ...more],
  ];

  it('is told of no row where it saw the labels of all', async () => {
    await place.json(...acgan('all'));
    expect(await place.run('suggest', 'all', '--count', '3')).toMatchObject({
      code: 1,
      stderr:
        'Every row of digits (0,1,7) has a label in the data, which training saw; there is none to suggest.\n',
    });
  });

  it('is told which rows to label besides those that it saw, and learns from these too', async () => {
    const first = await place.json<{ labels: { rows: number; of: number } }>(
      ...acgan('few', '--labels', '9'),
    );
    expect(first.labels.rows).toBe(9);
    const next = await place.json<{ unlabelled: number; densityRatio: boolean; rows: { index: number }[] }>(
      ...['suggest', 'few', '--count', '3'],
    );
    expect([next.unlabelled, next.densityRatio]).toEqual([first.labels.of - 9, true]);
    const labels = readFileSync(place.file('few', 'labels.csv'), 'utf8');
    const known = labels.split('\n').map((line) => line.split(',')[0]);
    expect(next.rows.some(({ index }) => known.includes(String(index)))).toBe(false);
    const answers = next.rows.map(({ index }) => `${index},1\n`).join('');
    // The answers alone: what the run saw is left out all the same.
    writeFileSync(place.file('answers.csv'), `index,class\n${answers}`);
    const later = await place.json<{ unlabelled: number }>(
      ...['suggest', 'few', '--count', '3', '--labels', 'answers.csv'],
    );
    expect(later.unlabelled).toBe(first.labels.of - 12);
    writeFileSync(place.file('more.csv'), `${labels}${answers}`);
    const second = await place.json<{ labels: { rows: number } }>(...acgan('more', '--labels', 'more.csv'));
    expect(second.labels.rows).toBe(12);
    const kept = await place.json<{ densityRatio: boolean }>(
      ...['sample', 'more', '--reject', '0.5', '--count', '6', '--out', 'classes.npy'],
    );
    expect(kept.densityRatio).toBe(true);
  }, 60_000);
});

describe('what cannot be', () => {
  beforeAll(async () => {
    await train('digits', 'wgan', 'none');
    writeFileSync(place.file('twice.csv'), 'patient,class\np1,sick\np1,well\n');
    writeFileSync(
      place.file('full.csv'),
      `patient,class\n${Array.from({ length: 30 }, (_, i) => `p${i},x`).join('\n')}\n`,
    );
  }, 60_000);

  it.each([
    [
      'sample digits --reject much --out x.npy',
      '--reject is much; give a number of at least 0 and below 1, such as 0.5.',
    ],
    [
      'evaluate none --features none --gold',
      'GOLD needs probabilities of classes or groups, and the method of this run gives none; use a run of one that does, such as infogan, or acgan with labels.',
    ],
    [
      'suggest table --labels twice.csv',
      'twice.csv, line 3 gives row p1 the label well, and line 2 gave it sick; keep one of them.',
    ],
    [
      'suggest table --labels full.csv',
      'Every row of table.csv has a label in full.csv; there is none to suggest.',
    ],
    ['suggest table --count 0', "--count is '0'; give a whole number of at least 1."],
  ])('%s: one sentence', async (command, sentence) => {
    const { code, stderr, stdout } = await place.run(...command.split(' '));
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).toBe(`${sentence}\n`);
  });
});
