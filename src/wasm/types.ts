/** @file The few WebAssembly types that are needed here: TypeScript declares them only together with the DOM. */

/** One linear memory; `buffer` stays the same object, since no memory here is grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A compiled module. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

interface WasmNamespace {
  readonly Memory: new (descriptor: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: unknown };
}

/** The global `WebAssembly`, with the types above. */
export const Wasm = (globalThis as unknown as { readonly WebAssembly: WasmNamespace }).WebAssembly;
