import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { metricName, parseMetricName } from '../metrics/metric.js';
import { aggregate, compareRuns, leastP, requireOneProtocol, requireSameData } from './compare.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-groups-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Change {
  readonly [key: string]: unknown;
}

/** A run folder as far as the protocol can be read from it. */
function run(name: string, change: Change = {}, settings: Change = {}, step = 100): string {
  const path = join(place, name);
  mkdirSync(join(path, 'checkpoints'), { recursive: true });
  writeFileSync(join(path, 'checkpoints', `step-${String(step).padStart(8, '0')}.safetensors`), '');
  const config = {
    version: '0.1.0',
    method: 'slogan',
    data: { name: 'digits', subsetSeed: 0 },
    components: 4,
    steps: 100,
    horizon: 100,
    batch: 32,
    seed: 0,
    threads: 1,
    evaluateEvery: 50,
    checkpointEvery: 50,
    keepCheckpoints: 3,
    settings: { lambda: 4, scale: 1, ...settings },
    dataset: { fingerprint: 'a'.repeat(64) },
    ...change,
  };
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  return path;
}

function scores(metrics: Record<string, number>) {
  return {
    scores: Object.entries(metrics).map(([name, value]) => ({ ...parseMetricName(name), value })),
  };
}

/** Metrics by name. */
function byName<T extends Parameters<typeof metricName>[0]>(metrics: readonly T[]): Record<string, T> {
  return Object.fromEntries(metrics.map((metric) => [metricName(metric), metric]));
}

const compareByName = (...args: Parameters<typeof compareRuns>) => byName(compareRuns(...args));

describe('runs that are averaged', () => {
  const first = run('first');

  it('may differ in what changes nothing that is learned but the seed', () => {
    const second = run('second', { seed: 1, threads: 4, version: '0.2.0', checkpointEvery: 10 });
    expect(() => requireOneProtocol([first, second])).not.toThrow();
  });

  it.each([
    ['lambda', run('lambda', {}, { lambda: 0 }), 'lambda (4 and 0)'],
    ['method', run('method', { method: 'infogan' }), 'method (slogan and infogan)'],
    ['steps', run('steps', {}, {}, 50), 'steps done (100 and 50)'],
    [
      'selection',
      run('classes', { data: { name: 'digits', classes: '2,0', subsetSeed: 0 } }),
      'data.classes (none and 2,0)',
    ],
    [
      'content',
      run('content', { dataset: { fingerprint: 'b'.repeat(64) } }),
      'data fingerprint (aaaaaaaaaaaa and bbbbbbbbbbbb)',
    ],
  ])('are refused where they differ in %s', (_, other, difference) => {
    expect(() => requireOneProtocol([first, other])).toThrow(
      `${first} and ${other} differ in ${difference}; runs that are averaged differ in their seed only: compare two sets of runs by --against.`,
    );
  });

  it('are refused twice', () => {
    expect(() => requireOneProtocol([first, `${first}/`])).toThrow('is given twice; give each run once.');
  });

  it('are refused where one is no run', () => {
    expect(() => requireOneProtocol([first, join(place, 'nothing')])).toThrow('is not a run');
  });

  it('give mean and sample deviation of what all of them have', () => {
    const group = byName(
      aggregate([
        scores({ 'nmi-assign-test': 0.5, 'fd9-raw-test': 1 }),
        scores({ 'nmi-assign-test': 0.7, 'fd9-raw-test': 1 }),
        scores({ 'nmi-assign-test': 0.9 }),
      ]),
    );
    expect(Object.keys(group)).toEqual(['nmi-assign-test']);
    expect(group['nmi-assign-test']!.mean).toBeCloseTo(0.7, 12);
    expect(group['nmi-assign-test']!.deviation).toBeCloseTo(0.2, 12);
    expect(group['nmi-assign-test']!.values).toEqual([0.5, 0.7, 0.9]);
    expect(aggregate([scores({ 'nmi-assign-test': 0.5 })])).toEqual([
      { metric: 'nmi', protocol: 'assign', split: 'test', mean: 0.5, values: [0.5] },
    ]);
  });
});

describe('two sets of runs', () => {
  const group = (name: string, values: readonly number[]) =>
    aggregate(values.map((value) => scores({ [name]: value })));

  it('are compared by the exact rank-sum test and by the difference in deviations', () => {
    const [better, worse] = [
      group('nmi-assign-test', [0.8, 0.9, 1]),
      group('nmi-assign-test', [0.2, 0.3, 0.4]),
    ];
    const { p, d, statistic, method } = compareByName(better, worse)['nmi-assign-test']!;
    expect(p).toBeCloseTo(0.1, 12); // 2 of the 20 orders of three and three
    expect(statistic).toBe(9);
    expect(method).toBe('exact');
    expect(d).toBeCloseTo(6, 10); // 0.6 in units of 0.1
    expect(compareByName(worse, better)['nmi-assign-test']!.d).toBeCloseTo(-6, 10);
  });

  it('have no effect size where nothing varies, or for one run against one', () => {
    const constant = compareByName(group('modes-nearest-test', [8, 8]), group('modes-nearest-test', [7, 7]));
    expect(constant['modes-nearest-test']!.d).toBeUndefined();
    const single = compareByName(group('modes-nearest-test', [8]), group('modes-nearest-test', [7]));
    expect(single['modes-nearest-test']).toMatchObject({ p: 1 });
    expect(single['modes-nearest-test']!.d).toBeUndefined();
  });

  it('have k-means on their own features in common, and leave out what only one has', () => {
    const a = aggregate([scores({ 'nmi-kmeans-encoder-test': 0.9, 'acc-assign-test': 1 })]);
    const b = aggregate([scores({ 'nmi-kmeans-critic-test': 0.5 })]);
    expect(Object.keys(compareByName(a, b))).toEqual(['nmi-kmeans-test']);
  });

  it('must be of the same data', () => {
    const [a, b] = [
      run('own'),
      run('other', { data: { name: 'ring', subsetSeed: 0 }, dataset: { fingerprint: 'c'.repeat(64) } }),
    ];
    expect(() => requireSameData(a, b)).toThrow(
      `${a} and ${b} were trained on different data (digits and ring); compare runs on the same data.`,
    );
    expect(() => requireSameData(a, run('same', { method: 'wgan' }))).not.toThrow();
  });

  it('of three runs each cannot give a p below 0.1', () => {
    expect(leastP(3, 3)).toBeCloseTo(0.1, 12);
    expect(leastP(5, 5)).toBeCloseTo(2 / 252, 12);
    expect(leastP(1, 1)).toBe(1);
  });
});
