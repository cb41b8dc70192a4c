/** @file The command line where ONNX Runtime is not installed or cannot be loaded, beside the one that has it. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy, readNpy } from '../src/data/formats/npy.js';
import { Stream } from '../src/math/random.js';
import { Scratch } from './support/cli.js';

const ROOT = join(import.meta.dirname, '..');
const INSTALL = 'npm install onnxruntime-node --save-optional --ignore-scripts';
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

const place = new Scratch();
afterAll(() => place.remove());

/** The built package in a folder of its own, with its dependencies but not the optional ones. @returns its command. */
function installed(name: string): string {
  const packages = join(place.path, name, 'node_modules');
  const own = join(packages, 'mixtura');
  mkdirSync(own, { recursive: true });
  // Copied, since Node looks for packages from where a link leads to.
  for (const part of ['dist', 'assets', 'package.json']) {
    cpSync(join(ROOT, part), join(own, part), { recursive: true });
  }
  for (const dependency of Object.keys(manifest.dependencies)) link(packages, dependency);
  return join(own, 'dist/cli/main.js');
}

const link = (packages: string, name: string) =>
  symlinkSync(join(ROOT, 'node_modules', name), join(packages, name), 'junction');

let absent = '';
let broken = '';
beforeAll(() => {
  absent = installed('absent');
  broken = installed('broken');
  const packages = join(place.path, 'broken/node_modules');
  link(packages, 'onnxruntime-common');
  for (const part of ['dist', 'package.json']) {
    cpSync(join(ROOT, 'node_modules/onnxruntime-node', part), join(packages, 'onnxruntime-node', part), {
      recursive: true,
    });
  }
  // Three groups along a line, 300 rows of 4 columns.
  const normals = Stream.root(1).normals(new Float64Array(1200));
  const rows = Array.from({ length: 300 }, (_, i) =>
    Array.from(normals.subarray(4 * i, 4 * i + 4), (value) => (value + 6 * (i % 3)).toFixed(4)),
  );
  writeFileSync(place.file('table.csv'), ['a,b,c,d', ...rows.map((row) => row.join())].join('\n'));
  const images = {
    shape: [40, 16, 16],
    data: Uint8Array.from({ length: 40 * 256 }, (_, i) => (i * i) % 251),
  };
  writeFileSync(place.file('images.npy'), encodeNpy(images));
});

const without = (main: string, ...args: readonly string[]) =>
  place.launch(process.execPath, [main, ...args]).finished;

async function succeed(main: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await without(main, ...args);
  expect(`${code}: ${code === 0 ? '' : stderr}`).toBe('0: ');
  return stdout;
}

const checkpoint = (run: string, steps: number) =>
  readFileSync(place.file(run, 'checkpoints', `step-${String(steps).padStart(8, '0')}.safetensors`));

/** All cells of a CSV, row by row. */
const cells = (file: string) => readFileSync(place.file(file), 'utf8').trim().split(/[\n,]/);

const DIGITS = ['train', 'digits', '--batch', '32', '--seed', '3', '--set', 'horizon=600'];

