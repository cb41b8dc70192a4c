import { describe, expect, it } from 'vitest';
import { preprocessorConvention } from './preprocessor.js';

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const imagenet = { image_mean: IMAGENET.mean, image_std: IMAGENET.std };
const CLIP = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
const half = [0.5, 0.5, 0.5];
const plain = { range: '0..1', layout: 'nchw' };

describe("Hugging Face's preprocessor file", () => {
  it.each([
    [
      'CLIP (ViT-B/32)',
      {
        crop_size: 224,
        do_center_crop: true,
        do_normalize: true,
        do_resize: true,
        feature_extractor_type: 'CLIPFeatureExtractor',
        image_mean: CLIP.mean,
        image_std: CLIP.std,
        resample: 3,
        size: 224,
      },
      { ...plain, ...CLIP, resize: 'bicubic', shortest: 224, crop: [224, 224] },
    ],
    [
      'ViT (base, 16, 224)',
      {
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: half,
        image_processor_type: 'ViTFeatureExtractor',
        image_std: half,
        resample: 2,
        rescale_factor: 0.00392156862745098,
        size: { height: 224, width: 224 },
      },
      { ...plain, mean: half, std: half, resize: 'bilinear', size: [224, 224] },
    ],
    [
      'ViT, an older file',
      {
        do_normalize: true,
        do_resize: true,
        image_mean: half,
        image_std: half,
        resample: 2,
        size: 224,
      },
      { ...plain, mean: half, std: half, resize: 'bilinear', size: [224, 224] },
    ],
    [
      'DINOv2',
      {
        crop_size: { height: 224, width: 224 },
        do_center_crop: true,
        do_convert_rgb: true,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_processor_type: 'BitImageProcessor',
        ...imagenet,
        resample: 3,
        rescale_factor: 0.00392156862745098,
        size: { shortest_edge: 256 },
      },
      { ...plain, ...IMAGENET, resize: 'bicubic', shortest: 256, crop: [224, 224] },
    ],
    [
      'ConvNeXt (224)',
      {
        crop_pct: 0.875,
        do_normalize: true,
        do_resize: true,
        feature_extractor_type: 'ConvNextFeatureExtractor',
        ...imagenet,
        resample: 3,
        size: 224,
      },
      { ...plain, ...IMAGENET, resize: 'bicubic', shortest: 256, crop: [224, 224] },
    ],
    [
      'ConvNeXt (384)',
      {
        crop_pct: 0.875,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_processor_type: 'ConvNextImageProcessor',
        ...imagenet,
        resample: 3,
        rescale_factor: 0.00392156862745098,
        size: { shortest_edge: 384 },
      },
      { ...plain, ...IMAGENET, resize: 'bicubic', size: [384, 384] },
    ],
  ])('%s', (_, content, expected) => {
    expect(preprocessorConvention(content, 'file')).toEqual(expected);
  });

  it('folds another factor and an offset into mean and deviation: b/127.5 - 1 is (u - 0.5) / 0.5', () => {
    const content = { rescale_factor: 1 / 127.5, rescale_offset: true, do_normalize: false };
    const { range, mean, std } = preprocessorConvention(content, 'file');
    expect(range).toBe('0..1');
    expect(mean![0]).toBeCloseTo(0.5, 12);
    expect(std![0]).toBeCloseTo(0.5, 12);
    expect(preprocessorConvention({ do_rescale: false, ...imagenet }, 'file')).toEqual({
      ...IMAGENET,
      range: '0..255',
      layout: 'nchw',
    });
  });

  it.each([
    [{ size: { longest_edge: 9 } }, 'file has a size that is not understood'],
    [{ size: 9, resample: 0 }, 'file has resample 0, which is not known here'],
    [[], 'file has no object'],
  ])('%j is refused in one sentence', (content, message) => {
    expect(() => preprocessorConvention(content, 'file')).toThrow(message);
  });
});
