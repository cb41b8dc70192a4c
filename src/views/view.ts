/** @file What a view is: rows of numbers in which groups are looked for, made by a function that was fitted once. */
import type { Matrix } from '../math/matrix.js';

/** A fitted function of rows: what it made of the rows that it was fitted on, it makes of others. */
export interface View<Rows = Matrix> {
  /** A short name, by which a person chooses it. */
  readonly name: string;
  /** What it does, in one plain sentence. */
  readonly sentence: string;
  /** Columns of what it makes. */
  readonly columns: number;
  /** The view of n rows, n x columns; every row by itself. */
  apply(x: Rows): Matrix;
}

/** Fits a view on rows, which are finite and at least one. */
export type Fit<Rows = Matrix> = (x: Rows) => View<Rows>;

/** Fits views one after another, each on what the one before makes; the sentences follow each other. */
export function inTurn<Rows>(name: string, first: Fit<Rows>, ...rest: readonly Fit[]): Fit<Rows> {
  return (x) => {
    const start = first(x);
    const later: View[] = [];
    let rows = rest.length > 0 ? start.apply(x) : undefined;
    for (const [i, next] of rest.entries()) {
      const view = next(rows!);
      later.push(view);
      if (i + 1 < rest.length) rows = view.apply(rows!);
    }
    return {
      name,
      sentence: [start, ...later].map(({ sentence }) => sentence).join(' '),
      columns: (later.at(-1) ?? start).columns,
      apply: (other) => later.reduce((made, view) => view.apply(made), start.apply(other)),
    };
  };
}

/** The rows as they are. */
export function asTheyAre(x: Matrix): View {
  return {
    name: 'as-it-is',
    sentence: 'The values as they are.',
    columns: x.columns,
    apply: (other) => other,
  };
}
