/** @file How blocks lie in a WebAssembly memory: its pages, what the kernels keep for themselves, and where blocks start. */

/** Bytes of a page, the unit in which a memory is reserved. */
export const PAGE = 65_536;
/** The first bytes of every memory belong to the kernels: their static data (see `--memoryBase` in build.mjs). */
export const RESERVED = 1_024;
/** Blocks start on a cache line of so many bytes. */
export const ALIGNMENT = 64;

/** The bytes that a block of `bytes` bytes takes: up to the next cache line. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** A size in whole MiB, for messages. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
