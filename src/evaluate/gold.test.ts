import { describe, expect, it } from 'vitest';
import { type Toy, toyInference } from '../../test/support/gold-toy.js';
import { arrayDataset } from '../data/dataset.js';
import { concat, constant, type Tensor } from '../graph/tensor.js';
import { meanDeviation } from '../math/statistics.js';
import { GoldEstimator, goldByClass } from './gold.js';
import { goldScores } from './gold-scores.js';

/** p(x, c) of data and model for three values of x and two classes: the class of a generated sample follows from x. */
const DATA = [
  [0.3, 0.05],
  [0.1, 0.15],
  [0.05, 0.35],
] as const;
const MODEL = [
  [0.4, 0],
  [0, 0.2],
  [0, 0.4],
] as const;
const total = (table: typeof DATA | typeof MODEL, x: number) => table[x]![0] + table[x]![1];
const places = [0, 1, 2];

/** The best critic and the best classifier, for samples that are one-hot codes of x. */
const best: Toy = {
  score: (x) =>
    x.matmul(
      constant(
        Float64Array.from(places, (i) => Math.log(total(DATA, i) / total(MODEL, i))),
        [3, 1],
      ),
    ),
  // Squares keep codes as they are, and the weights of samples with noise positive.
  assign: (x) =>
    x
      .square()
      .matmul(
        constant(Float64Array.from(places.flatMap((i) => DATA[i]!.map((p) => p / total(DATA, i)))), [3, 2]),
      ),
};
const oneHot = (...xs: number[]) =>
  Float32Array.from(xs.flatMap((x) => places.map((i) => (i === x ? 1 : 0))));

/** A critic of the noise, and a classifier that knows the code: C = 0.98 for the own class. */
const noisy: Toy = {
  score: (x) => x.slice(1, 0, 1).mul(2).add(1),
  assign: (x) => x.slice(1, 1, 3).mul(4).softmax(),
};
const rows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const points = (values: Float32Array, labels?: Int32Array) =>
  arrayDataset({
    name: 'points',
    kind: 'points',
    shape: [3],
    range: 'real',
    values,
    source: '',
    ...(labels && { labels }),
  });

describe('GOLD of a model', () => {
  it('is the gap of the joint densities at generated pairs, for the best heads', async () => {
    const estimator = await GoldEstimator.open(await toyInference(best), 20);
    const { marginal, conditional } = await estimator.ofSamples(oneHot(0, 1, 2), Int32Array.of(0, 1, 1));
    [-0.28768207, -0.28768207, -0.13353139].forEach((gap, i) => {
      expect(marginal[i]! + conditional[i]!).toBeCloseTo(gap, 5);
    });
    expect(Math.log(DATA[2][1] / MODEL[2][1])).toBeCloseTo(-0.13353139, 8);
  });

  it('mirrors the conditional term for real rows, and takes the most probable class', async () => {
    const estimator = await GoldEstimator.open(await toyInference(best), 20);
    const { classes, marginal, conditional, values } = await estimator.ofData(points(oneHot(0, 2)), rows(2));
    expect([...classes]).toEqual([0, 1]);
    expect(conditional[0]).toBeCloseTo(-Math.log(6 / 7), 5);
    expect(conditional[1]).toBeCloseTo(-Math.log(7 / 8), 5);
    expect(values[1]).toBeCloseTo(marginal[1]! + estimator.scale.ratio * conditional[1]!, 12);
  });

  it('takes the classes of data by their names, whatever their numbers, where one component alone makes them', async () => {
    const classesOf = async (names: string[] | undefined, of: number[] | undefined, own?: string[]) => {
      const labelled = points(oneHot(0, 2, 0), Int32Array.of(1, 0, -1));
      const data = own ? Object.assign(labelled, { classNames: own }) : labelled;
      const inference = await toyInference({ ...best, ...(of && { labelClasses: of }) });
      const estimator = await GoldEstimator.open(inference, 20, names);
      return [...(await estimator.ofData(data, rows(3))).classes];
    };
    const groups = [0, 1, 0];
    expect(await classesOf(undefined, undefined, ['a', 'b'])).toEqual(groups);
    // A row without a label is of its most probable group.
    expect(await classesOf(['a', 'b'], [0, 1], ['a', 'b'])).toEqual([1, 0, 0]);
    expect(await classesOf(['b', 'a'], [0, 1], ['a', 'b'])).toEqual([0, 1, 0]);
    expect(await classesOf(['a', 'b'], [1, 0], ['a', 'b'])).toEqual([0, 1, 0]);
    // A class that the model does not know, one without a name, and one that two components share.
    expect(await classesOf(['a', 'c'], [0, 1], ['a', 'b'])).toEqual([0, 0, 0]);
    expect(await classesOf(['0', '1'], [0, 1])).toEqual([1, 0, 0]);
    expect(await classesOf(['a'], [0, 0], ['a', 'b'])).toEqual(groups);
  });

  it('balances both terms by the deviations over generated samples', async () => {
    const estimator = await GoldEstimator.open(await toyInference(noisy), 2000);
    const { marginal, conditional } = estimator.generated;
    expect(estimator.scale).toMatchObject({ level: 0, unit: 1 });
    // D = 2 e + 1, and log C is the same for all: -log(1 + exp(-4)).
    expect(meanDeviation(marginal).mean).toBeCloseTo(1, 0);
    const log = -Math.log(1 + Math.exp(-4));
    expect(conditional[0]).toBeCloseTo(log, 5);
    expect(estimator.scale.ratio).toBeCloseTo(meanDeviation(marginal, 'population').deviation / -log, 1);
  });

  it('reads scores without level and unit as deviations of generated ones', async () => {
    const estimator = await GoldEstimator.open(await toyInference({ ...noisy, densityRatio: false }), 2000);
    const { mean, deviation } = meanDeviation(estimator.generated.marginal, 'population');
    expect([mean, deviation]).toEqual([expect.closeTo(0, 10), expect.closeTo(1, 10)]);
    const shifted = { ...noisy, densityRatio: false, score: (x: Tensor) => noisy.score!(x).mul(8).sub(5) };
    const other = await GoldEstimator.open(await toyInference(shifted), 2000);
    other.generated.values.forEach((value, i) => {
      expect(value).toBeCloseTo(estimator.generated.values[i]!, 4);
    });
  });

  it('draws its samples again as they were', async () => {
    const inference = await toyInference(noisy);
    const estimator = await GoldEstimator.open(inference, 1200);
    const chosen = [1100, 3, 700];
    const samples = await estimator.generatedSamples(chosen);
    chosen.forEach((place, i) => {
      expect(2 * samples[3 * i]! + 1).toBeCloseTo(estimator.generated.marginal[place]!, 5);
      expect(samples[3 * i + 1 + estimator.generated.classes[place]!]).toBe(1);
    });
  });

  it('says what a label is worth: D + r H', async () => {
    const estimator = await GoldEstimator.open(await toyInference(noisy), 500);
    const [sure, unsure] = await estimator.worthOf(points(Float32Array.of(0, 1, 0, 0, 1, 1)), rows(2));
    expect(unsure! - 1).toBeCloseTo(estimator.scale.ratio * Math.log(2), 4);
    expect(sure).toBeLessThan(unsure!);
  });
});

