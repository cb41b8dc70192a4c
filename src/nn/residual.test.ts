import { expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { constant, type Tensor } from '../graph/tensor.js';
import type { Layer } from './layer.js';
import { residual, residualDown, residualFirst, residualUp } from './residual.js';
import { doubled, halved } from './resized-conv.js';

const noise = (size: number, seed: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
const x = constant(noise(2 * 3 * 4 * 4, 1), [2, 3, 4, 4]);

/** The value of a block whose convolutions are 0 but for the shortcut, an identity where it has as many maps. */
function value(block: Layer, of: Tensor = x): Float64Array {
  const feeds: Record<string, Float64Array> = {};
  for (const { name, shape } of block.parameters) {
    const size = shape.reduce((n, side) => n * side, 1);
    feeds[name] = new Float64Array(size);
    if (name.endsWith('gamma')) feeds[name].fill(1);
    if (name.endsWith('shortcut/weight')) for (let i = 0; i < 3; i++) feeds[name][i * 3 + i] = 1;
  }
  for (const { name, shape } of block.buffers) {
    feeds[name] = new Float64Array(shape.reduce((n, side) => n * side, 1)).fill(1);
  }
  return evaluate([block.apply(of, { mode: 'train', updates: new Map() })], feeds)[0] as Float64Array;
}
const plain = (t: Tensor) => evaluate([t], {})[0];

it('adds the shortcut: the image doubled, halved, or as it is', () => {
  expect(value(residualUp('b', 3))).toEqual(plain(doubled(x)));
  expect(value(residualDown('b', 3))).toEqual(plain(halved(x)));
  expect(value(residualFirst('b', 3, 3))).toEqual(plain(halved(x)));
  expect(value(residual('b', 3))).toEqual(plain(x));
});

it('has the convolutions of its kind, and norms in generators alone', () => {
  const names = (block: Layer) => block.parameters.map(({ name }) => name);
  const convolution = (name: string) => [`b/${name}/weight`, `b/${name}/bias`];
  expect(names(residualDown('b', 3))).toEqual(['0-conv', '1-conv', 'shortcut'].flatMap(convolution));
  expect(names(residual('b', 3))).toEqual(['0-conv', '1-conv'].flatMap(convolution));
  expect(names(residualUp('b', 3)).filter((name) => name.endsWith('gamma'))).toEqual([
    'b/0-norm/gamma',
    'b/1-norm/gamma',
  ]);
  expect(residualDown('b', 3).buffers).toEqual([]);
});

it('rectifies before its convolutions, but for the first one of a critic', () => {
  // A negative constant image: with its first ReLU a block sees nothing of it.
  const dark = constant(new Float64Array(3 * 4 * 4).fill(-1), [1, 3, 4, 4]);
  const main = (block: Layer) => {
    const feeds = Object.fromEntries(
      block.parameters.map(({ name, shape }) => {
        const size = shape.reduce((n, side) => n * side, 1);
        const weighs = name.endsWith('weight') && !name.includes('shortcut');
        return [name, new Float64Array(size).fill(weighs ? (name.includes('0-conv') ? -1 : 1) : 0)];
      }),
    );
    return Math.max(...evaluate([block.apply(dark, { mode: 'train', updates: new Map() })], feeds)[0]!);
  };
  expect(main(residualDown('b', 3))).toBe(0);
  expect(main(residualFirst('b', 3, 3))).toBeGreaterThan(1);
});
