/** @file Exported networks beside the command line: raw rows give its groups, in their order; rows come out as it samples. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupOrder } from '../src/cluster/group-order.js';
import type { ColumnCoding } from '../src/data/coding.js';
import { arrayDataset } from '../src/data/dataset.js';
import { encodeNpy, readNpy } from '../src/data/formats/npy.js';
import { openDataset } from '../src/data/sets/open.js';
import { onnxMetadata } from '../src/features/onnx-metadata.js';
import { Stream } from '../src/math/random.js';
import { readSafetensors } from '../src/run/formats/safetensors.js';
import { startRun } from '../src/run/start.js';
import { type TrainedRun, withTrained } from '../src/run/trained.js';
import { assignFile, openAs } from '../src/run/use/assign.js';
import { exportRun } from '../src/run/use/export.js';
import { writeSampleFile } from '../src/run/use/sample-file.js';
import { VERSION } from '../src/version.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const ROWS = 60;
const SMALL = { components: 3, steps: 40, batch: 16, threads: 1, settings: { network: 'mlp' } };
const stream = Stream.root(7);

/** Numbers about a mean that depends on the row, so that there are groups. */
function blobs(columns: number, of: (x: number, column: number) => number): Float64Array {
  const noise = stream.fork('noise', columns).normals(new Float64Array(ROWS * columns));
  return noise.map((x, i) => of(x + 6 * ((Math.floor(i / columns) * 7) % 3), i % columns));
}

function writeCsv(name: string, columns: readonly string[], values: ArrayLike<number>): void {
  const lines = Array.from({ length: ROWS }, (_, row) =>
    Array.from(columns, (_, j) => values[row * columns.length + j]).join(),
  );
  writeFileSync(place.file(name), `${[columns.join(), ...lines].join('\n')}\n`);
}

/** Trains on a file with a small network; returns the run folder. */
async function trained(name: string, data = {}, request = {}): Promise<string> {
  const folder = place.file(`run-${name}`);
  const known = existsSync(place.file(name)) ? place.file(name) : name;
  await startRun({ ...SMALL, ...request, data: { name: known, ...data } }, { folder });
  return folder;
}

async function runFile(file: string, given: ArrayLike<number>, shape: readonly number[]) {
  const session = await ort.InferenceSession.create(file);
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  const rows = given.length / shape.reduce((size, n) => size * n, 1);
  const feed = new ort.Tensor('float32', Float32Array.from(given), [rows, ...shape]);
  const found = (await session.run({ [input]: feed }))[output]!;
  await session.release();
  return { data: found.data as Float32Array, dims: found.dims };
}

/** The largest difference between assign.onnx on raw rows and `cluster` on the file, whose groups are then the same. */
async function disagreement(run: TrainedRun, file: string, raw: ArrayLike<number>, shape: readonly number[]) {
  const out = place.file('out', String(readdirSync(place.file('out')).length));
  // A run of few steps may have no calibration of its own.
  run.inference.calibrateBy({ prior: 0.75, sharpness: 6.5 });
  await exportRun(run, out);
  const { data: found } = await runFile(join(out, 'assign.onnx'), raw, shape);
  const { probabilities } = await assignFile(run, file);
  const order = groupOrder(run.inference.prior.mixing);
  const k = order.length;
  expect(found.length).toBe(probabilities.length);
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    most = Math.max(most, Math.abs(found[i]! - probabilities[i - (i % k) + order[i % k]!]!));
  }
  return most;
}

/** generator.onnx beside the samples that are written, relative to `unit`; their values are not brought to those of columns. */
async function regenerated(run: TrainedRun, folder: string, unit: number) {
  const { prior, stream: draws } = run.inference;
  const { z, component } = prior.sample(9, draws.fork('test'));
  const samples = await run.inference.generate(z);
  const file = place.file('generated.npy');
  const { columnValues: _, ...dataset } = run.run.dataset;
  writeSampleFile(file, dataset, {
    ...{ samples, components: component },
    groups: component.map((c) => c + 1),
  });
  const written = readNpy(file);
  const { data, dims } = await runFile(join(folder, 'generator.onnx'), z, [prior.width]);
  expect(dims).toEqual(written.shape);
  return data.reduce((most, x, i) => Math.max(most, Math.abs(x - unit * written.data[i]!)), 0);
}

beforeAll(() => mkdirSync(place.file('out')));

