import { describe, expect, it } from 'vitest';
import { ballReference } from '../../cluster/ball-reference.js';
import { nearestRows } from '../../cluster/nearest-rows.js';
import { graphOfNearest } from '../../cluster/neighbour-graph.js';
import { Stream } from '../../math/random.js';
import { neighbourShares } from './confidence.js';
import { localDensity, localOutlierFactor } from './local-outlier.js';
import { type TrustInput, trustOf } from './trust.js';

/** Three clouds of 400, 300 and 200 points; the last two touch so that they are one. */
function input(change: Partial<TrustInput> = {}): TrustInput {
  const stream = Stream.root(8);
  const group = Int32Array.from({ length: 900 }, (_, i) => (i < 400 ? 1 : i < 700 ? 2 : 3));
  const centre = [0, 30, 31];
  const values = Float64Array.from(
    [...group].flatMap((g) => [centre[g - 1]! + stream.normal(), stream.normal()]),
  );
  const rows = { rows: 900, columns: 2, values };
  const nearest = nearestRows(rows, 10);
  const graph = graphOfNearest(nearest);
  const { share } = neighbourShares(nearest, { part: group.map((g) => g - 1), parts: 3 });
  const confidence = Float32Array.from(group, (g, i) => share[3 * i + g - 1]!);
  const outlier = localOutlierFactor(nearest, localDensity(nearest));
  const looked = Uint32Array.from(group, (_, i) => i);
  const repeats = [0, 1, 2].map((s) => {
    const indices = stream.fork('part', s).choice(900, 720).sort();
    // In the third subsample a fifth of group 2 goes to group 3.
    const part = Int32Array.from(indices, (i) =>
      s === 2 && group[i] === 2 && i % 5 === 0 ? 2 : group[i]! - 1,
    );
    return { indices, division: { part, parts: 3 } };
  });
  return {
    ...{ group, groups: 3, graph, nearest, looked, repeats, stability: 0.95, given: false },
    reference: ballReference(graph, rows, Stream.root(1)),
    rows: { group, second: group.map((g) => [0, 0, 3, 2][g]!), confidence, outlier },
    ...change,
  };
}

describe('trust in groups', () => {
  const found = trustOf(input());

  it('tells sizes with intervals, stability and confidence of each', () => {
    expect(found.groups.map(({ group, rows, share }) => [group, rows, share])).toEqual([
      [1, 400, 4 / 9],
      [2, 300, 3 / 9],
      [3, 200, 2 / 9],
    ]);
    const [far, second, third] = found.groups;
    expect(far!.stability).toBe(1);
    // A fifth of group 2 is lost in one of three: (1 + 1 + 0.8) / 3.
    expect(second!.stability).toBeCloseTo(0.93, 1);
    expect(second!.stability).toBeLessThan(1);
    expect(third!.stability).toBeLessThan(second!.stability);
    expect(far!.confidence).toBeGreaterThan(0.93);
    expect(second!.confidence).toBeLessThan(0.8);
    const width = ({ interval }: { readonly interval: readonly [number, number] }) =>
      interval[1] - interval[0];
    // The draw alone: 2 x 1.96 sqrt(p (1 - p) / n); the others change between subsamples, too.
    expect(width(far!)).toBeCloseTo(3.92 * Math.sqrt(((4 / 9) * (5 / 9)) / 900), 3);
    expect(width(third!)).toBeGreaterThan(0.14);
  });

  it('tells which are one continuum, in numbers and words', () => {
    expect(found.pairs[0]).toMatchObject({ groups: [2, 3], continuum: true });
    expect(found.pairs[0]!.exchanged).toBeGreaterThan(0.03);
    expect(found.pairs.slice(1).map(({ strength, exchanged }) => [strength, exchanged])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect([found.verdict, found.headline[1]]).toEqual([
      'partly',
      'Two of three are one continuum: 2 and 3.',
    ]);
    expect(found.appearance).toEqual([]);
  });

  it('shows rows of each group', () => {
    for (const { group, exemplars, border, outliers } of found.groups) {
      expect([exemplars.length, border.length, outliers.length]).toEqual([8, group === 1 ? 0 : 8, 8]);
    }
  });

  it('of images begins with what the groups follow', () => {
    const values = Float64Array.from(input().group, (g, i) => 0.2 * g + (i % 2 ? 0.01 : 0));
    const images = new Map([['brightness', { rows: 900, columns: 1, values }]] as const);
    const { appearance, headline, verdict } = trustOf(input({ images, photographs: true }));
    expect(appearance[0]!.explained).toBeGreaterThan(0.99);
    expect([verdict, headline[0]]).toEqual([
      'none',
      expect.stringMatching(/^These groups follow brightness \(100 %/),
    ]);
  });
});
