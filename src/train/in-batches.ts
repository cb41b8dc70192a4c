/** @file Programs of a fixed number of rows, run over any number of them. */
import type { Engine } from '../engine/engine.js';

/** Rows that go through a network at a time. */
export const ROWS = 250;

/** Runs a program of fixed size over any number of rows; the last batch is padded with zeros. */
export async function inBatches(
  engine: Pick<Engine, 'run'>,
  program: string,
  output: string,
  count: number,
  fill: (start: number, rows: number, feeds: Record<string, Float32Array>) => void,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let width = 0;
  for (let start = 0; start < count; start += ROWS) {
    const rows = Math.min(ROWS, count - start);
    const feeds: Record<string, Float32Array> = {};
    fill(start, rows, feeds);
    const { outputs } = await engine.run(program, feeds);
    width = outputs[output]!.length / ROWS;
    parts.push(outputs[output]!.subarray(0, rows * width));
  }
  const all = new Float32Array(count * width);
  parts.forEach((part, i) => {
    all.set(part, i * ROWS * width);
  });
  return all;
}

/** An array of this size that begins with these values; the rest is 0. */
export function filled(size: number, values: ArrayLike<number>): Float32Array {
  const out = new Float32Array(size);
  out.set(values);
  return out;
}
