/** @file The same numbers in every type and format: the same run, the same groups, the same exported assignment. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeIdx } from '../src/data/formats/idx.js';
import { readCheckpoint } from '../src/run/formats/checkpoint.js';
import { prepareRun } from '../src/run/prepare.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { assignFile } from '../src/run/use/assign.js';
import { exportRun } from '../src/run/use/export.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const TYPES = ['uint8', 'int16', 'int32', 'int64', 'float32', 'float64'] as const;
const FORMATS = ['npy', 'npz', 'csv', 'tsv', 'parquet', 'h5', 'mtx'] as const;
const typed = (name: string) => join(import.meta.dirname, 'fixtures/typed', name);

const rows = readFileSync(typed('int64.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number));
const numbers = rows.flat();

const ARRAYS = {
  uint8: Uint8Array.from(numbers),
  int16: Int16Array.from(numbers),
  int32: Int32Array.from(numbers),
  int64: BigInt64Array.from(numbers, BigInt),
  float32: Float32Array.from(numbers),
  float64: Float64Array.from(numbers),
};

/** The text of a number as a program writes it that has the type: floats with a point. */
const word = (type: string) => (x: number) => (type.startsWith('float') ? x.toFixed(1) : String(x));

async function write(type: (typeof TYPES)[number], format: (typeof FORMATS)[number]): Promise<void> {
  const file = place.file(`${type}.${format}`);
  const write = word(type);
  if (format === 'h5') {
    const { FS } = await h5wasm.ready;
    const made = new h5wasm.File('same.h5', 'w');
    made.create_dataset({ name: 'x', data: ARRAYS[type], shape: [rows.length, rows[0]!.length] });
    made.close();
    writeFileSync(file, FS.readFile('same.h5') as Uint8Array);
    FS.unlink('same.h5');
  } else if (format === 'mtx') {
    const field = type.startsWith('float') ? 'real' : 'integer';
    const entries = rows.flatMap((row, i) => row.map((x, j) => `${i + 1} ${j + 1} ${write(x)}`));
    const sizes = `${rows.length} ${rows[0]!.length} ${entries.length}`;
    writeFileSync(
      file,
      [`%%MatrixMarket matrix coordinate ${field} general`, sizes, ...entries, ''].join('\n'),
    );
  } else if (format === 'tsv') {
    const lines = [['a', 'b', 'c', 'd'], ...rows.map((row) => row.map(write))];
    writeFileSync(file, lines.map((line) => `${line.join('\t')}\n`).join(''));
  } else copyFileSync(typed(`${type}.${format}`), file);
}

const BYTES = 'uint8-images-idx2-ubyte';
const FILES = [...FORMATS.flatMap((format) => TYPES.map((type) => `${type}.${format}`)), BYTES];
/** Every format and every type once: all pairs are read, and compared, below. */
const TRAINED = [...FORMATS.map((format, i) => `${TYPES[i % TYPES.length]}.${format}`), BYTES];

const request = (file: string) => ({
  data: { name: place.file(file) },
  ...{ components: 3, steps: 5, batch: 16, threads: 1, settings: { network: 'mlp', units: 8, latent: 4 } },
});

beforeAll(async () => {
  for (const format of FORMATS) for (const type of TYPES) await write(type, format);
  writeFileSync(place.file(BYTES), encodeIdx({ shape: [rows.length, rows[0]!.length], data: ARRAYS.uint8 }));
  for (const file of TRAINED) await startRun(request(file), { folder: place.file(`run-${file}`) });
}, 180_000);

const run = (file: string) => place.file(`run-${file}`);

async function groupsBy(folder: string, files: readonly string[]): Promise<Record<string, number[]>> {
  return withTrained(folder, async (trained) => {
    const found: Record<string, number[]> = {};
    for (const file of files) found[file] = [...(await assignFile(trained, place.file(file))).probabilities];
    return found;
  });
}

describe('training', () => {
  let first: readonly number[] = [];
  beforeAll(async () => {
    first = await valuesOf('int64.csv');
  });

  async function valuesOf(file: string): Promise<number[]> {
    const { dataset } = await prepareRun(request(file));
    const out = new Float32Array(numbers.length);
    dataset.read(Uint32Array.from(rows.keys()), out);
    return [...out];
  }

  it.each(FILES)('on %s sees the same values', async (file) => {
    expect(await valuesOf(file)).toEqual(first);
  });

  it.each(TRAINED)('on %s gives the same checkpoint', (file) => {
    const tensors = (name: string) =>
      readCheckpoint(join(run(name), 'checkpoints', 'step-00000005.safetensors')).tensors;
    const [own, other] = [tensors(file), tensors(TRAINED[0]!)];
    expect(Object.keys(own).length).toBeGreaterThan(5);
    expect(own).toEqual(other);
  });
});

describe.each(TRAINED)('a run on %s', (trained) => {
  it('gives the same groups to every file', async () => {
    const reference = (await groupsBy(run(TRAINED[0]!), ['int64.csv']))['int64.csv']!;
    expect(new Set(reference.map((p) => p.toFixed(9))).size).toBeGreaterThan(10);
    const found = await groupsBy(run(trained), FILES);
    for (const file of FILES) expect([file, found[file]]).toEqual([file, reference]);
  }, 60_000);
});

describe('export', () => {
  it('gives the same assignment, whatever was trained on', async () => {
    const rowsIn = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const answers: number[][] = [];
    for (const file of TRAINED) {
      const files = await withTrained(run(file), (opened) => exportRun(opened));
      const assign = files.find((exported) => exported.file.endsWith('assign.onnx'))!;
      const session = await InferenceSession.create(assign.file);
      const fed = { [assign.input]: new Tensor('float32', rowsIn, [3, 4]) };
      const { [assign.output]: out } = await session.run(fed);
      answers.push([...(out!.data as Float32Array)]);
      await session.release();
    }
    expect(answers[0]).toHaveLength(9);
    for (const [i, answer] of answers.entries())
      expect([TRAINED[i], answer]).toEqual([TRAINED[i], answers[0]]);
  }, 120_000);
});
