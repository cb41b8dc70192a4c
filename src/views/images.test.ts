import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { cellSide, gradientHistograms } from './gradients.js';
import { perImage, pixels, shrunk } from './images.js';

interface Case extends Record<'channels' | 'height' | 'width' | 'cell', number> {
  readonly images: number[];
  readonly histograms: number[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/gradient-histograms.json', import.meta.url), 'utf8'),
) as { readonly cases: Case[] };

const noise = (shape: { channels: number; height: number; width: number }, rows: number) => {
  const columns = shape.channels * shape.height * shape.width;
  return { rows, columns, values: Stream.root(1).uniforms(new Float32Array(rows * columns)) };
};

describe('gradient histograms', () => {
  it.each(golden.cases)('of $channels x $height x $width are those of NumPy', (one) => {
    const view = gradientHistograms({ ...one, span: 1 });
    expect(cellSide(one.height, one.width)).toBe(one.cell);
    const columns = one.images.length;
    const made = view.apply({ rows: 1, columns, values: Float64Array.from(one.images) });
    expect([made.columns, made.values.length]).toEqual([one.histograms.length, view.columns]);
    one.histograms.forEach((value, i) => {
      expect(made.values[i]).toBeCloseTo(value, 5);
    });
  });

  it('do not depend on the unit of the values', () => {
    const shape = { channels: 1, height: 16, width: 16 };
    const x = noise(shape, 3);
    const signed = { ...x, values: x.values.map((value) => 2 * value - 1) };
    const a = gradientHistograms({ ...shape, span: 1 }).apply(x);
    const b = gradientHistograms({ ...shape, span: 2 }).apply(signed);
    a.values.forEach((value, i) => {
      expect(b.values[i]).toBeCloseTo(value, 4);
    });
  });

  it('have cells of an eighth of the shorter side', () => {
    expect([8, 28, 32, 36, 64, 128].map((side) => cellSide(side, 2 * side))).toEqual([4, 4, 4, 5, 8, 16]);
    expect(gradientHistograms({ channels: 3, height: 32, width: 32, span: 1 }).columns).toBe(1764);
    expect(() => gradientHistograms({ channels: 1, height: 7, width: 9, span: 1 })).toThrow(
      'Gradient histograms need images of at least 8 x 8 pixels, not 7 x 9',
    );
  });

  it('of an even image are 0', () => {
    const view = gradientHistograms({ channels: 1, height: 8, width: 8, span: 1 });
    const { values } = view.apply({ rows: 1, columns: 64, values: new Float32Array(64).fill(0.7) });
    expect(values.every((value) => value === 0)).toBe(true);
  });
});

describe('images by themselves', () => {
  const shape = { channels: 3, height: 5, width: 4, span: 1 };

  it('have mean 0, and deviation 1 where they have contrast', () => {
    const x = noise(shape, 2);
    const { values, columns } = perImage(shape).apply(x);
    for (const from of [0, columns]) {
      const row = Float64Array.from(values.subarray(from, from + columns));
      const source = Float64Array.from(x.values.subarray(from, from + columns));
      const mean = source.reduce((sum, value) => sum + value / columns, 0);
      const deviation = Math.sqrt(source.reduce((sum, value) => sum + (value - mean) ** 2 / columns, 0));
      expect(row.reduce((sum, value) => sum + value / columns, 0)).toBeCloseTo(0, 5);
      expect(row[7]).toBeCloseTo((source[7]! - mean) / (deviation + 0.01), 5);
    }
  });

  it('do not depend on brightness, and stay flat without contrast', () => {
    const x = noise(shape, 1);
    const brighter = { ...x, values: x.values.map((value) => value + 0.5) };
    const [a, b] = [x, brighter].map((rows) => perImage(shape).apply(rows).values);
    a!.forEach((value, i) => {
      expect(b![i]).toBeCloseTo(value, 4);
    });
    const flat = { rows: 1, columns: x.columns, values: new Float32Array(x.columns).fill(0.25) };
    expect(
      perImage(shape)
        .apply(flat)
        .values.every((value) => value === 0),
    ).toBe(true);
  });
});

describe('pixels', () => {
  it('are as they are up to sides of 32', () => {
    const shape = { channels: 1, height: 32, width: 20, span: 1 };
    const x = noise(shape, 2);
    expect(pixels(shape).apply(x)).toBe(x);
    expect(shrunk(shape)).toEqual(shape);
  });

  it('of larger images are means of blocks', () => {
    const shape = { channels: 2, height: 66, width: 40, span: 1 };
    expect(shrunk(shape)).toEqual({ channels: 2, height: 22, width: 13, span: 1 });
    const x = noise(shape, 2);
    const view = pixels(shape);
    const { values, columns } = view.apply(x);
    expect([columns, view.columns]).toEqual([2 * 22 * 13, 2 * 22 * 13]);
    let sum = 0;
    for (let y = 3; y < 6; y++) for (let z = 6; z < 9; z++) sum += x.values[(3 * 66 + y) * 40 + z]!;
    expect(values[(3 * 22 + 1) * 13 + 2]).toBeCloseTo(sum / 9, 6);
    expect(view.sentence).toBe('The mean of every 3 x 3 pixels as they are.');
    const thin = { channels: 1, height: 2, width: 100, span: 1 };
    expect(pixels(thin).apply(noise(thin, 1)).values).toHaveLength(25);
  });
});
