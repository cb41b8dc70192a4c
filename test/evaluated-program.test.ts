/** @file Programs that are given on Node's command line, whose flags threads must not inherit. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const run = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT, encoding: 'utf8' }).trim();

it('reads HDF5 files, which takes a thread', () => {
  const code = `
import { openDataset } from 'mixtura/data';
const { count } = await openDataset('test/fixtures/tables/gzip.h5');
console.log(count > 0);`;
  expect(run(code)).toBe('true');
});

it('runs ONNX Runtime, which takes a thread', () => {
  const code = `
import { OrtEngine } from 'mixtura/engine';
import { input } from 'mixtura/graph';
const engine = new OrtEngine({ threads: 1, kernels: 'never' });
await engine.open([], [{ name: 'double', outputs: { y: input('x', [1]).mul(2) } }]);
console.log((await engine.run('double', { x: Float32Array.of(3) })).outputs.y[0]);
await engine.close();`;
  expect(run(code)).toBe('6');
});
