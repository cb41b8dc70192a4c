import { describe, expect, it } from 'vitest';
import { mostProbable } from '../cluster/most-probable.js';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { namedScores } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import { type EvaluateOptions, evaluateModel } from './labels.js';

const MIXING = [0.2, 0.45, 0.35];
const CENTRES = [
  [0, 0],
  [10, 0],
  [0, 10],
] as const;
/** The component that every class is found in. */
const COMPONENT_OF = [1, 2, 0];
const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : i < 80 ? 1 : 2));

function points(change: Partial<Dataset> = {}): Dataset {
  const values = Stream.root(1).normals(new Float32Array(200));
  labels.forEach((y, i) => {
    for (const j of [0, 1] as const) values[2 * i + j] = 0.1 * values[2 * i + j]! + CENTRES[y]![j];
  });
  const base = arrayDataset({
    name: 'points',
    kind: 'points',
    shape: [2],
    range: 'real',
    values,
    labels,
    classNames: ['a', 'b', 'c'],
    source: '',
  });
  return { ...base, ...change };
}

interface Stub {
  readonly mixing?: readonly number[];
  readonly components?: number;
  readonly assigns?: boolean;
  readonly wrong?: number;
  readonly labelClasses?: readonly number[];
}

/** A model that finds the class by the nearest centre, and gets the first `wrong` data wrong. */
function stub({
  mixing = MIXING,
  components = 3,
  assigns = true,
  wrong = 0,
  labelClasses,
}: Stub = {}): Inference {
  const read = (data: Dataset, indices: ArrayLike<number>) => {
    const out = new Float32Array(indices.length * 2);
    data.read(indices, out);
    return out;
  };
  const classOf = (x: number, y: number) => (x > 5 ? 1 : y > 5 ? 2 : 0);
  const inference = {
    assigns,
    stream: Stream.root(3),
    components,
    prior: { components: mixing.length, mixing: Float64Array.from(mixing) },
    graphs: { protocol: assigns ? 'kmeans-encoder' : 'kmeans-critic', ...(labelClasses && { labelClasses }) },
    features: async (data: Dataset, indices: ArrayLike<number>) => read(data, indices),
    assign: async (data: Dataset, indices: ArrayLike<number>) => {
      const rows = read(data, indices);
      const out = new Float32Array(indices.length * 3);
      for (let i = 0; i < indices.length; i++) {
        const c = COMPONENT_OF[classOf(rows[2 * i]!, rows[2 * i + 1]!)]!;
        out[3 * i + (indices[i]! < wrong ? (c + 1) % 3 : c)] = 0.9;
      }
      return out;
    },
    mostProbable: (rows: Float32Array) => mostProbable(rows, 3, labelClasses),
    sampleComponent: async (c: number, n: number) =>
      Float32Array.from({ length: 2 * n }, (_, i) => CENTRES[COMPONENT_OF.indexOf(c)]![i % 2]!),
  };
  return inference as unknown as Inference;
}

/** An evaluation with its scores by name. */
async function evaluate(inference: Inference, dataset: Dataset, options: EvaluateOptions) {
  const { scores, ...rest } = await evaluateModel(inference, dataset, options);
  return { ...rest, metrics: namedScores(scores) };
}

