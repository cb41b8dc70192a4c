import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** 4 GiB of 32x32 colour images, of which the disk holds only those that are marked. */
const ROW = 3 * 32 * 32;
const ROWS = Math.ceil(2 ** 32 / ROW);
const START = 64;
/** Resident memory that the child may have, with all of Node in it. */
const MOST_RESIDENT = 300 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'mixtura-large-'));
const path = join(folder, 'large.cache');
afterAll(() => rmSync(folder, { recursive: true }));

/** Rows that are not zero: the value is row mod 251. */
const marked = Array.from({ length: 500 }, (_, i) => Math.floor((i * (ROWS - 1)) / 499));

beforeAll(() => {
  const description = {
    name: 'large',
    source: 'Mostly zeros.',
    kind: 'image',
    shape: [3, 32, 32],
    range: 'unit',
    type: 'uint8',
    maximum: 255,
    notices: [],
    splits: [{ count: ROWS, fingerprint: '0'.repeat(64) }],
  };
  const json = Buffer.from(JSON.stringify(description));
  const prelude = Buffer.alloc(START);
  prelude.write('MIXTURA1');
  const end = START + ROWS * ROW;
  prelude.writeBigUInt64LE(BigInt(end), 8);
  prelude.writeUInt32LE(json.length, 16);
  prelude.set(createHash('sha256').update(json).digest(), 20);
  const file = openSync(path, 'w');
  ftruncateSync(file, end + json.length);
  writeSync(file, prelude, 0, START, 0);
  for (const row of marked) writeSync(file, Buffer.alloc(ROW, row % 251), 0, ROW, START + row * ROW);
  writeSync(file, json, 0, json.length, end);
  closeSync(file);
});

const module = (name: string) => JSON.stringify(new URL(`../dist/${name}`, import.meta.url).href);

/** Reads batches of the schedule, then every marked row, and prints what it saw. */
const PROGRAM = `
import { openCacheFile } from ${module('data/images/cache-file.js')};
import { batchSchedule } from ${module('data/batches.js')};
import { Stream } from ${module('math/random.js')};
import { withoutLabels } from ${module('data/dataset.js')};
const { dataset } = openCacheFile(process.argv[1]);
const samples = withoutLabels(dataset);
const batches = batchSchedule(Stream.root(0), { count: samples.count, batchSize: 64 });
const out = new Float32Array(64 * ${ROW});
let largest = 0;
for (let step = 0; step < 100; step++) {
  samples.read(batches(step), out);
  for (const value of out) largest = Math.max(largest, value);
}
const marked = JSON.parse(process.argv[2]);
const one = out.subarray(0, ${ROW});
const right = marked.filter((row) => {
  samples.read([row], one);
  return one.every((value) => value === Math.fround((row % 251) / 255));
}).length;
console.log(JSON.stringify({ count: samples.count, largest, right, resident: process.resourceUsage().maxRSS * 1024 }));
`;

const run = promisify(execFile);
/** Runs a program of Node that may not have more than 3.5 GB of address space. */
const limited = (program: string, ...args: readonly string[]) => {
  const node = [process.execPath, '--input-type=module', '-e', program, ...args];
  return run('bash', ['-c', 'ulimit -v 3500000 && exec "$@"', 'bash', ...node]);
};

describe.skipIf(process.platform !== 'linux')('data larger than memory', () => {
  it('are more than a process with that limit can hold', async () => {
    const halves = '[0, 1].map(() => new ArrayBuffer(2 ** 31))';
    await expect(limited(halves)).rejects.toThrow(/Array buffer allocation failed/);
  });

  it('are read in batches by such a process', async () => {
    const { stdout } = await limited(PROGRAM, path, JSON.stringify(marked));
    const { count, largest, right, resident } = JSON.parse(stdout) as Record<string, number>;
    expect(count).toBe(ROWS);
    expect(ROWS * ROW).toBeGreaterThanOrEqual(2 ** 32);
    expect(right).toBe(marked.length);
    expect(largest).toBeLessThan(1);
    expect(resident).toBeLessThan(MOST_RESIDENT);
  });
});
