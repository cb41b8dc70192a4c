/**
 * @file The three convolutions in ONNX Runtime's blocked layout.
 *
 * Its plain Conv spells every image as a matrix and multiplies: small images leave that matrix narrow. Its blocked
 * kernel (domain `com.microsoft.nchwc`, which its own optimiser uses where filters are constants of the model) keeps
 * B channels innermost, [n, c/B, h, w, B], copies nothing, and was about twice as fast on every convolution measured
 * here. B depends on the machine: 16 with AVX-512, 8 with AVX2; `findBlockSize` in engine/ort/ measures it.
 *
 * Blocked values keep the shape [n, c, h, w] in name; only their memory is ordered otherwise. Each function returns
 * `undefined` if its case does not fit the layout; conv-plain.ts then computes it.
 */

import type { LoweredOf } from '../passes/lowered.js';
import { convolvedSize, type Dim, type Shape, staticDim } from '../shape.js';
import { blockedFilter, convolve, fits, type Pads, padded } from './blocks.js';
import type { Emitter } from './emitter.js';

/** Bytes that filters may take of a core's second cache; of 256 KiB to 2 MiB the best on a Xeon whose cores have 2 MiB. */
const CACHED_BYTES = 2 ** 19;

/** y = conv(x, w). */
export function blockedConv(
  emitter: Emitter,
  inputs: readonly string[],
  node: LoweredOf<'conv'>,
): string | undefined {
  const [x, w, bias] = inputs;
  const filter = node.inputs[1]!.shape;
  const [outputs, channels] = filter.slice(0, 2) as [Dim, Dim];
  // An image of less than a block of channels (grey, colour) is read as it is.
  const narrow = typeof channels === 'number' && channels < emitter.block;
  if (!fits(emitter, narrow ? [outputs] : [outputs, channels])) return undefined;
  const { stride, pad } = node.attributes;
  const { slope } = node;
  const blocked = blockedFilter(emitter, w!, filter);
  const pads: Pads = [pad, pad, pad, pad];
  return emitter.plain(
    convolve(emitter, narrow ? x! : emitter.blocked(x!), blocked, filter.slice(2), {
      stride: stride,
      pads,
      bias,
      slope,
    }),
    node.shape,
  );
}

/**
 * x = convInput(y, w). The rows i with (i + pad) mod s = phi read the taps a = phi + s m alone, so each residue
 * (phi, psi) is a convolution of stride 1 with the flipped sub-filter; their results are then interleaved.
 */
export function blockedConvInput(
  emitter: Emitter,
  inputs: readonly string[],
  node: LoweredOf<'convInput'>,
): string | undefined {
  const [y, w, bias] = inputs;
  const filter = node.inputs[1]!.shape;
  if (!fits(emitter, filter.slice(0, 2))) return undefined;
  const { stride } = node.attributes;
  const { slope } = node;
  const source = node.inputs[0]!.shape;
  const sides = [0, 1].map((side) =>
    residues(
      stride,
      node.attributes.pad,
      staticDim(filter[2 + side], filter),
      staticDim(source[2 + side], source),
      node.attributes.size[side]!,
    ),
  );
  const [rows, columns] = sides;
  if (!rows || !columns) return undefined;
  const image = emitter.blocked(y!);
  const parts = rows.map((row) =>
    columns.map((column) => {
      const taps = subFilter(emitter, w!, filter, [row, column], stride);
      const pads: Pads = [row.before, column.before, row.after, column.after];
      return convolve(emitter, image, taps, [row.taps, column.taps], { pads, bias, slope });
    }),
  );
  return emitter.plain(interleave(emitter, parts, node.shape), node.shape);
}

/**
 * w = convFilter(x, y): the convolution of x as [c, n, h, w] with y as filters [o, n, h', w'] dilated by the stride.
 * These filters are as large as images. The kernel reads those of four blocks for every row of every result, so they are
 * cut into pieces of rows that a core's cache holds, whose results are summed.
 */
