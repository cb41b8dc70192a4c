import { describe, expect, it } from 'vitest';
import type { Matrix } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { nearestRows } from './nearest-rows.js';
import { graphOfNearest } from './neighbour-graph.js';
import { neighbourMap } from './neighbour-map.js';
import { spectralEmbedding } from './spectral-embedding.js';

/** Rows around given middles in ten columns, in turns. */
function around(middles: readonly (readonly number[])[], each: number): Matrix & { group: number[] } {
  const rows = middles.length * each;
  const group = Array.from({ length: rows }, (_, i) => i % middles.length);
  const values = Stream.root(5).normals(new Float64Array(10 * rows));
  group.forEach((g, i) => {
    middles[g]!.forEach((x, j) => {
      values[10 * i + j]! += x;
    });
  });
  return { rows, columns: 10, values, group };
}

const ringOf = (groups: number, radius: number) =>
  Array.from({ length: groups }, (_, g) => {
    const angle = (2 * Math.PI * g) / groups;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });

function mapOf(rows: Matrix, { seed = 0, placed = true } = {}): Float32Array {
  const graph = graphOfNearest(nearestRows(rows, 10));
  const embedding = spectralEmbedding(graph, 16, Stream.root(1));
  return neighbourMap(graph, embedding, Stream.root(seed), placed ? { rows } : {});
}

/** Share of the ten nearest rows on the map that are of the same group. */
function trust(map: Float32Array, group: readonly number[]): number {
  const { index } = nearestRows({ rows: group.length, columns: 2, values: map }, 10);
  const same = index.reduce((sum, j, e) => sum + Number(group[j] === group[Math.floor(e / 10)]), 0);
  return same / index.length;
}

/** Groups in the order of the angles of their middles around the middle of all. */
function orderAround(map: Float32Array, group: readonly number[], groups: number): number[] {
  const middle = (axis: 0 | 1, of: (i: number) => boolean) => {
    const own = group.flatMap((_, i) => (of(i) ? [map[2 * i + axis]!] : []));
    return own.reduce((sum, x) => sum + x, 0) / own.length;
  };
  const all = [middle(0, () => true), middle(1, () => true)] as const;
  const angle = (g: number) =>
    Math.atan2(middle(1, (i) => group[i] === g) - all[1], middle(0, (i) => group[i] === g) - all[0]);
  return Array.from({ length: groups }, (_, g) => g).sort((a, b) => angle(a) - angle(b));
}

function isRing(order: readonly number[]): boolean {
  const steps = order.map((g, i) => (order[(i + 1) % order.length]! - g + order.length) % order.length);
  return steps.every((step) => step === 1) || steps.every((step) => step === order.length - 1);
}

describe('the neighbour map', () => {
  const far = around(
    [0, 1, 2, 3, 4].map((g) => Array.from({ length: 5 }, (_, j) => (j === g ? 20 : 0))),
    120,
  );

  it('is the same bytes for the same stream, and others for another', () => {
    expect(mapOf(far)).toEqual(mapOf(far));
    expect(mapOf(far, { seed: 1 })).not.toEqual(mapOf(far));
  });

  it('keeps five far groups apart, with the rows and without', () => {
    expect(trust(mapOf(far), far.group)).toBeGreaterThan(0.99);
    expect(trust(mapOf(far, { placed: false }), far.group)).toBeGreaterThan(0.99);
  });

  it('keeps a ring of groups a ring, whether or not edges join them', () => {
    for (const radius of [9, 40]) {
      const ring = around(ringOf(8, radius), 60);
      const map = mapOf(ring);
      expect(isRing(orderAround(map, ring.group, 8))).toBe(true);
      expect(trust(map, ring.group)).toBeGreaterThan(0.95);
    }
  });

  it('places equal rows, and as few as two', () => {
    const equal = { rows: 60, columns: 3, values: new Float64Array(180).fill(2) };
    expect(mapOf(equal).every(Number.isFinite)).toBe(true);
    const graph = graphOfNearest(nearestRows({ rows: 2, columns: 1, values: Float64Array.of(0, 1) }, 1));
    const embedding = spectralEmbedding(graph, 1, Stream.root(0));
    const map = neighbourMap(graph, embedding, Stream.root(0));
    expect([map.length, map.every(Number.isFinite)]).toEqual([4, true]);
  });
});
