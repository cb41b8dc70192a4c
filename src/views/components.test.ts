import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import { columnMeans } from '../math/matrix.js';
import { principalComponents } from '../math/principal-components.js';
import { Stream } from '../math/random.js';
import { standardised } from './columns.js';
import { alongPrincipal } from './components.js';
import { asTheyAre, inTurn } from './view.js';

const { x } = fiveGroups(Stream.root(0), { rows: 600 });
const unit = standardised(x).apply(x);

const variances = ({ rows, columns, values }: typeof x) => {
  const mean = columnMeans({ rows, columns, values });
  return Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += (values[i * columns + j]! - mean[j]!) ** 2 / (rows - 1);
    return sum;
  });
};

describe('rows along principal components', () => {
  it('have the largest variances, as many as the share takes', () => {
    const all = principalComponents(unit, 11);
    const view = alongPrincipal({ share: 0.8 })(unit);
    let [count, sum] = [0, 0];
    while (sum < 0.8 * all.total) sum += all.variances[count++]!;
    expect(view.columns).toBe(count);
    expect(count).toBeLessThan(11);
    variances(view.apply(unit)).forEach((variance, k) => {
      expect(variance).toBeCloseTo(all.variances[k]!, 10);
    });
    expect(view.sentence).toBe(`Along the ${count} directions in which the rows vary most.`);
    expect(alongPrincipal({ most: 3 })(unit).columns).toBe(3);
  });

  it('are all of deviation 1 where they are whitened', () => {
    const view = alongPrincipal({ whiten: true, most: 6 })(unit);
    expect(view.name).toBe('whitened');
    for (const variance of variances(view.apply(unit))) expect(variance).toBeCloseTo(1, 10);
  });

  it('are found by some of the rows where there are thousands of columns', () => {
    const stream = Stream.root(4);
    const [rows, columns] = [2050, 2100];
    const values = new Float32Array(rows * columns);
    const direction = stream.normals(new Float64Array(columns));
    for (let i = 0; i < rows; i++) {
      const t = stream.normal();
      for (let j = 0; j < columns; j++) values[i * columns + j] = t * direction[j]!;
    }
    const view = alongPrincipal()({ rows, columns, values });
    expect(view.columns).toBe(1);
    const made = view.apply({ rows: 1, columns, values: values.subarray(0, columns) });
    const length = Math.sqrt(direction.reduce((sum, d) => sum + d * d, 0));
    const t = values[0]! / direction[0]!;
    expect(Math.abs(made.values[0]!) / length / Math.abs(t)).toBeCloseTo(1, 1);
  }, 30_000);
});

describe('views in turn', () => {
  it('are fitted on what the one before makes, and tell all that they do', () => {
    const both = inTurn('both', standardised, alongPrincipal({ most: 4, share: 1 }));
    const view = both(x);
    const second = alongPrincipal({ most: 4, share: 1 })(unit);
    expect(view.apply(x)).toEqual(second.apply(unit));
    expect([view.name, view.columns]).toEqual(['both', 4]);
    expect(view.sentence).toBe(`Every column with mean 0 and deviation 1. ${second.sentence}`);
    expect(inTurn('one', asTheyAre)(x).apply(x)).toBe(x);
  });
});
