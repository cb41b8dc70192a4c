import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { chooseFeatures, rawFeatures } from './choose-features.js';

function table(values: readonly number[], columns: number, shape: readonly number[] = [columns]): Dataset {
  const kind = shape.length === 3 ? 'image' : 'table';
  return arrayDataset({
    name: 'data',
    kind,
    shape,
    range: 'real',
    values: Float32Array.from(values),
    source: '',
  });
}

describe("the data's own values as features", () => {
  it('are standardised by the training data; a constant column is only centred', async () => {
    const train = table([1, 5, 3, 5, 5, 5, 7, 5], 2); // column 0: mean 4, deviation sqrt(5)
    const network = rawFeatures(train);
    const own = await network.features(train);
    expect([own.rows, own.columns]).toEqual([4, 2]);
    const root = Math.sqrt(5);
    [-3 / root, 0, -1 / root, 0, 1 / root, 0, 3 / root, 0].forEach((value, i) => {
      expect(own.values[i]).toBeCloseTo(value, 6);
    });
    const other = await network.features(table([4, 6, 9, 4], 2));
    expect(Array.from(other.values, (x) => Math.round(x * 1e6) / 1e6)).toEqual([
      0,
      1,
      Math.round((5 / root) * 1e6) / 1e6,
      -1,
    ]);
  });

  it('have mean 0 and deviation 1 over more rows than are read at a time', async () => {
    const values = Stream.root(1).normals(new Float64Array(3 * 2345));
    const { rows, values: out } = await rawFeatures(
      table(
        Array.from(values, (x, i) => 100 * (i % 3) + x),
        3,
      ),
    ).features(
      table(
        Array.from(values, (x, i) => 100 * (i % 3) + x),
        3,
      ),
    );
    expect(rows).toBe(2345);
    for (let j = 0; j < 3; j++) {
      const column = Array.from({ length: rows }, (_, i) => out[3 * i + j]!);
      const mean = column.reduce((sum, x) => sum + x, 0) / rows;
      expect(mean).toBeCloseTo(0, 4);
      expect(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows).toBeCloseTo(1, 4);
    }
  });
});

describe('the features that suit data', () => {
  const points = table([0, 0, 1, 1], 2);
  const images = (side: number) => table(new Array(2 * side * side).fill(0), side * side, [1, side, side]);

  it('are their own values for tables and points, and none for images that no network is known for', async () => {
    expect((await chooseFeatures('x.csv', points, {})).network?.name).toBe('raw');
    const none = await chooseFeatures('digits', images(8), {});
    expect(none.network).toBeUndefined();
    expect(none.note).toBe(
      'No feature network suits 1x8x8 images of digits, so generated samples are not scored; name one by --features FILE.onnx, or compare the values themselves by --features raw.',
    );
  });

  it('are what was asked for', async () => {
    expect((await chooseFeatures('digits', images(8), { features: 'raw' })).network?.name).toBe('raw');
    expect(await chooseFeatures('x.csv', points, { features: 'none' })).toEqual({});
    await expect(chooseFeatures('digits', images(8), { features: 'lenet-mnits' })).rejects.toThrow(
      'lenet-mnits is neither a feature network that comes with Mixtura',
    );
  });
});
