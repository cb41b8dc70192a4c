import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { columnCurve } from './column-curve.js';
import { initialValue } from './parameter.js';

const x = input('x', [5, 2]);
const points = Float64Array.of(-1e6, 0.5, -0.2, 0, 0, -3, 1e-4, 2, 40, 1e4);
/** Rows c, w, a, b, l. */
const numbers = [0.1, 0, 8, 0, 0.7, 0, -0.3, 0, 0.25, 1];

function valuesOf(curves?: readonly number[]) {
  const layer = columnCurve('t', 2, curves);
  const y = layer.apply(x, { mode: 'eval', updates: new Map() });
  const [buffer] = layer.buffers;
  const start = Float64Array.from(initialValue(buffer!, Stream.root(0)));
  const feeds = { x: points, [buffer!.name]: curves ?? start };
  const [dx] = grad(y.sum(), [x]);
  return evaluate([y, dx!], feeds).map((values) => [...values]);
}

describe('a curve of columns', () => {
  it('is a asinh((x - c) w) + b + l x, and leaves the other column as it is', () => {
    const [y, dx] = valuesOf(numbers);
    points.forEach((value, at) => {
      const t = (value - 0.1) * 8;
      const bent = at % 2 === 0;
      const wanted = bent ? 0.7 * Math.asinh(t) - 0.3 + 0.25 * value : value;
      const slope = bent ? (0.7 * 8) / Math.sqrt(t * t + 1) + 0.25 : 1;
      expect(Math.abs(y![at]! - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
      expect(dx![at]).toBeCloseTo(slope, 9);
    });
  });

  it('is the line y = x where nothing else is said', () => {
    expect(valuesOf()).toEqual([[...points], new Array(10).fill(1)]);
  });
});
