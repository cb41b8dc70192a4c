/** @file From samples as data sets give them to the input tensor of a feature network. */
import { sampleSize } from '../data/dataset.js';
import { MixturaError, usageError } from '../errors.js';
import { imageFitting } from './image-fitting.js';
import type { InputConvention } from './input-convention.js';
import type { SampleSource } from './sample-source.js';

/** The input of a network as its file declares it; a dimension that is not fixed is undefined. */
export interface NetworkInput {
  /** Name of the network in errors. */
  readonly network: string;
  readonly name: string;
  readonly dims: readonly (number | undefined)[];
}

/** How samples of one shape and range enter a network. */
export interface Preparation {
  /** Shape of one sample as the network reads it, without the batch axis. */
  readonly shape: readonly number[];
  /** Samples [rows, ...shape of the data] as [rows, ...shape]. */
  prepare(samples: Float32Array, rows: number): Float32Array;
}

/**
 * Plans the conversion of samples to the input of a network: resizing, the crop, grey to as many channels as the network reads, the
 * mapping of values to v in the declared range, (v - mean) / std, the order of the axes.
 * @throws a usage error where data and network do not fit together, saying which key of the convention would help.
 */
export function preparation(
  data: Pick<SampleSource, 'shape' | 'range'>,
  network: NetworkInput,
  convention: InputConvention,
): Preparation {
  return network.dims.length === 4
    ? imagePreparation(data, network, convention)
    : rowPreparation(data, network, convention);
}

function rowPreparation(
  { shape, range }: Pick<SampleSource, 'shape' | 'range'>,
  { network, dims }: NetworkInput,
  convention: InputConvention,
): Preparation {
  const width = sampleSize(shape);
  if (dims.length !== 2) {
    throw new MixturaError(
      `${network} reads tensors of ${dims.length} axes; a feature network reads images [N, C, H, W] or rows [N, F].`,
    );
  }
  if (dims[1] !== undefined && dims[1] !== width) {
    throw usageError(
      `${network} reads rows of ${dims[1]} values, but these data have shape ${shape.join('x')}; use a network made for them.`,
    );
  }
  const convert = valueMap(range, convention, 1, network);
  return { shape: [width], prepare: (samples) => samples.map((x) => convert(x, 0)) };
}

function imagePreparation(
  { shape, range }: Pick<SampleSource, 'shape' | 'range'>,
  input: NetworkInput,
  convention: InputConvention,
): Preparation {
  const [channels, height, width] = imageShape(shape, input);
  const last = convention.layout === 'nhwc';
  const [netChannels, ...netSides] = last
    ? [input.dims[3], input.dims[1], input.dims[2]]
    : [input.dims[1], input.dims[2], input.dims[3]];
  const outChannels = netChannels ?? (channels === 1 ? colours(convention) : channels);
  if (outChannels !== channels && channels !== 1) throw wrongChannels(input, outChannels, shape, last);
  const fit = imageFitting([height, width], range, input.network, convention);
  const { sides } = fit;
  requireSides([height, width], sides, netSides, input, convention);
  const convert = valueMap(range, convention, outChannels, input.network);
  const plane = sides[0] * sides[1];
  const [channelStep, pixelStep] = last ? [1, outChannels] : [plane, 1];
  const resized = new Float32Array(plane);
  return {
    shape: last ? [...sides, outChannels] : [outChannels, ...sides],
    prepare(samples, rows) {
      const out = new Float32Array(rows * outChannels * plane);
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < outChannels; c++) {
          const source = channels === 1 ? 0 : convention.order === 'bgr' ? channels - 1 - c : c;
          if (c === 0 || channels > 1)
            fit.apply(samples, (row * channels + source) * height * width, resized);
          let to = row * outChannels * plane + c * channelStep;
          for (let i = 0; i < plane; i++, to += pixelStep) out[to] = convert(resized[i]!, c);
        }
      }
      return out;
    },
  };
}

