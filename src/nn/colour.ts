/** @file Changes of the colours of images in the graph, each with one number a sample, [n]. */
import type { Tensor } from '../graph/tensor.js';

/** Luminance of red, green and blue. */
const LUMINANCE = [0.2989, 0.587, 0.114] as const;

function perImage(values: Tensor): Tensor {
  return values.reshape([values.shape[0]!, 1, 1, 1]);
}

/** factor x + (1 - factor) towards. */
function blended(x: Tensor, towards: Tensor, factor: Tensor): Tensor {
  return towards.add(perImage(factor).mul(x.sub(towards)));
}

/** x + b. */
export function brightened(x: Tensor, amount: Tensor): Tensor {
  return x.add(perImage(amount));
}

/** m + f (x - m), m the mean of the channels of each pixel. */
export function saturated(x: Tensor, factor: Tensor): Tensor {
  return blended(x, x.mean([1], true), factor);
}

/** m + f (x - m), m the mean of the image. */
export function contrasted(x: Tensor, factor: Tensor): Tensor {
  return blended(x, x.mean([1, 2, 3], true), factor);
}

/** The luminance of each pixel, [n, 1, h, w]: of one channel the channel itself. */
export function luminance(x: Tensor): Tensor {
  if (x.shape[1] !== 3) return x.mean([1], true);
  return LUMINANCE.map((weight, channel) => x.slice(1, channel, channel + 1).mul(weight)).reduce((a, b) =>
    a.add(b),
  );
}

/** Factors of {@link jittered}, each [n]; 1 changes nothing. */
export interface JitterFactors {
  readonly brightness: Tensor;
  readonly contrast: Tensor;
  readonly saturation: Tensor;
  /** 0 makes an image grey. */
  readonly colour: Tensor;
}

/**
 * Colour jitter of images in [0, 1]: brightness f x, contrast m + f (x - m) with the mean luminance m, saturation and colour
 * g + f (x - g) with the luminance g of each pixel, in this order, each cut off at 0 and 1. Source: torchvision's
 * ColorJitter without hue, and RandomGrayscale.
 */
export function jittered(x: Tensor, { brightness, contrast, saturation, colour }: JitterFactors): Tensor {
  const cut = (y: Tensor) => y.relu().sub(1).neg().relu().sub(1).neg();
  const bright = cut(x.mul(perImage(brightness)));
  const even = cut(blended(bright, luminance(bright).mean([1, 2, 3], true), contrast));
  const full = cut(blended(even, luminance(even), saturation));
  return blended(full, luminance(full), colour);
}

/**
 * 0 inside a square of side `side` about (y, x), 1 elsewhere, of each image: n x height x width. The square covers
 * [y - floor(side / 2), y - floor(side / 2) + side) and so in x, cut off at the borders. Source: DiffAugment (Zhao et al. 2020).
 */
export function cutoutMask(
  centres: readonly (readonly [y: number, x: number])[],
  side: number,
  [height, width]: readonly [number, number],
): Float32Array {
  const mask = new Float32Array(centres.length * height * width).fill(1);
  const half = Math.floor(side / 2);
  centres.forEach(([y, x], image) => {
    for (let i = Math.max(0, y - half); i < Math.min(height, y - half + side); i++) {
      for (let j = Math.max(0, x - half); j < Math.min(width, x - half + side); j++) {
        mask[(image * height + i) * width + j] = 0;
      }
    }
  });
  return mask;
}
