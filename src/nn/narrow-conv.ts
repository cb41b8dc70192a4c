/** @file Convolutions to few feature maps, such as the colours of an image. */
import { conv, type Layer } from './layer.js';
import type { Parameter } from './parameter.js';

/** Feature maps that a processor computes together. */
const BLOCK = 16;

/**
 * conv3x3 with bias, [n, inputs, h, w] -> [n, outputs, h, w], for few outputs: computed with filters of zeros beside its own, up
 * to 16 in all, which are dropped. Engines compute maps in blocks: three take longer than sixteen, and the gradient of their
 * filters more than twice as long.
 */
export function narrowConv(name: string, inputs: number, outputs: number): Layer {
  const plain = conv(name, inputs, outputs, { kernel: 3, pad: 1 });
  const [weight, bias] = plain.parameters as [Parameter, Parameter];
  if (outputs >= BLOCK) return plain;
  return {
    ...plain,
    apply: (x) =>
      x
        .conv(weight.tensor.pad(0, 0, BLOCK - outputs), { pad: 1 })
        .slice(1, 0, outputs)
        .add(bias.tensor.reshape([outputs, 1, 1])),
  };
}