describe('an evaluation against labels', () => {
  it('of a perfect assignment: all scores 1, and the size error is the largest difference after matching', async () => {
    const { summary, groups, metrics } = await evaluate(stub(), points(), { split: 'train' });
    expect(summary).toMatchObject({ nmi: 1, ari: 1, acc: 1, purity: 1 });
    expect(summary.sizeError).toBeCloseTo(0.05, 12); // 0.45 : 0.5, 0.35 : 0.3, 0.2 : 0.2
    expect(groups).toEqual([
      { group: 1, component: 1, size: 0.45, assigned: 0.5, count: 50, trueSize: 0.5, trueName: 'a' },
      { group: 2, component: 2, size: 0.35, assigned: 0.3, count: 30, trueSize: 0.3, trueName: 'b' },
      { group: 3, component: 0, size: 0.2, assigned: 0.2, count: 20, trueSize: 0.2, trueName: 'c' },
    ]);
    expect(metrics['nmi-assign-train']).toBe(1);
    expect(metrics['nmi-kmeans-encoder-train']).toBe(1);
    expect(metrics['size-error-assign-train']).toBeCloseTo(0.05, 12);
    expect(summary.modes).toBeUndefined();
  });

  it('of a tenth in the wrong group: accuracy 0.9, and the headline is the assignment, not k-means', async () => {
    const { summary, metrics } = await evaluate(stub({ wrong: 10 }), points(), { split: 'test' });
    expect(summary.acc).toBeCloseTo(0.9, 12);
    expect(metrics['acc-assign-test']).toBeCloseTo(0.9, 12);
    expect(metrics['acc-kmeans-encoder-test']).toBe(1);
    expect(summary.nmi).toBeLessThan(0.9);
  });

  it('names no group by a class that is left over for it, of which it has a row among twenty', async () => {
    const mostly = Int32Array.from(labels, (y, i) => (y < 2 ? y : i === 80 ? 2 : 0));
    const { groups } = await evaluate(stub(), points({ labels: mostly }), { split: 'train' });
    expect(groups.map(({ component, trueSize, trueName }) => [component, trueSize, trueName])).toEqual([
      [1, 0.69, 'a'],
      [2, 0.3, 'b'],
      [0, 0.01, undefined],
    ]);
  });

  it('of a model that was told its classes goes by their names, not by what suits it best', async () => {
    // Component 1 finds class a, 2 finds b, 0 finds c; the model was told that they are a, c and b, in this order.
    const told = stub({ labelClasses: [2, 0, 1] });
    const swapped = { split: 'train', kmeans: false, classNames: ['a', 'c', 'b'] } as const;
    const { summary, groups, classOf } = await evaluate(told, points(), swapped);
    expect(summary).toMatchObject({ nmi: 1, ari: 1, acc: 0.5 });
    expect(groups.map(({ component, trueSize, trueName }) => [component, trueSize, trueName])).toEqual([
      [1, 0.5, 'a'],
      [2, 0.2, 'c'],
      [0, 0.3, 'b'],
    ]);
    expect(classOf).toEqual(Int32Array.of(1, 0, 2));
    expect(summary.sizeError).toBeCloseTo(0.15, 12); // 0.45 : 0.5, 0.35 : 0.2, 0.2 : 0.3
    // A class that the data do not have is of no size there.
    const unknown = await evaluate(told, points(), { ...swapped, classNames: ['a', 'b', 'x'] });
    expect(unknown.groups.map(({ trueSize, trueName }) => [trueSize, trueName])).toEqual([
      [0.5, 'a'],
      [0.3, 'b'],
      [0, undefined],
    ]);
    expect(unknown.summary.acc).toBeCloseTo(0.8, 12);
    // Groups that nobody named are matched.
    const { classNames: _, ...nameless } = swapped;
    expect((await evaluate(told, points(), nameless)).summary.acc).toBe(1);
  });

  it('of at most so many data compares sizes with those of all the data, the same data every time', async () => {
    const options = { split: 'train', limit: 20, kmeans: false } as const;
    const { summary, groups, metrics } = await evaluate(stub(), points(), options);
    expect(groups.map(({ trueSize }) => trueSize)).toEqual([0.5, 0.3, 0.2]);
    // A share of a part of the data is not that of the data.
    expect(groups.some((group) => 'assigned' in group)).toBe(false);
    expect(summary.sizeError).toBeCloseTo(0.05, 12);
    expect(Object.keys(metrics).some((name) => name.includes('kmeans'))).toBe(false);
    // A score of a part of the data is another metric than that of all of them, and is called so.
    expect(Object.keys(metrics)).toContain('nmi-assign-train20');
    expect(Object.keys(metrics).every((name) => name.endsWith('-train20'))).toBe(true);
    expect(await evaluate(stub(), points(), options)).toMatchObject({ summary, groups, metrics });
  });
});

describe('what only a full evaluation has', () => {
  it('is the entropy and size error of Elastic-InfoGAN', async () => {
    const options = { split: 'train', elastic: true } as const;
    const perfect = await evaluate(stub(), points(), options);
    expect(perfect.metrics['ent-assign-train']).toBeCloseTo(0, 12);
    expect(perfect.metrics['rmse-assign-train']).toBeCloseTo(0.05 * Math.sqrt(2 / 3), 12);
    // Ten of the fifty of class 0 in the group of class 1: rows 40 and (10, 30), columns (40, 10) and 30.
    const { metrics } = await evaluate(stub({ wrong: 10 }), points(), options);
    const h = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
    expect(metrics['ent-assign-train']).toBeCloseTo((h(10 / 40) + h(10 / 50)) / 6, 12);
    expect((await evaluate(stub(), points(), { split: 'train' })).metrics).not.toHaveProperty(
      'ent-assign-train',
    );
  });

  it('is the class that most data of each component have', async () => {
    const { classOf } = await evaluate(stub({ wrong: 10 }), points(), { split: 'train' });
    expect(Array.from(classOf!)).toEqual([2, 0, 1]);
    const alone = points({ labels: new Int32Array(100) });
    expect(Array.from((await evaluate(stub(), alone, { split: 'train' })).classOf!)).toEqual([0, 0, 0]);
  });

  it('compares the sizes with those of other data, where they are given', async () => {
    const trueSizes = Float64Array.of(0.45, 0.35, 0.2);
    const { summary, groups } = await evaluate(stub(), points(), { split: 'test', trueSizes });
    expect(summary.sizeError).toBeCloseTo(0, 12);
    expect(groups.map((group) => group.trueSize)).toEqual([0.45, 0.35, 0.2]);
  });
});

