/** @file A value that is computed when it is first asked for. */

/** The value of `compute`, which runs at the first call: hashing 47 MB takes a tenth of a second, and many callers never need it. */
export function once<T>(compute: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
}
