/** @file `mixtura evaluate` from end to end: new samples scored, runs as a group, two groups, and what is refused. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { cohensD, meanDeviation } from '../src/math/statistics.js';
import { describeMetric, parseMetricName } from '../src/metrics/metric.js';
import { Scratch } from './support/cli.js';

interface Scored {
  readonly run: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly published: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
  readonly reliability: Readonly<Record<string, { error: number; accuracy: number }>>;
}

interface Group {
  readonly runs: readonly string[];
  readonly metrics: Readonly<Record<string, { mean: number; deviation?: number; values: number[] }>>;
  readonly against?: Group;
  readonly comparison?: Readonly<Record<string, { p: number; statistic: number; d?: number }>>;
}

const place = new Scratch();
afterAll(() => place.remove());

/** Three blobs of 60, 90 and 150 points with their class. */
function writePoints(file: string): void {
  const noise = Stream.root(5).normals(new Float64Array(600));
  const lines = Array.from({ length: 300 }, (_, i) => {
    const y = i < 60 ? 0 : i < 150 ? 1 : 2;
    return `${noise[2 * i]! + 10 * y},${noise[2 * i + 1]!},${'abc'[y]}`;
  });
  writeFileSync(place.file(file), `x,y,kind\n${lines.join('\n')}\n`);
}

function train(out: string, ...more: string[]): Promise<unknown> {
  const small = ['--label', 'kind', '--steps', '12', '--batch', '32', '--threads', '1'];
  return place.json('train', 'points.csv', ...small, '--out', out, ...more);
}

beforeAll(async () => {
  writePoints('points.csv');
  await train('s1', '--seed', '1');
  await train('s2', '--seed', '2');
  await train('i1', '--seed', '1', '--method', 'infogan');
  await place.json('train', 'digits', '--steps', '12', '--threads', '1', '--out', 'images');
}, 120_000);

describe('a run of a method that assigns no data', () => {
  it('has the scores of k-means on its features, and is not said to have no labels', async () => {
    await train('w1', '--method', 'wgan');
    const { stdout } = await place.run('evaluate', 'w1', '--features', 'none');
    expect(stdout).toMatch(/nmi-kmeans-critic-train +[01]\.\d+/);
    expect(stdout).not.toContain('There are no labels');
  });
});

describe('a run on a table', () => {
  let first: Scored['metrics'];

  it('has the warnings that its training gave, and the shares that were taught', async () => {
    interface Told {
      readonly warnings: readonly string[];
      readonly groups: readonly { readonly taught?: number }[];
    }
    const trained = (await train('again', '--seed', '1')) as Told;
    const { warnings, groups } = await place.json<Told>('evaluate', 'again', '--features', 'none');
    expect(warnings).toEqual(trained.warnings);
    expect(warnings).toContainEqual(expect.stringMatching('Do not use'));
    expect(groups.map(({ taught }) => taught)).toEqual(trained.groups.map(({ taught }) => taught));
    expect(groups.every(({ taught = 0 }) => taught > 0)).toBe(true);
  });

  it('is scored by the standardised values, with all its metrics in metrics.json too', async () => {
    const { run, metrics, notes, reliability } = await place.json<Scored>('evaluate', 's1');
    first = metrics;
    expect(run).toBe('s1');
    expect(notes).toEqual(['The training data have 300 samples, so 300 are compared instead of 10000.']);
    const generated = Object.keys(metrics).filter((name) => parseMetricName(name).count !== undefined);
    expect(generated).toEqual([
      'ece5k-component-train',
      'recognised5k-component-train',
      'fd300-raw-train',
      'kid300-raw-train',
      'precision300-raw-train',
      'recall300-raw-train',
      'density300-raw-train',
      'coverage300-raw-train',
      'icfid60-raw-train',
      'optimal-icfid60-raw-train',
      'two-sample-auc300-raw-train',
    ]);
    expect(metrics['optimal-icfid60-raw-train']).toBeLessThanOrEqual(metrics['icfid60-raw-train']!);
    expect(metrics['rmse-assign-train']).toBeLessThanOrEqual(metrics['size-error-assign-train']!);
    expect(Object.keys(metrics)).toContain('nmi-kmeans-encoder-train');
    for (const name of Object.keys(metrics))
      expect(describeMetric(parseMetricName(name))).toMatch(/the training data\.$|drawn from\.$/);
    const written = JSON.parse(readFileSync(place.file('s1', 'metrics.json'), 'utf8')) as object;
    expect(written).toEqual({ step: 12, metrics, published: {}, notes, reliability });
    expect(metrics['ece-assign-train']).toBe(reliability.train!.error);
    expect(metrics['acc-assign-train']).toBeCloseTo(reliability.train!.accuracy, 12);
    expect(metrics['ece5k-component-train']).toBe(reliability.generated!.error);
  });

  it('has the same scores every time, and other names for another number of samples', async () => {
    const { metrics, notes } = await place.json<Scored>('evaluate', 's1', '--samples', '300');
    expect(notes).toEqual([]);
    expect(metrics).toEqual(first);
    const few = await place.json<Scored>('evaluate', 's1', '--samples', '100');
    expect(Object.keys(few.metrics)).toContain('fd100-raw-train');
    expect(Object.keys(few.metrics)).toContain('icfid33-raw-train');
  });

  it('is scored without new samples where no features are wanted', async () => {
    const { metrics, notes } = await place.json<Scored>('evaluate', 's1', '--features', 'none');
    expect(notes).toEqual([]);
    expect(Object.keys(metrics).every((name) => parseMetricName(name).count === undefined)).toBe(true);
  });
});

