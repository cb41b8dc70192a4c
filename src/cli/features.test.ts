import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { ExitCode } from '../errors.js';
import { onnxMetadata } from '../features/onnx-metadata.js';
import { featuresVerb, keep } from './features.js';
import { helpOf, parseArguments } from './verb.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-features-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]) => featuresVerb.run(parseArguments(featuresVerb, words));

it('writes one ONNX file and one JSON object about it', async () => {
  const table = join(folder, 'points.csv');
  const rows = Array.from(
    { length: 48 },
    (_, i) => `${(i % 2) * 8 + (i % 5) / 5},${i % 3},${i % 2 ? 'a' : 'b'}`,
  );
  writeFileSync(table, `x,y,kind\n${rows.join('\n')}\n`);
  const out = join(folder, 'net.onnx');
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const code = await run(table, '--label', 'kind', '--steps', '30', '--threads', '1', '--out', out, '--json');
  spy.mockRestore();
  expect(code).toBe(ExitCode.done);
  const result = JSON.parse(printed.join(''));
  expect(result).toMatchObject({ file: out, name: 'mlp-points', steps: 30, classes: 2, validationCount: 4 });
  const file = readFileSync(out);
  expect(result.size).toBe(file.length);
  expect(Object.fromEntries(onnxMetadata(file))).toEqual(result.metadata);
  expect(result.metadata.command).toContain('--label kind --steps 30 --seed 0 --threads 1');
  await expect(run(table, '--label', 'kind', '--out', out)).rejects.toThrow(
    /net.onnx exists; give another --out/,
  );
});

it('data without labels leave nothing behind', async () => {
  const out = join(folder, 'none.onnx');
  await expect(run('ring', '--out', out, '--steps', '0')).rejects.toThrow(/--steps is '0'/);
  const table = join(folder, 'plain.csv');
  writeFileSync(table, `x,y\n${'1,2\n3,4\n'.repeat(20)}`);
  await expect(run(table, '--out', out)).rejects.toThrow(/has no labels.*--label COLUMN/);
  expect(existsSync(out)).toBe(false);
});

it('keeps a trained network where its file cannot be written', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  expect(keep(join(folder, 'kept.onnx'), bytes)).toEqual({ file: join(folder, 'kept.onnx') });
  const { file, refused } = keep(join(folder, 'gone', 'kept.onnx'), bytes);
  expect(refused).toBe(
    `Cannot write ${join(folder, 'gone', 'kept.onnx')}: its folder does not exist; create it first.`,
  );
  expect([...readFileSync(file)]).toEqual([1, 2, 3]);
  rmSync(dirname(file), { recursive: true });
});

it('explains itself with an example', () => {
  const help = helpOf(featuresVerb, parseArguments(featuresVerb, ['--help']));
  expect(help).toContain('mixtura features mnist');
  for (const option of ['--out', '--steps', '--seed', '--threads', '--json']) expect(help).toContain(option);
});
