import { describe, expect, it } from 'vitest';
import type { ColumnCoding } from '../../data/coding.js';
import { columnScaling, standardized } from '../../data/scaling.js';
import { scaleCounts, unscaledCount } from '../../data/tables/counts.js';
import { loadOnnxRuntime } from '../../engine/onnx-runtime.js';
import { evaluate } from '../../graph/evaluate.js';
import { lower } from '../../graph/onnx/lower.js';
import { input, type Tensor } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { columnsOf, type FileUnits, fileShape, fromFile, toFile } from './transformation.js';

/** What an expression of rows [N, ...shape] gives, by ONNX Runtime from a file, and by the interpreter. */
async function both(rows: readonly number[], shape: readonly number[], build: (x: Tensor) => Tensor) {
  const count = rows.length / shape.reduce((size, n) => size * n, 1);
  const { InferenceSession, Tensor: OrtTensor } = await loadOnnxRuntime('The test needs');
  const { bytes } = lower({ y: build(input('x', ['N', ...shape])) });
  const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'] });
  const x = new OrtTensor('float32', Float32Array.from(rows), [count, ...shape]);
  const found = (await session.run({ x })).y!;
  await session.release();
  const feed = Float32Array.from(rows);
  const exact = evaluate([build(input('x', [count, ...shape]))], { x: feed })[0]!;
  return { ort: [...(found.data as Float32Array)], exact: [...exact], dims: found.dims };
}

const forward = (units: FileUnits) => (x: Tensor) => fromFile(x, units);

function expectClose(found: readonly number[], expected: ArrayLike<number>, within: number) {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `value ${i}: ${value}, ${expected[i]}`).toBeLessThanOrEqual(
      within,
    );
  });
}

describe('standardised columns', () => {
  // Means of 0, 1e6 and -3e8 with deviations of 1, 1.5 and 500, and two constants; 1e-6 of the mean would be rounding.
  const normals = Stream.root(1).normals(new Float64Array(5 * 200));
  const raw = Float64Array.from(normals, (x, i) =>
    Math.fround([x, 1e6 + 1.5 * x, -3e8 + 500 * x, 14.62, 0.1][i % 5]!),
  );
  const scaling = columnScaling(raw, 5);
  const exactShift = [...scaling.shift.slice(0, 3), 14.62, 0.1];
  const units = { shape: [5], scaling: { ...scaling, shift: exactShift } };
  const expected = raw.map((x, i) => standardized(x, exactShift[i % 5]!, scaling.scale[i % 5]!));

  it('lose nothing to a large offset, and constants are 0', async () => {
    expect(scaling.scale.map((scale) => scale === 1)).toEqual([false, false, false, true, true]);
    const { ort, exact } = await both([...raw], [5], forward(units));
    expectClose(exact, expected, 1e-7);
    expectClose(ort, expected, 2e-6);
    expect(ort.filter((_, i) => i % 5 > 2).every((x) => x === 0)).toBe(true);
    expect(Math.max(...ort)).toBeGreaterThan(2);
  });

  it('are 0, the mean, where a value is missing, and far from it where a constant is not met', async () => {
    const { ort } = await both([Number.NaN, 1e6, -3e8, 15, Number.NaN], [5], forward(units));
    expect([ort[0], ort[4]]).toEqual([0, 0]);
    expect(ort[3]).toBeCloseTo(0.38, 5);
  });

  it('go back to the units of the file', async () => {
    const model = [...expected];
    const { ort } = await both(model, [5], (x) => toFile(x, units));
    ort.forEach((x, i) => {
      const rounding = 2 ** -23 * Math.abs(raw[i]!) + 3e-7 * scaling.scale[i % 5]!;
      expect(Math.abs(x - raw[i]!)).toBeLessThanOrEqual(rounding);
    });
  });
});

