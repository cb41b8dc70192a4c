/** @file DeLiGAN, DeLiGAN+ and both forms of GM-GAN from end to end: trained, interrupted and resumed, sampled, clustered, exported, scored. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunFolder } from '../src/run/folder.js';
import { resumeRun } from '../src/run/resume.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const STEPS = 10;
const SMALL = { units: 8, latent: 4 };
const LINES = 60;

beforeAll(() => {
  const rows = Array.from({ length: LINES }, (_, i) => `${(i % 3) * 5 + (i % 7) / 10},${(i % 5) / 3}`);
  writeFileSync(place.file('plain.csv'), `u,v\n${rows.join('\n')}\n`);
  const labelled = rows.map((row, i) => `${row},${['a', 'b', 'c'][i % 3]}`);
  for (const name of ['labelled.csv', 'three.csv'])
    writeFileSync(place.file(name), `u,v,kind\n${labelled.join('\n')}\n`);
});

/** Variance of the first column of an array of float32 rows of two, after a header of a multiple of 64 bytes. */
function variance(file: Buffer): number {
  const start = file.length - 500 * 2 * 4;
  const values = Array.from({ length: 500 }, (_, i) => file.readFloatLE(start + 8 * i));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}

const bytes = ({ files }: { readonly files: { readonly checkpoint: string } }) =>
  readFileSync(files.checkpoint);

describe.each([
  { name: 'deligan', method: 'deligan', settings: {}, assigns: false },
  { name: 'deligan-plus', method: 'deligan-plus', settings: {}, assigns: true },
  { name: 'gmgan-static', method: 'gmgan', settings: { variant: 'static' }, assigns: true },
  { name: 'gmgan-dynamic', method: 'gmgan', settings: { variant: 'dynamic' }, assigns: true },
  { name: 'gmgan-supervised', method: 'gmgan-supervised', settings: {}, assigns: true },
])('$name', ({ name, method, settings, assigns }) => {
  const request = () => ({
    data:
      method === 'gmgan-supervised'
        ? { name: place.file('labelled.csv'), label: 'kind' }
        : { name: place.file('plain.csv') },
    ...{ method, components: 3, steps: STEPS, batch: 16, settings: { ...SMALL, ...settings } },
  });

  beforeAll(() => startRun(request(), { folder: place.file(name) }), 60_000);

  it('is interrupted and resumed with the same bytes', async () => {
    const stop = new AbortController();
    const half = await startRun(request(), {
      folder: place.file(`${name}-half`),
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.event.step === 5 && stop.abort(),
    });
    expect([half.step, half.finished]).toEqual([5, false]);
    if (method === 'gmgan') {
      expect(await place.run('cluster', `${name}-half`)).toMatchObject({
        code: 1,
        stderr: `The run ${name}-half has done 5 steps, and gmgan learns to assign data after step 8; go on with mixtura train --resume ${name}-half\n`,
      });
    }
    const resumed = await resumeRun(half.folder);
    const whole = await startRun(request(), { folder: place.file(`${name}-again`) });
    expect(bytes(resumed).equals(bytes(whole))).toBe(true);
  }, 60_000);

  it('is sampled by group, clustered where it assigns, exported and scored by the command line', async () => {
    await place.json('sample', name, '--group', '2', '--count', '7', '--out', `${name}.csv`);
    const lines = readFileSync(place.file(`${name}.csv`), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => line.split(',').at(-1))).toEqual(['group', ...Array(7).fill('2')]);

    const [narrow, wide] = await Promise.all(
      ['0.01', '4'].map(async (spread) => {
        const file = `${name}-${spread}.npy`;
        const drawn = ['--group', '2', '--count', '500', '--spread', spread, '--out', file];
        expect(await place.json('sample', name, ...drawn)).toMatchObject({ spread: Number(spread) });
        return variance(readFileSync(place.file(file)));
      }),
    );
    expect(wide).toBeGreaterThan(2 * narrow!);

    const clustered = await place.run('cluster', name, '--json');
    if (assigns) {
      const { rows } = JSON.parse(clustered.stdout) as { rows: { group: number; probabilities: number[] }[] };
      expect(rows).toHaveLength(LINES);
      for (const { probabilities } of rows) {
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      }
    } else {
      expect(clustered).toMatchObject({
        code: 2,
        stderr: `The run ${name} was trained by ${method}, which does not assign data to groups; use a run of a method that does, such as slogan.\n`,
      });
    }

    const report = readFileSync(place.file(name, 'report.html'), 'utf8');
    const seen =
      method === 'gmgan-supervised' ? 'samples of labelled.csv' : 'unlabelled samples of plain.csv';
    expect(report).toContain(`from ${LINES} ${seen} in ${STEPS} steps`);

    await place.json('export', name, '--out', `${name}-files`);
    const files = ['generator.onnx', 'encoder.onnx', 'assign.onnx', 'mixture.json'];
    expect(files.filter((file) => existsSync(place.file(`${name}-files`, file)))).toEqual(
      assigns ? files : files.filter((file) => file !== 'assign.onnx'),
    );
    const mixture = JSON.parse(readFileSync(place.file(`${name}-files`, 'mixture.json'), 'utf8')) as {
      mixing: number[];
      covariances: number[][][];
    };
    expect(mixture.mixing).toEqual([1 / 3, 1 / 3, 1 / 3]);
    const variances = mixture.covariances.flatMap((matrix) => matrix.map((row, i) => row[i]!));
    expect(Math.min(...variances)).toBeGreaterThan(0);

    const scores = await place.json<{ metrics: Record<string, number> }>('evaluate', name);
    expect(Object.keys(scores.metrics).some((metric) => metric.startsWith('fd'))).toBe(true);
  }, 120_000);
});

