/**
 * @file What lies between a series of numbers and its line: gaps, summaries of long series, labels moved
 * apart.
 */
import { coordinate } from './svg.js';

/** Series with more points than this are drawn as means in a pale band from least to largest. */
export const MAX_POINTS = 300;

/** Points without a gap between them. */
export interface Stretch {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The stretches of a series without a hole: holes are values that are not finite, or not above zero. */
export function unbrokenStretches(xs: ArrayLike<number>, ys: ArrayLike<number>, positive = false): Stretch[] {
  const runs: { x: number[]; y: number[] }[] = [];
  let open = false;
  for (let i = 0; i < Math.min(xs.length, ys.length); i++) {
    const [x, y] = [xs[i]!, ys[i]!];
    const drawable = Number.isFinite(x) && Number.isFinite(y) && (!positive || y > 0);
    if (drawable && !open) runs.push({ x: [], y: [] });
    open = drawable;
    if (drawable) {
      runs.at(-1)!.x.push(x);
      runs.at(-1)!.y.push(y);
    }
  }
  return runs;
}

/**
 * At most `buckets` points: mean of x, and mean, least and largest y of neighbours; short runs stay as they
 * are.
 */
export function summarise({ x, y }: Stretch, buckets = MAX_POINTS) {
  const size = Math.ceil(x.length / buckets);
  const result: Record<'x' | 'mean' | 'low' | 'high', number[]> = { x: [], mean: [], low: [], high: [] };
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (let start = 0; start < x.length; start += size) {
    const part = y.slice(start, start + size);
    result.x.push(mean(x.slice(start, start + size)));
    result.mean.push(mean(part));
    result.low.push(Math.min(...part));
    result.high.push(Math.max(...part));
  }
  return result;
}

/** The `d` of a path through points; a single point becomes a dot of the line's width. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  const drawn = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('');
  return points.length === 1 ? `${drawn}h0` : drawn;
}

/**
 * Moves labels on a line apart until neighbours are at least `gap` from each other, keeping their order
 * and, for every cluster that touches, its centre.
 */
export function spreadApart(wanted: readonly number[], gap: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  // Clusters of touching labels, merged as isotonic regression merges: positions are centre + gap * (rank -
  // middle).
  const clusters: { members: number[]; centre: number }[] = [];
  for (const index of order) {
    let cluster = { members: [index], centre: wanted[index]! };
    for (let below = clusters.at(-1); below !== undefined; below = clusters.at(-1)) {
      const needed = (gap * (below.members.length + cluster.members.length)) / 2;
      if (cluster.centre - below.centre >= needed) break;
      clusters.pop();
      const members = [...below.members, ...cluster.members];
      const centre = members.reduce((sum, member) => sum + wanted[member]!, 0) / members.length;
      cluster = { members, centre };
    }
    clusters.push(cluster);
  }
  const placed = new Array<number>(wanted.length).fill(0);
  for (const { members, centre } of clusters) {
    members.forEach((member, rank) => {
      placed[member] = centre + gap * (rank - (members.length - 1) / 2);
    });
  }
  return placed;
}
