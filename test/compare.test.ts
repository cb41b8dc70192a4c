/** @file `mixtura compare` from the command line: planned, killed and gone on with, failing in a cell, refused. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ComparisonTable } from '../src/report/comparison/page-data.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

type ComparedJson = ComparisonTable & { readonly folder: string; readonly finished: boolean };

const METHODS = ['wgan', 'infogan', 'clustergan'];
const SHORT = ['--steps', '60', '--batch', '16', '--threads', '1', '--set', 'checkpointEvery=5', '--quiet'];
const DIGITS = ['compare', 'digits', '--methods', METHODS.join(','), '--without', 'model', ...SHORT];
const last = (folder: string, cell: string) =>
  place.file(folder, 'runs', cell, 'checkpoints', 'step-00000060.safetensors');
const bytes = (folder: string, cell: string) => readFileSync(last(folder, cell)).toString('base64');
const cells = METHODS.map((name) => `${name}-seed-3`);

describe('a comparison', () => {
  it('trains a run of each, and leaves the table as text, JSON, CSV and a page', async () => {
    const { code, stdout } = await place.run(...DIGITS, '--seeds', '3', '--out', 'whole', '--json');
    const table = JSON.parse(stdout) as ComparedJson;
    expect([code, table.finished, table.cells]).toEqual([0, true, { done: 3, failed: 0, left: 0 }]);
    expect(table.rows.map(({ name, kind, groups }) => [name, kind, groups])).toEqual([
      ['wgan', 'method', 'k-means of the critic'],
      ['infogan', 'method', 'own groups'],
      ['clustergan', 'method', 'own groups'],
      ['k-means', 'baseline', 'own groups'],
      ['PCA + Gaussian mixture', 'baseline', 'own groups'],
      ['spectral clustering', 'baseline', 'own groups'],
    ]);
    expect(table.columns.map(({ key }) => key)).toEqual(['nmi', 'nmiKmeans', 'ari', 'acc', 'sizeError']);
    expect(table.notes[0]).toContain('No feature network suits 1x8x8 images');
    const saved = JSON.parse(readFileSync(place.file('whole/comparison.json'), 'utf8')) as ComparisonTable;
    expect({ ...table, ...saved }).toEqual(table);
    const [own] = table.rows;
    const [header, first] = readFileSync(place.file('whole/comparison.csv'), 'utf8').split('\n');
    expect(header).toMatch(/^row,kind,seeds,groups,nmi,nmi_deviation,nmi_metric,nmi_paper,/);
    expect(first).toMatch(
      new RegExp(`^wgan,method,3,k-means of the critic,${own!.cells.nmi!.mean},,nmi-kmeans-critic-train,,`),
    );
    const page = readFileSync(place.file('whole/comparison.html'), 'utf8');
    expect(page.match(/(?:src|href)="(?!data:image\/png;base64,)[^"]*"/g)).toBeNull();
    expect(page.match(/<img /g)).toHaveLength(3);
    expect(page).toContain('NMI while it was trained');
  }, 120_000);

  it('goes on where it was killed: the done run stays, the others become the same bytes', async () => {
    const words = [...DIGITS, '--seeds', '3', '--out', 'killed'];
    const { process: child, finished } = place.start(...words);
    await place.untilStep('killed/runs/infogan-seed-3', 5);
    child.kill('SIGKILL');
    await finished;
    const before = statSync(last('killed', 'wgan-seed-3')).mtimeMs;
    expect(place.checkpoints('killed/runs/infogan-seed-3').at(-1)).toBeLessThan(60);
    // The same command goes on, as --resume does.
    const { code, stdout } = await place.run(...words);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Methods on digits .*, seed 3 \(\*: the best\)\n\n {2}method +groups +NMI +NMI by k-means/,
    );
    expect(statSync(last('killed', 'wgan-seed-3')).mtimeMs).toBe(before);
    for (const cell of cells) expect([cell, bytes('killed', cell)]).toEqual([cell, bytes('whole', cell)]);
    const again = await place.json<ComparedJson>('compare', '--resume', 'killed', '--quiet');
    const whole = JSON.parse(readFileSync(place.file('whole/comparison.json'), 'utf8')) as ComparisonTable;
    expect(again.rows.map((row) => row.cells)).toEqual(whole.rows.map((row) => row.cells));
  }, 120_000);

  it('has runs that the other verbs take', async () => {
    const run = 'whole/runs/infogan-seed-3';
    const { metrics } = await place.json<{ metrics: Record<string, number> }>('evaluate', run, '--quiet');
    const { rows } = JSON.parse(readFileSync(place.file('whole/comparison.json'), 'utf8')) as ComparisonTable;
    expect(metrics['nmi-assign-train']).toBe(rows[1]!.cells.nmi!.mean);
    expect((await place.run('sample', run, '--count', '4', '--out', 'some.png', '--quiet')).code).toBe(0);
  }, 60_000);

  it('is interrupted by a signal after the current step, saved', async () => {
    const words = [
      'compare',
      'digits',
      '--methods',
      'wgan',
      '--without',
      'model,baselines',
      '--steps',
      '9000',
    ];
    const { process: child, finished } = place.start(...words, '--threads', '1', '--out', 'long');
    child.stderr!.on('data', (text: string) => text.includes('About') && child.kill('SIGINT'));
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([
      130,
      expect.stringContaining('Go on with: mixtura compare --resume long'),
    ]);
    expect(stderr).toMatch(
      /1 run on digits: 1 row \(wgan\) x 1 seed · long\n {2}wgan: \d+\.\d ms a step, 9000 steps/,
    );
  }, 60_000);
});

describe('a run that fails', () => {
  it('is a row with its sentence; the others go on, and the exit status says so', async () => {
    const { code, stdout } = await place.run(
      ...['compare', 'digits', '--presets', 'digits,robust-28x28', '--without', 'model,baselines'],
      ...['--steps', '4', '--seeds', '0,1', '--samples', '100', '--features', 'raw', '--threads', '1'],
      ...['--out', 'failing', '--quiet', '--json'],
    );
    const { rows, cells: counts } = JSON.parse(stdout) as ComparedJson;
    expect([code, counts]).toEqual([1, { done: 2, failed: 2, left: 0 }]);
    expect(rows.map(({ name, seeds, failed }) => [name, seeds, failed.length])).toEqual([
      ['digits', [0, 1], 0],
      ['robust-28x28', [], 1],
    ]);
    expect(rows[1]!.failed[0]).toMatch(/^The dcgan networks are made for images/);
    const { nmi, fd } = rows[0]!.cells;
    expect([nmi!.values.length, fd!.metric]).toEqual([2, 'fd100-raw-test']);
    expect(readFileSync(place.file('failing/comparison.html'), 'utf8')).toContain('<td class="sentence"');
  }, 120_000);
});

describe('the model on found groups', () => {
  it('has its teacher and its student beside it; without labels there are neither, and a sentence says so', async () => {
    const rows = Array.from({ length: 90 }, (_, i) =>
      [
        (i % 3) * 9 + Math.sin(i),
        (i % 3 === 1 ? 8 : 0) + Math.cos(3 * i),
        Math.sin(5 * i),
        'abc'[i % 3],
      ].join(','),
    );
    writeFileSync(place.file('<b>three.csv'), ['x,y,z,kind', ...rows, ''].join('\n'));
    const words = [
      'compare',
      '<b>three.csv',
      '--methods',
      'wgan',
      '--steps',
      '4',
      '--threads',
      '1',
      '--quiet',
    ];
    const short = ['--set', 'studentSteps=4', '--samples', '40'];
    const table = await place.json<ComparedJson>(...words, ...short, '--label', 'kind', '--out', 'labelled');
    const names = table.rows.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual([
      'wgan',
      'model on groups (teacher)',
      'model on groups (student)',
      'model on groups (full)',
    ]);
    expect(table.rows[1]!.cells.nmi).toMatchObject({ mean: 1, metric: 'nmi-found-train' });
    const page = readFileSync(place.file('labelled/comparison.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;three');
    expect(page).not.toContain('<b>three');
    const plain = ['--drop', 'kind', '--components', '3', '--without', 'model', '--out', 'unlabelled'];
    const unlabelled = await place.json<ComparedJson>(...words, ...plain, '--samples', '40');
    expect(unlabelled.columns.map(({ key }) => key)).not.toContain('nmi');
    expect(unlabelled.notes.join(' ')).toContain('The data have no labels, so NMI, ARI, ACC');
  }, 120_000);
});

describe('what cannot be compared', () => {
  it('is data that have changed since the comparison began', async () => {
    const table = (rows: number) =>
      `a,b,kind\n${Array.from({ length: rows }, (_, i) => `${i % 2},${i % 3},k${i % 2}`).join('\n')}\n`;
    writeFileSync(place.file('changing.csv'), table(30));
    const words = ['compare', 'changing.csv', '--label', 'kind', '--methods', 'wgan', '--steps', '2'];
    const begin = [
      ...words,
      '--without',
      'model,baselines',
      '--threads',
      '1',
      '--out',
      'changing',
      '--quiet',
    ];
    expect((await place.run(...begin)).code).toBe(0);
    writeFileSync(place.file('changing.csv'), table(24));
    const { code, stderr } = await place.run('compare', '--resume', 'changing', '--quiet');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('The data changing.csv have changed since the comparison began'),
    ]);
    const again = await place.run(...begin);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('holds another comparison')]);
  }, 60_000);

  it('is refused in one sentence before anything is made', async () => {
    const rows = [{ name: 'wgan', kind: 'method', request: { method: 'wgan' } }];
    const plan = {
      version: '1',
      data: 'ring',
      seeds: [0],
      baselines: false,
      reference: 'wgan',
      scoring: {},
      rows,
    };
    mkdirSync(place.file('other'));
    writeFileSync(place.file('other/plan.json'), JSON.stringify(plan));
    const refused: [string[], string][] = [
      [['digits', '--methods', 'slogn'], "There is no method 'slogn' (did you mean slogan?)"],
      [['digits', '--methods', 'wgan,wgan'], 'The method wgan is given twice'],
      [['digits', '--presets', 'grouped-digit'], "There is no preset 'grouped-digit'"],
      [['digits', '--seeds', '0,1,0'], 'The seed 0 is given twice'],
      [['digits', '--seeds', '0,x'], "--seeds has 'x'"],
      [['digits', '--without', 'baseline'], "--without has 'baseline' (did you mean baselines?)"],

      [
        ['digits', '--presets', 'digits', '--components', '5'],
        'The split of the preset digits has 4 classes',
      ],
      [['digits', '--presets', 'ring'], 'The preset ring is made for ring, not for digits'],
      [
        ['digits', '--set', 'lambdaa=2'],
        "None of the methods has a setting 'lambdaa' (did you mean lambda?)",
      ],
      [['digits', '--components', 'auto'], 'give --components K instead of auto'],
      [['digits', '--out', 'other'], 'The folder other holds another comparison'],
      [['--resume', 'nowhere'], 'nowhere holds no comparison'],
      [['--resume', 'other', '--steps', '5'], 'leave out --steps'],
      [['--resume', 'other', '--transpose'], 'leave out --transpose'],
      [[], 'No data are given'],
    ];
    for (const [words, sentence] of refused) {
      const { code, stderr } = await place.run('compare', ...words);
      expect([words, code, stderr]).toEqual([words, 2, expect.stringContaining(sentence)]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    const { code, stderr } = await place.run('compare', 'nothing.csv');
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing.csv does not exist')]);
  }, 120_000);

  it('is told by --dry-run, with what the rest takes', async () => {
    const { code, stdout } = await place.run(
      ...[
        'compare',
        'digits',
        '--presets',
        'digits,robust-28x28',
        '--seeds',
        '0,1',
        '--dry-run',
        '--threads',
        '1',
        '--steps',
        '100',
      ],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^6 runs on digits: 3 rows \(digits, robust-28x28, model on groups\) x 2 seeds · runs\/compare-digits-001\n/,
    );
    expect(stdout).toMatch(/\n {2}digits: \d+\.\d ms a step, 100 steps: \d.* a seed\n/);
    expect(stdout).toMatch(/\n {2}robust-28x28: cannot be trained: .*dcgan/);
    expect(stdout).toMatch(/\nAbout \d.* of training, without scoring and without model on groups\.\n$/);
    expect(place.listing()).not.toContain('runs');
  }, 60_000);
});