describe('assign.onnx on raw rows gives what cluster does, and generator.onnx what sample does', () => {
  it('for a standardised table with a large offset and a constant', async () => {
    const values = blobs(4, (x, j) => Math.fround([x, 1e6 + x, 0.01 * x, 14.62][j]!));
    writeCsv('table.csv', ['a', 'b', 'c', 'k'], values);
    await withTrained(await trained('table.csv'), async (run) => {
      expect(await disagreement(run, place.file('table.csv'), values, [4])).toBeLessThan(1e-5);
      const last = place.file('out', String(readdirSync(place.file('out')).length - 1));
      expect(await regenerated(run, last, 1)).toBeLessThanOrEqual(0.125);
    });
  }, 60_000);

  it.each<[string, Uint8Array | Float64Array, number[], object]>([
    ['counts', blobs(5, (x) => Math.max(0, Math.round(3 ** Math.abs(x / 3)))), [5], { counts: true }],
    ['bytes', Uint8Array.from(blobs(6, (x) => Math.min(255, Math.abs(10 * x)))), [6], {}],
    ['points', blobs(2, (x, j) => 100 * j + x), [2], {}],
    ['images-of-255', Uint8Array.from(blobs(16, (x) => Math.min(255, Math.abs(15 * x)))), [4, 4], {}],
    ['images-of-16', Uint8Array.from(blobs(16, (x) => Math.min(16, Math.abs(x)))), [4, 4], {}],
    ['images-of-1', blobs(16, (x) => Math.min(1, Math.abs(x / 12))), [4, 4], {}],
    ['signed-images', blobs(16, (x) => Math.tanh(x / 6 - 1)), [4, 4], {}],
  ])(
    'for %s',
    async (name, values, shape, data) => {
      const file = `${name}.npy`;
      writeFileSync(place.file(file), encodeNpy({ shape: [ROWS, ...shape], data: values }));
      await withTrained(await trained(file, data), async (run) => {
        const { dataset } = run.run;
        expect(await disagreement(run, place.file(file), values, dataset.shape)).toBeLessThan(1e-5);
        const last = place.file('out', String(readdirSync(place.file('out')).length - 1));
        const unit = dataset.kind === 'image' ? (dataset.maximum ?? 1) : 1;
        const reach = Math.max(...Array.from(values, Math.abs));
        expect(await regenerated(run, last, unit)).toBeLessThanOrEqual(1e-5 * reach);
      });
    },
    60_000,
  );

  it('for images whose full scale is known by the name of their set', async () => {
    await withTrained(await trained('digits', {}, { components: 10 }), async (run) => {
      const digits = await openDataset('digits');
      const pixels = new Float32Array(64 * 50);
      digits.read(
        Uint32Array.from({ length: 50 }, (_, i) => i),
        pixels,
      );
      const out = place.file('out-digits');
      await exportRun(run, out);
      const given = pixels.map((x) => Math.round(16 * x));
      const { data: found } = await runFile(join(out, 'assign.onnx'), given, [1, 8, 8]);
      const { probabilities } = await assignFile(run, 'digits', { split: 'train' });
      const order = groupOrder(run.inference.prior.mixing);
      found.forEach((p, i) => {
        expect(p).toBeCloseTo(probabilities[i - (i % 10) + order[i % 10]!]!, 5);
      });
    });
  }, 60_000);

  it('for a run of version 0.1.0, which divided its bytes and has no names', async () => {
    const folder = place.file('run-bytes.npy');
    await withTrained(folder, async (run) => {
      const { scaling: _, columns: __, reading: ___, ...dataset } = run.run.dataset;
      const old = { ...run.run, dataset: { ...dataset, maximum: 255, range: 'unit' } as const };
      writeFileSync(run.folder.configFile, JSON.stringify(old));
    });
    await withTrained(folder, async (run) => {
      expect(run.run.dataset.reading).toBeUndefined();
      const { data } = readNpy(place.file('bytes.npy'));
      expect(await disagreement(run, place.file('bytes.npy'), Array.from(data, Number), [6])).toBeLessThan(
        1e-5,
      );
    });
  }, 60_000);

  it('for columns with missing values and categories', async () => {
    const coding: ColumnCoding[] = [
      { kind: 'number', name: 'age', fill: 40, indicator: true },
      { kind: 'category', name: 'city', levels: ['Rome', 'Bern'], other: true },
      { kind: 'date', name: 'day', fill: 19000 },
    ];
    const noise = blobs(2, (x, j) => (j === 0 ? 30 + x : 19000 + x));
    const raw = Array.from({ length: ROWS }, (_, row) => [
      row % 5 === 0 ? Number.NaN : noise[2 * row]!,
      row % 3 === 2 ? Number.NaN : row % 3,
      row % 7 === 0 ? Number.NaN : Math.round(noise[2 * row + 1]!),
    ]);
    const rows = raw.map(([age, city, day]) => [
      ...(Number.isNaN(age) ? [40, 1] : [age!, 0]),
      ...[0, 1].map((level) => (city === level ? 1 : 0)),
      Number.isNaN(city) ? 1 : 0,
      Number.isNaN(day) ? 19000 : day!,
    ]);
    const columns = ['age', 'age is missing', 'city=Rome', 'city=Bern', 'city=(other)', 'day'];
    writeCsv('coded.csv', columns, rows.flat());
    await withTrained(await trained('coded.csv'), async (plain) => {
      const dataset = { ...plain.run.dataset, coding };
      const out = place.file('out-coded');
      await exportRun({ ...plain, run: { ...plain.run, dataset } }, out);
      const { data: found } = await runFile(join(out, 'assign.onnx'), raw.flat(), [3]);
      const { probabilities } = await assignFile(plain, place.file('coded.csv'));
      const order = groupOrder(plain.inference.prior.mixing);
      found.forEach((p, i) => {
        expect(p).toBeCloseTo(probabilities[i - (i % 3) + order[i % 3]!]!, 5);
      });
      const mixture = JSON.parse(readFileSync(join(out, 'mixture.json'), 'utf8'));
      expect(mixture.columns).toEqual(coding);
      expect(mixture.inputs.samples).toMatch(
        /^\[N, 3\]: rows as the file has them in the order of columns, one/,
      );
      expect(mixture.outputs.samples).toMatch(/^\[N, 6\]: .* a column near 0 or 1$/);
      const file = readFileSync(join(out, 'assign.onnx'));
      expect(file.includes('Columns: 0 age; 1 city (0 = Rome, 1 = Bern); 2 day (date)')).toBe(true);
      expect(JSON.parse(onnxMetadata(file).get('transformation')!).coding).toEqual(coding);
    });
  }, 60_000);
});