describe("the turn of GM-GAN's classifier", () => {
  const request = (more: object = {}, settings: object = {}) => ({
    data: { name: place.file('labelled.csv'), label: 'kind' },
    ...{ method: 'gmgan', components: 3, steps: STEPS, batch: 16, evaluateEvery: 2, threads: 1 },
    settings: { ...SMALL, ...settings },
    ...more,
  });

  beforeAll(async () => {
    const rows = Array.from(
      { length: LINES },
      (_, i) => `${(i % 3) * 5 + (i % 7) / 10},${(i % 5) / 3},k${i % 3}`,
    );
    writeFileSync(place.file('labelled.csv'), `u,v,kind\n${rows.join('\n')}\n`);
    await startRun(request(), { folder: place.file('turn') });
  }, 60_000);

  it('comes before groups are scored, and a note says when', () => {
    const lines = RunFolder.open(place.file('turn')).readMetrics();
    const scored = (line: (typeof lines)[number]) => [
      line.step,
      Object.keys(line.metrics ?? {}).some((name) => name.startsWith('nmi-assign')),
      line.moved !== undefined,
    ];
    // The classifier learns from step 8 on; rows have a group before at step 10 only.
    expect(lines.map(scored)).toEqual([
      [2, false, false],
      [4, false, false],
      [6, false, false],
      [8, false, false],
      [10, true, false],
    ]);
    expect(lines[0]!.notes).toEqual([
      'GM-GAN learns to assign data after step 8; groups are scored from then on.',
    ]);
  });

  it('is of groups of fixed sizes, in the report and where they are scored', async () => {
    const page = readFileSync(place.file('turn', 'report.html'), 'utf8');
    expect(page).toContain('fixed size');
    expect(page).not.toMatch(/learned (and true )?size/i);
    const { stdout } = await place.run('evaluate', 'turn', '--features', 'none', '--quiet');
    expect(stdout).toMatch(/^ +group +fixed +assigned +true +name$/m);
  });

  it('stays where it was in a run that is made longer, or the run is refused', async () => {
    const longer = { steps: 20 };
    await expect(resumeRun(place.file('turn'), longer, { allow: ['steps'] })).rejects.toThrow(
      'The 10 steps of this run were made with classifierFrom 8, and a run of 20 steps has classifierFrom 16; keep what it was by --set classifierFrom=8 --allow steps,classifierFrom, or train a new run.',
    );
    const kept = { ...longer, settings: { classifierFrom: 8 } };
    const resumed = await resumeRun(place.file('turn'), kept, { allow: ['steps', 'classifierFrom'] });
    const whole = await startRun(request({ steps: 20, horizon: STEPS }, { classifierFrom: 8 }), {
      folder: place.file('turn-kept'),
    });
    expect(bytes(resumed).equals(bytes(whole))).toBe(true);
  }, 60_000);

  it('comes later in a run that is made longer before it', async () => {
    const stop = new AbortController();
    const { folder } = await startRun(request(), {
      folder: place.file('turn-early'),
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.event.step === 5 && stop.abort(),
    });
    await expect(withTrained(folder, async ({ inference }) => inference.assigns)).resolves.toBe(false);
    const resumed = await resumeRun(folder, { steps: 20 }, { allow: ['steps'] });
    const whole = await startRun(request({ steps: 20, horizon: STEPS }), {
      folder: place.file('turn-later'),
    });
    expect(bytes(resumed).equals(bytes(whole))).toBe(true);
  }, 60_000);
});

