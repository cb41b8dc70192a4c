/**
 * @file Training on a GPU follows training on the CPU; what needs an adapter is skipped, with a message, where there is
 * none. A software GPU will do, such as SwiftShader (docs/troubleshooting.md).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type DeviceName, deviceProblem, requireDevice } from '../src/engine/devices.js';
import { OrtEngine } from '../src/engine/ort/engine.js';
import type { MetricsLine } from '../src/run/folder.js';
import { Scratch } from './support/cli.js';
import { errorsOf, trajectory, VARIANTS } from './support/trajectory.js';

const GPUS = [];
for (const device of ['webgpu', 'cuda'] as const) {
  const problem = await deviceProblem(device);
  if (problem !== undefined) console.log(`Tests that need the device ${device} are skipped: ${problem}.`);
  GPUS.push({ device, problem });
}
/** A software GPU compiles hundreds of shaders on the CPU. */
const PATIENCE = 300_000;

// On both the graphs that ONNX Runtime runs: on the CPU small ones would run on kernels, which round in another order.
const open = (device: DeviceName) => new OrtEngine({ device, threads: 1, kernels: 'never' });
const place = new Scratch();
afterAll(() => place.remove());

describe.each(GPUS)('the device $device', ({ device, problem }) => {
  it.skipIf(problem !== undefined).each(VARIANTS)(
    'follows the CPU for 5 steps within 1e-4, $name',
    async ({ name: _, ...options }) => {
      const [actual, expected] = [
        await trajectory(open(device), options),
        await trajectory(open('cpu'), options),
      ];
      expect(actual.outputs.map(([name]) => name)).toEqual(expected.outputs.map(([name]) => name));
      const errors = errorsOf(actual, expected);
      expect(errors.length).toBeGreaterThan(50);
      expect(errors.filter(([, error]) => !(error < 1e-4))).toEqual([]);
    },
    PATIENCE,
  );
});

describe('devices', () => {
  it('the CPU is always there', async () => {
    expect(await deviceProblem('cpu')).toBeUndefined();
    await expect(requireDevice('cpu')).resolves.toBeUndefined();
  });

  // Without a driver Vulkan has no adapter; other systems find theirs by other means.
  it.skipIf(process.platform !== 'linux')('no adapter: one sentence, and no run folder', async () => {
    const drivers = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
    const args = ['train', 'ring', '--device', 'webgpu', '--out', 'refused'];
    const { code, stdout, stderr } = await place.runWith(drivers, ...args);
    expect(stderr).toMatch(
      /^This machine has no device 'webgpu' \(.+\); use --device cpu, or install .+\.\n$/,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(place.listing()).toEqual([]);
  });

  it('CUDA, where its libraries are not: one sentence that says how to add them', async (context) => {
    if ((await deviceProblem('cuda')) === undefined) context.skip();
    const { code, stdout, stderr } = await place.run('train', 'ring', '--device', 'cuda', '--out', 'refused');
    expect(stderr).toMatch(
      /^This machine has no device 'cuda' \(.+\); use --device cpu, or install .+ npm rebuild onnxruntime-node .+\.\n$/,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(place.listing()).toEqual([]);
  });

  it('a device that there is not is wrong usage', async () => {
    const { code, stderr } = await place.run('train', 'ring', '--device', 'tpu');
    expect([code, stderr]).toEqual([2, "--device is 'tpu'; give cpu, webgpu or cuda.\n"]);
  });

  it('a run may go on upon another device, and says since when', async () => {
    await place.json('train', 'digits', '--steps', '2', '--threads', '1', '--out', 'run');
    const file = place.file('run', 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(config.device).toBe('cpu');
    writeFileSync(file, JSON.stringify({ ...config, device: 'webgpu' }));
    const more = ['--device', 'cpu', '--steps', '3', '--allow', 'steps'];
    await place.json('train', '--resume', 'run', ...more);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ device: 'cpu', steps: 3 });
    const lines = readFileSync(place.file('run', 'metrics.jsonl'), 'utf8').trim().split('\n');
    const last = JSON.parse(lines.at(-1)!) as MetricsLine;
    expect(last.notes).toContain('From step 3 on, training runs on cpu; until then on webgpu.');
  });
});
