/** @file `train --seeds`, and the agreement of runs that are there. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunAgreement } from '../src/entries/seeds.js';
import { ari } from '../src/metrics/ari.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());
const TRAIN = ['train', 'digits', '--steps', '40', '--batch', '16', '--threads', '1', '--quiet'];

interface SeedsJson {
  readonly folder: string;
  readonly finished: boolean;
  readonly runs: readonly { readonly run: string; readonly seed: number; readonly steps: number }[];
  readonly agreement?: RunAgreement;
}

const checkpoint = (run: string) =>
  readFileSync(place.file(run, 'checkpoints', 'step-00000040.safetensors')).toString('base64');

async function groupsOf(run: string): Promise<Int32Array> {
  const { rows } = await place.json<{ rows: { group: number; part: string }[] }>('cluster', run);
  return Int32Array.from(rows.flatMap(({ group, part }) => (part === 'train' ? [group] : [])));
}

describe('a request with several seeds', () => {
  let result: SeedsJson;
  beforeAll(async () => {
    result = await place.json<SeedsJson>(...TRAIN, '--seeds', '2', '--seed', '3', '--out', 'all');
  }, 60_000);

  it('leaves a run of each in a folder of its own, as if it had been trained alone', async () => {
    expect(readdirSync(place.file('all')).sort()).toEqual([
      'agreement.json',
      'seed-3',
      'seed-4',
      'seeds.json',
    ]);
    expect(result).toMatchObject({ folder: 'all', finished: true });
    expect(result.runs.map(({ run, seed, steps }) => [run, seed, steps])).toEqual([
      ['all/seed-3', 3, 40],
      ['all/seed-4', 4, 40],
    ]);
    expect((await place.run(...TRAIN, '--seed', '4', '--out', 'alone')).code).toBe(0);
    expect(checkpoint('all/seed-4')).toBe(checkpoint('alone'));
  }, 60_000);

  it('tells how far the groups agree, on the training rows and on those that were held out', async () => {
    const { agreement } = result;
    const [a, b] = [await groupsOf('all/seed-3'), await groupsOf('all/seed-4')];
    expect(agreement!.train).toMatchObject({ rows: a.length, ari: ari(a, b) });
    expect(agreement!.test!.rows).toBe(331);
    expect(agreement!.groups).toHaveLength(4);
    const saved = JSON.parse(readFileSync(place.file('all/agreement.json'), 'utf8')) as RunAgreement;
    expect(saved.runs).toEqual([
      { run: 'seed-3', seed: 3, step: 40 },
      { run: 'seed-4', seed: 4, step: 40 },
    ]);
    expect({ ...saved, runs: agreement!.runs }).toEqual(agreement);
  }, 60_000);

  it('goes on with the run that was interrupted, and then with the rest', async () => {
    const whole = [checkpoint('all/seed-3'), checkpoint('all/seed-4')];
    rmSync(place.file('all/seed-4'), { recursive: true });
    rmSync(place.file('all/agreement.json'));
    rmSync(place.file('all/seed-3/groups.json'));
    rmSync(place.file('all/seed-3/checkpoints/step-00000040.safetensors'));
    const again = await place.json<SeedsJson>('train', '--resume', 'all', '--quiet');
    expect([checkpoint('all/seed-3'), checkpoint('all/seed-4')]).toEqual(whole);
    expect(again.runs.map(({ run }) => run)).toEqual(['all/seed-3', 'all/seed-4']);
    expect(again.agreement).toEqual(result.agreement);
    // All are finished now: only the agreement is told again.
    const { code, stdout } = await place.run('train', '--resume', 'all');
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Agreement (ARI) on 712 training rows: ${again.agreement!.train.ari.toFixed(3)}`,
    );
    expect(stdout).toMatch(/group {3}similarity {3}in all {2,}seed 3 {2,}seed 4\n/);
  }, 60_000);

  it('can be interrupted, saved, and gone on with', async () => {
    const long = ['train', 'digits', '--steps', '3000', '--threads', '1', '--seeds', '2', '--out', 'long'];
    const { process: child, finished } = place.start(...long);
    child.stderr!.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([130, expect.stringContaining('Go on with: mixtura train --resume long')]);
    expect(readdirSync(place.file('long')).sort()).toEqual(['seed-0', 'seeds.json']);
    expect(existsSync(place.file('long/agreement.json'))).toBe(false);
  }, 60_000);

  it('is refused where it cannot be done', async () => {
    const refused: [string[], string][] = [
      [[...TRAIN, '--seeds', '1'], "--seeds is '1'; give a whole number of at least 2"],
      [[...TRAIN, '--seeds', '2', '--out', 'all'], 'The output folder all exists and is not an empty folder'],
      [[...TRAIN, '--seeds', '2', '--method', 'wgan'], 'learns no groups that could agree between seeds'],
      [[...TRAIN, '--seeds', '2', '--components', '1'], 'One group is the same with every seed'],
      [['train', '--resume', 'all', '--seeds', '3'], 'leave out --seeds'],
      [['train', '--resume', 'all', '--steps', '50'], 'so steps cannot be given'],
      [['train', '--resume', 'all', '--set', 'lambda=2'], 'so lambda cannot be given'],
    ];
    for (const [words, sentence] of refused) {
      const { code, stderr } = await place.run(...words);
      expect([words, code, stderr]).toEqual([words, 2, expect.stringContaining(sentence)]);
    }
    writeFileSync(place.file('long/seeds.json'), '{}');
    const { code, stderr } = await place.run('train', '--resume', 'long');
    expect([code, stderr]).toEqual([1, expect.stringContaining('long/seeds.json is damaged')]);
  }, 60_000);
});

describe('the evaluation of several runs', () => {
  it('tells their agreement, and the scores of each with their mean and worst', async () => {
    interface Evaluated {
      readonly agreement: RunAgreement;
      readonly metrics: Record<string, { mean: number; worst: number; values: number[] }>;
    }
    const { agreement, metrics } = await place.json<Evaluated>('evaluate', 'all/seed-3', 'all/seed-4');
    const saved = JSON.parse(readFileSync(place.file('all/agreement.json'), 'utf8')) as RunAgreement;
    expect({ ...agreement, runs: saved.runs }).toEqual(saved);
    expect(metrics['nmi-assign-train']!.worst).toBe(Math.min(...metrics['nmi-assign-train']!.values));
    expect(metrics['size-error-assign-train']!.worst).toBe(
      Math.max(...metrics['size-error-assign-train']!.values),
    );
    const { stdout } = await place.run('evaluate', 'all/seed-3', 'all/seed-4');
    expect(stdout).toMatch(/^2 runs: all\/seed-3, all\/seed-4\n\nThese 4 groups are /);
    expect(stdout).toMatch(/metric +run 1 +run 2 +mean ± deviation +worst\n/);
  }, 60_000);

  it('needs no labels and no features', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => [i % 2 ? 9 : 0, (i * 7) % 5, (i * 3) % 7].join(','));
    writeFileSync(place.file('plain.csv'), ['a,b,c', ...rows, ''].join('\n'));
    const words = ['train', 'plain.csv', '--components', '2', '--steps', '20', '--threads', '1', '--quiet'];
    expect((await place.run(...words, '--seeds', '2', '--out', 'plain')).code).toBe(0);
    const evaluated = await place.run(
      ...['evaluate', 'plain/seed-0', 'plain/seed-1', '--features', 'none', '--json'],
    );
    expect(evaluated.code).toBe(0);
    const { agreement, metrics } = JSON.parse(evaluated.stdout) as {
      agreement: RunAgreement;
      metrics: object;
    };
    expect([agreement.train.rows, Object.keys(metrics)]).toEqual([80, ['taught-assign-train']]);
  }, 60_000);
});