export function blockedConvFilter(
  emitter: Emitter,
  [x, y]: readonly string[],
  node: LoweredOf<'convFilter'>,
): string | undefined {
  const [source, image] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
  // Batch and channels change places here, so the number of channels c need not fill blocks. For grey images the plain
  // lowering is faster (bench/lowerings.mjs).
  if (!fits(emitter, image.slice(0, 2)) || source[1] === 1) return undefined;
  const { stride, pad, size } = node.attributes;
  // The image is padded less at the far side by as much as the stride skipped there, so that the filter has its size.
  const far = [0, 1].map((side) => {
    const dilated = (staticDim(image[2 + side], image) - 1) * stride + 1;
    return pad - (convolvedSize(staticDim(source[2 + side], source), dilated, 1, pad) - size[side]!);
  });
  if (far.some((amount) => amount < 0)) return undefined;
  const exchanged = emitter.blocked(exchange(emitter, x!, source));
  // Padded beforehand: most of these few, large windows would lie over an edge, which the kernel computes slowly.
  const windows = padded(emitter, exchanged, source[0] as number, [pad, pad, far[0]!, far[1]!]);
  const filters = blockedImageAsFilter(emitter, y!, image);
  const [o, c, ...kernel] = node.shape;
  const [n, , height, width] = image as readonly number[];
  const [down, across] = [0, 1].map((side) => staticDim(source[2 + side], source) + pad + far[side]!);
  const step = cachedRows(Math.min(o as number, 4 * emitter.block), n!, width!);
  const parts = Array.from({ length: Math.ceil(height! / step) }, (_, i) => {
    const [from, to] = [i * step, Math.min((i + 1) * step, height!)];
    const read = [from * stride, (to - 1) * stride + size[0]!] as const;
    return convolve(
      emitter,
      rowsOf(emitter, windows, [c as number, n!, down!, across!], read, emitter.block),
      rowsOf(emitter, filters, [o as number, n!, height!, width!], [from, to], emitter.block ** 2),
      [to - from, width!],
      { dilation: stride, pads: [0, 0, 0, 0] },
    );
  });
  const filter = parts.length === 1 ? parts[0]! : emitter.node('Sum', parts);
  const plain = emitter.plain(filter, [c!, o!, ...kernel]);
  return emitter.node('Transpose', [plain], { perm: [1, 0, 2, 3] });
}

/** Rows of filters [o, n, h, w] that a core's cache holds of those which the kernel computes together: four blocks at most. */
function cachedRows(together: number, n: number, width: number): number {
  return Math.max(1, Math.floor(CACHED_BYTES / (4 * together * n * width)));
}

/** Rows from..to - 1 of images in blocks, [a, b, h, w], of which `together` values of a pixel lie together. */
function rowsOf(
  emitter: Emitter,
  x: string,
  [a, b, height, width]: readonly [number, number, number, number],
  [from, to]: readonly [number, number],
  together: number,
): string {
  if (from === 0 && to === height) return x;
  const images = emitter.node('Reshape', [
    x,
    emitter.integers([(a * b) / together, height, width * together]),
  ]);
  const rows = emitter.node('Slice', [images, ...[from, to, 1].map((at) => emitter.integers([at]))]);
  return emitter.node('Reshape', [rows, emitter.integers([a, b, to - from, width])]);
}

/** The first two axes of an image exchanged: its rows gathered, as ONNX Runtime transposes on one thread. */
function exchange(emitter: Emitter, x: string, shape: Shape): string {
  const [n, c, height, width] = shape as readonly number[];
  const rows = emitter.gather(x, height! * width!, `exchange ${n} ${c}`, () =>
    Array.from({ length: n! * c! }, (_, i) => (i % n!) * c! + Math.floor(i / n!)),
  );
  return emitter.node('Reshape', [rows, emitter.integers([c!, n!, height!, width!])]);
}

