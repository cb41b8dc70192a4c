import { describe, expect, it } from 'vitest';
import { MixturaError } from '../errors.js';
import { Arena } from './arena.js';

describe('Arena', () => {
  it('gives zeroed, 64-byte aligned, disjoint blocks after the reserved bytes', () => {
    const lengths = [1, 16, 17, 0, 1000];
    const arena = new Arena(Arena.bytesFor(lengths));
    const blocks = lengths.map((n) => arena.float32(n));
    expect(blocks.map((b) => b.byteOffset)).toEqual([1024, 1088, 1152, 1280, 1280]);
    expect(blocks.map((b) => b.length)).toEqual(lengths);
    expect(blocks.every((b) => b.buffer === arena.memory.buffer && b.every((x) => x === 0))).toBe(true);
    expect(arena.used).toBe(Arena.bytesFor(lengths));
    expect(arena.used).toBe(1280 + 4032);
  });

  it('rounds the capacity up to pages and holds exactly what bytesFor promises', () => {
    const lengths = [16_000, 128];
    expect(Arena.bytesFor(lengths)).toBe(65_536);
    const arena = new Arena(Arena.bytesFor(lengths));
    expect(arena.capacity).toBe(65_536);
    for (const n of lengths) arena.float32(n);
    expect(() => arena.float32(1)).toThrow(/65536 of 65536 bytes are taken/);
    expect(new Arena(65_537).capacity).toBe(131_072);
  });

  it('reaches the end of a memory of 4 GiB and refuses one byte more', () => {
    const arena = new Arena(Arena.maxBytes);
    arena.float32(2 ** 30 - 1024);
    const last = arena.float32(768);
    last[767] = 3;
    expect(last.byteOffset + last.byteLength).toBe(2 ** 32);
    expect(new Float32Array(arena.memory.buffer, 2 ** 32 - 4, 1)[0]).toBe(3);
    expect(() => new Arena(Arena.maxBytes + 1)).toThrow(MixturaError);
    expect(() => new Arena(Arena.bytesFor([2 ** 31]))).toThrow(/8,193 MiB.*4,096 MiB/);
  });

  it('refuses sizes that are not whole numbers', () => {
    const arena = new Arena(4096);
    expect(() => arena.float32(-1)).toThrow(MixturaError);
    expect(() => arena.float32(1.5)).toThrow(MixturaError);
    expect(() => new Arena(Number.NaN)).toThrow(MixturaError);
  });
});
