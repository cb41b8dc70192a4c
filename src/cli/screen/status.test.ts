import { expect, test } from 'vitest';
import { stepText } from './status.js';

const event = {
  kind: 'step',
  event: { step: 12_345, milliseconds: {}, losses: { critic: -1.2345, generator: 0.5, encoder: 2.25 } },
  msPerStep: 3.21,
  sizes: [0.1, 0.534, 0.266, 0.1],
  residentBytes: 300 * 2 ** 20,
} as const;

test('the status of a step gives up memory, losses and times before the sizes', () => {
  const sizes = 'sizes % 53.4 26.6 10.0 10.0';
  const at = (columns: number) => stepText(event, 20_000, columns);
  expect(at(Number.POSITIVE_INFINITY)).toBe(
    `step 12345/20000 · 3.2 ms/step · 25 s left · critic -1.234  generator 0.500  encoder 2.250 · ${sizes} · 300 MiB`,
  );
  expect(at(79)).toBe(`step 12345/20000 · 3.2 ms/step · 25 s left · ${sizes}`);
  expect(at(95)).toBe(`step 12345/20000 · 3.2 ms/step · 25 s left · critic -1.234 · ${sizes}`);
  expect(at(60)).toBe(`step 12345/20000 · 25 s left · ${sizes}`);
  expect(at(50)).toBe('step 12345/20000 · 25 s left · sizes % 53 27 10 10');
  expect(at(30)).toBe('step 12345/20000 · sizes % 53 27 10 10');
});
