import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { augmented } from './augment.js';
import { distorted, drawDistortion } from './distortion.js';
import { ELASTIC_DIGITS } from './transformations.js';

const shape = [1, 8, 12] as const;
/** 3 x + 5 y at pixel (x, y): bilinear reading gives it back at every place within the image. */
const slope = Float32Array.from({ length: 96 }, (_, at) => 3 * (at % 12) + 5 * Math.floor(at / 12));

describe('an elastic distortion', () => {
  it('of a grid of one tile leaves the image, whatever its magnitude', () => {
    const drawn = drawDistortion({ grid: [1, 1], magnitude: 10 }, Stream.root(0));
    expect(drawn.moves).toEqual([]);
    expect([...distorted(slope, shape, drawn, 0)]).toEqual([...slope]);
  });

  it('of one inner vertex reads p + move x tent: closed form on a slope', () => {
    const drawn = { grid: [2, 2], moves: [[1, -1]] } as const;
    const out = distorted(slope, shape, drawn, 'border');
    const tent = (place: number, side: number) => 1 - Math.abs(place + 0.5 - side / 2) / (side / 2);
    for (let y = 1; y < 7; y++) {
      for (let x = 1; x < 11; x++) {
        const t = tent(x, 12) * tent(y, 8);
        expect(out[y * 12 + x]).toBeCloseTo(3 * (x + t) + 5 * (y - t), 4);
      }
    }
  });

  it('has tiles of whole pixels, the last one the rest, and moves one after another row by row', () => {
    // Width 12 in 5 tiles: edges at 2, 4, 6, 8; at a vertex itself the move is whole.
    const moves = Array.from({ length: 4 }, (_, i) => [i + 1, 0] as const);
    const image = Float32Array.from({ length: 12 * 4 }, (_, at) => at % 12);
    const out = distorted(image, [1, 4, 12], { grid: [5, 2], moves }, 'border');
    // Pixel 2 is a quarter of a tile behind the vertex at 2; rows 1 and 2 are a quarter of the height from the middle.
    const expected = 2 + 0.75 * (0.75 * 1 + 0.25 * 2);
    expect(out[12 + 2]).toBeCloseTo(expected, 5);
    expect(out[24 + 2]).toBeCloseTo(expected, 5);
  });

  it('draws whole numbers within the magnitude, both ends included', () => {
    const { moves } = drawDistortion({ grid: [41, 11], magnitude: 2 }, Stream.root(1));
    expect(moves).toHaveLength(400);
    expect([...new Set(moves.flat())].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  it('has the given value outside', () => {
    const out = distorted(slope, shape, { grid: [2, 2], moves: [[100, 0]] }, -1);
    expect(out[3 * 12 + 6]).toBe(-1);
  });
});

describe("Elastic-InfoGAN's transformations", () => {
  it('turn by up to 20 degrees and zoom by 0.9 to 1.1, the same along both sides, and do nothing else', () => {
    const size = 16;
    const square = [2, size, size] as const;
    const centre = (at: number) => (2 * (at % size) + 1) / size - 1;
    // Channel 0 holds the column's coordinate, channel 1 the row's: a view of it is the place that was read.
    const places = Float32Array.from({ length: 2 * size * size }, (_, at) =>
      at < size * size ? centre(at) : centre(Math.floor((at - size * size) / size)),
    );
    const angles: number[] = [];
    const zooms: number[] = [];
    for (let draw = 0; draw < 300; draw++) {
      const view = augmented(places, square, ELASTIC_DIGITS, Stream.root(draw));
      const at = (c: number, row: number, column: number) => view[(c * size + row) * size + column]!;
      const step = 2 / size;
      const [a, c] = [(at(0, 8, 8) - at(0, 8, 7)) / step, (at(1, 8, 8) - at(1, 8, 7)) / step];
      const [b, d] = [(at(0, 8, 8) - at(0, 7, 8)) / step, (at(1, 8, 8) - at(1, 7, 8)) / step];
      expect(a).toBeCloseTo(d, 4);
      expect(b).toBeCloseTo(-c, 4);
      angles.push((Math.atan2(c, a) * 180) / Math.PI);
      zooms.push(1 / Math.hypot(a, c));
      expect(at(0, 7, 7) + at(0, 8, 8)).toBeCloseTo(0, 4);
    }
    expect([Math.min(...angles), Math.max(...angles)].map(Math.round)).toEqual([-20, 20]);
    expect(Math.min(...zooms)).toBeGreaterThan(0.8999);
    expect(Math.min(...zooms)).toBeLessThan(0.905);
    expect(Math.max(...zooms)).toBeLessThan(1.1001);
    expect(Math.max(...zooms)).toBeGreaterThan(1.095);
  });
});
