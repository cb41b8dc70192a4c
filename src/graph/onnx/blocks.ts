/** @file What convolutions in ONNX Runtime's blocked layout are made of (see conv-blocked.ts). */

import { type Shape, sizeOf } from '../shape.js';
import type { Emitter } from './emitter.js';

/** [top, left, bottom, right]. */
export type Pads = readonly [number, number, number, number];

interface Geometry {
  readonly stride?: number;
  readonly dilation?: number;
  readonly pads: Pads;
  readonly group?: number;
}

/** What the kernel does with its sums before it writes them (see fuse.ts). */
interface Epilogue {
  readonly bias?: string | undefined;
  readonly slope?: number | undefined;
}

/** Whether whole blocks of channels make each of these axes. */
export function fits({ block }: Emitter, axes: readonly (number | string)[]): boolean {
  return block > 1 && axes.every((axis) => typeof axis === 'number' && axis % block === 0);
}

/** A convolution of an image in blocks by ONNX Runtime's kernel for them, with the bias and rectifier fused into it. */
export function convolve(
  emitter: Emitter,
  image: string,
  filter: string,
  kernel: Shape,
  { stride = 1, dilation = 1, pads, group = 1, bias, slope }: Geometry & Epilogue,
): string {
  return emitter.node('nchwc.Conv', bias === undefined ? [image, filter] : [image, filter, bias], {
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads,
    kernel_shape: kernel as readonly number[],
    group,
    ...activation(slope),
  });
}

function activation(slope: number | undefined): Record<string, string | readonly number[]> {
  if (slope === undefined) return {};
  return slope === 0 ? { activation: 'Relu' } : { activation: 'LeakyRelu', activation_params: [slope] };
}

/** A blocked image with zeros around it: a 1x1 filter of 1 for every channel, as Pad takes one thread and long. */
export function padded(emitter: Emitter, image: string, channels: number, pads: Pads): string {
  if (pads.every((amount) => amount === 0)) return image;
  const ones = emitter.ones([channels, 1, 1, 1]);
  return convolve(emitter, image, ones, [1, 1], { pads, group: channels });
}

/**
 * Filters [o, c, k, l] as [o/B, c/B, k, l, B', B] (o innermost), or [o/B, c, k, l, B] for less than a block of c.
 * ReorderInput brings B numbers together, then a transposition moves them as one: half the time of one that moves each.
 */
export function blockedFilter(emitter: Emitter, w: string, shape: Shape): string {
  const b = emitter.block;
  const [o, c, k, l] = shape as readonly number[];
  const image = emitter.node('Reshape', [w, emitter.integers([o! / b, b, c!, k! * l!])]);
  let filter = emitter.blocked(image);
  if (c! % b === 0) {
    const split = emitter.node('Reshape', [filter, emitter.integers([o! / b, c! / b, b, k! * l!, b])]);
    filter = emitter.node('Transpose', [split], { perm: [0, 1, 3, 2, 4] });
  }
  return emitter.node('Reshape', [filter, emitter.integers([o!, c!, k!, l!])]);
}

/**
 * The sum over batch and pixels, such as the gradient of a bias, of an image that is there in blocks: h w times its
 * mean over the pixels, which ONNX Runtime takes of blocks as fast as it reads them, summed over the batch.
 */
export function blockedSum(
  emitter: Emitter,
  x: string,
  shape: Shape,
  axes: readonly number[],
  keepDims: boolean,
): string | undefined {
  const blocks = emitter.blocksOf(x);
  if (blocks === undefined || shape.length !== 4 || axes.join() !== '0,2,3') return undefined;
  // With one pixel an image in blocks is an image as it is.
  const means = emitter.node('nchwc.GlobalAveragePool', [blocks]);
  const sums = emitter.node('ReduceSum', [means, emitter.integers(axes)], { keepdims: keepDims ? 1 : 0 });
  return emitter.node('Mul', [sums, emitter.scalar(sizeOf(shape.slice(2)))]);
}
