import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { ari } from '../metrics/ari.js';
import { meanAgreement, subsampleOf, subsamples } from './stability.js';
import { structureOf } from './structure.js';
import { TEACHERS } from './teachers.js';

/** Four Gaussian groups of 400, 200, 100 and 50 rows in five columns, and the group of each row. */
function made() {
  const stream = Stream.root(8);
  const group = Int32Array.from([0, 1, 2, 3].flatMap((g) => new Array<number>(400 >> g).fill(g)));
  const centres = Array.from({ length: 4 }, () => stream.normals(new Float64Array(5)).map((x) => 5 * x));
  const values = Float64Array.from(
    [...group].flatMap((g) => [...centres[g]!].map((c) => c + stream.normal())),
  );
  return { rows: { rows: group.length, columns: 5, values }, group };
}

describe('every teacher', () => {
  const { rows, group } = made();
  const structure = structureOf(rows, Stream.root(0), { groups: 4 });

  it.each(TEACHERS.map((teacher) => [teacher.name, teacher] as const))(
    '%s finds four far groups',
    (_, teacher) => {
      const { part, parts } = teacher.divide(structure, 4, Stream.root(1));
      expect(parts).toBe(4);
      expect(ari(group, part)).toBeGreaterThan(0.97);
    },
  );

  it('and agrees with itself on subsamples of data that have groups, not on data that have none', () => {
    const { divide } = TEACHERS.find(({ name }) => name === 'k-means')!;
    const agreement = (matrix: typeof rows) => {
      const drawn = subsamples(matrix.rows, 4, 0.8, Stream.root(2));
      return meanAgreement(
        drawn.map((indices, s) => {
          const own = structureOf(subsampleOf(matrix, indices), Stream.root(3 + s), { groups: 4 });
          return { indices, division: divide(own, 4, Stream.root(9 + s)) };
        }),
      );
    };
    expect(agreement(rows)).toBeGreaterThan(0.97);
    const noise = { rows: 750, columns: 5, values: Stream.root(4).normals(new Float64Array(3750)) };
    expect(agreement(noise)).toBeLessThan(0.6);
  });
});

describe('agreement of subsamples', () => {
  it('is taken on the rows that two have in common', () => {
    const of = (indices: number[], part: number[]) => ({
      indices: Uint32Array.from(indices),
      division: { part: Int32Array.from(part), parts: 2 },
    });
    const a = of([0, 1, 2, 3, 9], [0, 0, 1, 1, 0]);
    expect(meanAgreement([a, of([0, 1, 2, 3, 4], [1, 1, 0, 0, 0])])).toBe(1);
    expect(meanAgreement([a, of([0, 1, 2, 3, 4], [0, 1, 0, 1, 0])])).toBe(-0.5);
    expect(meanAgreement([a])).toBe(1);
  });

  it('of subsamples that are drawn without replacement, sorted, others each time', () => {
    const [a, b] = subsamples(100, 2, 0.8, Stream.root(0)) as [Uint32Array, Uint32Array];
    expect([a.length, new Set(a).size, [...a].sort((x, y) => x - y)]).toEqual([80, 80, [...a]]);
    expect([...a]).not.toEqual([...b]);
  });
});
