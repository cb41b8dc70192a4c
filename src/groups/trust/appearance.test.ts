import { describe, expect, it } from 'vitest';
import { appearanceFindings, explainedShare, imageProperties } from './appearance.js';

/** Images of constant channels. */
function samplesOf(images: readonly (readonly number[])[], channels: number) {
  return {
    shape: [channels, 1, images[0]!.length / channels],
    read(indices: ArrayLike<number>, out: Float32Array) {
      out.set(Array.from(indices).flatMap((i) => [...images[i]!]));
    },
  };
}

describe('the share of variance that groups explain', () => {
  it('is that of sums of squares between groups and in all', () => {
    const values = Float64Array.of(1, 3, 5, 7);
    // Means 2 and 6 around 4: 16 of 20.
    expect(explainedShare({ rows: 4, columns: 1, values }, Int32Array.of(1, 1, 2, 2))).toBeCloseTo(0.8, 12);
    expect(explainedShare({ rows: 4, columns: 1, values }, Int32Array.of(1, 1, 1, 1))).toBe(0);
    expect(explainedShare({ rows: 4, columns: 1, values }, Int32Array.of(1, 2, 3, 4))).toBe(1);
  });

  it('takes the trace of several columns, and is 0 where all rows are equal', () => {
    const values = Float64Array.of(0, 0, 2, 0, 0, 4, 2, 4);
    // The second column (16) lies between the groups, the first (4) within.
    const group = Int32Array.of(1, 1, 2, 2);
    expect(explainedShare({ rows: 4, columns: 2, values }, group)).toBeCloseTo(16 / 20, 12);
    expect(explainedShare({ rows: 4, columns: 2, values: values.fill(3) }, group)).toBe(0);
  });
});

describe('plain properties of images', () => {
  it('are brightness, contrast and mean colour, of the images that are looked at', () => {
    const images = [
      [9, 9, 9, 9, 9, 9],
      [0, 2, 4, 4, 1, 1],
    ];
    const found = imageProperties(samplesOf(images, 3), Uint32Array.of(1));
    expect([...found.keys()]).toEqual(['brightness', 'contrast', 'colour']);
    expect(found.get('brightness')!.values[0]).toBeCloseTo(2, 6);
    expect(found.get('contrast')!.values[0]).toBeCloseTo(Math.sqrt(14 / 6), 6);
    expect(Array.from(found.get('colour')!.values, (x) => Number(x.toFixed(6)))).toEqual([1, 4, 1]);
  });

  it('have no colour where images are grey', () => {
    expect([...imageProperties(samplesOf([[1, 2]], 1), Uint32Array.of(0)).keys()]).toEqual([
      'brightness',
      'contrast',
    ]);
  });

  it('are read in blocks', () => {
    const images = Array.from({ length: 1100 }, (_, i) => new Array<number>(2000).fill(i));
    const indices = Uint32Array.from(images, (_, i) => i);
    const { values } = imageProperties(samplesOf(images, 1), indices).get('brightness')!;
    expect([...values]).toEqual([...indices]);
  });

  it('come the most explained first', () => {
    const images = [
      [0, 0],
      [0, 4],
      [8, 8],
      [8, 12],
    ];
    const properties = imageProperties(samplesOf(images, 1), Uint32Array.of(0, 1, 2, 3));
    const findings = appearanceFindings(properties, Int32Array.of(1, 1, 2, 2));
    expect(findings.map(({ property }) => property)).toEqual(['brightness', 'contrast']);
    expect(findings[0]!.explained).toBeCloseTo(64 / 68, 6);
    expect(findings[1]!.explained).toBe(0);
  });
});
