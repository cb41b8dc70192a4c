import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import type { FeatureNetwork } from '../features/feature-network.js';
import { Stream } from '../math/random.js';
import { namedScores } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import { rawFeatures } from './choose-features.js';
import { GeneratedFeatures } from './generated.js';
import { generationScores, generationStages } from './generation.js';
import { ProgressMeter } from './progress.js';

const CLASSES = 3;
const EACH = 40;
const COUNT = CLASSES * EACH;
const CENTRES = [0, 20, 50];
/** The component that generates each class. */
const COMPONENT_OF = [1, 2, 0];

/** Three classes of points, in the order 0, 1, 2, 0, 1, 2, ... */
function points(move = 0): Dataset {
  const values = Stream.root(1).normals(new Float32Array(2 * COUNT));
  const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);
  labels.forEach((y, i) => {
    values[2 * i]! += CENTRES[y]! + move;
  });
  const classNames = ['a', 'b', 'c'];
  return arrayDataset({
    name: 'points',
    kind: 'points',
    shape: [2],
    range: 'real',
    values,
    labels,
    classNames,
    source: '',
  });
}

/** A model that gives back the data themselves: a latent is a row, and n latents are the first n rows. */
function echo(data: Dataset, change = (x: number) => x): Inference {
  const rowsOfClass = (y: number) => Array.from({ length: EACH }, (_, i) => CLASSES * i + y);
  const inference = {
    stream: Stream.root(3),
    data: { shape: [2], range: 'real' },
    components: CLASSES,
    prior: {
      components: CLASSES,
      mixing: Float64Array.of(0.5, 0.3, 0.2),
      width: 1,
      sample: (n: number) => ({
        z: Float64Array.from({ length: n }, (_, i) => i),
        component: Int32Array.from({ length: n }, (_, i) => COMPONENT_OF[i % CLASSES]!),
      }),
      sampleComponent: (c: number, n: number) => ({
        z: Float64Array.from({ length: n }, (_, i) => rowsOfClass(COMPONENT_OF.indexOf(c))[i % EACH]!),
        component: new Int32Array(n).fill(c),
      }),
    },
    generate: async (z: Float64Array) => {
      const out = new Float32Array(2 * z.length);
      data.read(z, out);
      return out.map(change);
    },
  };
  return inference as unknown as Inference;
}

async function score(
  inference: Inference,
  dataset: Dataset,
  samples: number,
  network: FeatureNetwork = rawFeatures(points()),
  trueSizes?: Float64Array,
) {
  const generated = new GeneratedFeatures(inference, network);
  const stages = generationStages(new ProgressMeter(), 'test', dataset.count, samples, network);
  const { scores, notes } = await generationScores({
    inference,
    dataset,
    split: 'test',
    network,
    generated,
    samples,
    trueSizes,
    stages,
  });
  return { metrics: namedScores(scores), notes };
}

describe('generated samples that are the data themselves', () => {
  it('have distance 0 and cover everything, and each component is a class, whatever its number', async () => {
    const { metrics, notes } = await score(echo(points()), points(), COUNT);
    expect(notes).toEqual([]);
    expect(metrics['fd120-raw-test']).toBeCloseTo(0, 8);
    expect(metrics['icfid40-raw-test']).toBeCloseTo(0, 8);
    expect(metrics['optimal-icfid40-raw-test']).toBeCloseTo(0, 8);
    expect(metrics).toMatchObject({
      'precision120-raw-test': 1,
      'recall120-raw-test': 1,
      'coverage120-raw-test': 1,
    });
    expect(Object.keys(metrics).sort()).toEqual([
      'coverage120-raw-test',
      'density120-raw-test',
      'fd120-raw-test',
      'icfid40-raw-test',
      'kid120-raw-test',
      'optimal-icfid40-raw-test',
      'precision120-raw-test',
      'recall120-raw-test',
    ]);
  });

  it('moved by a have distance a^2 in standardised units, by class too, and cover nothing from far away', async () => {
    // The network standardises by the data that are not moved: both columns, by their own deviations.
    const train = points();
    const { values } = await rawFeatures(train).features(train);
    const values2 = (await rawFeatures(train).features(points(1000))).values;
    const shift = values2[0]! - values[0]!;
    const { metrics } = await score(echo(points(1000)), points(), COUNT);
    expect(metrics['fd120-raw-test']! / shift ** 2).toBeCloseTo(1, 5);
    // Greedy takes the components in the order of the classes, as the classes lie: the shift is the same for each.
    expect(metrics['icfid40-raw-test']! / shift ** 2).toBeCloseTo(1, 5);
    expect(metrics).toMatchObject({
      'precision120-raw-test': 0,
      'recall120-raw-test': 0,
      'density120-raw-test': 0,
      'coverage120-raw-test': 0,
    });
  });
});

