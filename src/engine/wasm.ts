/** @file The WebAssembly types of `math/`. */
export { Wasm, type WasmMemory, type WasmModule } from '../math/wasm.js';
