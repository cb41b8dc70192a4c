import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readKnownRows, writeKnownRows } from './known-rows-file.js';
import { writeSafetensors } from './safetensors.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-known-'));
afterAll(() => rmSync(folder, { recursive: true }));

const known = {
  mean: Float64Array.of(1, 2, 3),
  directions: Float32Array.of(1, 0, 0, 0, 1, 0),
  rows: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  spacing: Float32Array.of(0.5, 1, 1, 2),
  usual: 1.4375,
};

it('is read as it was written, and is not there for a run without it', () => {
  expect(readKnownRows(folder)).toBeUndefined();
  writeKnownRows(folder, known);
  expect(readKnownRows(folder)).toEqual(known);
});

it('is told where it is another file', () => {
  const file = join(folder, 'known-rows.safetensors');
  writeSafetensors(file, { tensors: {}, metadata: {} });
  expect(() => readKnownRows(folder)).toThrow(
    `${file} is damaged: it holds no known rows; delete it, and the rest of the run can be used.`,
  );
});