/** A classifier with two classes for the last class of the data, and one that nothing belongs to. */
function classifier(): FeatureNetwork {
  const raw = rawFeatures(points());
  return {
    ...raw,
    name: 'net',
    fingerprint: 'classifier of the test',
    classes: 5,
    probabilities: async ({ count, read }) => {
      const values = new Float32Array(5 * count);
      const row = new Float32Array(2);
      for (let i = 0; i < count; i++) {
        read([i], row);
        const y = CENTRES.findIndex((centre) => Math.abs(row[0]! - centre) < 10);
        values[5 * i + (y === 2 && row[1]! > 0 ? 3 : y)] = 1;
      }
      return { rows: count, columns: 5, values };
    },
  };
}

describe('what a classifier says of generated samples', () => {
  const cache = mkdtempSync(join(tmpdir(), 'mixtura-cache-'));
  beforeAll(() => vi.stubEnv('MIXTURA_CACHE', cache));
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  it('tells how sure and varied they are, and that each component is one class', async () => {
    const trueSizes = Float64Array.of(0.5, 0.25, 0.25);
    const { metrics } = await score(echo(points()), points(), COUNT, classifier(), trueSizes);
    // Ten parts of twelve, four of each class, of which the last has two names.
    const { labels } = points();
    const values = new Float32Array(2 * COUNT);
    points().read(
      labels!.map((_, i) => i),
      values,
    );
    const parts = Array.from({ length: 10 }, (_, part) => {
      const seen = [4, 4, 0, 0];
      for (let i = 12 * part; i < 12 * part + 12; i++)
        if (i % 3 === 2) seen[values[2 * i + 1]! > 0 ? 3 : 2]! += 1;
      const shares = seen.filter((n) => n > 0).map((n) => n / 12);
      return Math.exp(-shares.reduce((sum, p) => sum + p * Math.log(p), 0));
    });
    expect(metrics['is120-net-test']).toBeCloseTo(parts.reduce((sum, x) => sum + x, 0) / 10, 6);
    expect(metrics['quality120-net-test']).toBe(1);
    expect(metrics['nmi1k-net-test']).toBeCloseTo(1, 12);
    expect(metrics['ent1k-net-test']).toBeCloseTo(0, 12);
    // Sizes 0.5, 0.3, 0.2 of components 0, 1, 2 are those of classes 2, 0, 1, whose true sizes are 0.25, 0.5, 0.25.
    expect(metrics['rmse1k-net-test']).toBeCloseTo(Math.sqrt((0.25 ** 2 + 0.2 ** 2 + 0.05 ** 2) / 3), 12);
    expect(metrics['fd120-net-test']).toBeCloseTo(0, 8);
  });
});

describe('statistics of real data', () => {
  it('are kept: of all the data and of each class, and a second evaluation that reads them gives the same', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'mixtura-cache-'));
    vi.stubEnv('MIXTURA_CACHE', cache);
    try {
      const first = await score(echo(points()), points(), COUNT, classifier());
      const kept = readdirSync(join(cache, 'features')).filter((name) => name.startsWith('statistics-'));
      expect(kept).toHaveLength(1 + CLASSES);
      expect(await score(echo(points()), points(), COUNT, classifier())).toEqual(first);
    } finally {
      vi.unstubAllEnvs();
      rmSync(cache, { recursive: true, force: true });
    }
  });
});

