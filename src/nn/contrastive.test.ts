/** @file The supervised contrastive loss, crops and colour jitter against PyTorch (test/golden/contrastive.py), and closed forms. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noise, unitNoise } from '../../test/support/noise.js';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { brightened, contrasted, cutoutMask, jittered, saturated } from './colour.js';
import { unitRows } from './losses.js';
import {
  cropTaps,
  type Part,
  resampled,
  shiftTaps,
  type TapInputs,
  type Taps,
  tapIndex,
} from './resampling.js';
import { supervisedContrastive } from './supervised-contrastive.js';

interface Weighted {
  readonly name: string;
  readonly result: readonly number[];
  readonly gradient: readonly number[];
}
interface CropCase extends Weighted {
  readonly shape: readonly [number, number, number];
  readonly parts: readonly (readonly [number, number, number, number, boolean])[];
}
interface Golden {
  readonly torch: string;
  readonly supcon: readonly {
    readonly name: string;
    readonly labels: readonly number[];
    readonly d: number;
    readonly temperature: number;
    readonly loss: number;
    readonly gradient: readonly number[];
  }[];
  readonly crops: readonly CropCase[];
  readonly jitter: readonly (Weighted & {
    readonly n: number;
    readonly side: number;
    readonly factors: readonly (readonly number[])[];
  })[];
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/contrastive.json', import.meta.url), 'utf8'),
);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 6): void {
  expect(actual.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, digits);
  });
}

const oneHot = (labels: readonly number[]) => {
  const k = Math.max(...labels) + 1;
  return constant(
    labels.flatMap((label) => Array.from({ length: k }, (_, c) => Number(c === label))),
    [labels.length, k],
  );
};

function inputsOf(
  { first, second, firstWeight, secondWeight }: Taps,
  channels: number,
  size: number,
): TapInputs {
  const n = firstWeight.length / size;
  const index = (places: Int32Array) => constant(tapIndex(places, channels, size), [n * channels * size]);
  const weight = (values: Float32Array) => constant(values, [n, size]);
  return {
    ...{ first: index(first), second: index(second) },
    ...{ firstWeight: weight(firstWeight), secondWeight: weight(secondWeight) },
  };
}

/** Value and gradient of sum y w in x, w hashed by name. */
function valueAndGradient(name: string, x: Tensor, y: Tensor, values: ArrayLike<number>) {
  const size = (y.shape as number[]).reduce((a, b) => a * b, 1);
  const weights = constant(noise(`${name}:weights`, size), y.shape);
  const [gradient] = grad(y.mul(weights).sum(), [x]);
  return evaluate([y, gradient!], { x: values }) as [Float64Array, Float64Array];
}

describe('the supervised contrastive loss', () => {
  it.each(golden.supcon)('agrees with PyTorch: $name', ({ name, labels, d, temperature, loss, gradient }) => {
    const x = input('x', [labels.length, d]);
    const own = supervisedContrastive(unitRows(x), oneHot(labels), temperature);
    const [value, slope] = evaluate([own, grad(own, [x])[0]!], { x: noise(name, labels.length * d) });
    expect(value![0]).toBeCloseTo(loss, 9);
    expectClose(slope!, gradient, 9);
  });

  it('is ln(2B - 1) where all 2B features are identical, whatever the labels and the temperature', () => {
    for (const [labels, temperature] of [
      [[0, 1, 2, 0, 1, 2], 0.07],
      [[0, 0, 0, 0], 1],
    ] as const) {
      const n = labels.length;
      const same = constant(Array.from({ length: n }, () => [0.6, 0.8]).flat(), [n, 2]);
      const [value] = evaluate([supervisedContrastive(same, oneHot(labels), temperature)], {});
      expect(value![0]).toBeCloseTo(Math.log(n - 1), 9);
    }
  });

  it('is ln(1 + (n - 2) e^{-2/T}) for pairs that are opposite to all others, in two labels', () => {
    const features = constant([1, 1, -1, -1], [4, 1]);
    const [value] = evaluate([supervisedContrastive(features, oneHot([0, 0, 1, 1]), 0.5)], {});
    expect(value![0]).toBeCloseTo(Math.log(1 + 2 * Math.exp(-4)), 9);
  });
});

describe('a crop', () => {
  const partOf = ([start, length, mirrored]: readonly [number, number, boolean]): Part => ({
    ...{ start, length, mirrored },
  });

  it.each(golden.crops)('is the bilinear resize of PyTorch, with its gradient: $name', (given) => {
    const { name, shape, parts, result, gradient } = given;
    const [channels, height, width] = shape;
    const x = input('x', [parts.length, ...shape]);
    const rows = cropTaps(
      parts.map(([top, , h]) => partOf([top, h, false])),
      height,
    );
    const columns = cropTaps(
      parts.map(([, left, , w, mirrored]) => partOf([left, w, mirrored])),
      width,
    );
    const y = resampled(x, inputsOf(rows, channels, height), inputsOf(columns, channels, width));
    const values = noise(name, parts.length * channels * height * width);
    const [value, slope] = valueAndGradient(name, x, y, values);
    expectClose(value, result);
    expectClose(slope, gradient);
  });
});

describe('a shift', () => {
  it('moves by whole places, and fills with zeros', () => {
    const x = input('x', [2, 1, 2, 3]);
    const still = inputsOf(shiftTaps([0, 0], 2), 1, 2);
    const moved = resampled(x, still, inputsOf(shiftTaps([1, -2], 3), 1, 3));
    const [value] = evaluate([moved], { x: Array.from({ length: 12 }, (_, i) => i + 1) });
    expect([...value!]).toEqual([0, 1, 2, 0, 4, 5, 9, 0, 0, 12, 0, 0]);
  });
});

describe('changes of colours', () => {
  it.each(golden.jitter)('agree with PyTorch, with their gradients: $name', (given) => {
    const { name, n, side, factors, result, gradient } = given;
    const [brightness, contrast, saturation, colour] = factors.map((f) => constant(f, [n])) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const x = input('x', [n, 3, side, side]);
    const y = jittered(x, { brightness, contrast, saturation, colour });
    const [value, slope] = valueAndGradient(name, x, y, unitNoise(name, n * 3 * side * side));
    expectClose(value, result, 9);
    expectClose(slope, gradient, 9);
  });

  it('of DiffAugment are those of its formulas', () => {
    const x = constant([1, 2, 3, 5, 0, 4, 0, 2], [2, 2, 1, 2]);
    const per = (a: number, b: number) => constant([a, b], [2]);
    const [bright, saturate, contrast] = evaluate(
      [brightened(x, per(0.5, -1)), saturated(x, per(0, 2)), contrasted(x, per(0, 2))],
      {},
    );
    expect([...bright!]).toEqual([1.5, 2.5, 3.5, 5.5, -1, 3, -1, 1]);
    // Means of the channels are (2, 3.5) and (0, 3); means of the images are 2.75 and 1.5.
    expect([...saturate!]).toEqual([2, 3.5, 2, 3.5, 0, 5, 0, 1]);
    expect([...contrast!]).toEqual([2.75, 2.75, 2.75, 2.75, -1.5, 6.5, -1.5, 2.5]);
  });

  it('cut a square out, as far as it lies in the image', () => {
    const mask = [
      ...cutoutMask(
        [
          [1, 1],
          [0, 4],
        ],
        2,
        [4, 4],
      ),
    ];
    expect(mask.slice(0, 16)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(mask.slice(16)).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect([...cutoutMask([[1, 1]], 3, [3, 3])]).toEqual(Array(9).fill(0));
  });
});
