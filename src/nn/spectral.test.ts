import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { dense } from './layer.js';
import { initialValue, type Parameter } from './parameter.js';
import { spectralProjection, startName } from './spectral.js';

/** |W|_2 by many power iterations on W^T W. */
function spectralNorm(w: ArrayLike<number>, rows: number, columns: number): number {
  let v = Float64Array.from({ length: columns }, (_, i) => 1 + Math.sin(i));
  let norm = 0;
  for (let round = 0; round < 400; round++) {
    const next = new Float64Array(columns);
    for (let i = 0; i < rows; i++) {
      let dot = 0;
      for (let j = 0; j < columns; j++) dot += w[i * columns + j]! * v[j]!;
      for (let j = 0; j < columns; j++) next[j]! += dot * w[i * columns + j]!;
    }
    norm = Math.hypot(...next);
    v = next.map((value) => value / norm);
  }
  return Math.sqrt(norm);
}

const startInput = (weight: Parameter) => input(startName(weight), [weight.shape[0]!, 1]);

function project(weight: Parameter, value: ArrayLike<number>, stream: Stream): Float64Array {
  const start = stream.normals(new Float64Array(weight.shape[0]!));
  const graph = spectralProjection([weight], startInput).get(weight.name)!;
  return evaluate([graph], { [weight.name]: value, [startName(weight)]: start })[0]!;
}

describe('spectral projection', () => {
  const weight = dense('w', 128, 128, { spectral: true }).projected[0]!;

  it.each([1, 2, 3])(
    'two iterations leave 1.0 <= |W|_2 <= 1.4 on a random 128 x 128 matrix (seed %i)',
    (seed) => {
      const stream = Stream.root(seed);
      const projected = project(weight, initialValue(weight, stream), stream.fork('start'));
      const norm = spectralNorm(projected, 128, 128);
      expect(norm).toBeGreaterThanOrEqual(1 - 1e-6);
      expect(norm).toBeLessThanOrEqual(1.4);
    },
  );

  it('keeps the norm there when it is repeated, whatever the scale it starts from', () => {
    const stream = Stream.root(5);
    let value: ArrayLike<number> = initialValue(weight, stream).map((x) => 50 * x);
    for (let step = 0; step < 6; step++) {
      value = project(weight, value, stream.fork('start', step));
      const norm = spectralNorm(value, 128, 128);
      expect(norm).toBeGreaterThanOrEqual(1 - 1e-6);
      expect(norm).toBeLessThanOrEqual(1.4);
    }
  });

  it('scales up too, and is exact for a matrix of rank one', () => {
    const small = dense('s', 2, 3, { spectral: true }).projected[0]!;
    const rankOne = [0.1, 0.2, -0.2, 0.2, 0.4, -0.4]; // (1, 2)^T (0.1, 0.2, -0.2): norm sqrt(5) 0.3
    const projected = project(small, rankOne, Stream.root(1));
    rankOne.forEach((value, i) => {
      expect(projected[i]).toBeCloseTo(value / (0.3 * Math.sqrt(5)), 10);
    });
  });

  it('touches weights only', () => {
    const layer = dense('l', 4, 4, { spectral: true });
    expect([...spectralProjection(layer.projected, startInput).keys()]).toEqual(['l/weight']);
    expect(dense('l', 4, 4).projected).toEqual([]);
  });
});