describe('an evaluation without groups or labels', () => {
  it('of a method without groups: k-means on the features of the critic, with as many clusters as the run has groups', async () => {
    const { summary, metrics, groups } = await evaluate(
      stub({ assigns: false, mixing: [1], components: 6 }),
      points(),
      { split: 'train' },
    );
    expect(Object.keys(metrics)).toContain('nmi-kmeans-critic-train');
    expect(summary.purity).toBe(1);
    expect(summary.nmi).toBeLessThan(0.95); // 6 clusters of 3 classes
    expect(summary.sizeError).toBeUndefined();
    expect(groups).toEqual([{ group: 1, component: 0, size: 1 }]);
  });

  it('of components that share a class, which data do not tell apart, is that of the classes', async () => {
    // Components 0 and 2 are of one class and get half of its probability each; the labels are a, and the rest.
    const two = { labels: labels.map((y) => Math.min(y, 1)), classNames: ['a', 'rest'] };
    const assign = async (data: Dataset, indices: ArrayLike<number>) =>
      Float32Array.from({ length: 3 * indices.length }, (_, at) => {
        const rest = data.labels![indices[Math.floor(at / 3)]!] === 1;
        return at % 3 === 1 ? (rest ? 0 : 1) : rest ? 0.5 : 0;
      });
    const model = { ...stub({ labelClasses: [0, 1, 0] }), assign };
    const options = { split: 'train', kmeans: false, reliability: 'labels', elastic: true } as const;
    const inference = model as unknown as Inference;
    const { summary, groups, classOf, metrics } = await evaluate(inference, points(two), options);
    expect(summary.acc).toBe(1);
    expect(summary.sizeError).toBeCloseTo(0.05, 12); // 0.2 + 0.35 : 0.5
    expect(classOf).toEqual(Int32Array.of(1, 0, 1));
    expect(metrics['ece-assign-train']).toBeCloseTo(0, 12);
    expect(metrics['ent-assign-train']).toBeCloseTo(0, 12);
    expect(groups.map(({ component, count, trueSize }) => [component, count, trueSize])).toEqual([
      [1, 50, 0.5],
      [2, 0, 0],
      [0, 50, 0.5],
    ]);
  });

  it('of unlabelled data: the learned sizes beside the shares of the data, and nothing else', async () => {
    const { labels: _, classNames: __, ...unlabelled } = points();
    const { summary, metrics, groups } = await evaluate(stub(), unlabelled, { split: 'train' });
    expect([summary, metrics]).toEqual([{}, {}]);
    expect(groups).toEqual([
      { group: 1, component: 1, size: 0.45, assigned: 0.5, count: 50 },
      { group: 2, component: 2, size: 0.35, assigned: 0.3, count: 30 },
      { group: 3, component: 0, size: 0.2, assigned: 0.2, count: 20 },
    ]);
    const quick = await evaluate(stub(), unlabelled, { split: 'train', counts: false });
    expect(quick.groups[0]).toEqual({ group: 1, component: 1, size: 0.45 });
  });

  it('of data whose modes are known: how many are covered', async () => {
    const truth = {
      means: Float64Array.from(CENTRES.flat()),
      sigma: [0.1, 0.1] as const,
      weights: Float64Array.of(0.5, 0.3, 0.2),
    };
    const { summary, metrics } = await evaluate(stub(), points({ truth }), { split: 'train' });
    expect(summary.modes).toBe(3);
    expect(metrics['purity-nearest-train']).toBeCloseTo(1, 12);
    expect(metrics).toMatchObject({
      'modes-nearest-train': 3,
      'in-mode-nearest-train': 1,
      'perfect-nearest-train': 1,
    });
  });
});
