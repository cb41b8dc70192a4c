import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { type AffineMatrix, augmented, drawAffine, resampled } from './augment.js';

const shape = [2, 3, 4] as const;
const image = Float32Array.from({ length: 24 }, (_, i) => i / 24);
const still = { rotation: 0, shear: 0, scale: [1, 1], shift: 0 } as const;

/** What torch 2.13 gives: grid_sample of affine_grid, both with align_corners=False, in float64. */
const torch = {
  zeros: [
    0.016861979167, 0.048580729167, 0.088736979167, 0.0848828125, 0.140625, 0.196875, 0.253125,
    0.291927083333, 0.312847222222, 0.369097222222, 0.378346354167, 0.362252604167, 0.344986979167,
    0.432955729167, 0.529361979167, 0.4244140625, 0.640625, 0.696875, 0.753125, 0.766927083333,
    0.812847222222, 0.869097222222, 0.837721354167, 0.765377604167,
  ],
  border: [
    0.025694444444, 0.063194444444, 0.100694444444, 0.125, 0.140625, 0.196875, 0.253125, 0.307291666667,
    0.312847222222, 0.369097222222, 0.411805555556, 0.449305555556, 0.525694444444, 0.563194444444,
    0.600694444444, 0.625, 0.640625, 0.696875, 0.753125, 0.807291666667, 0.812847222222, 0.869097222222,
    0.911805555556, 0.949305555556,
  ],
};

describe('an image read at other places', () => {
  it.each([
    ['0 outside', 0, torch.zeros],
    ['its border outside', 'border', torch.border],
  ] as const)('has the values of torch, %s', (_, outside, expected) => {
    const matrix: AffineMatrix = [0.9, -0.2, 0.1, 0.15, 1.1, -0.05];
    const out = new Float32Array(24);
    resampled(image, shape, matrix, outside, out);
    out.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('stays as it is under the identity, and is mirrored by -1', () => {
    const out = new Float32Array(24);
    resampled(image, shape, [1, 0, 0, 0, 1, 0], 0, out);
    expect([...out]).toEqual([...image]);
    resampled(image, shape, [-1, 0, 0, 0, 1, 0], 0, out);
    expect([...out.subarray(0, 4)]).toEqual([...image.subarray(0, 4)].reverse());
  });
});

describe('views of images', () => {
  it('are the images where nothing is changed', () => {
    expect([...augmented(image, shape, still, Stream.root(0))]).toEqual([...image]);
  });

  it('are others each time, the same for the same stream', () => {
    const options = { rotation: 0.3, shear: 0.2, scale: [0.8, 1.2], shift: 0.15, mirror: true } as const;
    const both = Float32Array.from([...image, ...image]);
    const views = augmented(both, shape, options, Stream.root(1));
    expect([...views.subarray(0, 24)]).not.toEqual([...views.subarray(24)]);
    expect(augmented(both, shape, options, Stream.root(1))).toEqual(views);
  });

  it('are drawn within the limits', () => {
    const stream = Stream.root(2);
    const options = { rotation: 0.35, shear: 0, scale: [0.8, 1.2], shift: 0.15 } as const;
    for (let draw = 0; draw < 200; draw++) {
      const [a, , x, c, , y] = drawAffine(options, stream);
      expect(Math.abs(Math.atan2(c, a))).toBeLessThanOrEqual(0.35);
      expect(Math.hypot(a, c)).toBeGreaterThanOrEqual(0.8);
      expect(Math.hypot(a, c)).toBeLessThanOrEqual(1.2);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(0.15);
    }
  });

  it('have gain and offset', () => {
    const ones = new Float32Array(24).fill(1);
    const options = { ...still, gain: [2, 2], offset: [0.5, 0.5] } as const;
    expect([...augmented(ones, shape, options, Stream.root(0))]).toEqual(new Array(24).fill(2.5));
  });
});