describe('what the files say', () => {
  it('is their producer, columns, groups in order with their names, and transformation', async () => {
    const run = place.file('run-table.csv');
    const mixing = await withTrained(run, async ({ inference }) => [...inference.prior.mixing]);
    const order = groupOrder(mixing);
    const groups = order.map((component, at) => ({
      ...{ group: at + 1, component, size: mixing[component]! },
      ...(at === 0 && { name: 'the large ones' }),
    }));
    writeFileSync(join(run, 'groups.json'), JSON.stringify(groups));
    const out = place.file('out-said');
    const means = await withTrained(run, async (opened) => {
      await exportRun(opened, out);
      return [...opened.inference.prior.means];
    });
    const mixture = JSON.parse(readFileSync(join(out, 'mixture.json'), 'utf8'));
    expect(mixture).toMatchObject({ group: [1, 2, 3], names: ['the large ones', null, null] });
    expect(mixture.mixing).toEqual([...mixing].sort((a, b) => b - a));
    const width = mixture.width as number;
    expect(mixture.means).toEqual(order.map((c) => means.slice(c * width, (c + 1) * width)));
    expect(mixture.columns).toEqual(['a', 'b', 'c', 'k'].map((name) => ({ kind: 'number', name })));
    const file = readFileSync(join(out, 'assign.onnx'));
    for (const text of [VERSION, '1 (the large ones)', 'Columns: 0 a; 1 b; 2 c; 3 k', 'group g']) {
      expect(file.includes(text), text).toBe(true);
    }
    const metadata = onnxMetadata(file);
    expect([...metadata.keys()]).toEqual([
      'version',
      'method',
      'data',
      'fingerprint',
      'step',
      'columns',
      'transformation',
    ]);
    expect(JSON.parse(metadata.get('columns')!)).toEqual(['a', 'b', 'c', 'k']);
    expect(JSON.parse(metadata.get('transformation')!)).toEqual({ scaling: mixture.dataset.scaling });
  });

  it('is that the features are those of a critic, where there is no encoder', async () => {
    const run = place.file('run-wgan');
    await startRun({ ...SMALL, method: 'wgan', data: { name: place.file('table.csv') } }, { folder: run });
    const files = await withTrained(run, (opened) => exportRun(opened));
    expect(files.map(({ output }) => output)).toEqual(['samples', 'features']);
    const words = "values of the critic's penultimate layer, as WGAN has no encoder";
    expect(readFileSync(join(run, 'export/encoder.onnx')).includes(words)).toBe(true);
    const mixture = JSON.parse(readFileSync(join(run, 'export/mixture.json'), 'utf8'));
    expect(mixture.outputs).toMatchObject({ features: `[N, F]: ${words}` });
    expect(mixture.outputs.probabilities).toBeUndefined();
  }, 60_000);
});

