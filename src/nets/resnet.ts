/** @file Residual networks for colour images: SLOGAN Tables 14 (32x32) and 15 (64x64). */
import { usageError } from '../errors.js';
import { batchNorm } from '../nn/batch-norm.js';
import { activation, dense, type Layer, relu, unflatten } from '../nn/layer.js';
import { narrowConv } from '../nn/narrow-conv.js';
import { Network } from '../nn/network.js';
import { residual, residualDown, residualFirst, residualUp } from '../nn/residual.js';
import type { Backbone, DataShape } from './backbone.js';
import { fromSigned, toSigned } from './infogan.js';
import { outputActivation } from './mlp.js';

/** How residual networks are made. */
export interface ResnetSizes {
  /** Feature maps of every block (128 in the paper). */
  readonly channels: number;
}

/** Sides are multiples of the first; the last is the largest. */
const [STEP, MOST] = [8, 128];
/** Largest side at which a generator starts, where it can start at half of it. */
const LARGE_START = 12;
/** Blocks of a critic or encoder. */
const BLOCKS = 4;

/** Means of the feature maps, [n, c, h, w] -> [n, c]. */
const pooled = activation((x) => x.mean([2, 3]));

/**
 * For images whose sides are multiples of 8 up to 128: the generator starts at an eighth of the sides (from 112 on at a
 * sixteenth where that is whole) and doubles them block by block; critic and encoder halve them, to 8x8 at 32 and 64, and
 * end with blocks that keep the size, four in all; then ReLU, the means of the feature maps, and a dense layer. Data in
 * [0, 1] are read as 2 x - 1, and made as (tanh + 1) / 2: the networks are for [-1, 1].
 * @throws a usage error for data of another shape.
 */
export function resnet(data: DataShape, { channels }: ResnetSizes): Backbone {
  const [colours, height, width] = requireSides(data.shape);
  const ups = doublings(Math.max(height, width), Math.min(height, width));
  const [h, w] = [height / 2 ** ups, width / 2 ** ups];
  const downs = Math.max(height, width) <= 32 ? ups - 1 : ups;
  const unit = data.range === 'unit';
  const trunk = (name: string): Layer[] => [
    ...(unit ? [toSigned] : []),
    residualFirst(`${name}/0-down`, colours, channels),
    ...places(downs - 1, 1).map((at) => residualDown(`${name}/${at}-down`, channels)),
    ...places(Math.max(1, BLOCKS - downs), downs).map((at) => residual(`${name}/${at}-block`, channels)),
    relu,
    pooled,
  ];
  const headed = (name: string, outputs: number) => {
    const layers = trunk(name);
    return new Network(name, [...layers, dense(`${name}/head`, channels, outputs)], { trunk: layers.length });
  };
  return {
    generator: (latent) =>
      new Network('generator', [
        dense('generator/0-dense', latent, channels * h * w),
        unflatten([channels, h, w]),
        ...places(ups, 1).map((at) => residualUp(`generator/${at}-up`, channels)),
        batchNorm(`generator/${ups + 1}-norm`, channels),
        relu,
        narrowConv(`generator/${ups + 1}-conv`, channels, colours),
        ...outputActivation(unit ? 'signed' : data.range),
        ...(unit ? [fromSigned] : []),
      ]),
    critic: ({ outputs = 1, name = 'critic' } = {}) => headed(name, outputs),
    encoder: (outputs, { name = 'encoder' } = {}) => headed(name, outputs),
  };
}

function places(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

/** How often a generator doubles: three times, once more where it would start large and its start can be halved. */
function doublings(largest: number, smallest: number): number {
  const halves = [largest, smallest].every((side) => side % (2 * STEP) === 0);
  return largest / STEP > LARGE_START && halves ? 4 : 3;
}

function requireSides(shape: readonly number[]): readonly [channels: number, height: number, width: number] {
  const fits = (side: number) => side % STEP === 0 && side >= 2 * STEP && side <= MOST;
  const [channels, height, width] = shape as [number, number, number];
  if (shape.length === 3 && fits(height) && fits(width)) return [channels, height, width];
  const advice =
    shape.length === 3
      ? `read a folder of images with --size ${nearest(height, width)}, or use`
      : 'they are for images; use';
  throw usageError(
    `The resnet networks are made for images whose sides are multiples of ${STEP} from ${2 * STEP} to ${MOST}, but this data has shape ${shape.join('x')}; ${advice} --set network=${isSmall(shape) ? 'dcgan' : 'mlp'}.`,
  );
}

/** Whether the `dcgan` networks take such images. */
function isSmall(shape: readonly number[]): boolean {
  return shape.length === 3 && shape.slice(1).every((side) => side % 4 === 0 && side >= 16 && side <= 64);
}

/** The size that fits and is nearest, as --size takes it. */
function nearest(height: number, width: number): string {
  const closest = (side: number) => Math.min(MOST, Math.max(2 * STEP, STEP * Math.round(side / STEP)));
  const [h, w] = [closest(height), closest(width)];
  return h === w ? String(h) : `${w}x${h}`;
}
