import { expect, it } from 'vitest';
import { compareLines } from './compare-table.js';

it('sets methods in columns', () => {
  const scores = { nmi: 0.97512, ari: 0.9, acc: 1, sizeError: 0.0014 };
  expect(
    compareLines([
      { name: 'ours', groups: 4, ...scores, cpuSeconds: 0.31 },
      { name: 'k-means', groups: 12, ...scores, cpuSeconds: 10 },
    ]),
  ).toEqual([
    '  method    groups     NMI     ARI     ACC   size error   CPU s',
    '  ours           4   0.975   0.900   1.000        0.001     0.3',
    '  k-means       12   0.975   0.900   1.000        0.001    10.0',
    '',
    'Scored by the labels, which no method has seen. Size error: the largest difference of a share from the true one.',
  ]);
});
