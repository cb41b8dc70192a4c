/** @file The input convention of a feature network, as a user declares it: `range=0..1,size=299,layout=nchw`. */
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../errors.js';

/** How values, axes and sizes of samples become the input of a network; what is absent takes its default. */
export interface InputConvention {
  /**
   * The interval that images are mapped to: `0..1`, `-1..1`, `0..255`; `as-is` takes values as the data have them
   * (tables, points).
   */
  readonly range?: Range;
  /** Subtracted after the mapping, one value or one a channel. */
  readonly mean?: readonly number[];
  /** Divisor after the subtraction, one value or one a channel. */
  readonly std?: readonly number[];
  /** Order of the axes: rows of images, or channels last (default `nchw`). */
  readonly layout?: Layout;
  /** Height and width that images are resized to, bilinearly (default: images must have the network's own size). */
  readonly size?: readonly [height: number, width: number];
  /** Where the pixels of a resized image lie, or by which filter they are made (default `half-pixel`). */
  readonly resize?: Resize;
  /** Name of the network's output that holds the features (default: its only output). */
  readonly output?: string;
  /** Name of the network's output that holds class probabilities, if it has any. */
  readonly probabilities?: string;
  /** Length that the shorter side of images gets, instead of `size`; the other keeps its ratio, rounded down. */
  readonly shortest?: number;
  /** Height and width that are cut from the middle of the resized image. */
  readonly crop?: readonly [height: number, width: number];
  /** Order of the colours (default `rgb`); mean and std are in this order. */
  readonly order?: Order;
  /** What an encoder's tokens become: the first one, which stands for the image (default), or their mean. */
  readonly pool?: Pool;
}

const RANGES = ['0..1', '-1..1', '0..255', 'as-is'] as const;
/** The interval that images are mapped to. */
export type Range = (typeof RANGES)[number];
const ORDERS = ['rgb', 'bgr'] as const;
/** The order of the colours. */
export type Order = (typeof ORDERS)[number];
const POOLS = ['cls', 'mean'] as const;
/** What tokens become: the first, or their mean. */
export type Pool = (typeof POOLS)[number];
const LAYOUTS = ['nchw', 'nhwc'] as const;
/** The order of the axes: channels first or last. */
export type Layout = (typeof LAYOUTS)[number];
/**
 * `half-pixel`: (i + 0.5) in/out - 0.5 (PyTorch, OpenCV, TensorFlow 2); `asymmetric`: i in/out (TensorFlow 1);
 * `align-corners`: i (in - 1)/(out - 1). These are bilinear, without a filter against aliasing when an image shrinks.
 * `bilinear`, `bicubic`, `lanczos`: half pixels, with a filter against aliasing, as Pillow and transformers do it.
 */
const RESIZES = ['half-pixel', 'asymmetric', 'align-corners', 'bilinear', 'bicubic', 'lanczos'] as const;
/** How an image is resized. */
export type Resize = (typeof RESIZES)[number];

const KEYS = [
  ...(['range', 'mean', 'std', 'layout', 'size', 'resize', 'output', 'probabilities'] as const),
  ...(['shortest', 'crop', 'order', 'pool'] as const),
];
const EXAMPLE = 'range=0..1,size=299,layout=nchw';

/**
 * Reads `key=value,...` with the keys range, mean, std (numbers separated by `/`), layout, size (`299` or `224x256`),
 * resize, output, probabilities, shortest, crop, order, pool.
 * @throws a usage error that names the key and what it takes.
 */
export function parseConvention(text: string): InputConvention {
  const found: Record<string, string> = {};
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const at = item.indexOf('=');
    const key = item.slice(0, Math.max(0, at)).trim();
    if (!(KEYS as readonly string[]).includes(key)) {
      throw usageError(
        `The input convention has '${item.trim()}'${didYouMean(key, KEYS)}; give ${KEYS.join(', ')} as in '${EXAMPLE}'.`,
      );
    }
    if (Object.hasOwn(found, key)) throw usageError(`The input convention gives ${key} twice; give it once.`);
    found[key] = item.slice(at + 1).trim();
    if (found[key] === '') throw usageError(`The input convention gives ${key} no value; leave it out.`);
  }
  const read = <T>(key: string, parse: (value: string) => T) =>
    found[key] === undefined ? {} : { [key]: parse(found[key]) };
  return {
    ...read('range', (value) => oneOf('range', value, RANGES)),
    ...read('mean', (value) => numbers('mean', value)),
    ...read('std', (value) => numbers('std', value)),
    ...read('layout', (value) => oneOf('layout', value, LAYOUTS)),
    ...read('size', (value) => size('size', value)),
    ...read('resize', (value) => oneOf('resize', value, RESIZES)),
    ...read('output', (value) => value),
    ...read('probabilities', (value) => value),
    ...read('shortest', (value) => size('shortest', value)[0]),
    ...read('crop', (value) => size('crop', value)),
    ...read('order', (value) => oneOf('order', value, ORDERS)),
    ...read('pool', (value) => oneOf('pool', value, POOLS)),
  };
}

/** The convention as {@link parseConvention} reads it; equal conventions give equal text. */
export function formatConvention(convention: InputConvention): string {
  const { mean, std, size: sides } = convention;
  const parts: Record<(typeof KEYS)[number], string | undefined> = {
    range: convention.range,
    mean: mean?.join('/'),
    std: std?.join('/'),
    layout: convention.layout,
    size: sides?.join('x'),
    resize: convention.resize,
    output: convention.output,
    probabilities: convention.probabilities,
    shortest: convention.shortest?.toString(),
    crop: convention.crop?.join('x'),
    order: convention.order,
    pool: convention.pool,
  };
  return KEYS.filter((key) => parts[key] !== undefined)
    .map((key) => `${key}=${parts[key]}`)
    .join(',');
}

function oneOf<const T extends string>(key: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) {
    throw usageError(`The input convention has ${key}=${value}; ${key} is one of ${allowed.join(', ')}.`);
  }
  return found;
}

function numbers(key: string, value: string): number[] {
  const list = value.split('/').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (list.some((x) => !Number.isFinite(x) || (key === 'std' && x <= 0))) {
    throw usageError(
      `The input convention has ${key}=${value}; give ${key === 'std' ? 'numbers above 0' : 'numbers'} separated by '/', as in ${key}=0.5/0.5/0.5.`,
    );
  }
  return list;
}

/** Longest side of an image; a longer one is taken for a mistake. */
const MOST_PIXELS = 4096;

function size(key: 'size' | 'shortest' | 'crop', value: string): [number, number] {
  const sides = /^(\d{1,9})(?:x(\d{1,9}))?$/.exec(value);
  const height = Number(sides?.[1]);
  const width = Number(sides?.[2] ?? height);
  const two = key === 'shortest' && sides?.[2] !== undefined;
  if (!sides || two || height < 1 || width < 1 || height > MOST_PIXELS || width > MOST_PIXELS) {
    throw usageError(
      `The input convention has ${key}=${value}; give a side${key === 'shortest' ? '' : ' or height x width'} of 1 to ${MOST_PIXELS} pixels, as in ${key}=299${key === 'shortest' ? '' : ` or ${key}=224x256`}.`,
    );
  }
  return [height, width];
}
