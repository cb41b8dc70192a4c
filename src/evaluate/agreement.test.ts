import { describe, expect, it } from 'vitest';
import { agreementOf, type RunAssignments } from './agreement.js';

/** Sizes 0.5, 0.3, 0.2 of ten rows; components are in any order. */
const first: RunAssignments = {
  mixing: [0.2, 0.5, 0.3],
  train: Int32Array.of(1, 1, 1, 1, 1, 2, 2, 2, 0, 0),
};
/** The same groups in other components. */
const same: RunAssignments = {
  mixing: [0.48, 0.22, 0.3],
  train: Int32Array.of(0, 0, 0, 0, 0, 2, 2, 2, 1, 1),
};
/** A row of the largest group is in the second one, and the smallest is split. */
const other: RunAssignments = {
  mixing: [0.42, 0.4, 0.1, 0.08],
  train: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 2, 3),
};

describe('the agreement of runs', () => {
  it('is 1 for the same groups, whatever their components are called', () => {
    const { verdict, headline, train, test, groups } = agreementOf([first, same]);
    expect(train).toEqual({ rows: 10, ari: 1, worst: 1, pairs: [{ runs: [0, 1], ari: 1 }] });
    expect([test, verdict]).toEqual([undefined, 'good']);
    expect(headline).toEqual([
      '3 groups, repeatable (agreement 1.00 between seeds, 1 is the same groups each time).',
    ]);
    expect(groups.map(({ group, similarity, inAll }) => [group, similarity, inAll])).toEqual([
      [1, 1, true],
      [2, 1, true],
      [3, 1, true],
    ]);
    expect(groups[0]!.runs).toEqual([
      { group: 1, size: 0.5, assigned: 0.5, similarity: 1 },
      { group: 1, size: 0.48, assigned: 0.5, similarity: 1 },
    ]);
  });

  it('is the mean over pairs, and groups are matched with those of the run that agrees best', () => {
    const { train, reference, groups } = agreementOf([other, first, same]);
    // Of 45 pairs 14 are together in the first run, 12 in the other, 9 in both: expected 14 * 12 / 45.
    const chance = (14 * 12) / 45;
    const index = (9 - chance) / (13 - chance);
    expect(train.pairs.map(({ runs }) => runs)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    expect(train.pairs[0]!.ari).toBeCloseTo(index, 12);
    expect(train.ari).toBeCloseTo((1 + 2 * index) / 3, 12);
    expect([train.worst, reference]).toEqual([train.pairs[0]!.ari, 1]);
    expect(groups).toHaveLength(3);
    const [large, middle, small] = groups;
    expect(large!.runs[0]).toEqual({ group: 1, size: 0.42, assigned: 0.4, similarity: 4 / 5 });
    expect(large!.similarity).toBeCloseTo((4 / 5 + 1) / 2, 12);
    expect(middle!.runs[0]).toEqual({ group: 2, size: 0.4, assigned: 0.4, similarity: 3 / 4 });
    expect([large!.inAll, middle!.inAll]).toEqual([true, true]);
    expect([small!.inAll, small!.runs[0]!.similarity, small!.similarity]).toEqual([false, 0.5, 0.75]);
  });

  it('says which runs have no counterpart of a group', () => {
    const merged: RunAssignments = { mixing: [0.8, 0.2], train: first.train.map((c) => (c === 0 ? 1 : 0)) };
    const { groups, reference } = agreementOf([first, merged]);
    expect(reference).toBe(0);
    expect(groups.map(({ runs }) => runs[1]?.group ?? null)).toEqual([1, null, 2]);
    expect(groups.map(({ inAll }) => inAll)).toEqual([true, false, true]);
  });

  it('of a group without rows is none', () => {
    const empty: RunAssignments = { ...first, mixing: [0.2, 0.4, 0.3, 0.1] };
    const { groups } = agreementOf([empty, empty]);
    expect(groups.map(({ similarity, inAll }) => [similarity, inAll])).toEqual([
      ...[
        [1, true],
        [1, true],
        [1, true],
      ],
      [0, false],
    ]);
  });

  it('is told of held-out rows where every run has them', () => {
    const test = Int32Array.of(0, 0, 1, 1);
    const { test: held } = agreementOf([
      { ...first, test },
      { ...same, test: Int32Array.of(1, 1, 0, 0) },
    ]);
    expect(held).toMatchObject({ rows: 4, ari: 1 });
    expect(agreementOf([{ ...first, test }, same]).test).toBeUndefined();
  });

  it('of runs that differ is not to be used', () => {
    const { verdict, headline } = agreementOf([
      { mixing: [0.5, 0.5], train: Int32Array.of(0, 0, 1, 1) },
      { mixing: [0.5, 0.5], train: Int32Array.of(0, 1, 0, 1) },
    ]);
    expect([verdict, headline[0]]).toEqual([
      'none',
      'These 2 groups are not reproducible: do not use them (agreement -0.50 between seeds, 1 is the same groups each time).',
    ]);
  });
});
