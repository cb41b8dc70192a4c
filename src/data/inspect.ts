/** @file What there is to tell about a data set, for `mixtura data`. */

import { classCounts, type Dataset, type DatasetKind, sampleSize, type ValueRange } from './dataset.js';

export interface DatasetSummary {
  readonly name: string;
  readonly source: string;
  readonly kind: DatasetKind;
  readonly shape: readonly number[];
  readonly range: ValueRange;
  readonly count: number;
  /** Size of the held-out split, if there is one. */
  readonly testCount?: number;
  /** Extremes, mean and standard deviation of all values, as `read` gives them. */
  readonly values: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly deviation: number;
  };
  readonly classes?: readonly { readonly name: string; readonly count: number; readonly share: number }[];
  readonly fingerprint: string;
}

const CHUNK = 1024;

/** Reads the whole data set once and tells its sizes, values, classes and fingerprint. */
export function summarize(dataset: Dataset): DatasetSummary {
  const { name, source, kind, shape, range, count, fingerprint } = dataset;
  const counts = classCounts(dataset);
  return {
    name,
    source,
    kind,
    shape,
    range,
    count,
    ...(dataset.test ? { testCount: dataset.test().count } : {}),
    values: valueStatistics(dataset),
    ...(counts
      ? {
          classes: Array.from(counts, (n, k) => ({
            name: dataset.classNames?.[k] ?? String(k),
            count: n,
            share: n / count,
          })),
        }
      : {}),
    fingerprint,
  };
}

/** A summary as lines of text. */
export function formatSummary(summary: DatasetSummary): string {
  const { values, classes } = summary;
  const number = (x: number) => String(Number(x.toPrecision(5)));
  const range = { unit: 'in [0, 1]', signed: 'in [-1, 1]', real: 'real' }[summary.range];
  const width = Math.max(0, ...(classes ?? []).map((c) => c.name.length));
  return [
    `${summary.name}: ${summary.source}`,
    `  samples      ${summary.count}${summary.testCount === undefined ? '' : ` (and ${summary.testCount} held out)`}`,
    `  one sample   ${summary.kind}, ${summary.shape.join(' x ')}, values ${range}`,
    `  values       ${number(values.min)} to ${number(values.max)}, mean ${number(values.mean)}, deviation ${number(values.deviation)}`,
    `  fingerprint  ${summary.fingerprint}`,
    ...(classes
      ? ['  classes      (for evaluation only; training never sees them)']
      : ['  classes      unknown']),
    ...(classes ?? []).map(
      (c) =>
        `    ${c.name.padEnd(width)}  ${String(c.count).padStart(6)}  ${(100 * c.share).toFixed(1).padStart(5)} %`,
    ),
  ].join('\n');
}

/** The first `perClass` rows of every class (of the whole, without labels), for a sheet of examples. */
export function examples(dataset: Dataset, perClass: number): Uint32Array[] {
  const { labels, count } = dataset;
  if (!labels) return [Uint32Array.from({ length: Math.min(perClass, count) }, (_, i) => i)];
  const rows = Array.from(classCounts(dataset)!, () => [] as number[]);
  for (let i = 0; i < count; i++) {
    const found = rows[labels[i]!]!;
    if (found.length < perClass) found.push(i);
  }
  return rows.map((found) => Uint32Array.from(found));
}

function valueStatistics(dataset: Dataset): DatasetSummary['values'] {
  const size = sampleSize(dataset.shape);
  let [min, max, mean, squares, seen] = [Infinity, -Infinity, 0, 0, 0];
  for (let start = 0; start < dataset.count; start += CHUNK) {
    const rows = Uint32Array.from({ length: Math.min(CHUNK, dataset.count - start) }, (_, i) => start + i);
    const values = new Float32Array(rows.length * size);
    dataset.read(rows, values);
    let [sum, chunkSquares] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      if (x < min) min = x;
      if (x > max) max = x;
      sum += x;
    }
    const chunkMean = sum / values.length;
    for (let i = 0; i < values.length; i++) chunkSquares += (values[i]! - chunkMean) ** 2;
    // Chan's update: sums of squares about the mean, joined without cancellation.
    const delta = chunkMean - mean;
    const total = seen + values.length;
    squares += chunkSquares + (delta * delta * seen * values.length) / total;
    mean += (delta * values.length) / total;
    seen = total;
  }
  return { min, max, mean, deviation: Math.sqrt(squares / seen) };
}
