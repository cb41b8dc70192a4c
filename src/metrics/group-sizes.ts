/** @file The error of learned group sizes, after matching components to classes. */
import { maximumWeightAssignment } from '../cluster/hungarian.js';
import { MixturaError } from '../errors.js';

/** Learned sizes, and labelled data by which components are matched to classes. */
export interface GroupSizesInput {
  /** K learned mixing coefficients pi_c. */
  readonly mixing: ArrayLike<number>;
  /** n components of labelled data, 0..K-1. */
  readonly assignments: ArrayLike<number>;
  /** n classes of the same data, 0..classes-1. */
  readonly labels: ArrayLike<number>;
  /** Fractions of the classes in the training data; default: their fractions in `labels`. */
  readonly trueSizes?: ArrayLike<number> | undefined;
  /** The class of each component, -1 for none, where it is known by its name (default: components are matched to classes). */
  readonly classOf?: ArrayLike<number> | undefined;
}

/** One component beside the class it was matched to. */
export interface GroupSize {
  readonly component: number;
  /** Learned size pi_c. */
  readonly size: number;
  /** Size of the matched class; 0 without one. */
  readonly trueSize: number;
  /** The matched class; absent when there are more components than classes and this one is left over. */
  readonly class?: number;
}

/** Learned sizes beside the true ones, and how far apart they are. */
export interface GroupSizes {
  /** One entry a component, in the order of components. */
  readonly groups: readonly GroupSize[];
  /** Classes left without a component (more classes than components): their learned size is 0. */
  readonly missing: readonly { readonly class: number; readonly trueSize: number }[];
  /** Largest absolute difference of size and trueSize, over groups and missing classes. */
  readonly sizeError: number;
  /** Mean absolute difference over the same. */
  readonly meanSizeError: number;
}

/**
 * Compares learned group sizes with the true ones after matching components to classes one to one.
 *
 * The matching m maximises the labelled data that component and class share (`max sum_c n_{m(c), c}`, Hungarian
 * algorithm); equal counts go to the pairing whose sizes are closer, so that renumbering changes nothing.
 * A model that was told its classes has them by their names instead (`classOf`).
 * `sizeError = max_c |pi_c - w_{m(c)}|`. A component without a class is compared with 0, a class without a
 * component likewise.
 *
 * Source: SLOGAN (Hwang et al. 2022) sorts pi by a class map in the same way.
 *
 * @throws MixturaError when lengths differ, an assignment is not in 0..K-1 or a label is out of range
 */
export function groupSizes(input: GroupSizesInput): GroupSizes {
  const { mixing, assignments, labels } = input;
  const trueSizes = input.trueSizes ?? fractions(labels);
  const components = mixing.length;
  const classes = trueSizes.length;
  const weight = sharedCounts(assignments, labels, components, classes);
  for (let c = 0; c < components; c++) {
    for (let y = 0; y < classes; y++) {
      // All matched differences sum to at most 2, so this stays below one sample: it decides ties only.
      weight[c * classes + y]! -= Math.abs(mixing[c]! - trueSizes[y]!) / 4;
    }
  }
  const columnOfRow = input.classOf ?? maximumWeightAssignment(weight, components, classes).columnOfRow;
  const groups = Array.from(mixing, (size, component): GroupSize => {
    const matched = columnOfRow[component]!;
    if (matched < 0) return { component, size, trueSize: 0 };
    return { component, size, trueSize: trueSizes[matched]!, class: matched };
  });
  const taken = new Set(Array.from(columnOfRow));
  const missing = Array.from(trueSizes, (trueSize, index) => ({ class: index, trueSize })).filter(
    (entry) => !taken.has(entry.class),
  );
  const errors = [
    ...groups.map((group) => Math.abs(group.size - group.trueSize)),
    ...missing.map((m) => m.trueSize),
  ];
  return {
    groups,
    missing,
    sizeError: Math.max(0, ...errors),
    meanSizeError: errors.length === 0 ? 0 : errors.reduce((sum, e) => sum + e, 0) / errors.length,
  };
}

/** Samples of each class seen by each component: K x classes, row-major. */
function sharedCounts(
  assignments: ArrayLike<number>,
  labels: ArrayLike<number>,
  components: number,
  classes: number,
): Float64Array {
  if (assignments.length !== labels.length) {
    throw new MixturaError(
      `Cannot match ${assignments.length} assignments with ${labels.length} labels: give one of each per sample.`,
    );
  }
  const counts = new Float64Array(components * classes);
  for (let i = 0; i < labels.length; i++) {
    const c = indexIn(assignments[i]!, components, `component of sample ${i}`);
    const y = indexIn(labels[i]!, classes, `label of sample ${i}`);
    counts[c * classes + y]!++;
  }
  return counts;
}

/** Fraction of each class 0..max(labels). */
function fractions(labels: ArrayLike<number>): Float64Array {
  let classes = 0;
  for (let i = 0; i < labels.length; i++) {
    classes = Math.max(classes, indexIn(labels[i]!, 2 ** 20, `label of sample ${i}`) + 1);
  }
  const sizes = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) sizes[labels[i]!]! += 1;
  return sizes.map((count) => count / labels.length);
}

function indexIn(value: number, count: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw new MixturaError(`The ${what} is ${value}: expected an integer from 0 to ${count - 1}.`);
}
