import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFeatures, generationGolden, noiseMatrix } from '../../test/support/generation-golden.js';
import { columnMeans, type Matrix, selectRows } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { densityCoverage } from './density-coverage.js';
import { neighbourRadii } from './neighbours.js';
import { precisionRecall } from './precision-recall.js';

const line = (...values: number[]): Matrix => ({
  rows: values.length,
  columns: 1,
  values: Float64Array.from(values),
});

const cases = generationGolden.cases.flatMap((golden) =>
  Object.entries(golden.k).map(([k, expected]) => ({ golden, name: golden.name, k: Number(k), expected })),
);

describe('precision, recall, density and coverage', () => {
  it.each(cases)('agree with plain NumPy: $name, k = $k', ({ golden, k, expected }) => {
    const real = caseFeatures(golden, 'real');
    const generated = caseFeatures(golden, 'generated');
    const { precision, recall } = precisionRecall(real, generated, k);
    const { density, coverage } = densityCoverage(real, generated, k);
    expect(precision).toBeCloseTo(expected.precision, 12);
    expect(recall).toBeCloseTo(expected.recall, 12);
    expect(density).toBeCloseTo(expected.density, 12);
    expect(coverage).toBeCloseTo(expected.coverage, 12);
  });

  it('have known values on a line', () => {
    // k = 1: the balls of 0, 1, 5, 7 have radii 1, 1, 2, 2; those of 0.5, 6, 100 have radii 5.5, 5.5, 94.
    const real = line(0, 1, 5, 7);
    const generated = line(0.5, 6, 100);
    expect(precisionRecall(real, generated, 1)).toEqual({ precision: 2 / 3, recall: 1 });
    expect(densityCoverage(real, generated, 1)).toEqual({ density: 4 / 3, coverage: 1 });
    // On the border: 2 is in the closed ball of 1, not in the open one.
    expect(precisionRecall(real, line(2, 50), 1).precision).toBe(1 / 2);
    expect(densityCoverage(real, line(2, 50), 1)).toEqual({ density: 0, coverage: 0 });
  });

  it('are 1 for identical sets, and 0 for sets far apart', () => {
    for (const golden of generationGolden.cases.filter(({ repeat }) => !repeat)) {
      const x = caseFeatures(golden, 'real');
      const same = { ...x, values: x.values.slice() };
      const far = { ...x, values: x.values.map((value) => value + 1000) };
      expect(precisionRecall(x, same, 3), golden.name).toEqual({ precision: 1, recall: 1 });
      expect(densityCoverage(x, same, 5), golden.name).toEqual({ density: 1, coverage: 1 });
      expect(precisionRecall(x, far, 3), golden.name).toEqual({ precision: 0, recall: 0 });
      expect(densityCoverage(x, far, 5), golden.name).toEqual({ density: 0, coverage: 0 });
    }
  });

  it('find points that are repeated, at distance 0, however far from the origin', () => {
    const points = noiseMatrix('neighbours/repeated', 5, 9);
    const far = { ...points, values: points.values.map((x) => x + 1e6) };
    const real = selectRows(far, [0, 0, 1, 1, 2, 2, 3, 3]);
    expect(precisionRecall(real, selectRows(far, [0, 0, 1, 1, 4, 4]), 1)).toEqual({
      precision: 4 / 6,
      recall: 4 / 8,
    });
    expect(densityCoverage(real, selectRows(far, [0, 1]), 1)).toEqual({ density: 0, coverage: 0 });
  });

  it('depend neither on the order of rows nor on shift and scale; the sides swap precision and recall', () => {
    const sets = fc.record({
      seed: fc.nat(),
      rows: fc.integer({ min: 4, max: 30 }),
      others: fc.integer({ min: 4, max: 30 }),
      columns: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(sets, ({ seed, rows, others, columns }) => {
        const draw = (n: number, label: string): Matrix => {
          const values = Stream.root(seed)
            .fork(label)
            .normals(new Float64Array(n * columns));
          return { rows: n, columns, values };
        };
        const [x, y] = [draw(rows, 'x'), draw(others, 'y')];
        const moved = (m: Matrix, label: string): Matrix => {
          const shuffled = selectRows(m, Stream.root(seed).fork(label, 'order').permutation(m.rows));
          return { ...shuffled, values: shuffled.values.map((v) => 4 * v + 8) };
        };
        const [xMoved, yMoved] = [moved(x, 'x'), moved(y, 'y')];
        const before = precisionRecall(x, y, 3);
        expect(precisionRecall(xMoved, yMoved, 3)).toEqual(before);
        expect(densityCoverage(xMoved, yMoved, 3)).toEqual(densityCoverage(x, y, 3));
        const swapped = precisionRecall(y, x, 3);
        expect(swapped).toEqual({ precision: before.recall, recall: before.precision });
      }),
      { numRuns: 60 },
    );
  });

  it('refuse a k that reaches beyond the set, and features of two networks', () => {
    const five = noiseMatrix('neighbours/five', 5, 2);
    const nine = noiseMatrix('neighbours/nine', 9, 2);
    expect(() => precisionRecall(five, nine, 5)).toThrow(
      'The real features have 5 rows, so neighbour k = 5 cannot be found: give a whole k from 1 to 4.',
    );
    expect(() => precisionRecall(nine, five, 5)).toThrow('The generated features have 5 rows');
    expect(() => densityCoverage(five, nine, 0)).toThrow('neighbour k = 0');
    expect(densityCoverage(nine, five, 5).coverage).toBeGreaterThanOrEqual(0);
    expect(() => densityCoverage(five, noiseMatrix('neighbours/five', 5, 3), 1)).toThrow(
      'have 2 columns but the generated features 3',
    );
  });
});

describe('neighbourRadii', () => {
  it('are the squared distances to the k-th other row, over several blocks', () => {
    const x = noiseMatrix('neighbours/many', 1100, 3);
    const radii = neighbourRadii(x, 4, columnMeans(x), 'features');
    for (const i of [0, 511, 512, 1099]) {
      const squares = Array.from({ length: x.rows }, (_, j) =>
        [0, 1, 2].reduce((sum, c) => sum + (x.values[3 * i + c]! - x.values[3 * j + c]!) ** 2, 0),
      ).sort((a, b) => a - b);
      expect(radii[i]).toBeCloseTo(squares[4]!, 13);
    }
  });
});
