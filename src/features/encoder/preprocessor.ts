/** @file Hugging Face's `preprocessor_config.json` as an input convention. */
import { z } from 'zod';
import { MixturaError } from '../../errors.js';
import type { InputConvention, Resize } from '../input-convention.js';

const side = z.int().min(1).max(4096);
const sides = z.object({ height: side, width: side });
const channels = z.union([z.number().transform((x) => [x]), z.array(z.number()).min(1)]);
const schema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().optional(),
  size: z.union([side, sides, z.object({ shortest_edge: side })]).optional(),
  resample: z.int().optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([side, sides]).optional(),
  crop_pct: z.number().gt(0).max(1).nullish(),
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().gt(0).optional(),
  rescale_offset: z.boolean().optional(),
  do_normalize: z.boolean().optional(),
  image_mean: channels.optional(),
  image_std: channels.optional(),
});
type Preprocessor = z.infer<typeof schema>;

/** Pillow's numbers of the filters that are known here. */
const FILTERS: Readonly<Record<number, Resize>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };
/** Processors for which a number as `size` is the shorter side; for all others it is both sides. */
const SHORTER_SIDE = /^(CLIP|ConvNext|Bit|ChineseCLIP|LeViT)/i;
/** From this size on, ConvNeXt's processor resizes to a square and cuts nothing. */
const CONVNEXT_SQUARE = 384;

/**
 * The convention that a preprocessor file of the transformers library declares for images with three channels.
 *
 * Bytes b become (f b - o - mean) / std with f = rescale_factor (1/255 where it is not given); o = 1 with
 * rescale_offset. `crop_pct` (ConvNeXt): below 384 the shorter side becomes size / crop_pct, rounded down, and size is cut from the
 * middle; from 384 on the image becomes a square.
 *
 * @throws a MixturaError that names the key that is not understood.
 */
export function preprocessorConvention(content: unknown, path: string): InputConvention {
  const read = schema.safeParse(content);
  if (!read.success) {
    const key = read.error.issues[0]?.path[0];
    throw new MixturaError(
      `${path} has ${key === undefined ? 'no object' : `a ${String(key)} that is not understood`}; take it out of the file and declare it by --input, such as range=0..1,size=224.`,
    );
  }
  const found = read.data;
  return { ...values(found), layout: 'nchw', ...geometry(found, path) };
}

/** v = 255 f u for u in 0..1, so mean and deviation are divided by 255 f. */
function values(found: Preprocessor): InputConvention {
  const normalize = found.do_normalize ?? found.image_mean !== undefined;
  const mean = normalize ? (found.image_mean ?? [0]) : [0];
  const std = normalize ? (found.image_std ?? [1]) : [1];
  if (found.do_rescale === false) return { range: '0..255', mean, std };
  const factor = 255 * (found.rescale_factor ?? 1 / 255);
  const offset = found.rescale_offset ? 1 : 0;
  // Files round 1/255; the plain numbers are kept then.
  if (Math.abs(factor - 1) < 1e-6 && offset === 0) return { range: '0..1', mean, std };
  return { range: '0..1', mean: mean.map((x) => (x + offset) / factor), std: std.map((x) => x / factor) };
}

function geometry(found: Preprocessor, path: string): InputConvention {
  const cut = (found.do_center_crop ?? false) && found.crop_size !== undefined;
  const crop = cut ? { crop: square(found.crop_size!) } : {};
  if (found.do_resize === false || found.size === undefined) return crop;
  const resize = FILTERS[found.resample ?? 2];
  if (resize === undefined) {
    throw new MixturaError(
      `${path} has resample ${found.resample}, which is not known here; put 2 (bilinear) or 3 (bicubic) into the file.`,
    );
  }
  const { size } = found;
  if (typeof size === 'object' && 'height' in size) return { resize, size: square(size), ...crop };
  const type = found.image_processor_type ?? found.feature_extractor_type ?? '';
  const shortest = typeof size === 'object' ? size.shortest_edge : size;
  const convnext = /^ConvNext/i.test(type) || typeof found.crop_pct === 'number';
  if (convnext && !cut) return { resize, ...convnextGeometry(shortest, found.crop_pct ?? 224 / 256) };
  if (typeof size === 'number' && !SHORTER_SIDE.test(type)) return { resize, size: square(size), ...crop };
  return { resize, shortest, ...crop };
}

function convnextGeometry(size: number, share: number): InputConvention {
  if (size >= CONVNEXT_SQUARE) return { size: [size, size] };
  return { shortest: Math.floor(size / share), crop: [size, size] };
}

function square(size: number | { height: number; width: number }): [number, number] {
  return typeof size === 'number' ? [size, size] : [size.height, size.width];
}
