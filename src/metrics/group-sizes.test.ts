import { describe, expect, it } from 'vitest';
import { groupSizes } from './group-sizes.js';

describe('groupSizes', () => {
  it('compares sizes after matching components to classes', () => {
    const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
    const assignments = [2, 2, 2, 2, 2, 0, 0, 0, 0, 1];
    const result = groupSizes({ mixing: [0.35, 0.12, 0.53], assignments, labels });
    expect(result.groups).toEqual([
      { component: 0, size: 0.35, trueSize: 0.3, class: 1 },
      { component: 1, size: 0.12, trueSize: 0.1, class: 2 },
      { component: 2, size: 0.53, trueSize: 0.6, class: 0 },
    ]);
    expect(result.missing).toEqual([]);
    expect(result.sizeError).toBeCloseTo(0.07, 12);
    expect(result.meanSizeError).toBeCloseTo(0.14 / 3, 12);
  });

  it('compares a component without a class with 0', () => {
    const labels = [0, 0, 0, 1];
    const result = groupSizes({ mixing: [0.4, 0.35, 0.25], assignments: [0, 0, 1, 2], labels });
    expect(result.groups[1]).toEqual({ component: 1, size: 0.35, trueSize: 0 });
    expect(result.sizeError).toBeCloseTo(0.35, 12);
    expect(result.meanSizeError).toBeCloseTo((0.35 + 0.35 + 0) / 3, 12);
  });

  it('counts a class without a component with its whole size', () => {
    const labels = [0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
    const result = groupSizes({ mixing: [0.5, 0.5], assignments: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], labels });
    expect(result.groups.map((g) => g.class)).toEqual([1, 2]);
    expect(result.missing).toEqual([{ class: 0, trueSize: 0.2 }]);
    expect(result.sizeError).toBeCloseTo(0.2, 12);
  });

  it('uses given true sizes instead of the fractions of the labels', () => {
    const input = { mixing: [0.7, 0.3], assignments: [0, 1], labels: [0, 1] };
    expect(groupSizes({ ...input, trueSizes: [0.75, 0.25] }).sizeError).toBeCloseTo(0.05, 12);
    expect(groupSizes(input).sizeError).toBeCloseTo(0.2, 12);
  });

  it('breaks ties by the closer sizes, so that numbering does not matter', () => {
    // Everything is assigned to one component; the counts say nothing about the other two.
    const labels = [...new Array<number>(6).fill(0), 1, 1, 1, 2];
    const assignments = new Array<number>(10).fill(0);
    const one = groupSizes({ mixing: [0.6, 0.3, 0.1], assignments, labels });
    const other = groupSizes({ mixing: [0.6, 0.1, 0.3], assignments, labels });
    expect(one.sizeError).toBeCloseTo(0, 12);
    expect(other.sizeError).toBeCloseTo(0, 12);
  });

  it('never lets sizes overrule a single sample of evidence', () => {
    const result = groupSizes({ mixing: [0.1, 0.9], assignments: [0, 0, 0, 1, 1], labels: [0, 0, 1, 0, 1] });
    expect(result.groups.map((g) => g.class)).toEqual([0, 1]);
  });

  it('refuses what does not fit', () => {
    const mixing = [0.5, 0.5];
    expect(() => groupSizes({ mixing, assignments: [0], labels: [0, 1] })).toThrow(
      'Cannot match 1 assignments',
    );
    expect(() => groupSizes({ mixing, assignments: [2], labels: [0] })).toThrow(
      'component of sample 0 is 2: expected an integer from 0 to 1',
    );
    expect(() => groupSizes({ mixing, assignments: [0], labels: [-1] })).toThrow('label of sample 0 is -1');
  });
});
