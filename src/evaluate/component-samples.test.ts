import { describe, expect, it } from 'vitest';
import { meaningOfClasses, recognised } from './component-samples.js';

const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float32Array.from(rows.flat()),
});

describe("a classifier's classes and those of the data", () => {
  // Four classes of the classifier; the data have two: 0 is the first, 1 the second and third; the fourth is unseen.
  const real = matrix([
    [0.9, 0.1, 0, 0],
    [0.8, 0.1, 0.1, 0],
    [0.1, 0.9, 0, 0],
    [0.1, 0.7, 0.2, 0],
    [0, 0.4, 0.6, 0],
    [0.6, 0.2, 0.2, 0], // of class 1, but taken for the first
  ]);
  const labels = [0, 0, 1, 1, 1, 1];

  it('correspond by most of the real samples', () => {
    expect(Array.from(meaningOfClasses(real, labels, 2))).toEqual([0, 1, 1, -1]);
  });

  it('add up where several are one, and leave out what stands for nothing', () => {
    const generated = matrix([
      [0.4, 0.3, 0.3, 0],
      [0.45, 0.2, 0.2, 0.15],
      [0.1, 0.05, 0.05, 0.8],
    ]);
    expect(Array.from(recognised(generated, Int32Array.of(0, 1, 1, -1), 2))).toEqual([1, 0, 0]);
  });
});
