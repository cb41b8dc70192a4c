import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { phase } from './phase.js';
import { type RealBatchOptions, realBatch } from './real-batch.js';

const STREAM = Stream.root(3);

/** What a phase feeds of these images at a step. */
function fed(
  options: RealBatchOptions,
  images: Float32Array,
  range: 'signed' | 'unit',
  step = 0,
): Float32Array {
  const batch = images.length / 12;
  const context = { batch, data: { shape: [1, 3, 4], range } };
  const own = phase('p', context, (p) => ({ outputs: { x: realBatch(p, options, context).sum() } }));
  const at = {
    step,
    progress: 0,
    stream: STREAM.fork(step),
    rows: new Uint32Array(batch),
    real: () => images,
  };
  return own.begin({ ...at, samples: undefined as never })!.feeds.real as Float32Array;
}
const image = Float32Array.from({ length: 12 }, (_, i) => i / 255);
const many = Float32Array.from({ length: 12 * 200 }, (_, i) => image[i % 12]!);

describe('a batch of real images', () => {
  it('is itself where nothing is asked for', () => {
    expect(fed({}, image, 'unit')).toBe(image);
  });

  it('has half of its images mirrored, others at other steps, and leaves the data as they are', () => {
    const before = many.slice();
    const batch = fed({ mirror: true }, many, 'unit');
    const mirrored = Float32Array.from({ length: 12 }, (_, i) => image[i - (i % 4) + 3 - (i % 4)]!);
    const parts = Array.from({ length: 200 }, (_, i) => batch.subarray(12 * i, 12 * i + 12).join());
    const turned = parts.filter((part) => part === mirrored.join()).length;
    expect(parts.filter((part) => part === image.join()).length).toBe(200 - turned);
    expect(Math.abs(turned - 100)).toBeLessThan(30);
    expect(many).toEqual(before);
    expect(fed({ mirror: true }, many, 'unit')).toEqual(batch);
    expect(fed({ mirror: true }, many, 'unit', 1)).not.toEqual(batch);
  });

  it('is uniform within its levels: (k + u) / 256, in either interval', () => {
    const unit = fed({ dequantise: true }, many, 'unit');
    const levels = unit.map((x, i) => 256 * x - 255 * many[i]!);
    expect(Math.min(...levels)).toBeGreaterThan(-1e-4);
    expect(Math.max(...levels)).toBeLessThan(1 + 1e-4);
    expect(levels.reduce((a, b) => a + b, 0) / levels.length).toBeCloseTo(0.5, 1);
    const signed = fed(
      { dequantise: true },
      many.map((x) => 2 * x - 1),
      'signed',
    );
    signed.forEach((x, i) => {
      expect((x + 1) / 2).toBeCloseTo(unit[i]!, 5);
    });
  });

  it('is refused for what is no image', () => {
    const context = { batch: 2, data: { shape: [7], range: 'unit' as const } };
    expect(() =>
      phase('p', context, (p) => ({
        outputs: { x: realBatch(p, { mirror: true, dequantise: true }, context).sum() },
      })),
    ).toThrow(
      'Real batches are changed (--set mirror, --set dequantise) where data are images, and these are none; leave that out.',
    );
  });
});
