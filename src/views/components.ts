/** @file Views along principal components, whitened or not. */
import { type Matrix, selectRows } from '../math/matrix.js';
import { alongComponents, principalComponents } from '../math/principal-components.js';
import type { Fit } from './view.js';

/** Which components are taken. */
export interface ComponentOptions {
  /** At most so many (default 50). */
  readonly most?: number;
  /** And no more than together have this share of the variance (default 0.99). */
  readonly share?: number;
  /** Whether each is divided by its deviation. */
  readonly whiten?: boolean;
  /** Rows that find the directions at most; by default as many as take a few seconds. */
  readonly fitRows?: number;
}

/** Multiplications that the covariance may take: about two seconds. */
const BUDGET = 2e10;
/** With more columns, so many rows find the directions: eigenvectors of larger matrices take long. */
const LARGE = 2000;

/**
 * Rows along their principal components: at most 50, and no more than 99 % of the variance takes.
 *
 * So that it takes seconds, evenly spaced rows find the directions of many columns d: 2,000 rows where d is larger than
 * 2,000, else 4e10 / d^2 of them.
 */
export function alongPrincipal({
  most = 50,
  share = 0.99,
  whiten = false,
  fitRows,
}: ComponentOptions = {}): Fit {
  return (x) => {
    const all = principalComponents(evenlySpaced(x, fitRows ?? affordable(x.columns)), most);
    const count = enough(all.variances, share * all.total);
    const taken = {
      ...all,
      count,
      directions: all.directions.slice(0, count * x.columns),
    };
    const factors = all.variances.map((variance) => (whiten ? 1 / Math.sqrt(variance) : 1));
    const name = whiten ? 'whitened' : 'pca';
    const each = whiten ? ', each with deviation 1' : '';
    return {
      name,
      sentence: `Along the ${count} directions in which the rows vary most${each}.`,
      columns: count,
      apply(other) {
        const along = alongComponents(other, taken);
        if (whiten) {
          for (let i = 0; i < along.values.length; i++) along.values[i]! *= factors[i % count]!;
        }
        return along;
      },
    };
  };
}

/** The smallest number of components whose variances sum up to what is wanted. */
function enough(variances: Float64Array, wanted: number): number {
  let sum = 0;
  for (let k = 0; k < variances.length; k++) {
    sum += variances[k]!;
    if (sum >= wanted) return k + 1;
  }
  return variances.length;
}

/** Rows with which the directions of d columns are found within a few seconds. */
export function affordable(d: number): number {
  return d > LARGE ? LARGE : Math.floor((2 * BUDGET) / (d * d));
}

function evenlySpaced(x: Matrix, most: number): Matrix {
  if (x.rows <= most) return x;
  return selectRows(
    x,
    Uint32Array.from({ length: most }, (_, i) => Math.floor((i * x.rows) / most)),
  );
}
