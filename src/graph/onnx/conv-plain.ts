/** @file The three convolutions in the operators of standard ONNX, for any engine. */

import type { LoweredOf } from '../passes/lowered.js';
import { convolvedSize, staticDim } from '../shape.js';
import type { Emitter } from './emitter.js';

/** Conv, with what {@link fuse} has put into it. */
export function plainConv(emitter: Emitter, inputs: readonly string[], node: LoweredOf<'conv'>): string {
  const { stride, pad } = node.attributes;
  const { slope } = node;
  const conv = emitter.node('Conv', inputs, { strides: [stride, stride], pads: [pad, pad, pad, pad] });
  return emitter.leakyRelu(conv, slope);
}

/** ConvTranspose, padded at the far side where the stride skipped the input's last rows. */
export function plainConvInput(
  emitter: Emitter,
  inputs: readonly string[],
  node: LoweredOf<'convInput'>,
): string {
  const { stride, pad, size } = node.attributes;
  const { slope } = node;
  const kernel = node.inputs[1]!.shape;
  const outputPadding = [0, 1].map((side) => {
    const k = staticDim(kernel[2 + side], kernel);
    return (size[side]! + 2 * pad - k) % stride;
  });
  const image = emitter.node('ConvTranspose', inputs, {
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    output_padding: outputPadding,
  });
  return emitter.leakyRelu(image, slope);
}

/** Conv with batch and channels exchanged: x as [c, n, h, w], y as filters [o, n, h', w'] dilated by the stride. */
export function plainConvFilter(
  emitter: Emitter,
  [x, y]: readonly string[],
  node: LoweredOf<'convFilter'>,
): string {
  const { stride, pad, size } = node.attributes;
  const exchange = { perm: [1, 0, 2, 3] };
  const filter = emitter.node(
    'Conv',
    [emitter.node('Transpose', [x!], exchange), emitter.node('Transpose', [y!], exchange)],
    {
      dilations: [stride, stride],
      pads: [pad, pad, pad, pad],
    },
  );
  const [source, image] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
  const sides = [0, 1].map((side) => {
    const dilated = (staticDim(image[2 + side], image) - 1) * stride + 1;
    return convolvedSize(staticDim(source[2 + side], source), dilated, 1, pad);
  });
  const cropped =
    sides[0] === size[0] && sides[1] === size[1]
      ? filter
      : emitter.node('Slice', [
          filter,
          emitter.integers([0, 0]),
          emitter.integers(size),
          emitter.integers([2, 3]),
        ]);
  return emitter.node('Transpose', [cropped], exchange);
}
