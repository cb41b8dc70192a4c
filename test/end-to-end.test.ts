/** @file The command line from data to exported networks; the same bits twice, killed, or interrupted. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decode } from 'fast-png';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../src/data/formats/csv/csv.js';
import { readNpy } from '../src/data/formats/npy.js';
import { Stream } from '../src/math/random.js';
import { parseMetricName } from '../src/metrics/metric.js';
import { withTrained } from '../src/run/trained.js';
import { Scratch } from './support/cli.js';

const STEPS = 120;
const EVERY = 5;
const TRAIN = ['train', 'digits', '--steps', String(STEPS), '--batch', '32', '--seed', '3'];
// Relocation, whose state must survive too, looks at the model every twentieth of the horizon: at 30, 60 and 90.
const OFTEN = ['--set', 'horizon=600', '--set', `checkpointEvery=${EVERY}`, '--set', 'evaluateEvery=40'];
const LAST = join('checkpoints', `step-${String(STEPS).padStart(8, '0')}.safetensors`);

interface TrainResult {
  readonly run: string;
  readonly steps: number;
  readonly groups: readonly {
    group: number;
    component: number;
    size: number;
    assigned: number;
    count: number;
    trueSize: number;
    trueName?: string;
    name?: string;
  }[];
  readonly warnings: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<'report' | 'samples' | 'checkpoint', string>>;
}

const place = new Scratch();
afterAll(() => place.remove());

let whole: TrainResult;
beforeAll(async () => {
  whole = await place.json<TrainResult>(...TRAIN, ...OFTEN, '--out', 'whole');
}, 60_000);

function bytesOf(run: string): Buffer {
  return readFileSync(place.file(run, LAST));
}

/** The log without what depends on the clock. */
function logOf(run: string): object[] {
  const lines = readFileSync(place.file(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { seconds: _, msPerStep: __, ...rest } = JSON.parse(line) as Record<string, unknown>;
    return rest;
  });
}

function expectSameAsWhole(run: string): void {
  expect(bytesOf(run).equals(bytesOf('whole')), `the checkpoints of ${run} and whole are equal`).toBe(true);
  expect(logOf(run)).toEqual(logOf('whole'));
}

describe('the same bits', () => {
  it('twice', async () => {
    await place.json(...TRAIN, ...OFTEN, '--out', 'again');
    expectSameAsWhole('again');
    expect(logOf('whole').map((line) => (line as { step: number }).step)).toEqual([40, 80, 120]);
  });

  it('killed at random moments and resumed', async () => {
    const targets = [0, 1].map(() => EVERY + Math.floor((Math.random() * STEPS) / 4));
    const pauses = targets.map(() => Math.random() * 25);
    const moments = `killed ${pauses} ms after steps ${targets}`;
    let args = [...TRAIN, ...OFTEN, '--out', 'killed'];
    for (const [i, target] of targets.entries()) {
      const running = place.start(...args);
      const from = place.checkpoints('killed').at(-1) ?? 0;
      await place.untilStep('killed', from + target);
      await delay(pauses[i]);
      running.process.kill('SIGKILL');
      expect((await running.finished).signal, moments).toBe('SIGKILL');
      expect(place.checkpoints('killed').at(-1), moments).toBeLessThan(STEPS);
      args = ['train', '--resume', 'killed'];
    }
    const { steps } = await place.json<TrainResult>(...args);
    expect(steps).toBe(STEPS);
    expectSameAsWhole('killed');
  });

  it('interrupted by Ctrl-C, which saves, and resumed', async () => {
    const running = place.start(...TRAIN, ...OFTEN, '--out', 'interrupted', '--json');
    await place.untilStep('interrupted', EVERY);
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(130);
    const { steps, files } = JSON.parse(stdout) as TrainResult;
    expect(steps).toBeGreaterThanOrEqual(EVERY);
    expect(steps).toBeLessThan(STEPS);
    expect(place.checkpoints('interrupted').at(-1)).toBe(steps);
    expect(files.checkpoint).toContain(`step-${String(steps).padStart(8, '0')}`);
    expect(stderr).toContain('Go on with: mixtura train --resume interrupted');
    expect(readdirSync(place.file('interrupted'))).not.toContain('.lock');
    // As if it had been killed while it wrote the sheet of that checkpoint.
    const sheet = place.file('interrupted', 'samples', `step-${String(steps).padStart(8, '0')}.png`);
    const before = readFileSync(sheet);
    renameSync(sheet, `${sheet}.tmp`);
    await place.json('train', '--resume', 'interrupted');
    expectSameAsWhole('interrupted');
    expect(readFileSync(sheet).equals(before), 'the sheet is drawn again').toBe(true);
  });
});

