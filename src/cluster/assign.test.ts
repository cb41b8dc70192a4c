import { describe, expect, it } from 'vitest';
import { assignByCosine } from './assign.js';

describe('assignByCosine', () => {
  it('is the softmax of the cosines', () => {
    const means = Float64Array.of(2, 0, 0, 3, -1, 0);
    const { probabilities, component } = assignByCosine({
      encodings: Float64Array.of(5, 0, 0, -1),
      means,
      dim: 2,
    });
    const first = [Math.E, 1, 1 / Math.E];
    const second = [1, 1 / Math.E, 1];
    [...first.map((v) => v / (Math.E + 1 + 1 / Math.E)), ...second.map((v) => v / (2 + 1 / Math.E))].forEach(
      (p, k) => {
        expect(probabilities[k]).toBeCloseTo(p, 14);
      },
    );
    expect([...component]).toEqual([0, 0]); // the tie of row 1 goes to the lower index
  });

  it('ignores the lengths of encodings and means', () => {
    const one = assignByCosine({
      encodings: Float32Array.of(1, 2, 3),
      means: Float64Array.of(1, 1, 0, 0, 1, 1),
      dim: 3,
    });
    const two = assignByCosine({
      encodings: Float32Array.of(64, 128, 192),
      means: Float64Array.of(9, 9, 0, 0, 0.1, 0.1),
      dim: 3,
    });
    expect(one.component[0]).toBe(1);
    one.probabilities.forEach((p, k) => {
      expect(two.probabilities[k]).toBeCloseTo(p, 14);
    });
  });

  it('spreads a zero encoding evenly', () => {
    const { probabilities } = assignByCosine({
      encodings: new Float32Array(2),
      means: Float64Array.of(1, 0, 0, 1),
      dim: 2,
    });
    expect([...probabilities]).toEqual([0.5, 0.5]);
  });

  it('takes no rows, and refuses what does not fit or is not finite', () => {
    const means = Float64Array.of(1, 0, 0, 1);
    expect(assignByCosine({ encodings: new Float32Array(0), means, dim: 2 }).component.length).toBe(0);
    expect(() => assignByCosine({ encodings: new Float32Array(3), means, dim: 2 })).toThrow(
      'encodings hold 3 numbers',
    );
    expect(() => assignByCosine({ encodings: Float32Array.of(1, 1, Number.NaN, 1), means, dim: 2 })).toThrow(
      'encoding of row 1 is not finite',
    );
  });
});
