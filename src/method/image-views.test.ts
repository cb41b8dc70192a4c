import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { evaluate } from '../graph/evaluate.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { croppedView, diffAugment, drawCrops, jitteredView } from './image-views.js';
import { type PhaseBuilder, phase } from './phase.js';

const context = { batch: 40, data: { shape: [3, 8, 8], range: 'signed' } } as const;
const SIZE = 3 * 8 * 8;
const ones = constant(new Float64Array(40 * SIZE).fill(1), [40, 3, 8, 8]);

/** What a view makes of images that are 1 everywhere, and the feeds of its inputs. */
function viewOf(view: (p: PhaseBuilder, x: Tensor) => Tensor, step = 0) {
  const built = phase('generator', context, (p) => ({ outputs: { view: view(p, ones) } }));
  const stream = Stream.root(3).fork('step', step);
  const { program, feeds } = begin(built, stepOf({ stream, real: new Float32Array(2) }));
  return { program, feeds, values: evaluate([program.outputs.view!], feeds)[0]! };
}

describe('random crops', () => {
  it('have the drawn share of the area, and lie in the image', () => {
    const { rows, columns } = drawCrops(2000, [28, 28], { scale: [0.8, 1] }, Stream.root(5));
    const areas = rows.map(({ length }, i) => (length * columns[i]!.length) / 28 ** 2);
    // Sides are whole numbers: half a place of 28 changes an area by about 2 %.
    expect(Math.min(...areas)).toBeGreaterThan(0.76);
    expect(Math.max(...areas)).toBeLessThanOrEqual(1);
    expect(areas.reduce((a, b) => a + b, 0) / 2000).toBeGreaterThan(0.86);
    for (const { start, length } of [...rows, ...columns]) {
      expect(start >= 0 && length > 0 && start + length <= 28).toBe(true);
    }
    expect(columns.some(({ mirrored }) => mirrored)).toBe(false);
    const mirrored = drawCrops(2000, [8, 8], { scale: [1, 1], mirror: true }, Stream.root(5)).columns;
    const share = mirrored.filter((part) => part.mirrored).length / 2000;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.04);
  });

  it('leave an even image as it is, and are drawn anew at each step', () => {
    const view = (p: PhaseBuilder, x: Tensor) => croppedView(p, 'crop', x, { scale: [0.5, 1], mirror: true });
    const { values, feeds } = viewOf(view);
    for (const value of values) expect(value).toBeCloseTo(1, 6);
    const places = (step: number) => [...viewOf(view, step).feeds['crop/rows/first']!];
    expect(places(0)).toEqual([...feeds['crop/rows/first']!]);
    expect(places(1)).not.toEqual(places(0));
  });

  it('are the same in ONNX Runtime', async () => {
    const { program, feeds, values } = viewOf((p, x) => {
      const ramp = constant(
        Float64Array.from({ length: SIZE }, (_, i) => Math.sin(i)),
        [1, 3, 8, 8],
      );
      return croppedView(p, 'crop', x.mul(ramp), { scale: [0.5, 1], mirror: true });
    });
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    await engine.open([]);
    await engine.compile(program);
    const { outputs } = await engine.run(program.name, feeds);
    await engine.close();
    values.forEach((value, i) => {
      expect(outputs.view![i]).toBeCloseTo(value, 5);
    });
  });
});

describe('random colours', () => {
  it('change the drawn share of the images', () => {
    const options = { brightness: 0.3, contrast: 0.3, saturation: 0.3, share: 0.8, grey: 0.5 };
    const { feeds } = viewOf((p, x) => jitteredView(p, 'colours', x, options));
    const [brightness, colour] = [feeds['colours/brightness']!, feeds['colours/colour']!];
    const unchanged = brightness.filter((factor) => factor === 1).length;
    expect(unchanged).toBeGreaterThan(0);
    expect(unchanged).toBeLessThan(20);
    expect(brightness.every((factor) => Math.abs(factor - 1) <= 0.3 + 1e-6)).toBe(true);
    expect(new Set(colour)).toEqual(new Set([0, 1]));
    feeds['colours/contrast']!.forEach((factor, i) => {
      expect(factor === 1).toBe(brightness[i] === 1);
    });
  });
});

describe('DiffAugment', () => {
  it('shifts by an eighth at most, moves brightness by a half, and cuts out a quarter', () => {
    const { feeds, values } = viewOf((p, x) => diffAugment(p, 'augment', x));
    const brightness = feeds['augment/brightness']!;
    for (const amount of brightness) expect(Math.abs(amount)).toBeLessThanOrEqual(0.5);
    const shifts = Array.from(brightness, (_, i) => {
      const inside = [...feeds['augment/rows/firstWeight']!.subarray(8 * i, 8 * i + 8)];
      return 8 - inside.reduce((a, b) => a + b, 0);
    });
    expect(new Set(shifts)).toEqual(new Set([0, 1]));
    for (let i = 0; i < 40; i++) {
      const cut = feeds['augment/cutout']!.subarray(64 * i, 64 * i + 64).filter(
        (value) => value === 0,
      ).length;
      expect(cut).toBeGreaterThanOrEqual(4);
      expect(cut).toBeLessThanOrEqual(16);
      const own = values.subarray(SIZE * i, SIZE * (i + 1));
      feeds['augment/cutout']!.subarray(64 * i, 64 * i + 64).forEach((value, at) => {
        if (value === 0) expect(Math.abs(own[at]!)).toBe(0);
      });
    }
  });
});