describe('what a run leaves', () => {
  it('prints one JSON object of the documented shape', () => {
    expect(Object.keys(whole)).toEqual([
      ...['run', 'method', 'seed', 'steps', 'seconds', 'msPerStep'],
      ...['groups', 'warnings', 'movement', 'metrics', 'scores', 'files'],
    ]);
    expect(whole).toMatchObject({ run: 'whole', method: 'slogan', seed: 3, steps: STEPS });
    // So short a run may leave a group without a class of its own, and without a name.
    const named = ['trueName', 'name'];
    expect(whole.groups.map((group) => Object.keys(group).filter((key) => !named.includes(key)))).toEqual(
      Array(4).fill(['group', 'component', 'size', 'assigned', 'count', 'trueSize']),
    );
    expect(whole.groups.map(({ group }) => group)).toEqual([1, 2, 3, 4]);
    expect(whole.groups.map(({ size }) => size)).toEqual(
      whole.groups.map(({ size }) => size).sort((a, b) => b - a),
    );
    const names = whole.groups.flatMap(({ name }) => name ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(['0', '2', '6', '7']).toEqual(expect.arrayContaining(names));
    expect(names).not.toEqual([]);
    expect(whole.groups.reduce((sum, { assigned }) => sum + assigned, 0)).toBeCloseTo(1, 12);
    expect(whole.groups.reduce((sum, { size }) => sum + size, 0)).toBeCloseTo(1, 12);
    expect(whole.groups.reduce((sum, { trueSize }) => sum + trueSize, 0)).toBeCloseTo(1, 12);
    expect(Object.keys(whole.metrics).sort()).toEqual(['acc', 'ari', 'nmi', 'purity', 'sizeError']);
    expect(Object.keys(whole.files).sort()).toEqual(['checkpoint', 'report', 'samples']);
  });

  it('has no file that is half-written, killed or not, and only the last checkpoints', () => {
    expect(place.listing().filter((file) => /\.(tmp|part|lock)$/.test(file))).toEqual([]);
    for (const run of ['whole', 'killed', 'interrupted']) {
      expect(place.checkpoints(run)).toEqual([STEPS - 2 * EVERY, STEPS - EVERY, STEPS]);
    }
  });

  it('has a report that stands alone, and a sheet of samples', () => {
    const html = readFileSync(place.file(whole.files.report), 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    const loads = html.match(
      /(?:src|href|srcset|action|data)=["'][^"']*|url\([^)]*|@import[^;]*|<(?:script|link)\b[^>]*/gi,
    );
    const outside = (loads ?? []).filter(
      (text) => !/=["'](?:data:|#)|url\(["']?(?:data:|#)|^<script>?$/i.test(text),
    );
    expect(outside).toEqual([]);
    const { width, height } = decode(readFileSync(place.file(whole.files.samples)));
    expect(width).toBeGreaterThan(10 * 8);
    expect(height).toBeGreaterThan(4 * 8);
  });
});

describe('evaluate', () => {
  it('gives what train gave, and held-out data too, under names that carry the protocol', async () => {
    const result = await place.json<{ run: string; metrics: Record<string, number> }>('evaluate', 'whole');
    expect(Object.keys(result)).toEqual([
      'run',
      'groups',
      'warnings',
      'metrics',
      'published',
      'notes',
      'reliability',
    ]);
    expect(result).toMatchObject({ groups: whole.groups, warnings: whole.warnings });
    const { metrics } = result;
    const parts = Object.keys(metrics).map((name) => parseMetricName(name));
    expect(new Set(parts.map(({ split }) => split))).toEqual(new Set(['train', 'test']));
    expect(metrics['nmi-assign-train']).toBe(whole.metrics.nmi);
    expect(metrics['size-error-assign-train']).toBe(whole.metrics.sizeError);
    expect(metrics['nmi-kmeans-encoder-test']).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(place.file('whole', 'metrics.json'), 'utf8'))).toMatchObject({
      step: STEPS,
      metrics,
    });
  });

  it('scores one part alone', async () => {
    const { metrics } = await place.json<{ metrics: Record<string, number> }>(
      'evaluate',
      'whole',
      '--split',
      'test',
    );
    expect(Object.keys(metrics).every((name) => name.endsWith('-test'))).toBe(true);
  });
});

describe('sample', () => {
  it('draws a group as an array: equal for equal seeds, in the interval of the data', async () => {
    const draw = (out: string, ...more: string[]) =>
      place.json('sample', 'whole', '--group', '2', '--count', '7', '--out', out, ...more);
    const { name, component } = whole.groups[1]!;
    expect(await draw('a.npy')).toEqual({
      ...{ run: 'whole', group: 2, name, count: 7, seed: 0, file: 'a.npy' },
    });
    await draw('b.npy');
    await draw('c.npy', '--seed', '1');
    const [a, b, c] = ['a.npy', 'b.npy', 'c.npy'].map((name) => readNpy(place.file(name)));
    expect(a!.shape).toEqual([7, 1, 8, 8]);
    expect(a!.data).toBeInstanceOf(Float32Array);
    expect(a!.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(b!.data).toEqual(a!.data);
    expect(c!.data).not.toEqual(a!.data);
    await withTrained(place.file('whole'), async ({ inference }) => {
      expect(await inference.sampleComponent(component, 7, 'drawn', 0)).toEqual(a!.data);
    });
  });

  it('draws the mixture as a picture', async () => {
    await place.json('sample', 'whole', '--count', '20', '--out', 'sheet.png');
    const { width, height } = decode(readFileSync(place.file('sheet.png')));
    expect(width / height).toBeCloseTo(5, 0);
  });
});

describe('export and cluster', () => {
  /** Learned size of each component. */
  let sizes: number[] = [];
  beforeAll(async () => {
    sizes = await withTrained(place.file('whole'), async ({ inference }) => [...inference.prior.mixing]);
  });

  it('writes networks that compute, at any batch size, what the command line gives', async () => {
    const { files } = await place.json<{ files: { file: string; difference: number }[] }>('export', 'whole');
    expect(files.map(({ file }) => file)).toEqual(
      ['generator', 'encoder', 'assign'].map((name) => join('whole', 'export', `${name}.onnx`)),
    );
    for (const { difference } of files) expect(difference).toBeLessThan(1e-5);

    await place.json('sample', 'whole', '--count', '13', '--out', 'new.npy');
    const csv = (await place.run('cluster', 'whole', 'new.npy')).stdout.trim().split('\n');
    expect(csv[0]).toBe('index,group,name,probability,p1,p2,p3,p4,unlike');
    const rows = csv.slice(1).map((line) => line.split(',').map(Number));
    expect(rows.map(([index]) => index)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    const session = await ort.InferenceSession.create(place.file('whole', 'export', 'assign.onnx'));
    const { data } = readNpy(place.file('new.npy'));
    // Samples of images are written in [0, 1]; the files of digits have 0 to 16.
    const pixels = Float32Array.from(data, (value) => 16 * value);
    const samples = new ort.Tensor('float32', pixels, [13, 1, 8, 8]);
    const probabilities = (await session.run({ samples })).probabilities!.data as Float32Array;
    rows.forEach(([, group, name, probability, ...more], i) => {
      const p = more.slice(0, 4);
      // Its own samples are to the run as its data are.
      expect(more[4]).toBeLessThan(3);
      p.forEach((value, g) => {
        expect(value).toBeCloseTo(probabilities[4 * i + g]!, 6);
      });
      // A group without a name has an empty cell, which is read as 0 here.
      expect(name).toBe(Number(whole.groups[group! - 1]!.name ?? 0));
      expect(p.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(probability).toBe(Math.max(...p));
      expect(p[group! - 1]).toBe(probability);
    });
  });

  it('describes the mixture, from which latents can be drawn', async () => {
    const mixture = JSON.parse(readFileSync(place.file('whole', 'export', 'mixture.json'), 'utf8')) as {
      mixing: number[];
      means: number[][];
      covariances: number[][][];
      width: number;
      dataset: { fingerprint: string; maximum: number };
    };
    expect(mixture.mixing).toEqual([...sizes].sort((a, b) => b - a));
    expect(mixture.means.map((mean) => mean.length)).toEqual(Array(4).fill(mixture.width));
    for (const matrix of mixture.covariances) {
      for (const [i, row] of matrix.entries()) expect(row[i]).toBeGreaterThan(0);
      expect(matrix[0]![1]).toBe(matrix[1]![0]);
    }
    expect(mixture.dataset.maximum).toBe(16);
    const session = await ort.InferenceSession.create(place.file('whole', 'export', 'generator.onnx'));
    const latent = new ort.Tensor('float32', Float32Array.from(mixture.means.flat()), [4, mixture.width]);
    const samples = (await session.run({ latent })).samples!;
    expect(samples.dims).toEqual([4, 1, 8, 8]);
    const pixels = samples.data as Float32Array;
    expect(pixels.every((value) => value >= 0 && value <= 16)).toBe(true);
    expect(pixels.some((value) => value > 1)).toBe(true);
  });

  it('assigns a named data set into a file', async () => {
    const result = await place.json<{ count: number; groups: { count: number }[] }>(
      ...['cluster', 'whole', 'digits', '--out', 'digits.csv'],
    );
    expect(result.count).toBe(3823 + 1797);
    expect(result.groups.reduce((sum, { count }) => sum + count, 0)).toBe(3823 + 1797);
    const lines = readFileSync(place.file('digits.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('index,part,group,name,probability,p1,p2,p3,p4,unlike');
    expect(lines.filter((line) => /^\d+,train,/.test(line))).toHaveLength(3823);
    expect(lines.filter((line) => /^\d+,test,/.test(line))).toHaveLength(1797);
  });
});

it('gives a table back in the units of its file', async () => {
  const normals = Stream.root(5).normals(new Float64Array(300)) as Float64Array;
  const rows = Array.from({ length: 100 }, (_, i) => [
    1000 + 5 * normals[3 * i]!,
    -2 + 0.01 * normals[3 * i + 1]!,
    7,
  ]);
  writeFileSync(
    place.file('table.csv'),
    `size,slope,constant\n${rows.map((row) => row.join()).join('\n')}\n`,
  );
  const train = [
    'train',
    'table.csv',
    '--components',
    '2',
    '--batch',
    '20',
    '--steps',
    '10',
    '--out',
    'table',
  ];
  const { groups, metrics } = await place.json<TrainResult>(...train);
  expect(groups.map((group) => Object.keys(group))).toEqual(
    Array(2).fill(['group', 'component', 'size', 'taught', 'assigned', 'count']),
  );
  expect(metrics).toEqual({});
  await place.json('sample', 'table', '--count', '40', '--out', 'new.csv');
  const { columns, values, labels } = readCsv(place.file('new.csv'), { label: 'group' });
  expect(columns).toEqual(['size', 'slope', 'constant']);
  expect(labels).toHaveLength(40);
  for (let i = 0; i < 40; i++) {
    expect(Math.abs(values[3 * i]! - 1000) / 5).toBeLessThan(20);
    expect(Math.abs(values[3 * i + 1]! + 2) / 0.01).toBeLessThan(20);
  }
  const { count } = await place.json<{ count: number }>('cluster', 'table', 'new.csv');
  expect(count).toBe(40);
});
