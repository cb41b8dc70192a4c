/** @file Scores of Elastic-InfoGAN: how mixed codes and classes are, and how far learned sizes are from true ones. */
import { maximumWeightAssignment } from '../cluster/hungarian.js';
import { MixturaError } from '../errors.js';
import { entropy } from './nmi.js';

/** How often each code (row) was seen as each class (column). */
export interface CodeCounts {
  readonly codes: number;
  readonly classes: number;
  /** codes x classes, row-major. */
  readonly counts: Float64Array;
}

/**
 * Counts how often each code meets each class.
 *
 * @param codes n codes, 0..codeCount-1: the component that each sample was generated from
 * @param classes n classes, 0..classCount-1: what a classifier takes the sample for
 * @throws MixturaError when lengths differ, or an entry is out of range
 */
export function codeCounts(
  codes: ArrayLike<number>,
  classes: ArrayLike<number>,
  codeCount: number,
  classCount: number,
): CodeCounts {
  if (codes.length !== classes.length) {
    throw new MixturaError(
      `Cannot compare ${codes.length} codes with ${classes.length} classes: give one of each per sample.`,
    );
  }
  const counts = new Float64Array(codeCount * classCount);
  for (let i = 0; i < codes.length; i++) {
    const k = indexBelow(codes[i]!, codeCount, `code of sample ${i}`);
    counts[k * classCount + indexBelow(classes[i]!, classCount, `class of sample ${i}`)]!++;
  }
  return { codes: codeCount, classes: classCount, counts };
}

/** Result of {@link averageEntropy}. */
export interface AverageEntropy {
  /** ENT in nats, from 0 to the logarithm of the larger side. */
  readonly entropy: number;
  /** Codes and classes without a single sample, which count with entropy 0. */
  readonly empty: { readonly codes: number; readonly classes: number };
}

/**
 * ENT: the mean entropy of all rows (classes of a code) and columns (codes of a class) of a count matrix, in nats.
 *
 * 0 when codes and classes agree one to one, ln K when every code meets every class equally often. An empty row or
 * column counts with entropy 0, where the published code gives NaN; how many there are is reported, too.
 *
 * Source: Elastic-InfoGAN (Ojha et al. 2020), evaluation code; lower is better.
 *
 * @throws MixturaError for negative or non-finite counts, an empty matrix, or one of another size than it says
 */
export function averageEntropy(table: CodeCounts): AverageEntropy {
  checkCounts(table);
  const { codes, classes, counts } = table;
  let sum = 0;
  const add = (vector: number[]): boolean => {
    const total = vector.reduce((a, b) => a + b, 0);
    if (total > 0) sum += entropy(vector, total);
    return total === 0;
  };
  const empty = { codes: 0, classes: 0 };
  for (let k = 0; k < codes; k++) {
    if (add([...counts.subarray(k * classes, (k + 1) * classes)])) empty.codes++;
  }
  for (let y = 0; y < classes; y++) {
    if (add(Array.from({ length: codes }, (_, k) => counts[k * classes + y]!))) empty.classes++;
  }
  return { entropy: sum / (codes + classes), empty };
}

/** Learned and true sizes, and the matrix by which codes are matched to classes. */
export interface SizeRmseInput {
  /** Learned sizes of the codes. */
  readonly mixing: ArrayLike<number>;
  /** True sizes of the classes. */
  readonly trueSizes: ArrayLike<number>;
  readonly table: CodeCounts;
}

/**
 * RMSE of learned sizes, `sqrt(mean_k (p_{a(k)} - w_k)^2)`, with the codes a(k) matched to the classes k one to one so
 * that they share most samples (Hungarian algorithm on the count matrix).
 *
 * A code without a class is compared with 0, a class without a code likewise; the mean is over the larger number.
 *
 * Source: Elastic-InfoGAN (draft of 2019); the matching is ours, as none was published.
 *
 * @throws MixturaError when sizes are not finite, or as many as codes and classes
 */
export function sizeRmse({ mixing, trueSizes, table }: SizeRmseInput): number {
  checkCounts(table);
  const { codes, classes, counts } = table;
  checkSizes(mixing, codes, 'learned', 'codes');
  checkSizes(trueSizes, classes, 'true', 'classes');
  const { columnOfRow } = maximumWeightAssignment(counts, codes, classes);
  const matched = new Set(columnOfRow);
  let sum = 0;
  for (let k = 0; k < codes; k++) {
    const y = columnOfRow[k]!;
    sum += (mixing[k]! - (y < 0 ? 0 : trueSizes[y]!)) ** 2;
  }
  for (let y = 0; y < classes; y++) if (!matched.has(y)) sum += trueSizes[y]! ** 2;
  return Math.sqrt(sum / Math.max(codes, classes));
}

function checkCounts({ codes, classes, counts }: CodeCounts): void {
  if (!(codes >= 1 && classes >= 1) || counts.length !== codes * classes) {
    throw new MixturaError(
      `A table of ${codes} codes and ${classes} classes cannot have ${counts.length} counts: give one for each pair.`,
    );
  }
  const bad = counts.findIndex((count) => !(count >= 0 && count < Infinity));
  if (bad >= 0) {
    const where = `code ${Math.floor(bad / classes)}, class ${bad % classes}`;
    throw new MixturaError(`The count of ${where} is ${counts[bad]}: counts must be finite and at least 0.`);
  }
}

function checkSizes(sizes: ArrayLike<number>, count: number, which: string, of: string): void {
  if (sizes.length !== count) {
    throw new MixturaError(`There are ${sizes.length} ${which} sizes for ${count} ${of}: give one for each.`);
  }
  const bad = Array.from(sizes).findIndex((size) => !Number.isFinite(size));
  if (bad >= 0)
    throw new MixturaError(`The ${which} size of group ${bad} is ${sizes[bad]}: it must be finite.`);
}

function indexBelow(value: number, count: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw new MixturaError(`The ${what} is ${value}: expected an integer from 0 to ${count - 1}.`);
}
