/** @file Methods in their authors' own setting from end to end by the command line, in a few steps on small images. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../src/data/formats/npy.js';
import { Scratch } from './support/cli.js';
import { stagedRows, writeRows } from './support/staged-data.js';

const place = new Scratch();
afterAll(() => place.remove());

const METHODS = ['elastic-infogan', 'infogan-original', 'clustergan-original', 'jointvae'] as const;
const STEPS = 10;
const train = (method: string, out: string) => [
  ...['train', 'images.npy', '--method', method, '--components', '3', '--batch', '12', '--threads', '1'],
  ...['--steps', String(STEPS), '--set', 'checkpointEvery=4', '--out', out],
];
const lastCheckpoint = (run: string) => {
  const step = String(place.checkpoints(run).at(-1)).padStart(8, '0');
  return readFileSync(place.file(run, 'checkpoints', `step-${step}.safetensors`));
};

async function done(...args: string[]) {
  const { code, stderr } = await place.run(...args);
  expect([args[0], code, code === 0 ? '' : stderr]).toEqual([args[0], 0, '']);
}

beforeAll(() => {
  // Bars across, upright, and both.
  const pixels = Float64Array.from({ length: 60 * 64 }, (_, at) => {
    const [image, row, column] = [Math.floor(at / 64) % 3, Math.floor(at / 8) % 8, at % 8];
    return ((image !== 0 && row === 4) || (image !== 1 && column === 3) ? 200 : 0) + ((at * 37) % 50);
  });
  writeFileSync(place.file('images.npy'), encodeNpy({ shape: [60, 8, 8], data: pixels }));
  writeRows(place.file('rows.npy'), stagedRows(60));
});

describe.each(METHODS)('%s', (method) => {
  it('goes on after it was killed with the same bits', async () => {
    await done(...train(method, method));
    const running = place.start(...train(method, `${method}-killed`));
    await place.untilStep(`${method}-killed`, 4);
    running.process.kill('SIGKILL');
    await running.finished;
    await done('train', '--resume', `${method}-killed`);
    expect(place.checkpoints(`${method}-killed`).at(-1)).toBe(STEPS);
    expect(lastCheckpoint(`${method}-killed`).equals(lastCheckpoint(method))).toBe(true);
  }, 120_000);

  it('is sampled, assigns data, is scored and exported', async () => {
    await done('sample', method, '--group', '1', '--count', '2', '--out', `${method}-1.npy`);
    await done('cluster', method, 'images.npy', '--out', `${method}.csv`);
    await done('evaluate', method);
    await done('export', method, '--out', `${method}-onnx`);
    const exported = readdirSync(place.file(`${method}-onnx`));
    expect(exported).toEqual(expect.arrayContaining(['generator.onnx', 'assign.onnx']));
  }, 120_000);
});

it('the learned class prior is saved with the groups, the largest first', () => {
  const groups = JSON.parse(readFileSync(place.file('elastic-infogan', 'groups.json'), 'utf8')) as {
    readonly component: number;
    readonly size: number;
  }[];
  const sizes = groups.map(({ size }) => size);
  expect(sizes.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
  // Ten steps at a rate of 2e-4 from equal sizes.
  expect(new Set(sizes).size).toBe(3);
  for (const size of sizes) expect(Math.abs(size - 1 / 3)).toBeLessThan(2e-3);
  expect(readFileSync(place.file('elastic-infogan', 'report.html'), 'utf8')).toContain('33.');
});

describe('data that do not suit', () => {
  it.each(METHODS.slice(0, 3))('%s asks for images in one sentence', async (method) => {
    const { code, stderr } = await place.run(
      ...[
        'train',
        'rows.npy',
        '--method',
        method,
        '--components',
        '3',
        '--steps',
        '2',
        '--out',
        `${method}-rows`,
      ],
    );
    expect(code).toBe(2);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      'The networks of InfoGAN are made for images whose sides are multiples of 4 from 8 to 64, but this data has shape 3; use a method for tables, such as infogan or clustergan.',
    );
  });

  it('jointvae takes tables too', async () => {
    await done(
      ...['train', 'rows.npy', '--method', 'jointvae', '--components', '3', '--steps', '20', '--out', 'rows'],
    );
    await done('sample', 'rows', '--count', '3', '--out', 'rows.csv');
  });

  it('given sizes are asked for in one sentence', async () => {
    const { code, stderr } = await place.run(
      ...['train', 'images.npy', '--preset', 'elastic-ground-truth', '--components', '3', '--out', 'none'],
    );
    expect(code).toBe(2);
    expect(stderr.trim().split('\n').at(-1)).toBe(
      "With classes=given, shares must be the sizes of the 3 groups, but it is ''; give them as --set shares=3:2:1.",
    );
  });
});