/** Filters [o, c, k, l] as [c/B, o/B, k, l, B, B'] (c innermost). */
function exchangedFilter(emitter: Emitter, w: string, shape: Shape): string {
  const b = emitter.block;
  const [o, c, k, l] = shape as readonly number[];
  const split = emitter.node('Reshape', [
    emitter.blocked(w),
    emitter.integers([o! / b, b, c! / b, k! * l!, b]),
  ]);
  const ordered = emitter.node('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
  return emitter.node('Reshape', [ordered, emitter.integers([c! / b, o! / b, k!, l!, b, b])]);
}

/** An image [n, o, h, w] as filters [o, n, h, w], both blocked: its own blocks already hold o innermost. */
function blockedImageAsFilter(emitter: Emitter, y: string, shape: Shape): string {
  const b = emitter.block;
  const [n, o, h, w] = shape as readonly number[];
  const split = emitter.node('Reshape', [
    emitter.blocked(y),
    emitter.integers([n! / b, b, o! / b, h! * w!, b]),
  ]);
  const ordered = emitter.node('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
  return emitter.node('Reshape', [ordered, emitter.integers([o!, n!, h!, w!])]);
}

/** Along one axis: which taps of the filter the rows of one residue read, and how the image is padded for them. */
interface Residue {
  /** The first tap, phi; the others follow at the stride. */
  readonly first: number;
  readonly taps: number;
  readonly before: number;
  readonly after: number;
}

/** The residues of the rows 0, 1, ..., s - 1, or nothing where they do not share one size or need a crop. */
function residues(
  stride: number,
  pad: number,
  kernel: number,
  source: number,
  size: number,
): Residue[] | undefined {
  if (kernel < stride || size % stride !== 0) return undefined;
  const all = Array.from({ length: stride }, (_, row) => {
    const first = (row + pad) % stride;
    const taps = Math.ceil((kernel - first) / stride);
    const shift = (row + pad - first) / stride; // row s t + row reads p = t + shift - m
    const before = taps - 1 - shift;
    return { first, taps, before, after: size / stride - source - before + taps - 1 };
  });
  return all.every(({ before, after }) => before >= 0 && after >= 0) ? all : undefined;
}

/** The taps of a pair of residues, in descending order, of exchanged filters [o, c, k, l]: blocked [c, o, taps, taps']. */
function subFilter(
  emitter: Emitter,
  w: string,
  shape: Shape,
  [row, column]: readonly [Residue, Residue],
  stride: number,
): string {
  const last = ({ first, taps }: Residue) => first + stride * (taps - 1);
  const exchanged = exchangedFilter(emitter, w, shape);
  const picked = emitter.descending(exchanged, [2, 3], [last(row), last(column)], stride);
  const [o, c] = shape as readonly number[];
  return emitter.node('Reshape', [picked, emitter.integers([c!, o!, row.taps, column.taps])]);
}

/**
 * One blocked image of which `parts[r][q]` holds the pixels (s i + r, s j + q). Blocks of B values lie together: they
 * are gathered from all parts one after another.
 */
function interleave(emitter: Emitter, parts: readonly (readonly string[])[], shape: Shape): string {
  const s = parts.length;
  if (s === 1) return parts[0]![0]!;
  const [n, c, height, width] = shape as readonly number[];
  const [h, w] = [height! / s, width! / s];
  const images = (n! * c!) / emitter.block;
  const joined = emitter.node('Concat', parts.flat(), { axis: 0 });
  const blocks = emitter.gather(joined, emitter.block, `interleave ${s} ${images} ${h} ${w}`, () =>
    Array.from({ length: images * height! * width! }, (_, at) => {
      const [image, row, column] = [
        Math.floor(at / (height! * width!)),
        Math.floor(at / width!) % height!,
        at % width!,
      ];
      const part = (row % s) * s + (column % s);
      return ((part * images + image) * h + Math.floor(row / s)) * w + Math.floor(column / s);
    }),
  );
  return emitter.node('Reshape', [blocks, emitter.integers([n!, c!, height!, width!])]);
}
