import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { arrayDataset, type ValueRange } from '../data/dataset.js';
import { contactSheet } from './contact-sheet.js';

/** Grey images of 2x2, each of one value. */
function images(values: readonly number[], range: ValueRange, labels?: readonly number[]) {
  return arrayDataset({
    name: 'made',
    kind: 'image',
    shape: [1, 2, 2],
    range,
    values: Float32Array.from(values.flatMap((value) => [value, value, value, value])),
    ...(labels && { labels: Int32Array.from(labels), classNames: ['a', 'b'] }),
    source: 'Made.',
  });
}

/** Level at the middle of the image in a row and column; images of 2x2 are drawn 16 times as large, 2 apart. */
function level(png: Uint8Array, row: number, column: number): number {
  const { width, data, channels } = decode(png);
  const left = width - 10 * 34 - 2;
  return data[((2 + row * 34 + 16) * width + left + 2 + column * 34 + 16) * channels]!;
}

describe('contactSheet', () => {
  it('has a row a class, evenly spaced, dark where a class has no more', () => {
    const [ones, twos] = [Array.from({ length: 20 }, (_, i) => i / 20), [1, 0.5]];
    const png = contactSheet(images([...ones, ...twos], 'unit', [...ones.map(() => 0), 1, 1]));
    expect(decode(png).height).toBe(2 * 34 + 2);
    expect([0, 1, 8].map((column) => level(png, 0, column))).toEqual([0, 26, 204]); // of 0, 0.1 and 0.8
    expect([0, 1, 2].map((column) => level(png, 1, column))).toEqual([255, 128, 0]);
  });

  it('has a hundred images of data without labels, and no margin', () => {
    const png = contactSheet(
      images(
        Array.from({ length: 12 }, (_, i) => i / 11),
        'unit',
      ),
    );
    expect([decode(png).width, decode(png).height]).toEqual([10 * 34 + 2, 2 * 34 + 2]);
    expect([level(png, 0, 0), level(png, 1, 1), level(png, 1, 2)]).toEqual([0, 255, 0]);
  });

  it('shows signed values, and those without an interval from least to greatest', () => {
    expect(level(contactSheet(images([-1, 0, 1], 'signed')), 0, 1)).toBe(128);
    expect(level(contactSheet(images([-1, 1], 'signed')), 0, 5)).toBe(0);
    const real = contactSheet(images([10, 30, 20], 'real'));
    expect([0, 1, 2, 3].map((column) => level(real, 0, column))).toEqual([0, 255, 128, 0]);
  });

  it('draws points in the colours of their classes', () => {
    const points = arrayDataset({
      name: 'made',
      kind: 'points',
      shape: [2],
      range: 'real',
      values: Float32Array.of(0, 0, 1, 1),
      labels: Int32Array.of(0, 1),
      classNames: ['a', 'b'],
      source: 'Made.',
    });
    const { data, channels } = decode(contactSheet(points));
    const colours = new Set<string>();
    for (let i = 0; i < data.length; i += channels) colours.add([data[i], data[i + 1], data[i + 2]].join());
    expect([...colours].some((rgb) => Number(rgb.split(',')[2]) - Number(rgb.split(',')[0]) > 100)).toBe(
      true,
    ); // blue
    expect([...colours].some((rgb) => Number(rgb.split(',')[0]) - Number(rgb.split(',')[2]) > 100)).toBe(
      true,
    ); // orange
  });

  it('has no picture of a table', () => {
    const rows = arrayDataset({
      name: 'rows.csv',
      kind: 'table',
      shape: [3],
      range: 'real',
      values: new Float32Array(6),
      source: 'Made.',
    });
    expect(() => contactSheet(rows)).toThrow(
      'rows.csv is a table of 3 columns, of which there is no picture: leave out --out.',
    );
  });
});
