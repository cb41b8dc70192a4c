/** @file Batches of real images with what data loaders of photographs add: mirrored images, and noise below a level. */
import { z } from 'zod';
import { usageError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { DataShape } from '../nets/index.js';
import type { PhaseBuilder } from './phase.js';
import type { StepContext } from './step.js';

/** Settings of the critic's real images. */
export const realBatchSettings = {
  mirror: z.boolean().default(false).describe('mirror half of the real images of a batch, left and right'),
  dequantise: z
    .boolean()
    .default(false)
    .describe('add noise of one level of 256 to the real images of a batch'),
};

/** How real images are changed, by {@link realBatchSettings}. */
export interface RealBatchOptions {
  readonly mirror?: boolean;
  readonly dequantise?: boolean;
}

/**
 * The batch of real data of a phase. Mirrored: each image with probability 1/2. Dequantised: level k of 256 becomes
 * (k + u) / 256, u ~ U[0, 1), in the unit interval, and so stretched to [-1, 1]. Source: SLOGAN's code for CIFAR.
 *
 * @throws a usage error for data that are no images of bytes
 */
export function realBatch<Step extends StepContext>(
  p: PhaseBuilder<Step>,
  { mirror = false, dequantise = false }: RealBatchOptions,
  { batch, data }: { readonly batch: number; readonly data: DataShape },
): Tensor {
  if (!mirror && !dequantise) return p.real();
  if (data.shape.length !== 3 || data.range === 'real') {
    const names = [...(mirror ? ['mirror'] : []), ...(dequantise ? ['dequantise'] : [])];
    throw usageError(
      `Real batches are changed (--set ${names.join(', --set ')}) where data are images, and these are none; leave that out.`,
    );
  }
  const width = data.shape[2]!;
  const signed = data.range === 'signed';
  return p.feed('real', [batch, ...data.shape], ({ stream, real }) => {
    const images = Float32Array.from(real());
    if (mirror) mirrorHalf(images, images.length / batch, width, stream.fork('mirror'));
    if (dequantise) addLevelNoise(images, signed, stream.fork('dequantise'));
    return images;
  });
}

/** Mirrors images of `size` values in rows of `width`, in place, each with probability 1/2. */
function mirrorHalf(images: Float32Array, size: number, width: number, stream: Stream): void {
  const drawn = stream.uniforms(new Float32Array(images.length / size));
  drawn.forEach((u, image) => {
    if (u >= 0.5) return;
    for (let row = image * size; row < (image + 1) * size; row += width) {
      images.subarray(row, row + width).reverse();
    }
  });
}

/** Levels k / 255 to (k + u) / 256, in place. */
function addLevelNoise(images: Float32Array, signed: boolean, stream: Stream): void {
  const drawn = stream.uniforms(new Float32Array(images.length));
  for (let i = 0; i < images.length; i++) {
    const unit = signed ? (images[i]! + 1) / 2 : images[i]!;
    const noisy = (255 * unit + drawn[i]!) / 256;
    images[i] = signed ? 2 * noisy - 1 : noisy;
  }
}
