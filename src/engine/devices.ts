/** @file The devices that a training engine runs on, and whether this machine has them. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MixturaError } from '../errors.js';
import { builtFile } from '../wasm/built-file.js';
import { ADD_CUDA, ADD_ONNX_RUNTIME } from './onnx-runtime.js';

/**
 * Names of devices: `cpu` is everywhere; `webgpu` needs a GPU and its driver for Vulkan, Metal or Direct3D 12; `cuda` needs a
 * GPU of NVIDIA with CUDA 12 and cuDNN 9, and the CUDA libraries of ONNX Runtime.
 */
export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
/** Name of a device. */
export type DeviceName = (typeof DEVICES)[number];

/** What makes a GPU usable that is not. */
const CURES = {
  webgpu: 'install a driver for its GPU',
  cuda: `install a driver, CUDA 12, cuDNN 9 and these libraries: ${ADD_CUDA}`,
} as const;

/** Milliseconds after which a device that does not answer counts as absent. */
const PATIENCE = 60_000;

const trials = new Map<DeviceName, Promise<string | undefined>>();

/**
 * Why programs cannot run on a device here, or `undefined` where they can; found once a process. A GPU is tried in a
 * process of its own, since a broken driver ends the process that calls it.
 */
export async function deviceProblem(device: DeviceName): Promise<string | undefined> {
  if (device === 'cpu') return undefined;
  const trial = trials.get(device) ?? tryGpu(device);
  trials.set(device, trial);
  return trial;
}

/**
 * Returns where the machine has the device.
 * @throws a MixturaError where it has not, with the reason.
 */
export async function requireDevice(device: DeviceName): Promise<void> {
  const problem = await deviceProblem(device);
  if (problem === undefined || device === 'cpu') return;
  const cure = /ONNX Runtime is not installed/.test(problem)
    ? `add it by ${ADD_ONNX_RUNTIME}`
    : CURES[device];
  throw new MixturaError(
    `This machine has no device '${device}' (${problem}); use --device cpu, or ${cure}.`,
  );
}

/** Runs probe.ts, which prints `ok`, or what failed. */
async function tryGpu(device: DeviceName): Promise<string | undefined> {
  const script = fileURLToPath(builtFile('engine/probe.js'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, device], { timeout: PATIENCE });
    const answer = stdout.trim().split('\n').at(-1)!;
    return answer === 'ok' ? undefined : answer || 'the trial gave no answer';
  } catch (cause) {
    const { code, signal } = cause as { code?: unknown; signal?: unknown };
    return `the trial ended with ${signal ?? `code ${code}`}`;
  }
}
