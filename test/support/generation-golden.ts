/** @file The golden values of generation-metrics.py, and the features that they belong to. */
import { readFileSync } from 'node:fs';
import { matmul } from '../../src/math/linalg.js';
import type { Matrix } from '../../src/math/matrix.js';
import { noise } from './noise.js';

export interface GenerationCase {
  readonly name: string;
  readonly real: number;
  readonly generated: number;
  readonly columns: number;
  readonly rank?: number;
  readonly decay?: number;
  readonly constant?: number;
  readonly repeat?: number;
  readonly frechet: number;
  readonly mmd: number;
  readonly k: Record<
    string,
    {
      readonly precision: number;
      readonly recall: number;
      readonly density: number;
      readonly coverage: number;
    }
  >;
}

export interface RankSumCase {
  readonly a: number[];
  readonly b: number[];
  readonly statistic: number;
  readonly p: number;
  readonly d: number;
  readonly mean: number;
  readonly deviation: number;
}

interface GenerationGolden {
  readonly cases: readonly GenerationCase[];
  readonly icfid: { readonly distances: number[]; readonly optimal: number; readonly optimalMap: number[] };
  readonly inception: readonly {
    readonly rows: number;
    readonly classes: number;
    readonly splits: number;
    readonly sharpness: number;
    readonly mean: number;
    readonly deviation: number;
  }[];
  readonly rankSum: readonly RankSumCase[];
  readonly normalTail: readonly (readonly [z: number, p: number])[];
  readonly spread: {
    readonly components: number[];
    readonly quality: number;
    readonly groups: readonly {
      readonly component: number;
      readonly quality: number;
      readonly diversity: number | null;
    }[];
  };
  readonly entropy: {
    readonly codes: number;
    readonly classes: number;
    readonly counts: number[];
    readonly entropy: number;
  };
}

export const generationGolden = JSON.parse(
  readFileSync(new URL('../golden/generation-metrics.json', import.meta.url), 'utf8'),
) as GenerationGolden;

/** Rows x columns of {@link noise}, as a matrix. */
export function noiseMatrix(name: string, rows: number, columns: number): Matrix {
  return { rows, columns, values: noise(name, rows * columns) };
}

/** The features of one side of a case, as `features` in generation-metrics.py makes them. */
export function caseFeatures(golden: GenerationCase, side: 'real' | 'generated'): Matrix {
  const { columns, rank } = golden;
  const rows = golden[side];
  const name = `${golden.name}/${side}`;
  const values = rank
    ? matmul(noise(name, rows * rank), noise(`${golden.name}/mix`, rank * columns), rows, rank, columns)
    : noise(name, rows * columns);
  for (let i = 0; i < values.length; i++) {
    const j = i % columns;
    if (golden.decay) values[i]! *= 2 ** -(j % golden.decay);
    if (golden.constant && j % golden.constant === 0) values[i] = 0.5;
  }
  if (golden.repeat) {
    for (let i = 1; i < rows; i += golden.repeat) values.copyWithin(i * columns, 0, columns);
  }
  if (side === 'generated') for (let i = 0; i < values.length; i++) values[i]! += 0.25;
  return { rows, columns, values };
}

/** Softmax of `sharpness` times noise: rows of class probabilities. */
export function noiseProbabilities(name: string, rows: number, columns: number, sharpness: number): Matrix {
  const values = noise(name, rows * columns).map((x) => Math.exp(sharpness * x));
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((x, j) => {
      row[j] = x / total;
    });
  }
  return { rows, columns, values };
}
