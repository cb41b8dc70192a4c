import { expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { conv, type Layer } from './layer.js';
import type { Parameter } from './parameter.js';
import { doubled, doublingConv, doublingConv1, halved, halvingConv, halvingConv1 } from './resized-conv.js';

const noise = (size: number, seed: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
const sample = (shape: readonly number[], seed: number) =>
  constant(
    noise(
      shape.reduce((n, side) => n * side, 1),
      seed,
    ),
    shape,
  );
const CONTEXT = { mode: 'train', updates: new Map() } as const;

/** The output of a layer, and gradients of a sum of it in its filters, its bias and its input. */
function outcome(layer: Layer, x: Tensor, convolved: (x: Tensor) => Tensor): Float64Array[] {
  const y = convolved(x);
  const loss = y.mul(sample(y.shape as number[], 3)).sum();
  const [weight, bias] = layer.parameters as [Parameter, Parameter];
  const size = weight.shape.reduce((n, side) => n * side, 1);
  const feeds = { 'c/weight': noise(size, 7), 'c/bias': noise(4, 8) };
  return evaluate([y, ...grad(loss, [weight.tensor, bias.tensor, x])], feeds) as Float64Array[];
}

function expectSame(one: readonly Float64Array[], other: readonly Float64Array[]): void {
  one.forEach((values, at) => {
    const far = values.map((value, i) => Math.abs(value - other[at]![i]!));
    expect(values.length).toBe(other[at]!.length);
    expect(Math.max(...far)).toBeLessThan(1e-12);
  });
}

it('doubles by the nearest value, and halves by means', () => {
  const x = constant([1, 2, 3, 4], [1, 1, 2, 2]);
  expect([...evaluate([doubled(x)], {})[0]!]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  expect([...evaluate([halved(x)], {})[0]!]).toEqual([2.5]);
  const any = sample([2, 3, 4, 6], 1);
  expect(evaluate([halved(doubled(any))], {})[0]).toEqual(evaluate([any], {})[0]);
});

it.each([
  [3, doublingConv],
  [1, doublingConv1],
] as const)(
  'is the convolution of side %d of the doubled image, with its gradients, up to the borders',
  (kernel, layer) => {
    const plain = conv('c', 3, 4, { kernel, pad: (kernel - 1) / 2 });
    const x = sample([2, 3, 3, 5], 1);
    const own = layer('c', 3, 4);
    expectSame(
      outcome(own, x, (t) => own.apply(t, CONTEXT)),
      outcome(plain, x, (t) => plain.apply(doubled(t), CONTEXT)),
    );
  },
);

it.each([
  [3, halvingConv],
  [1, halvingConv1],
] as const)(
  'is the halved convolution of side %d, with its gradients, up to the borders',
  (kernel, layer) => {
    const plain = conv('c', 3, 4, { kernel, pad: (kernel - 1) / 2 });
    const x = sample([2, 3, 6, 4], 2);
    const own = layer('c', 3, 4);
    expectSame(
      outcome(own, x, (t) => own.apply(t, CONTEXT)),
      outcome(plain, x, (t) => halved(plain.apply(t, CONTEXT))),
    );
  },
);
