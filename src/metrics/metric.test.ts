import { describe, expect, it } from 'vitest';
import { describeMetric, metricName, nameScores, parseMetricName } from './metric.js';

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
    expect(nameScores({ nmi: 0.9, acc: 0.8 }, { protocol: 'assign', split: 'train' })).toEqual({
      'nmi-assign-train': 0.9,
      'acc-assign-train': 0.8,
    });
  });

  it('say in words what they measure', () => {
    expect(describeMetric('size-error-assign-test')).toBe(
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
