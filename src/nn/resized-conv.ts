/**
 * @file Convolutions of images that are doubled before or halved after, each as one convolution of stride 2.
 *
 * Doubled images have every value four times, and a mean of four sums shares most of its terms. In one dimension, with
 * filter (a, b, c):
 *
 *   conv(up(x))   the even places see b + c of their value and a of the one before, the odd ones a + b and c of the one
 *                 after: a transposed convolution with (c, b + c, a + b, a);
 *   avg(conv(x))  a convolution with (a, a + b, b + c, c) / 2.
 *
 * Both hold at the borders, where the padding is 0, and both take 16 products where the plain way takes 36. Of a 1x1
 * convolution the same makes one of 2x2. Filters and gradients are those of the plain convolution.
 */
import { constant, type Tensor } from '../graph/tensor.js';
import type { Initializer } from './initializers.js';
import { conv, type Layer } from './layer.js';

/** Nearest-neighbour upsampling by 2, [n, c, h, w] -> [n, c, 2 h, 2 w]. */
export function doubled(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return x
    .reshape([n, c, h, 1, w, 1])
    .broadcastTo([n, c, h, 2, w, 2])
    .reshape([n, c, 2 * h, 2 * w]);
}

/** Means of squares of 2x2, [n, c, 2 h, 2 w] -> [n, c, h, w]. */
export function halved(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return x.reshape([n, c, h / 2, 2, w / 2, 2]).mean([3, 5]);
}

const STRIDED = { stride: 2, pad: 1 };
/** (a, b, c) -> (c, b + c, a + b, a), as columns. */
const UP = [0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0];
/** (a, b, c) -> (a, a + b, b + c, c) / 2, as columns. */
const DOWN = [0.5, 0.5, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0.5];

/** Filters [a, b, 3, 3] -> [a, b, 4, 4], the same map along both axes. */
function folded(filter: Tensor, map: readonly number[]): Tensor {
  const [a, b] = filter.shape as [number, number];
  const columns = constant(map, [3, 4]);
  const along = (t: Tensor, lines: number) =>
    t
      .reshape([a * b * lines, 3])
      .matmul(columns)
      .reshape([a, b, lines, 4])
      .transpose([0, 1, 3, 2]);
  return along(along(filter, 3), 4);
}

function resizedConv(
  name: string,
  inputs: number,
  outputs: number,
  { kernel, initializer }: { kernel: 1 | 3; initializer?: Initializer | undefined },
  convolved: (x: Tensor, filter: Tensor) => Tensor,
): Layer {
  const plain = conv(name, inputs, outputs, {
    kernel,
    pad: (kernel - 1) / 2,
    ...(initializer && { initializer }),
  });
  const [weight, bias] = plain.parameters as [
    (typeof plain.parameters)[number],
    (typeof plain.parameters)[number],
  ];
  return {
    ...plain,
    apply: (x) => convolved(x, weight.tensor).add(bias.tensor.reshape([outputs, 1, 1])),
  };
}

/** conv3x3 of the doubled image, with bias, [n, inputs, h, w] -> [n, outputs, 2 h, 2 w]; filters [outputs, inputs, 3, 3]. */
export function doublingConv(
  name: string,
  inputs: number,
  outputs: number,
  initializer?: Initializer,
): Layer {
  return resizedConv(name, inputs, outputs, { kernel: 3, initializer }, (x, filter) => {
    const [h, w] = x.shape.slice(2) as [number, number];
    return x.convTranspose(folded(filter.transpose([1, 0, 2, 3]), UP), [2 * h, 2 * w], STRIDED);
  });
}

/** The halved conv3x3 of the image, with bias, [n, inputs, 2 h, 2 w] -> [n, outputs, h, w]; filters [outputs, inputs, 3, 3]. */
export function halvingConv(name: string, inputs: number, outputs: number, initializer?: Initializer): Layer {
  return resizedConv(name, inputs, outputs, { kernel: 3, initializer }, (x, filter) =>
    x.conv(folded(filter, DOWN), STRIDED),
  );
}

/** conv1x1 of the doubled image, with bias: a transposed convolution with four copies of its filter. */
export function doublingConv1(name: string, inputs: number, outputs: number): Layer {
  return resizedConv(name, inputs, outputs, { kernel: 1 }, (x, filter) => {
    const [h, w] = x.shape.slice(2) as [number, number];
    return x.convTranspose(copied(filter.transpose([1, 0, 2, 3])), [2 * h, 2 * w], { stride: 2 });
  });
}

/** conv1x1 of the halved image, with bias: a convolution with four copies of a quarter of its filter. */
export function halvingConv1(name: string, inputs: number, outputs: number): Layer {
  return resizedConv(name, inputs, outputs, { kernel: 1 }, (x, filter) =>
    x.conv(copied(filter.mul(0.25)), { stride: 2 }),
  );
}

/** Filters [a, b, 1, 1] -> [a, b, 2, 2]. */
function copied(filter: Tensor): Tensor {
  const [a, b] = filter.shape as [number, number];
  return filter.broadcastTo([a, b, 2, 2]);
}