describe('GOLD as scores', () => {
  it('has the means of all and of each group, and NaN for a group without samples', async () => {
    const estimator = await GoldEstimator.open(await toyInference(best), 20);
    const data = points(oneHot(0, 0, 0));
    const order = [1, 0];
    const { scores, byClass } = await goldScores(estimator, order, { parts: [['train', data]], samples: 10 });
    expect(scores.map(({ metric, count, protocol, split }) => [metric, count, protocol, split])).toEqual([
      ['gold-generated-marginal', 20, 'component', 'train'],
      ['gold-generated-conditional', 20, 'component', 'train'],
      ['gold-real-marginal', undefined, 'assign', 'train'],
      ['gold-real-conditional', undefined, 'assign', 'train'],
    ]);
    expect(scores[2]!.value).toBeCloseTo(Math.log(0.35 / 0.4), 5);
    expect(scores[3]!.value).toBeCloseTo(-Math.log(6 / 7), 5);
    expect(byClass.train![1]).toMatchObject({ count: 3, marginal: expect.closeTo(Math.log(0.35 / 0.4), 5) });
    expect(byClass.train![0]!.count).toBe(0);
    expect(byClass.train![0]!.value).toBeNaN();
  });

  it('takes the means of each class', () => {
    const terms = {
      classes: Int32Array.of(0, 1, 0),
      marginal: Float64Array.of(1, 2, 3),
      conditional: Float64Array.of(-1, 0, -2),
      values: Float64Array.of(0, 2, 1),
    };
    expect(goldByClass(terms, 2)).toEqual([
      { count: 2, marginal: 2, conditional: -1.5, value: 0.5 },
      { count: 1, marginal: 2, conditional: 0, value: 2 },
    ]);
  });
});

describe('a model without what GOLD needs', () => {
  it.each([
    ['no critic', { assign: noisy.assign! }, /needs a critic that judges samples whatever their group/],
    ['no probabilities', { score: noisy.score! }, /needs probabilities of classes or groups/],
  ] as const)('%s: one sentence', async (_, toy, sentence) => {
    await expect(GoldEstimator.open(await toyInference(toy))).rejects.toThrow(sentence);
  });

  it('refuses scores that are no numbers', async () => {
    const toy = {
      ...noisy,
      score: (x: Tensor) => concat([x.slice(1, 0, 1).mul(Number.POSITIVE_INFINITY)], 1),
    };
    await expect(GoldEstimator.open(await toyInference(toy), 20)).rejects.toThrow(
      'The critic gives values that are no finite numbers, so there is no GOLD; go on from an earlier checkpoint.',
    );
  });
});