describe('a run on images that no network is known for', () => {
  it('is scored by its groups, and the note says how to score new samples', async () => {
    const { metrics, notes } = await place.json<Scored>('evaluate', 'images', '--split', 'test');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^No feature network suits 1x8x8 images of digits, .* --features raw\.$/);
    expect(Object.keys(metrics).every((name) => name.endsWith('-test'))).toBe(true);
  });

  it('warns where the covariance is singular: fewer rows than columns', async () => {
    const { metrics, notes } = await place.json<Scored>(
      ...(['evaluate', 'images', '--split', 'test', '--features', 'raw', '--samples', '50'] as const),
    );
    expect(metrics['fd50-raw-test']).toBeGreaterThan(0);
    expect(notes[0]).toBe(
      "The covariance of the held-out data's raw features is singular (50 rows of 64 columns): compare distances of equal numbers of rows only, or give more rows.",
    );
  });
});

describe('several runs', () => {
  it('give mean and deviation of every metric', async () => {
    const { runs, metrics } = await place.json<Group>('evaluate', 's1', 's2');
    expect(runs).toEqual(['s1', 's2']);
    const [one, two] = runs.map(
      (run) => JSON.parse(readFileSync(place.file(run, 'metrics.json'), 'utf8')) as Scored,
    ) as [Scored, Scored];
    expect(Object.keys(metrics)).toEqual(Object.keys(one.metrics));
    for (const [name, { mean, deviation, values }] of Object.entries(metrics)) {
      expect(values).toEqual([one.metrics[name], two.metrics[name]]);
      expect(mean).toBe(meanDeviation(values).mean);
      expect(deviation).toBeCloseTo(Math.abs(values[0]! - values[1]!) / Math.SQRT2, 10);
    }
  });

  it('are compared with others by the rank-sum test and the effect size', async () => {
    const { metrics, against, comparison } = await place.json<Group>(
      ...(['evaluate', 's1', 's2', '--against', 'i1'] as const),
    );
    expect(against!.runs).toEqual(['i1']);
    // InfoGAN is taught no groups, so that there is nothing to compare with.
    expect(Object.keys(comparison!)).toEqual(
      Object.keys(metrics).filter((name) => name !== 'taught-assign-train'),
    );
    expect(Object.keys(metrics)).toContain('taught-assign-train');
    const name = 'fd300-raw-train';
    const [a, b] = [metrics[name]!.values, against!.metrics[name]!.values];
    expect(comparison![name]).toMatchObject({ method: 'exact', d: cohensD(a, b) });
    expect(comparison![name]!.statistic).toBe(a.filter((x) => x > b[0]!).length);
    const { stdout } = await place.run('evaluate', 's1', 's2', '--features', 'none', '--against', 'i1');
    expect(stdout).toContain('The exact test of 2 and 1 runs cannot give a p below 0.667: read d.');
    expect(stdout).toMatch(/ nmi-kmeans-encoder-train +\S+ ± \S+ +\S+ +\d\.\d{3} +-?\d+\.\d\d\n/);
  });
});

describe('what is refused', () => {
  async function refused(command: string, code: number, sentence: string): Promise<void> {
    const finished = await place.run(...command.split(' '));
    expect(finished.stderr).toBe(`${sentence}\n`);
    expect([finished.code, finished.stdout]).toEqual([code, '']);
  }

  it.each([
    ['evaluate s1 --samples 0', 2, "--samples is '0'; give a whole number of at least 2."],
    [
      'evaluate s1 i1',
      2,
      's1 and i1 differ in method (slogan and infogan); runs that are averaged differ in their seed only: compare two sets of runs by --against.',
    ],
    [
      'evaluate s1 --against images',
      2,
      `s1 and images were trained on different data (${place.file('points.csv')} and digits); compare runs on the same data.`,
    ],
    [
      'evaluate s1 --against',
      2,
      '--against has no value; give --against RUN, or see mixtura evaluate --help.',
    ],
    [
      'evaluate images --features lenet-mnist',
      2,
      'lenet-mnist reads 28x28 images, but these are 8x8; declare size=28x28 to resize them.',
    ],
    [
      'evaluate s1 --features lenet-mnist',
      2,
      'lenet-mnist reads images, but these data have shape 2; use a network made for them.',
    ],
    [
      'evaluate s1 --features net.onnx',
      2,
      'net.onnx is neither a feature network that comes with Mixtura (lenet-mnist, lenet-fashion-mnist) nor an ONNX file; check the name.',
    ],
    [
      'evaluate s1 --split test',
      2,
      `${place.file('points.csv')} has no held-out data; leave out --split test.`,
    ],
  ] as const)('%s', refused);

  it('is a run whose data are gone', async () => {
    renameSync(place.file('points.csv'), place.file('elsewhere.csv'));
    const sentence = `${place.file('points.csv')} does not exist: check the name and the folder.`;
    await refused('evaluate s2', 1, sentence);
  });
});