describe('features of more samples than are generated at a time', () => {
  const data = arrayDataset({
    name: 'line',
    kind: 'image',
    shape: [2],
    range: 'real',
    values: Float32Array.from({ length: 2 * 2345 }, (_, i) => i),
    source: '',
  });

  it('are those of every sample in its place, however many are asked for', async () => {
    const generated = new GeneratedFeatures(echo(data), rawFeatures(data));
    const { features, components } = await generated.mixture(2345);
    expect([features.rows, features.columns, components.length]).toEqual([2345, 2, 2345]);
    expect(features.values.every((x, i) => x === i)).toBe(true);
    expect((await generated.mixture(1001)).features.values).toEqual(features.values.slice(0, 2002));
  });

  it('are those of the samples that are kept, where the method rejects some', async () => {
    const asked: unknown[] = [];
    const kept: Pick<Inference, 'rejects' | 'sampleBy'> = {
      rejects: true,
      async sampleBy(n, draw, stream) {
        asked.push([n, draw(1, stream).component[0], stream.uniform()]);
        return {
          samples: Float32Array.from({ length: 2 * n }, (_, i) => 2 * i),
          components: new Int32Array(n).fill(1),
        };
      },
    };
    const generated = new GeneratedFeatures({ ...echo(data), ...kept } as Inference, rawFeatures(data));
    const { features, components } = await generated.mixture(1234);
    expect(features.values).toEqual(Float32Array.from({ length: 2468 }, (_, i) => 2 * i));
    expect([features.rows, components]).toEqual([1234, new Int32Array(1234).fill(1)]);
    expect((await generated.component(2, 3)).features.values).toEqual(Float32Array.of(0, 2, 4, 6, 8, 10));
    const stream = Stream.root(3);
    expect(asked).toEqual([
      [1234, COMPONENT_OF[0], stream.fork('evaluation', 'mixture').uniform()],
      [3, 2, stream.fork('evaluation', 'component', 2).uniform()],
    ]);
  });
});

describe('the number of samples', () => {
  it('is that of the data where they have no more, and that is said', async () => {
    const { metrics, notes } = await score(echo(points()), points(), 10_000);
    expect(metrics['fd120-raw-test']).toBeCloseTo(0, 8);
    expect(notes).toEqual(['The held-out data have 120 samples, so 120 are compared instead of 10000.']);
  });

  it('is equal on both sides, in all and by class', async () => {
    const { metrics } = await score(echo(points()), points(), 60);
    expect(Object.keys(metrics)).toContain('fd60-raw-test');
    expect(Object.keys(metrics)).toContain('icfid20-raw-test');
  });

  it('of no more rows than columns is a warning: the covariance is singular', async () => {
    const { notes, metrics } = await score(echo(points()), points(), 2);
    expect(notes).toEqual([
      "The covariance of the held-out data's raw features is singular (2 rows of 2 columns): compare distances of equal numbers of rows only, or give more rows.",
    ]);
    expect(metrics['fd2-raw-test']).toBeGreaterThanOrEqual(0);
    expect(Object.keys(metrics).some((name) => name.includes('icfid'))).toBe(false);
  });
});

describe('what cannot be scored', () => {
  it('is a model whose samples are not finite', async () => {
    await expect(
      score(
        echo(points(), () => Number.NaN),
        points(),
        COUNT,
      ),
    ).rejects.toThrow('The model generates values that are not finite');
  });

  it('is a distance by class where there are more classes than components', async () => {
    const { labels: _, ...unlabelled } = points();
    const { metrics } = await score(echo(points()), unlabelled, COUNT);
    expect(Object.keys(metrics).some((name) => name.includes('icfid'))).toBe(false);
    const more = { ...points(), labels: Int32Array.from({ length: COUNT }, (_, i) => i % 4) };
    const other = await score(echo(points()), more, COUNT);
    expect(Object.keys(other.metrics).some((name) => name.includes('icfid'))).toBe(false);
  });
});
