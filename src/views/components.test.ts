import { describe, expect, it } from 'vitest';
import { fiveGroups } from '../../test/support/made-data.js';
import { columnMeans } from '../math/matrix.js';
import { principalComponents } from '../math/principal-components.js';
import { Stream } from '../math/random.js';
import { standardised } from './columns.js';
import { affordable, alongPrincipal } from './components.js';
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

  it('are found by evenly spaced rows where there are many columns', () => {
    expect([10, 1000, 2000, 2001, 1e5].map(affordable)).toEqual([4e8, 4e4, 1e4, 2000, 2000]);
    const few = alongPrincipal({ fitRows: 200 })(unit);
    const third = {
      ...unit,
      rows: 200,
      values: unit.values.filter((_, at) => Math.floor(at / unit.columns) % 3 === 0),
    };
    expect(few.apply(unit)).toEqual(alongPrincipal()(third).apply(unit));
  });
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
