import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { imageGrid, imageGridPng } from './image-grid.js';
import { Raster, textWidth } from './raster.js';

function pixel(raster: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] {
  const at = (y * raster.width + x) * 4;
  return [0, 1, 2, 3].map((c) => raster.data[at + c]!);
}

describe('imageGrid', () => {
  it('tiles rows of images with separators, enlarged by a whole factor', () => {
    // Three images of 1 x 2 pixels in two columns, twice as large.
    const raster = imageGrid({
      samples: [0, 1, 0.5, 0.25, 2, -1],
      shape: [1, 1, 2],
      range: 'unit',
      columns: 2,
      pixels: 4,
      separator: 1,
    });
    expect([raster.width, raster.height]).toEqual([11, 7]);
    const row = (y: number) => Array.from({ length: 11 }, (_, x) => pixel(raster, x, y)[0]);
    expect(row(1)).toEqual([255, 0, 0, 255, 255, 255, 128, 128, 64, 64, 255]);
    expect(row(2)).toEqual(row(1));
    expect(row(4)).toEqual([255, 255, 255, 0, 0, 255, 255, 255, 255, 255, 255]);
    expect(row(3)).toEqual(Array(11).fill(255));
  });

  it('reads signed colour images channel by channel', () => {
    const png = imageGridPng({
      samples: [-1, 0, 1],
      shape: [3, 1, 1],
      range: 'signed',
      columns: 1,
      pixels: 1,
      separator: 0,
    });
    const { width, height, data } = decode(png);
    expect([width, height, ...data]).toEqual([1, 1, 0, 128, 255, 255]);
  });

  it.each([
    ['two channels, red and cyan', [0, 1], [0, 255, 255]],
    ['the first three of more', [0, 0.5, 1, 0.25, 0.75], [0, 128, 255]],
  ])('shows %s', (_, samples, colour) => {
    const shape = [samples.length, 1, 1];
    const layout = { range: 'unit', columns: 1, pixels: 1, separator: 0 } as const;
    expect([...decode(imageGridPng({ samples, shape, ...layout })).data]).toEqual([...colour, 255]);
  });

  it('has no rim and clear separators on a transparent ground', () => {
    const raster = imageGrid({
      samples: [1, 1],
      shape: [1, 1, 1],
      range: 'unit',
      columns: 2,
      pixels: 1,
      separator: 2,
      background: 'transparent',
    });
    expect([raster.width, raster.height]).toEqual([4, 1]);
    expect([0, 1, 2, 3].map((x) => pixel(raster, x, 0)[3])).toEqual([255, 0, 0, 255]);
  });

  it('starts each row with its colour and label', () => {
    const plain = { samples: new Float32Array(2 * 64), shape: [1, 8, 8], range: 'unit', columns: 1 } as const;
    const raster = imageGrid({
      ...plain,
      gutter: [{ color: '#ff0000', label: '53%' }, { color: '#0000ff' }],
    });
    expect(raster.width - imageGrid(plain).width).toBe(2 + 6 + textWidth('53%', 2) + 8);
    expect(pixel(raster, 4, 10)).toEqual([255, 0, 0, 255]);
    expect(pixel(raster, 4, 44)).toEqual([0, 0, 255, 255]);
  });

  it('draws what is not a number black', () => {
    const raster = imageGrid({
      samples: [Number.NaN],
      shape: [1, 1, 1],
      range: 'unit',
      columns: 1,
      separator: 0,
    });
    expect(pixel(raster, 0, 0)).toEqual([0, 0, 0, 255]);
  });

  it.each([
    [[4, 4], 16, 'needs the shape [channels, height, width], not [4, 4]'],
    [[16], 16, 'not [16]'],
    [[1, 4, 4], 17, '17 values in images of 16'],
  ])('refuses the shape %s with %s values', (shape, count, sentence) => {
    const samples = new Float32Array(count);
    expect(() => imageGrid({ samples, shape, range: 'unit', columns: 1 })).toThrow(sentence);
  });
});

describe('Raster', () => {
  it('cuts off what lies outside', () => {
    const raster = new Raster(2, 2, '#000000');
    raster.rectangle(-5, 1, 100, 100, '#ffffff');
    raster.dot(-10, -10, 3, [255, 0, 0]);
    expect([pixel(raster, 1, 0)[0], pixel(raster, 1, 1)[0]]).toEqual([0, 255]);
  });

  it('blends dots with what is below, also over nothing', () => {
    const raster = new Raster(3, 3);
    raster.dot(1.5, 1.5, 0.5, [200, 100, 0], 0.5);
    expect(pixel(raster, 1, 1)).toEqual([200, 100, 0, 128]);
    expect(pixel(raster, 0, 0)).toEqual([0, 0, 0, 0]);
  });

  it('writes digits of 3 x 5 pixels', () => {
    const raster = new Raster(textWidth('10'), 5, '#ffffff');
    raster.text('10', 0, 0, '#000000');
    const lines = Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 7 }, (_, x) => (pixel(raster, x, y)[0] === 0 ? '#' : '.')).join(''),
    );
    expect(lines).toEqual(['.#..###', '##..#.#', '.#..#.#', '.#..#.#', '###.###']);
  });
});
