import { describe, expect, it } from 'vitest';
import { classCounts, type Dataset } from '../dataset.js';
import { BLOB_COUNTS, blobs } from './blobs.js';

/** The mode that each point is nearest to, and its distance in deviations. */
function nearest(dataset: Dataset): { mode: number; distance: number; label: number }[] {
  const { means, sigma } = dataset.truth!;
  const points = new Float32Array(2 * dataset.count);
  dataset.read(
    Uint32Array.from({ length: dataset.count }, (_, i) => i),
    points,
  );
  return Array.from({ length: dataset.count }, (_, i) => {
    const distances = Array.from({ length: 6 }, (_, mode) =>
      Math.hypot(
        (points[2 * i]! - means[2 * mode]!) / sigma[0],
        (points[2 * i + 1]! - means[2 * mode + 1]!) / sigma[1],
      ),
    );
    const distance = Math.min(...distances);
    return { mode: distances.indexOf(distance), distance, label: dataset.labels![i]! };
  });
}

describe('blobs', () => {
  it('has 1,000 points, half of each class, and as many held out', () => {
    expect(BLOB_COUNTS).toEqual([500, 500]);
    expect([...classCounts(blobs())!]).toEqual([500, 500]);
    expect([...classCounts(blobs().test!())!]).toEqual([500, 500]);
    expect(blobs().classNames).toEqual(['even', 'odd']);
  });

  it('has points whose class is that of the mode they are at, but for some between two', () => {
    const points = nearest(blobs());
    const own = points.filter(({ mode, label }) => mode % 2 === label);
    // Neighbouring means are four deviations apart: one point in 22 is nearer to a neighbour of the other class.
    expect(own.length).toBeGreaterThan(920);
    expect(own.length).toBeLessThan(990);
    const inOne = points.filter(({ distance }) => distance < 1).length / points.length;
    // 1 - e^-1/2 within one deviation, and four standard errors of 1,000 draws.
    expect(Math.abs(inOne - 0.393)).toBeLessThan(0.07);
  });

  it('is the same every time', () => {
    // A constant of the project: runs that were trained on it find it again.
    expect(blobs().fingerprint).toBe('92b244f49108cece6abdd808d5a0ab4e229a1ca1e6f0daefa6744c38b4043c10');
    expect(blobs().truth!.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
    expect(blobs().truth!.weights).toHaveLength(6);
  });
});
