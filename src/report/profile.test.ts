import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { chanceEffect, columnProfiles, GroupMoments, type ReportColumn, tellingColumns } from './profile.js';

function momentsOf(rows: readonly number[][], groups: readonly number[], k: number): GroupMoments {
  const moments = new GroupMoments(k, rows[0]!.length);
  rows.forEach((row, i) => {
    moments.add(groups[i]!, row, 0);
  });
  return moments;
}

const columns = (...names: string[]) => names.map((name): ReportColumn => ({ name, kind: 'number' }));

describe('columnProfiles', () => {
  it('gives the closed forms of mean, deviation, d and eta squared', () => {
    // Group 1: 1, 2, 3; group 2: 5, 7. Pooled variance (2 + 2) / 3; between 3 (2 - 3.6)^2 + 2 (6 - 3.6)^2 of 23.2.
    const [column] = columnProfiles(momentsOf([[1], [2], [3], [5], [7]], [0, 0, 0, 1, 1], 2), columns('a'));
    expect(column!.groups[0]).toMatchObject({ mean: 2, deviation: 1, rest: 6 });
    expect(column!.groups[1]!.deviation).toBeCloseTo(Math.SQRT2, 12);
    expect(column!.groups[0]!.effect).toBeCloseTo(-4 / Math.sqrt(4 / 3), 12);
    expect(column!.groups[1]!.effect).toBeCloseTo(4 / Math.sqrt(4 / 3), 12);
    expect(column!.separation).toBeCloseTo(19.2 / 23.2, 12);
  });

  it('leaves missing values out, each column by itself', () => {
    const rows = [
      [1, 10],
      [Number.NaN, 20],
      [3, 30],
      [5, 40],
      [7, Number.NaN],
    ];
    const profile = columnProfiles(momentsOf(rows, [0, 0, 0, 1, 1], 2), columns('a', 'b'));
    const [a, b] = ['a', 'b'].map((name) => profile.find((column) => column.name === name)!);
    expect(a!.groups[0]).toMatchObject({ mean: 2, deviation: Math.SQRT2, rest: 6 });
    expect(a!.groups[0]!.effect).toBeCloseTo(-4 / Math.sqrt((2 + 2) / 2), 12);
    expect(b!.groups[0]).toMatchObject({ mean: 20, deviation: 10, rest: 40 });
    expect(b!.groups[1]).toMatchObject({ mean: 40, deviation: 0, rest: 20 });
  });

  it('compares a group with all other rows as one', () => {
    const rows = [[0], [2], [4], [6], [10], [10]];
    const [column] = columnProfiles(momentsOf(rows, [0, 0, 1, 1, 2, 2], 3), columns('a'));
    // Rest of group 1: 4, 6, 10, 10, of mean 7.5 and squared deviations 27.
    expect(column!.groups[0]!.rest).toBe(7.5);
    expect(column!.groups[0]!.effect).toBeCloseTo(-6.5 / Math.sqrt((2 + 27) / 4), 12);
  });

  it('does not depend on units, nor on a large offset', () => {
    const stream = Stream.root(1);
    const rows = Array.from({ length: 200 }, (_, i) => [stream.normal() + (i % 2)]);
    const groups = rows.map((_, i) => i % 2);
    const [plain] = columnProfiles(momentsOf(rows, groups, 2), columns('a'));
    const [far] = columnProfiles(
      momentsOf(
        rows.map(([x]) => [1e6 + 50 * x!]),
        groups,
        2,
      ),
      columns('a'),
    );
    expect(far!.groups[0]!.effect).toBeCloseTo(plain!.groups[0]!.effect, 6);
    expect(far!.separation).toBeCloseTo(plain!.separation, 6);
  });

  it('tells nothing of constant columns, empty groups and single rows', () => {
    const rows = [[0.1], [0.1], [0.1]];
    const [constant] = columnProfiles(momentsOf(rows, [0, 0, 2], 3), columns('a'));
    expect(constant).toMatchObject({ separation: 0, telling: false });
    expect(constant!.groups.map(({ effect }) => effect)).toEqual([0, 0, 0]);
    expect(constant!.groups[1]!.mean).toBeNaN();
    const [alone] = columnProfiles(momentsOf([[1], [2]], [0, 0], 1), columns('a'));
    expect(alone!.groups[0]).toMatchObject({ mean: 1.5, effect: 0, telling: false });
  });

  it('takes a column of 0 and 1 for shares, as float32 gives them back', () => {
    const rows = [
      [1, 1, 5],
      [0, 0.99999994, 0],
      [1, 5e-8, 1],
    ];
    const kinds = columnProfiles(momentsOf(rows, [0, 1, 1], 2), columns('a', 'b', 'c')).map(
      ({ name, kind }) => name + kind,
    );
    expect(kinds.sort()).toEqual(
      ['anumber', 'bnumber', 'cnumber'].map((x) => x.replace(/([ab])number/, '$1share')),
    );
  });

  it('lists telling columns by falling eta squared, and never one of noise alone', () => {
    for (let seed = 0; seed < 20; seed++) {
      const stream = Stream.root(seed);
      const groups = Array.from({ length: 600 }, (_, i) => (i % 20 === 0 ? 3 : i % 3));
      const rows = groups.map((g) => [
        stream.normal(),
        stream.normal() + 2 * g,
        ...Array.from({ length: 20 }, () => stream.normal()),
        stream.normal() + (g === 3 ? 3 : 0),
      ]);
      const names = ['zip_hash', 'income', ...Array.from({ length: 20 }, (_, j) => `noise${j}`), 'rare'];
      const profile = columnProfiles(momentsOf(rows, groups, 4), columns(...names));
      expect(
        profile.filter(({ telling }) => telling).map(({ name }) => name),
        `seed ${seed}`,
      ).toEqual(['income', 'rare']);
      expect(tellingColumns(profile, 3).map(({ name }) => name)).toContain('rare');
      expect(tellingColumns(profile, 0).map(({ name }) => name)).not.toContain('zip_hash');
    }
  });

  it('asks for effects above what chance makes among all of them', () => {
    expect(chanceEffect(1, 50, 50)).toBeCloseTo(Math.sqrt(2 * Math.log(20)) / 5, 12);
    expect(chanceEffect(8000, 20, 1e9)).toBeGreaterThan(chanceEffect(8, 20, 1e9));
  });
});
