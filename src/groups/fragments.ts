/** @file Parts of a division that are no groups: too small, and joined to no other or apart from the rows around them. */
import { sizesOf } from '../cluster/merge-curve.js';
import type { Division, ViewFindings } from './choose.js';
import { pocketsOf, withPockets } from './pockets.js';

/** What is divided, and the parts of the first division that are no groups. */
export interface Fragmented {
  readonly divided: readonly ViewFindings[];
  readonly fragment: ReadonlySet<number>;
}

/** The fragments of the first division. */
export function withFragments(divided: readonly ViewFindings[], smallest: number): Fragmented {
  return { divided, fragment: fragmentsOf(divided[0]!.divisions[0]!, smallest) };
}

/** The pockets of the chosen view are fragments, too. */
export function pocketsApart([chosen, ...others]: readonly ViewFindings[], smallest: number): Fragmented {
  const { structure, divisions } = chosen!;
  const [first, ...rest] = divisions;
  const division = withPockets(first!, pocketsOf(structure.rows, structure.nearest, smallest));
  const fragment = fragmentsOf(first!, smallest);
  for (let part = first!.parts; part < division.parts; part++) fragment.add(part);
  return { divided: [{ ...chosen!, divisions: [division, ...rest] }, ...others], fragment };
}

/** Parts beyond the groups that were asked for, too small to be groups: nothing joins them to any. */
export function fragmentsOf(division: Division, smallest: number): Set<number> {
  const sizes = sizesOf(division);
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  return new Set(order.slice(division.groups).filter((part) => sizes[part]! < smallest));
}
