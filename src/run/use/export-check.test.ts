import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lower } from '../../graph/onnx/lower.js';
import { input } from '../../graph/tensor.js';
import { compareWithFile } from './export-check.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-'));
const path = join(folder, 'double.onnx');
beforeAll(() => writeFileSync(path, lower({ y: input('x', ['N', 2]).mul(2) }).bytes));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['what is equal', [2, 4], 0, true],
  ['the largest difference', [2.5, 3], 1, false],
  ['that each is allowed', [2.5, 3.875], 0.5, true],
  ['one that is not allowed though another may be larger', [2.25, 3.75], 0.25, false],
  ['an infinite one for NaN', [2, Number.NaN], Number.POSITIVE_INFINITY, false],
  ['an infinite one for another size', [2, 4, 6], Number.POSITIVE_INFINITY, false],
])('finds %s', async (_, expected, difference, equal) => {
  const run = { input: 'x', output: 'y', shape: [1, 2], given: Float32Array.of(1, 2) };
  const allowed = Float32Array.of(0.5, 0.125);
  expect(await compareWithFile(path, { ...run, expected: Float32Array.from(expected), allowed })).toEqual({
    difference,
    equal,
  });
});
