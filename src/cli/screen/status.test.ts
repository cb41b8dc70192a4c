import { expect, test } from 'vitest';
import { learningText, stepText, timeLeft } from './status.js';

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

test('what is learned before the training tells how long it takes, by its own pace', () => {
  const left = timeLeft();
  const at = (what: string, done: number, now: number) => {
    const event = { kind: 'learning', what, done } as const;
    return learningText(event, left(event, now));
  };
  expect(at('looking for groups (ranks)', 0.1, 0)).toBe('looking for groups (ranks): 10 %');
  expect(at('looking for groups (log)', 0.12, 1000)).toBe('looking for groups (log): 12 %');
  expect(at('looking for groups (log)', 0.55, 9000)).toBe('looking for groups (log): 55 % · about 9 s left');
  // Another work has a pace of its own.
  expect(at('learning the groups', 0, 20_000)).toBe('learning the groups: 0 %');
  expect(at('learning the groups', 0.25, 50_000)).toBe('learning the groups: 25 % · about 1 min 30 s left');
  expect(at('learning the groups', 1, 99_000)).toBe('learning the groups: 100 %');
});