describe('supervised GM-GAN', () => {
  const request = (more: object) => ({
    data: { name: place.file('labelled.csv'), label: 'kind' },
    ...{ method: 'gmgan-supervised', steps: 4, batch: 16, settings: SMALL, ...more },
  });

  it('has several Gaussians for a class, learns from the labels of some rows, and goes on with the same bytes', async () => {
    const some = request({ components: 6, labels: '6' });
    const whole = await startRun(some, { folder: place.file('some') });
    expect(whole.labels).toEqual({ rows: 6, of: LINES });
    expect(whole.groups).toHaveLength(6);
    const stop = new AbortController();
    const half = await startRun(some, {
      folder: place.file('some-half'),
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.event.step === 2 && stop.abort(),
    });
    expect(bytes(await resumeRun(half.folder)).equals(bytes(whole))).toBe(true);
    const all = await startRun(request({ components: 6 }), { folder: place.file('all') });
    expect(bytes(all).equals(bytes(whole))).toBe(false);
  }, 60_000);

  it('gives rows to the first Gaussian of the most probable class, which is what its accuracy scores', async () => {
    const { groups } = await startRun(
      { ...request({ components: 4, steps: 60 }), data: { name: place.file('three.csv'), label: 'kind' } },
      {
        folder: place.file('uneven'),
      },
    );
    expect(groups.map(({ trueName }) => trueName)).toEqual(['a', 'b', 'c', 'a']);
    await place.json('cluster', 'uneven', '--out', 'uneven.csv');
    const lines = readFileSync(place.file('uneven.csv'), 'utf8').trim().split('\n');
    const columns = lines.shift()!.split(',');
    const column = (name: string) => lines.map((line) => line.split(',')[columns.indexOf(name)]);
    expect(column('group')).toHaveLength(LINES);
    expect(column('group')).not.toContain('4');
    const right = column('name').filter((name, i) => name === ['a', 'b', 'c'][i % 3]).length;
    const { metrics } = JSON.parse(readFileSync(place.file('uneven/metrics.json'), 'utf8')) as {
      metrics: Record<string, number>;
    };
    expect(right / LINES).toBeCloseTo(metrics['acc-assign-train']!, 12);
  });

  it('refuses fewer Gaussians than classes', async () => {
    await expect(startRun(request({ components: 2 }), { folder: place.file('few') })).rejects.toThrow(
      'Supervised GM-GAN needs a Gaussian for every class, and there are 2 for 3 classes; give --components 3 or more.',
    );
    expect(existsSync(place.file('few'))).toBe(false);
  });
});

it('says at which step a classifier would begin that never does', async () => {
  const late = ['train', 'plain.csv', '--method', 'gmgan', '--components', '3', '--steps', '6'];
  const refused = await place.run(...late, '--set', 'classifierFrom=6', '--out', 'late');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /The classifier of GM-GAN begins at step 6, but the run has 6 steps; give a smaller --set classifierFrom, or more --steps\.\n$/,
  );
});

it('says that other latents have no spread, and what a spread is', async () => {
  const train = ['train', 'plain.csv', '--components', '3', '--steps', '2', '--method', 'infogan'];
  expect(await place.run(...train, '--out', 'codes')).toMatchObject({ code: 0 });
  expect(await place.run('sample', 'codes', '--spread', '0.5', '--out', 'no.csv')).toMatchObject({
    code: 2,
    stderr:
      'The run was trained by infogan, whose latents are no mixture of Gaussians; leave out --spread.\n',
  });
  expect(await place.run('sample', 'codes', '--spread', 'wide', '--out', 'no.csv')).toMatchObject({
    code: 2,
    stderr: '--spread is wide; give a number above 0, such as 0.5.\n',
  });
}, 60_000);
