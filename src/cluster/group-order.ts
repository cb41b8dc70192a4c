/** @file The numbers of groups: one number for a group everywhere. */

/**
 * Components in the order of their groups: the largest is group 1; of equal sizes the lower component comes first.
 * Group g is component `groupOrder(sizes)[g - 1]`.
 *
 * @param sizes the share of each component
 *
 * @example
 * groupOrder([0.2, 0.5, 0.3]); // => [1, 2, 0]
 */
export function groupOrder(sizes: ArrayLike<number>): number[] {
  return Array.from(sizes, (_, component) => component).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
}

/**
 * The number of the group of each component, from 1: the inverse of {@link groupOrder}.
 *
 * @example
 * groupNumbers([0.2, 0.5, 0.3]); // => [3, 1, 2]
 */
export function groupNumbers(sizes: ArrayLike<number>): number[] {
  const numbers = new Array<number>(sizes.length).fill(0);
  groupOrder(sizes).forEach((component, at) => {
    numbers[component] = at + 1;
  });
  return numbers;
}