describe('counts, stored values and plain values', () => {
  it('counts are logarithms, at most 1, and go back', async () => {
    const counts = [0, 1, 2, 7, 100, 4095, 5000, 1e6, 0.5];
    const units = { shape: [3], largestCount: 5000 };
    const { ort } = await both(counts, [3], forward(units));
    expectClose(ort, scaleCounts(counts, 3, 'x', 5000).values as Float32Array, 3e-7);
    expect(ort[7]).toBeCloseTo(1, 6);
    const back = await both(ort, [3], (x) => toFile(x, units));
    ort.forEach((x, i) => {
      expect(back.ort[i]! / (unscaledCount(x, 5000) + 1)).toBeCloseTo(
        unscaledCount(x, 5000) / (unscaledCount(x, 5000) + 1),
        5,
      );
    });
  });

  it.each([16, 255, 65535])('values of 0 to %i are brought to [0, 1], of images too', async (maximum) => {
    const units = { shape: [1, 2, 2], maximum };
    const { ort, dims } = await both([0, 1, 3, maximum], [1, 2, 2], forward(units));
    expect(ort).toEqual([0, 1, 3, maximum].map((x) => Math.fround(x / maximum)));
    expect(dims).toEqual([1, 1, 2, 2]);
    const { ort: back } = await both(ort, [1, 2, 2], (x) => toFile(x, units));
    expectClose(back, [0, 1, 3, maximum], maximum * 1e-7);
  });

  it('others stay as they are', async () => {
    const { ort } = await both([0.25, -1], [2], forward({ shape: [2] }));
    expect(ort).toEqual([0.25, -1]);
  });
});

describe('coded columns', () => {
  const coding: ColumnCoding[] = [
    { kind: 'category', name: 'city', levels: ['Rome', 'Bern', ''], other: true },
    { kind: 'number', name: 'age', fill: 40, indicator: true },
    { kind: 'number', name: 'size' },
    { kind: 'category', name: 'kind', levels: ['a', 'b'] },
    { kind: 'date', name: 'day', fill: 19000 },
  ];
  const raw = [
    [0, 33, 1.5, 1, 19100],
    [1, Number.NaN, 2.5, 0, Number.NaN],
    [2, 0, -1, Number.NaN, 18000],
    [Number.NaN, 40, 0, 1, 0],
    [7, -3, 4, 2, -40],
  ];
  const codedRows = [
    [1, 0, 0, 0, 33, 0, 1.5, 0, 1, 19100],
    [0, 1, 0, 0, 40, 1, 2.5, 1, 0, 19000],
    [0, 0, 1, 0, 0, 0, -1, 0, 0, 18000],
    [0, 0, 0, 1, 40, 0, 0, 0, 1, 0],
    [0, 0, 0, 1, -3, 0, 4, 0, 0, -40],
  ];

  it('have missing values filled and told, and a column a level', async () => {
    const units = { shape: [10], coding };
    expect(fileShape(units)).toEqual([5]);
    const { ort, exact, dims } = await both(raw.flat(), [5], forward(units));
    expect(dims).toEqual([5, 10]);
    expect(exact).toEqual(codedRows.flat());
    expect(ort).toEqual(codedRows.flat());
  });

  it('are scaled after they are coded', async () => {
    const scaling = columnScaling(codedRows.flat(), 10);
    const { ort } = await both(raw.flat(), [5], forward({ shape: [10], coding, scaling }));
    const expected = codedRows.flatMap((row) =>
      row.map((x, j) => standardized(x, scaling.shift[j]!, scaling.scale[j]!)),
    );
    expectClose(ort, expected, 1e-6);
  });

  it.each<[string, ColumnCoding[], number[], number[]]>([
    ['only a category', [{ kind: 'category', name: 'a', levels: ['x'] }], [0, Number.NaN, 1], [1, 0, 0]],
    [
      'no level but others',
      [{ kind: 'category', name: 'a', levels: [], other: true }],
      [0, Number.NaN],
      [1, 1],
    ],
    ['only a date', [{ kind: 'date', name: 'a', fill: 3 }], [Number.NaN, 2], [3, 2]],
  ])('%s', async (_, of, rows, expected) => {
    expect((await both(rows, [1], forward({ shape: [1], coding: of }))).ort).toEqual(expected);
  });
});

it('takes columns in another order, at any batch size', async () => {
  const { ort, dims } = await both([1, 2, 3, 4, 5, 6], [3], (x) => columnsOf(x, [2, 0, 1]));
  expect(ort).toEqual([3, 1, 2, 6, 4, 5]);
  expect(dims).toEqual([2, 3]);
});
