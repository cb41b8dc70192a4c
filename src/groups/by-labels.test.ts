import { expect, it } from 'vitest';
import { agreementWithLabels } from './by-labels.js';

it('compares each division with the labels of the rows that were looked at', () => {
  const division = {
    view: 'v',
    teacher: 't',
    groups: 2,
    stability: 1,
    border: 0.1,
    score: 0.5,
    cpuSeconds: 0,
  };
  const tried = [
    { ...division, group: Int32Array.of(1, 1, 2, 2) },
    { ...division, group: Int32Array.of(1, 2, 1, 2) },
  ];
  const looked = Uint32Array.of(0, 2, 3, 5);
  const found = agreementWithLabels({ tried, looked }, Int32Array.of(0, 9, 0, 4, 9, 4));
  expect(found[0]).toBeCloseTo(1, 12);
  expect(found[1]).toBeCloseTo(0, 12);
});
