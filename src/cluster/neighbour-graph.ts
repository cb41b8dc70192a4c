/** @file The graph of nearest neighbours, and how well a partition agrees with it. */

import type { NearestRows } from './nearest-rows.js';

/** A symmetric graph without weights: the neighbours of row i are `to[start[i] .. start[i + 1])`. */
export interface NeighbourGraph {
  readonly count: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
}

/** Joins every row to its `neighbours` nearest rows (Euclidean), in both directions. Rows are n x dim. */
export function neighbourGraph(rows: Float32Array, dim: number, neighbours = 10): NeighbourGraph {
  const count = rows.length / dim;
  const k = Math.min(neighbours, count - 1);
  const joined = Array.from({ length: count }, () => new Set<number>());
  for (let i = 0; i < count; i++) {
    for (const j of nearestTo(rows, dim, i, k)) {
      joined[i]!.add(j);
      joined[j]!.add(i);
    }
  }
  const start = new Int32Array(count + 1);
  joined.forEach((set, i) => {
    start[i + 1] = start[i]! + set.size;
  });
  return { count, start, to: Int32Array.from(joined.flatMap((set) => [...set].sort((a, b) => a - b))) };
}

/** Joins every row to its nearest ones in both directions. */
export function graphOfNearest({ k, index }: Pick<NearestRows, 'k' | 'index'>): NeighbourGraph {
  const count = index.length / k;
  const degree = new Int32Array(count);
  const mutual = (i: number, j: number) => index.subarray(j * k, j * k + k).includes(i);
  for (let i = 0; i < count; i++) {
    for (let e = i * k; e < i * k + k; e++) {
      degree[i]! += 1;
      // An edge that goes one way only is put in for the other way, too.
      if (!mutual(i, index[e]!)) degree[index[e]!]! += 1;
    }
  }
  const start = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) start[i + 1] = start[i]! + degree[i]!;
  const to = new Int32Array(start[count]!);
  const next = start.slice(0, count);
  for (let i = 0; i < count; i++) {
    for (let e = i * k; e < i * k + k; e++) {
      const j = index[e]!;
      to[next[i]!++] = j;
      if (!mutual(i, j)) to[next[j]!++] = i;
    }
  }
  for (let i = 0; i < count; i++) to.subarray(start[i]!, start[i + 1]!).sort();
  return { count, start, to };
}

/** The connected component of every row, 0..components-1, in order of their first rows. */
export function connectedComponents({ count, start, to }: NeighbourGraph): {
  readonly component: Int32Array;
  readonly sizes: readonly number[];
} {
  const component = new Int32Array(count).fill(-1);
  const sizes: number[] = [];
  const stack = new Int32Array(count);
  for (let first = 0; first < count; first++) {
    if (component[first] !== -1) continue;
    component[first] = sizes.length;
    let [top, size] = [1, 0];
    stack[0] = first;
    while (top > 0) {
      const i = stack[--top]!;
      size++;
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        const j = to[e]!;
        if (component[j] !== -1) continue;
        component[j] = sizes.length;
        stack[top++] = j;
      }
    }
    sizes.push(size);
  }
  return { component, sizes };
}

function nearestTo(rows: Float32Array, dim: number, i: number, k: number): Int32Array {
  const best = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  const index = new Int32Array(k);
  for (let j = 0; j < rows.length / dim; j++) {
    if (j === i) continue;
    let distance = 0;
    for (let a = i * dim, b = j * dim; a < (i + 1) * dim && distance < best[k - 1]!; a++, b++) {
      distance += (rows[a]! - rows[b]!) ** 2;
    }
    let place = k - 1;
    if (distance >= best[place]!) continue;
    for (; place > 0 && best[place - 1]! > distance; place--) {
      best[place] = best[place - 1]!;
      index[place] = index[place - 1]!;
    }
    best[place] = distance;
    index[place] = j;
  }
  return index;
}

/** Edge counts between the parts of a partition. */
export interface PartLinks {
  /** W[a, b]: edges from part a to part b (both ways inside a part), K x K. */
  readonly links: Float64Array;
  /** Sum of degrees of each part. */
  readonly volumes: Float64Array;
}

/** Counts the edges between the parts of a partition: row i is in part[i], one of 0..parts-1. */
export function partLinks(graph: NeighbourGraph, part: Int32Array, parts: number): PartLinks {
  const links = new Float64Array(parts * parts);
  const volumes = new Float64Array(parts);
  for (let i = 0; i < graph.count; i++) {
    const a = part[i]!;
    for (let e = graph.start[i]!; e < graph.start[i + 1]!; e++) {
      links[a * parts + part[graph.to[e]!]!]! += 1;
      volumes[a]! += 1;
    }
  }
  return { links, volumes };
}

/**
 * Normalised cut: sum_c cut(c, rest) / vol(c), between 0 and K; an empty part counts 1.
 * Source: Shi and Malik 2000.
 *
 * @example
 * const graph = neighbourGraph(Float32Array.of(0, 1, 2, 10, 11, 12), 1, 2);
 * normalisedCut(partLinks(graph, Int32Array.of(0, 0, 0, 1, 1, 1), 2)); // => 0
 */
export function normalisedCut({ links, volumes }: PartLinks): number {
  const parts = volumes.length;
  return volumes.reduce((sum, volume, c) => sum + cutTerm(links[c * parts + c]!, volume), 0);
}

/** The term of a part in the normalised cut: the fraction of its volume whose edges leave it; 1 for an empty part. */
export function cutTerm(inside: number, volume: number): number {
  return volume === 0 ? 1 : 1 - inside / volume;
}
