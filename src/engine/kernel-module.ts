/** @file Loads the WebAssembly kernels of `kernel/`, once. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MixturaError } from '../errors.js';
import { builtFile } from './built-file.js';
import { Wasm, type WasmModule } from './wasm.js';

let compiled: WasmModule | undefined;

/** The compiled kernels: beside this file in dist/, or in dist/ when this file runs from src/ (tests). */
export function kernelModule(): WasmModule {
  if (compiled) return compiled;
  const file = fileURLToPath(builtFile('kernel.wasm'));
  if (!existsSync(file)) {
    throw new MixturaError(`The WebAssembly kernels ${file} are missing; build them with: npm run build`);
  }
  compiled = new Wasm.Module(readFileSync(file));
  return compiled;
}
