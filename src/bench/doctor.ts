/** @file What a machine needs to train, checked one thing after another. */
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { cacheFolder } from '../cache-folder.js';
import { NAMED_SETS, namedSetPresence } from '../data/sets/named.js';
import { DEVICES, deviceProblem } from '../engine/devices.js';
import { ADD_ONNX_RUNTIME, loadOnnxRuntime, onnxRuntimeProblem } from '../engine/onnx-runtime.js';
import { builtFile } from '../wasm/built-file.js';
import { absentPackages, OPTIONAL_PACKAGES } from './optional-packages.js';
import { compareEngines } from './self-test.js';

/** One thing that training needs, and whether the machine has it. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Whether nothing works without it. */
  readonly essential: boolean;
  /** What was found. */
  readonly detail: string;
  /** What to do about it, where it is not ok. */
  readonly advice?: string;
}

const LEAST_NODE = [20, 19] as const;
const GIB = 2 ** 30;
/** One float32 step agrees with float64 to this relative difference. */
const TOLERANCE = 1e-3;

const CHECKS: readonly (() => Check | Promise<Check>)[] = [
  nodeVersion,
  cores,
  memory,
  runtime,
  packages,
  kernels,
  trainingStep,
  devices,
  data,
  disk,
];

/** Runs every check, one after another. */
export async function* checkMachine(): AsyncGenerator<Check, void> {
  for (const check of CHECKS) yield await check();
}

function nodeVersion(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const detail = `${process.version} on ${process.platform} ${process.arch}`;
  return {
    name: 'Node.js',
    ok,
    essential: true,
    detail,
    advice: `install Node ${LEAST_NODE.join('.')} or later`,
  };
}

function cores(): Check {
  const count = availableParallelism();
  const advice = 'training works, but slowly; give this machine or container more cores';
  return { name: 'CPU', ok: count >= 2, essential: false, detail: `${count} cores`, advice };
}

function memory(): Check {
  const [free, total] = [process.availableMemory?.() ?? freemem(), totalmem()];
  return {
    name: 'memory',
    ok: free >= GIB,
    essential: false,
    detail: `${(free / GIB).toFixed(1)} GiB available of ${(total / GIB).toFixed(1)} GiB`,
    advice: 'close other programs: training 28x28 images takes about 1 GiB',
  };
}

async function runtime(): Promise<Check> {
  const name = 'ONNX Runtime';
  const problem = await onnxRuntimeProblem();
  if (problem !== undefined) {
    const detail = `${problem}; small networks run without it, such as those of digits and tables`;
    const advice = `for convolutions, feature networks, webgpu and checked exports add it by ${ADD_ONNX_RUNTIME}`;
    return { name, ok: false, essential: false, detail, advice };
  }
  const { env, listSupportedBackends } = await loadOnnxRuntime('The list of its providers needs');
  const providers = listSupportedBackends().map((backend) => backend.name);
  const detail = `${env.versions.node ?? env.versions.common}, providers ${providers.join(', ')}`;
  return { name, ok: true, essential: false, detail };
}

async function packages(): Promise<Check> {
  const name = 'packages';
  const absent = await absentPackages();
  if (absent.length === 0) {
    const all = OPTIONAL_PACKAGES.map((each) => each.name);
    return { name, ok: true, essential: false, detail: all.join(', ') };
  }
  const detail = absent.map((each) => `no ${each.name} (${each.purpose})`).join(', ');
  const advice = `where you need them, add them by npm install ${absent.map((each) => each.name).join(' ')}`;
  return { name, ok: false, essential: false, detail, advice };
}

function kernels(): Check {
  const ok = ['wasm/kernel.wasm', 'engine/ort/worker.js'].every((file) => existsSync(builtFile(file)));
  const detail = ok ? 'kernel.wasm is built' : 'kernel.wasm or worker.js is missing';
  return { name: 'optimizers', ok, essential: true, detail, advice: 'build it: npm run build' };
}

async function trainingStep(): Promise<Check> {
  const name = 'training step';
  const advice = 'results would be wrong here; report this with the lines above';
  try {
    const difference = await compareEngines();
    const ok = difference <= TOLERANCE;
    const detail = `differs from the float64 reference by ${difference.toExponential(1)} (relative)`;
    return { name, ok, essential: true, detail, advice };
  } catch (cause) {
    return { name, ok: false, essential: true, detail: `failed (${reason(cause)})`, advice };
  }
}

async function devices(): Promise<Check> {
  const found = [];
  for (const device of DEVICES) {
    const problem = await deviceProblem(device);
    found.push(problem === undefined ? device : `no ${device} (${problem})`);
  }
  return { name: 'devices', ok: true, essential: false, detail: found.join('; ') };
}

function data(): Check {
  const sets = NAMED_SETS.map((name) => namedSetPresence(name));
  const found = sets.filter(({ missing }) => missing.length === 0).map(({ name }) => name);
  const own = process.env.MIXTURA_DATA || undefined;
  return {
    name: 'data',
    ok: own === undefined || existsSync(own),
    essential: false,
    detail: [
      own === undefined ? 'MIXTURA_DATA is not set' : `MIXTURA_DATA is ${own}`,
      `cache ${cacheFolder()}`,
      `found: ${['digits', 'ring', ...found].join(', ')}`,
    ].join('; '),
    advice: `${own} does not exist; correct MIXTURA_DATA or unset it`,
  };
}

function disk(): Check {
  const { bavail, bsize } = statfsSync('.');
  const free = bavail * bsize;
  return {
    name: 'disk',
    ok: free >= GIB,
    essential: false,
    detail: `${(free / GIB).toFixed(1)} GiB free in ${process.cwd()}`,
    advice: 'free some space: a run of 28x28 images keeps three checkpoints of 150 MB each',
  };
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
}
