import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { photographAdvice } from './photographs.js';

const SIDE = 16;
type Paint = (x: number, y: number, channel: number, noise: number) => number;
/** Ten images, painted by a function of place and channel. */
function advice(paint: Paint, channels = 3, range: 'unit' | 'signed' = 'unit') {
  const draw = Stream.root(1);
  const values = Float32Array.from({ length: 10 * channels * SIDE * SIDE }, (_, i) => {
    const at = i % (SIDE * SIDE);
    const channel = Math.floor(i / (SIDE * SIDE)) % channels;
    const value = paint(at % SIDE, Math.floor(at / SIDE), channel, draw.int(1000) / 1000);
    return range === 'signed' ? 2 * value - 1 : value;
  });
  return photographAdvice(
    arrayDataset({
      name: 'made',
      kind: 'image',
      shape: [channels, SIDE, SIDE],
      range,
      values,
      source: 'Made.',
    }),
  );
}
const photograph: Paint = (x, y, channel, noise) => (x * (channel + 1) + 2 * y) / 80 + noise / 5;

describe('the advice on photographs', () => {
  it.each(['unit', 'signed'] as const)('is given for many colours, %s', (range) => {
    expect(advice(photograph, 3, range)).toMatch(/^These are colour photographs, .*--features net\.onnx/);
  });

  it('is not given for grey images, in one channel or in three, or drawings of few colours', () => {
    expect(advice(photograph, 1)).toBeUndefined();
    expect(advice((x, y) => (x * y) / 256)).toBeUndefined();
    expect(advice((x, y, channel) => (((x >> 2) + (y >> 2) + channel) % 3) / 2)).toBeUndefined();
  });
});