/** Channels that grey images are repeated to where a network leaves them free: as many as there are means. */
function colours({ mean = [], std = [] }: InputConvention): number {
  return Math.max(1, mean.length, std.length);
}

function imageShape(shape: readonly number[], { network }: NetworkInput): readonly [number, number, number] {
  const [channels, height, width] = shape;
  if (shape.length === 3) return [channels!, height!, width!];
  throw usageError(
    `${network} reads images, but these data have shape ${shape.join('x')}; use a network made for them.`,
  );
}

function wrongChannels(
  { network }: NetworkInput,
  channels: number,
  shape: readonly number[],
  last: boolean,
): MixturaError {
  const hint =
    channels > 4 ? `declare layout=${last ? 'nchw' : 'nhwc'} if they come ${last ? 'first' : 'last'}` : '';
  return usageError(
    `${network} reads ${channels} channel${channels === 1 ? '' : 's'}, but these data are ${shape.join('x')}; ${hint || 'use a network made for them'}.`,
  );
}

/** Checks that images have the network's size after resizing and cropping. */
function requireSides(
  own: readonly [number, number],
  sides: readonly [number, number],
  net: readonly (number | undefined)[],
  { network, dims }: NetworkInput,
  { size, crop, shortest }: InputConvention,
): void {
  if (net.every((side, i) => side === undefined || side === sides[i])) return;
  const wanted = `${net[0] ?? sides[0]}x${net[1] ?? sides[1]}`;
  const declared = dims.map((dim) => dim ?? '?').join(', ');
  throw usageError(
    crop || shortest
      ? `${network} reads ${wanted} images, but ${own.join('x')} ones become ${sides.join('x')}; declare crop=${wanted}.`
      : size
        ? `${network} has an input of shape [${declared}], which size=${size.join('x')} does not fit; declare size=${wanted} or another layout.`
        : `${network} reads ${wanted} images, but these are ${own.join('x')}; declare size=${wanted} to resize them.`,
  );
}

/** The mapping of one value of a channel: from the interval of the data to the declared one, then mean and std. */
function valueMap(
  from: SampleSource['range'],
  { range, mean = [0], std = [1] }: InputConvention,
  channels: number,
  network: string,
): (x: number, channel: number) => number {
  if (range === undefined) {
    throw usageError(
      `${network} does not say which values it reads; declare them, such as range=0..1 (or -1..1, 0..255, as-is).`,
    );
  }
  if (from === 'real' && range !== 'as-is') {
    throw usageError(
      `${network} reads images with values in ${range}, but these data may have any value; declare range=as-is if it is made for them.`,
    );
  }
  for (const [key, list] of Object.entries({ mean, std })) {
    if (list.length !== 1 && list.length !== channels) {
      throw usageError(
        `The input convention gives ${list.length} values of ${key}, but ${network} reads ${channels} channels; give 1 or ${channels}.`,
      );
    }
  }
  const { scale, shift } = interval(from, range);
  const at = (list: readonly number[], channel: number) => (list.length === 1 ? list[0]! : list[channel]!);
  const scales = Array.from({ length: channels }, (_, c) => scale / at(std, c));
  const shifts = Array.from({ length: channels }, (_, c) => (shift - at(mean, c)) / at(std, c));
  return (x, channel) => scales[channel]! * x + shifts[channel]!;
}

function interval(
  from: SampleSource['range'],
  to: NonNullable<InputConvention['range']>,
): { scale: number; shift: number } {
  if (to === 'as-is') return { scale: 1, shift: 0 };
  // u = a x + b in [0, 1], then v = width u + low.
  const [a, b] = from === 'signed' ? [0.5, 0.5] : [1, 0];
  const [low, width] = to === '-1..1' ? [-1, 2] : to === '0..255' ? [0, 255] : [0, 1];
  return { scale: width * a, shift: width * b + low };
}