describe('without ONNX Runtime', () => {
  beforeAll(async () => {
    // Relocation, which assigns all rows, looks at the model at step 30.
    await place.json(...DIGITS, '--steps', '40', '--out', 'with');
    await succeed(absent, ...DIGITS, '--steps', '40', '--out', 'digits');
  });

  it.each([
    ['absent', () => absent],
    ['broken', () => broken],
  ])('a table trains to the same bits where it is %s', async (name, main) => {
    const table = ['train', 'table.csv', '--preset', 'robust', '--components', '3', '--steps', '30', '--out'];
    await place.json(...table, `table-${name}-with`);
    await succeed(main(), ...table, `table-${name}`);
    expect(checkpoint(`table-${name}`, 30).equals(checkpoint(`table-${name}-with`, 30))).toBe(true);
  });

  it('digits train to the same bits, also resumed, with a report', async () => {
    expect(checkpoint('digits', 40).equals(checkpoint('with', 40))).toBe(true);
    expect(readFileSync(place.file('digits/report.html'), 'utf8')).toContain('</html>');
    await succeed(absent, ...DIGITS, '--steps', '20', '--out', 'resumed');
    await succeed(absent, 'train', '--resume', 'resumed', '--steps', '40', '--allow', 'steps');
    expect(checkpoint('resumed', 40).equals(checkpoint('with', 40))).toBe(true);
  });

  it('cluster gives every row its group, and its probabilities up to rounding', async () => {
    await place.json('cluster', 'with', 'digits', '--out', 'with.csv');
    await succeed(absent, 'cluster', 'digits', 'digits', '--out', 'without.csv');
    const [expected, found] = [cells('with.csv'), cells('without.csv')];
    expect(found.length).toBe(expected.length);
    const others = found.filter(
      (cell, i) => cell !== expected[i] && !(Math.abs(Number(cell) - Number(expected[i])) < 1e-5),
    );
    expect(others).toEqual([]);
  });

  it('sample draws and evaluate scores', async () => {
    await place.json('sample', 'with', '--count', '5', '--out', 'with.npy');
    await succeed(absent, 'sample', 'digits', '--count', '5', '--out', 'without.npy');
    const [expected, found] = ['with.npy', 'without.npy'].map((file) => readNpy(place.file(file)));
    expect(found!.shape).toEqual(expected!.shape);
    found!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected!.data[i]!, 4);
    });
    const { metrics } = await place.json<{ metrics: Record<string, number> }>('evaluate', 'with');
    const own = JSON.parse(await succeed(absent, 'evaluate', 'digits', '--json')) as object;
    expect(Object.keys(metrics)).toContain('nmi-assign-test');
    expect(own).toMatchObject({
      metrics: Object.fromEntries(
        Object.entries(metrics).map(([name, value]) => [name, expect.closeTo(value, 3)]),
      ),
    });
  });

  it('export writes the same files, and says that they are not checked', async () => {
    await place.json('export', 'with', '--out', 'onnx-with');
    const printed = await succeed(absent, 'export', 'digits', '--out', 'onnx');
    const files = ['generator.onnx', 'encoder.onnx', 'assign.onnx'];
    expect(printed.match(/not checked: ONNX Runtime is absent/g)?.length).toBe(files.length);
    for (const file of files) {
      expect(readFileSync(place.file('onnx', file)).equals(readFileSync(place.file('onnx-with', file)))).toBe(
        true,
      );
    }
  });

  it('a network that costs too much for kernels runs on them all the same, with equal losses up to rounding', async () => {
    const large = ['train', 'table.csv', '--preset', 'robust', '--components', '3', '--steps', '3'].concat([
      '--set',
      'units=768',
    ]);
    const log = (run: string) =>
      readFileSync(place.file(run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { losses?: Record<string, number> }).losses ?? {});
    await place.json(...large, '--out', 'large-with');
    await succeed(absent, ...large, '--out', 'large');
    const [expected, found] = [log('large-with'), log('large')];
    expect(Object.keys(found[0]!).length).toBeGreaterThan(2);
    for (const [name, value] of Object.entries(found[0]!)) expect(value).toBeCloseTo(expected[0]![name]!, 3);
  });

  it.each([
    ['absent', () => absent, 'is not installed'],
    [
      'broken',
      () => broken,
      "cannot be loaded (Cannot find module '../bin/napi-v6/" +
        `${process.platform}/${process.arch}/onnxruntime_binding.node'; on Linux it needs glibc)`,
    ],
  ])('convolutions are refused in one sentence where it is %s', async (_, main, reason) => {
    const { code, stderr } = await without(
      main(),
      'train',
      'images.npy',
      '--components',
      '2',
      '--set',
      'network=dcgan',
      '--batch',
      '16',
    );
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      `A network with convolutions needs ONNX Runtime, which ${reason}: add it by ${INSTALL}.`,
    );
  });

  it('so are feature networks that are asked for, and the GPU', async () => {
    const features = join(ROOT, 'assets/features/lenet-mnist.onnx');
    const asked = await without(absent, 'evaluate', 'digits', '--features', features);
    expect([asked.code, asked.stderr.trim().split('\n').at(-1)]).toEqual([
      1,
      `${features} needs ONNX Runtime, which is not installed: add it by ${INSTALL}.`,
    ]);
    const gpu = await without(absent, ...DIGITS, '--device', 'webgpu', '--out', 'gpu');
    expect([gpu.code, gpu.stderr.trim()]).toEqual([
      1,
      `This machine has no device 'webgpu' (ONNX Runtime is not installed); use --device cpu, or add it by ${INSTALL}.`,
    ]);
  });

  it('doctor says what is missing and how it is added, and that this machine can train', async () => {
    const { ok, checks } = JSON.parse(await succeed(absent, 'doctor', '--json')) as {
      ok: boolean;
      checks: { name: string; ok: boolean; detail: string; advice?: string }[];
    };
    expect(ok).toBe(true);
    const found = (name: string) => checks.find((check) => check.name === name);
    expect(found('ONNX Runtime')).toMatchObject({ ok: false, essential: false });
    expect(found('ONNX Runtime')!.detail).toMatch(/^is not installed; small networks run without it/);
    expect(found('ONNX Runtime')!.advice).toContain(INSTALL);
    expect(found('packages')).toMatchObject({
      ok: false,
      detail:
        'no sharp (JPEG, WebP and resized images), no h5wasm (HDF5 and AnnData), no hyparquet (Parquet), no hyparquet-compressors (Parquet)',
      advice: 'where you need them, add them by npm install sharp h5wasm hyparquet hyparquet-compressors',
    });
    expect(found('training step')!.ok).toBe(true);
  });
});
