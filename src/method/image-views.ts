/**
 * @file Random views of images that a phase makes, in its graph, so that gradients reach what made the images: crops,
 * mirrored images, colour jitter, and DiffAugment. Every draw is of the phase's own stream.
 */
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import { brightened, contrasted, cutoutMask, jittered, saturated } from '../nn/colour.js';
import {
  cropTaps,
  type Part,
  resampled,
  shiftTaps,
  type TapInputs,
  type Taps,
  tapIndex,
} from '../nn/resampling.js';
import type { OwnStep, PhaseBuilder } from './phase.js';

type ImageShape = readonly [n: number, channels: number, height: number, width: number];

/** How crops are drawn. */
export interface CropOptions {
  /** Share of the area of an image that a crop has, from and to. */
  readonly scale: readonly [number, number];
  /** Whether half of the images are mirrored (left and right). */
  readonly mirror?: boolean;
}

/**
 * A random resized crop of each image [n, c, h, w], in the size of the image: area U(scale), log ratio of the sides
 * U(-log 4/3, log 4/3), place uniform. `name` is part of the names of its inputs. Source: torchvision's RandomResizedCrop.
 */
export function croppedView(p: PhaseBuilder, name: string, x: Tensor, options: CropOptions): Tensor {
  const [n, , height, width] = x.shape as ImageShape;
  const drawn = p.draw(({ stream }) => drawCrops(n, [height, width], options, stream.fork(name)));
  return resampled(
    x,
    tapInputs(p, `${name}/rows`, x.shape as ImageShape, height, (step) => cropTaps(drawn(step).rows, height)),
    tapInputs(p, `${name}/columns`, x.shape as ImageShape, width, (step) =>
      cropTaps(drawn(step).columns, width),
    ),
  );
}

/** Crops of n images, as parts of their rows and of their columns. */
export function drawCrops(
  n: number,
  [height, width]: readonly [number, number],
  { scale: [least, most], mirror = false }: CropOptions,
  stream: Stream,
): { rows: Part[]; columns: Part[] } {
  const [rows, columns]: [Part[], Part[]] = [[], []];
  const sides = () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = height * width * (least + (most - least) * stream.uniform());
      const ratio = (4 / 3) ** (2 * stream.uniform() - 1);
      const [h, w] = [Math.round(Math.sqrt(area / ratio)), Math.round(Math.sqrt(area * ratio))];
      if (h > 0 && w > 0 && h <= height && w <= width) return [h, w] as const;
    }
    return [height, width] as const;
  };
  for (let i = 0; i < n; i++) {
    const [h, w] = sides();
    rows.push({ start: stream.int(height - h + 1), length: h });
    columns.push({ start: stream.int(width - w + 1), length: w, mirrored: mirror && stream.uniform() < 0.5 });
  }
  return { rows, columns };
}

function tapInputs(
  p: PhaseBuilder,
  name: string,
  [n, channels]: ImageShape,
  size: number,
  taps: (step: OwnStep) => Taps,
): TapInputs {
  const drawn = p.draw(taps);
  const index = (part: 'first' | 'second') =>
    p.feed(`${name}/${part}`, [n * channels * size], (step) => tapIndex(drawn(step)[part], channels, size));
  const weight = (part: 'firstWeight' | 'secondWeight') =>
    p.feed(`${name}/${part}`, [n, size], (step) => drawn(step)[part]);
  return {
    ...{ first: index('first'), second: index('second') },
    ...{ firstWeight: weight('firstWeight'), secondWeight: weight('secondWeight') },
  };
}

/** How colours are changed: the factors are U(1 - a, 1 + a). */
export interface JitterOptions {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Share of the images that are changed so. */
  readonly share: number;
  /** Share of the images that are made grey. */
  readonly grey: number;
}

/** Colour jitter of images [n, c, h, w] in [0, 1]: see {@link jittered}. */
export function jitteredView(p: PhaseBuilder, name: string, x: Tensor, options: JitterOptions): Tensor {
  const n = x.shape[0] as number;
  const factors = (part: 'brightness' | 'contrast' | 'saturation') =>
    p.feed(`${name}/${part}`, [n], ({ stream }) => {
      const changed = stream.fork(name, 'changed').uniforms(new Float32Array(n));
      const drawn = stream.fork(name, part).uniforms(new Float32Array(n));
      return drawn.map((u, i) => (changed[i]! < options.share ? 1 + options[part] * (2 * u - 1) : 1));
    });
  const colour = p.feed(`${name}/colour`, [n], ({ stream }) =>
    stream
      .fork(name, 'grey')
      .uniforms(new Float32Array(n))
      .map((u) => (u < options.grey ? 0 : 1)),
  );
  return jittered(x, {
    ...{
      brightness: factors('brightness'),
      contrast: factors('contrast'),
      saturation: factors('saturation'),
    },
    colour,
  });
}

/**
 * DiffAugment with the policy translation, colour, cutout, of images [n, c, h, w] in [-1, 1], which are not cut off:
 * whole shifts up to floor(side / 8 + 1/2) with zeros outside; brightness x + U(-1/2, 1/2), saturation of factor U(0, 2),
 * contrast of factor U(1/2, 3/2); a square of zeros of half of the sides. Source: Zhao et al. 2020.
 */
export function diffAugment(p: PhaseBuilder, name: string, x: Tensor): Tensor {
  const shape = x.shape as ImageShape;
  const [n, , height, width] = shape;
  const shifts = (axis: string, size: number) =>
    tapInputs(p, `${name}/${axis}`, shape, size, ({ stream }) => {
      const most = Math.floor(size / 8 + 0.5);
      const draws = stream.fork(name, axis);
      return shiftTaps(
        Array.from({ length: n }, () => draws.int(2 * most + 1) - most),
        size,
      );
    });
  const uniform = (part: string, low: number, high: number) =>
    p.feed(`${name}/${part}`, [n], ({ stream }) =>
      stream
        .fork(name, part)
        .uniforms(new Float32Array(n))
        .map((u) => low + (high - low) * u),
    );
  const shifted = resampled(x, shifts('rows', height), shifts('columns', width));
  const bright = brightened(shifted, uniform('brightness', -0.5, 0.5));
  const coloured = contrasted(saturated(bright, uniform('saturation', 0, 2)), uniform('contrast', 0.5, 1.5));
  const mask = p.feed(`${name}/cutout`, [n, 1, height, width], ({ stream }) => {
    const draws = stream.fork(name, 'cutout');
    const side = Math.floor(height / 2 + 0.5);
    const centre = (size: number) => draws.int(size + (1 - (side % 2)));
    const centres = Array.from({ length: n }, () => [centre(height), centre(width)] as const);
    return cutoutMask(centres, side, [height, width]);
  });
  return coloured.mul(mask);
}
