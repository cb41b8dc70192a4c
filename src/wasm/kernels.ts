/** @file Loads the WebAssembly kernels of `kernel/`, once each. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MixturaError } from '../errors.js';
import { builtFile } from './built-file.js';
import { Wasm, type WasmModule } from './types.js';

const FILES = { own: 'wasm/kernel.wasm', shared: 'wasm/kernel-shared.wasm' } as const;
const compiled: Partial<Record<keyof typeof FILES, WasmModule>> = {};

/**
 * The compiled kernels, for a memory of one thread (`own`) or a memory that threads share.
 * @throws a MixturaError where they were not built.
 */
export function kernelModule(memory: keyof typeof FILES = 'own'): WasmModule {
  const known = compiled[memory];
  if (known) return known;
  const file = fileURLToPath(builtFile(FILES[memory]));
  if (!existsSync(file)) {
    throw new MixturaError(`The WebAssembly kernels ${file} are missing; build them with: npm run build`);
  }
  const module = new Wasm.Module(readFileSync(file));
  compiled[memory] = module;
  return module;
}
