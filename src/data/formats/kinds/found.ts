/** @file What a reader says of the columns of a file: the measurements with their kinds, and those that are none. */

/** A column of measurements as it was read; the values of a category are indices of `words`, NaN being missing. */
export type FoundColumn =
  | { readonly kind: 'number'; readonly name: string }
  | { readonly kind: 'date'; readonly name: string; readonly times: boolean }
  | { readonly kind: 'category'; readonly name: string; readonly words: readonly string[] };

/** A column that is no measurement. */
export interface AsideColumn {
  readonly name: string;
  /** Its place among all columns of the file, from 0. */
  readonly at: number;
  readonly role: 'label' | 'id' | 'index' | 'kept' | 'dropped' | 'text' | 'not in the run';
  /** Why it is left out, where its role alone does not say that: a part of a sentence. */
  readonly reason?: string | undefined;
}
