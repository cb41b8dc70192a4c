/** @file Finds what the build makes beside this folder: worker scripts and the WebAssembly kernels. */

/** The URL of a file in dist/engine, also when this module itself runs from src/ (as under the test runner). */
export function builtFile(name: string): URL {
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/engine/' : './';
  return new URL(folder + name, import.meta.url);
}