describe('a model', () => {
  const refusal = /became numbers otherwise than those of table\.csv.*open it by openAs\(run, path\)/;

  it('refuses data that are scaled otherwise, and takes its own and those opened as they were', async () => {
    await withTrained(place.file('run-table.csv'), async (run) => {
      const { inference } = run;
      const raw = await openDataset(place.file('table.csv'));
      await expect(inference.assign(raw, [0])).rejects.toThrow(refusal);
      await expect(inference.features(raw, [0])).rejects.toThrow(refusal);
      const values = new Float32Array(8);
      const drawn = arrayDataset({
        ...raw,
        values,
        name: 'drawn',
        range: 'real',
        test: undefined,
        labels: undefined,
      });
      await expect(inference.assign(drawn, [0])).rejects.toThrow('The values of drawn');
      const other = await openDataset(place.file('bytes.npy'), { scaling: 'standardize' });
      await expect(inference.assign(other, [0])).rejects.toThrow(refusal);
      const own = await openDataset(place.file('table.csv'), { scaling: 'standardize' });
      const opened = await openAs(run.run, place.file('table.csv'));
      const expected = await inference.assign(own, [0, 5]);
      expect(await inference.assign(opened, [0, 5])).toEqual(expected);
      expect(opened.scaling).toEqual(run.run.dataset.scaling);
    });
  });

  it('takes images of [0, 1] for those that were bytes, but not those of another full scale', async () => {
    await withTrained(place.file('run-images-of-255.npy'), async ({ inference }) => {
      const unit = await openDataset(place.file('images-of-1.npy'));
      expect(await inference.assign(unit, [0, 1])).toHaveLength(6);
      const other = await openDataset(place.file('images-of-16.npy'));
      await expect(inference.assign(other, [0])).rejects.toThrow('another scaling, coding, maximum');
    });
  });
});

describe('export --hub', () => {
  it('writes a folder with card, weights without moments, settings without paths, and the networks', async () => {
    const { files, card } = await place.json<{ files: { file: string }[]; card: string }>(
      ...['export', 'run-table.csv', '--hub', 'hub'],
    );
    const names = ['README.md', 'assign.onnx', 'config.json', 'encoder.onnx', 'generator.onnx'];
    expect(readdirSync(place.file('hub')).sort()).toEqual([...names, 'mixture.json', 'model.safetensors']);
    expect([files.length, card]).toEqual([3, join('hub', 'README.md')]);
    for (const name of readdirSync(place.file('hub'))) {
      expect(readFileSync(place.file('hub', name)).includes(place.file()), name).toBe(false);
    }
    const config = JSON.parse(readFileSync(place.file('hub', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ model_type: 'mixtura', method: 'slogan', data: { name: 'table.csv' } });
    const { tensors, metadata } = readSafetensors(place.file('hub', 'model.safetensors'));
    const saved = await withTrained(place.file('run-table.csv'), ({ inference }) => inference.session.save());
    const weights = Object.keys(saved).filter((name) => !/^moment[12]:/.test(name));
    expect(Object.keys(tensors).sort()).toEqual(weights.sort());
    expect(weights.length).toBeLessThan(Object.keys(saved).length);
    for (const name of weights) expect(tensors[name]!.data).toEqual(saved[name]!.data);
    expect(metadata).toMatchObject({ method: 'slogan', step: '40', version: VERSION });
  });

  it('has a card with front matter, the groups and their sizes, and no license of its own', () => {
    const card = readFileSync(place.file('hub', 'README.md'), 'utf8');
    expect(card.startsWith('---\nlibrary_name: mixtura\ntags:\n- mixtura\n- onnx\n')).toBe(true);
    expect(card).not.toMatch(/licen[cs]e/i);
    const mixture = JSON.parse(readFileSync(place.file('hub', 'mixture.json'), 'utf8'));
    expect(card).toContain(`| 1 | the large ones | ${(100 * mixture.mixing[0]).toFixed(1)} % |`);
    expect(card).toContain('np.zeros((5, 4), np.float32)');
  });

  it('takes one folder, which is new or empty', async () => {
    const both = await place.run('export', 'run-table.csv', '--hub', 'x', '--out', 'y');
    expect([both.code, both.stderr]).toEqual([
      2,
      '--out and --hub both say where the files go; give one of them.\n',
    ]);
    const again = await place.run('export', 'run-table.csv', '--hub', 'hub');
    expect([again.code, again.stderr]).toEqual([
      2,
      'The output folder hub exists and is not empty; choose another --hub.\n',
    ]);
    expect([existsSync(place.file('x')), existsSync(place.file('y'))]).toEqual([false, false]);
  });
});
