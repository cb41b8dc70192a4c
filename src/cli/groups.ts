/** @file Groups as a table for people: learned sizes beside the true ones. */
import type { FoundGroup } from '../evaluate/labels.js';
import { percent } from './output.js';

/** A line a group, the largest first; people count groups from 1. */
export function groupLines(groups: readonly FoundGroup[]): string[] {
  return [...groups]
    .sort((a, b) => b.size - a.size)
    .map(({ component, size, trueSize, trueName }) => {
      const truth =
        trueSize === undefined
          ? ''
          : `   true ${percent(trueSize).padStart(7)}${trueName ? `  ${trueName}` : ''}`;
      return `  group ${String(component + 1).padStart(2)}   ${percent(size).padStart(7)}${truth}`;
    });
}
