/** @file The packages that only some data need, and which of them are not here. */

/** A package that may be missing. */
export interface OptionalPackage {
  readonly name: string;
  /** The data that need it. */
  readonly purpose: string;
}

/** All of them but ONNX Runtime. */
export const OPTIONAL_PACKAGES: readonly (OptionalPackage & { readonly load: () => Promise<unknown> })[] = [
  { name: 'sharp', purpose: 'JPEG, WebP and resized images', load: () => import('sharp') },
  { name: 'h5wasm', purpose: 'HDF5 and AnnData', load: () => import('h5wasm') },
  { name: 'hyparquet', purpose: 'Parquet', load: () => import('hyparquet') },
  { name: 'hyparquet-compressors', purpose: 'Parquet', load: () => import('hyparquet-compressors') },
];

/** The packages that cannot be loaded. */
export async function absentPackages(): Promise<OptionalPackage[]> {
  const tried = OPTIONAL_PACKAGES.map(({ name, purpose, load }) =>
    load().then(
      () => [],
      () => [{ name, purpose }],
    ),
  );
  return (await Promise.all(tried)).flat();
}
