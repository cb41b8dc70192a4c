import { describe, expect, it } from 'vitest';
import {
  comparable,
  describeMetric,
  type MetricKind,
  metricName,
  namedScores,
  parseMetricName,
  type Score,
  scoresOf,
  withoutRejection,
  withRejection,
} from './metric.js';
import { metrics } from './metric-table.js';

const comparableName = (name: string) => metricName(comparable(parseMetricName(name)));

describe('metric names', () => {
  it('carry metric, protocol and split, and parse back', () => {
    const parts = { metric: 'nmi', protocol: 'kmeans-encoder', split: 'test' } as const;
    expect(metricName(parts)).toBe('nmi-kmeans-encoder-test');
    expect(parseMetricName('nmi-kmeans-encoder-test')).toEqual(parts);
    expect(parseMetricName('size-error-assign-train')).toEqual({
      metric: 'size-error',
      protocol: 'assign',
      split: 'train',
    });
  });

  it('name all scores of one protocol', () => {
    expect(namedScores(scoresOf({ nmi: 0.9, acc: 0.8 }, { protocol: 'assign', split: 'train' }))).toEqual({
      'nmi-assign-train': 0.9,
      'acc-assign-train': 0.8,
    });
  });

  it('say in words what they measure', () => {
    expect(describeMetric(parseMetricName('size-error-assign-test'))).toBe(
      'Size error (lower is better): largest error of a learned group size; clusters: most probable component of ' +
        'each datum by the cosine of its encoding and the component means; scored on held-out data.',
    );
  });

  it('refuse an unknown name and list the known parts', () => {
    expect(() => parseMetricName('nmi-test')).toThrow(
      "There is no metric 'nmi-test': a name is one of nmi, ari",
    );
  });
});

describe('names of metrics of generated samples, and of subsets', () => {
  it('carry the number of samples and the feature network, and parse back', () => {
    const parts = { metric: 'fd', count: 10_000, protocol: 'lenet-mnist', split: 'test' } as const;
    expect(metricName(parts)).toBe('fd10k-lenet-mnist-test');
    expect(parseMetricName('fd10k-lenet-mnist-test')).toEqual(parts);
    expect(metricName({ ...parts, count: 8461, protocol: 'raw' })).toBe('fd8461-raw-test');
    expect(parseMetricName('optimal-icfid420-net-v3-train')).toEqual({
      metric: 'optimal-icfid',
      count: 420,
      protocol: 'net-v3',
      split: 'train',
    });
    expect(parseMetricName('ent1k-lenet-mnist-test')).toMatchObject({ metric: 'ent', count: 1000 });
  });

  it('carry the size of a subset of the data', () => {
    const parts = { metric: 'nmi', protocol: 'assign', split: 'train', subset: 2000 } as const;
    expect(metricName(parts)).toBe('nmi-assign-train2k');
    expect(parseMetricName('nmi-assign-train2k')).toEqual(parts);
    expect(describeMetric(parseMetricName('nmi-assign-train2k'))).toMatch(
      /; scored on 2000 of the training data\.$/,
    );
  });

  it.each(Object.keys(metrics) as MetricKind[])('%s: the name and its parts are one to one', (metric) => {
    for (const protocol of ['lenet-mnist', 'raw', 'a-test-b', '10k-train']) {
      const parts = { metric, count: 1234, protocol, split: 'test' } as const;
      expect(parseMetricName(metricName(parts))).toEqual(parts);
    }
  });

  it('say in words what is compared', () => {
    expect(describeMetric(parseMetricName('fd10k-lenet-mnist-test'))).toBe(
      'FD (lower is better): Frechet distance of two normal distributions; 10,000 real and as many generated ' +
        'samples; features of lenet-mnist; beside held-out data.',
    );
    expect(describeMetric(parseMetricName('icfid420-raw-train'))).toMatch(
      /; 420 real samples of each class and as many generated of each component; the data's own values, columns of tables and points standardised; beside the training data\.$/,
    );
  });

  it('say where a method has rejected samples, of generated samples alone', () => {
    const of = (count?: number) =>
      ({ metric: 'fd', protocol: 'raw', split: 'test', value: 1, count }) as Score;
    const [marked, plain] = withRejection([of(10_000), of()]);
    expect(metricName(marked!)).toBe('fd10k-raw-rejection-test');
    expect(plain).toEqual(of());
    expect(describeMetric(parseMetricName('fd10k-raw-rejection-test'))).toMatch(
      /; 10,000 real and as many generated samples, without those that the method rejects; the data's own values, columns of tables and points standardised; beside held-out data\.$/,
    );
    expect([withoutRejection('raw-rejection'), withoutRejection('raw')]).toEqual(['raw', 'raw']);
  });

  it('compare as one metric what k-means found in the features of different methods', () => {
    expect(comparableName('nmi-kmeans-critic-test')).toBe('nmi-kmeans-test');
    expect(comparableName('nmi-kmeans-encoder-train2k')).toBe('nmi-kmeans-train2k');
    expect(comparableName('nmi-assign-test')).toBe('nmi-assign-test');
  });

  it('need a number of samples for the features of a network', () => {
    expect(() => parseMetricName('fd-lenet-mnist-test')).toThrow("There is no metric 'fd-lenet-mnist-test'");
  });
});
