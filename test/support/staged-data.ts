/** @file Data with three groups at 3:2:1 for runs that look for groups first: a table, and images of 16 a side. */
import { writeFileSync } from 'node:fs';
import { encodeNpy } from '../../src/data/formats/npy.js';
import { Stream } from '../../src/math/random.js';

const groupOf = (row: number) => [0, 0, 0, 1, 1, 2][row % 6]!;

/** Rows of three numbers in three groups that are far apart. */
export function stagedRows(count = 240): number[][] {
  const noise = Stream.root(1).normals(new Float64Array(3 * count));
  return Array.from({ length: count }, (_, i) =>
    [0, 1, 2].map((j) => noise[3 * i + j]! + (j === groupOf(i) ? 12 : 0)),
  );
}

/** Writes rows of one length as an array file. */
export function writeRows(file: string, rows: readonly (readonly number[])[]): void {
  const data = Float64Array.from(rows.flat());
  writeFileSync(file, encodeNpy({ shape: [rows.length, rows[0]!.length], data }));
}

/** Writes noisy grey images of a bar across, a bar upright, and a disc. */
export function writeImages(file: string, count = 120): void {
  const stream = Stream.root(4);
  const data = new Float64Array(count * 256);
  for (let i = 0; i < count; i++) {
    const at = 5 + Math.floor(5 * stream.uniform());
    const shows = [
      (_: number, y: number) => Math.abs(y - at) < 2,
      (x: number) => Math.abs(x - at) < 2,
      (x: number, y: number) => Math.hypot(x - 8, y - 8) < at / 2 + 1,
    ][groupOf(i)]!;
    for (let pixel = 0; pixel < 256; pixel++) {
      const value = (shows(pixel % 16, Math.floor(pixel / 16)) ? 200 : 20) + 20 * stream.normal();
      data[256 * i + pixel] = Math.min(255, Math.max(0, value));
    }
  }
  writeFileSync(file, encodeNpy({ shape: [count, 16, 16], data }));
}
