/** @file Finds the files that the build makes: worker scripts and the WebAssembly kernels. */

/** The URL of a file in dist/, such as `wasm/kernel.wasm`, also when this module itself runs from src/ (as under the test runner). */
export function builtFile(name: string): URL {
  const dist = import.meta.url.endsWith('.ts') ? '../../dist/' : '../';
  return new URL(dist + name, import.meta.url);
}
