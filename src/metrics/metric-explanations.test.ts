import { expect, it } from 'vitest';
import type { MetricKind } from './metric.js';
import { explainMetric } from './metric-explanations.js';
import { metrics } from './metric-table.js';

it('says of every metric in one sentence what its values mean', () => {
  for (const metric of Object.keys(metrics) as MetricKind[]) {
    expect(explainMetric(metric), metric).toMatch(/^[A-Z][^.]*(\d\.\d[^.]*)*\.$/);
    expect(explainMetric(metric), metric).not.toMatch(/entrop|nats|Rand index|Frechet/i);
  }
  expect(explainMetric('nmi')).toContain('1 if each group is one class, 0 if');
});
