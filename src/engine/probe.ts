/** @file Tries the GPU that is named by the argument in a process of its own (see devices.ts): prints `ok`, or in one line what failed. */
import { lower } from '../graph/onnx/lower.js';
import { input } from '../graph/tensor.js';
import type { DeviceName } from './devices.js';
import { loadOnnxRuntime, type OnnxRuntime, onnxRuntimeProblem } from './onnx-runtime.js';

type Gpu = Exclude<DeviceName, 'cpu'>;

/** Adds and multiplies on the device, where the sum stays if it can; returns the products. */
async function compute(ort: OnnxRuntime, gpu: Gpu): Promise<ArrayLike<number>> {
  const open = (model: Uint8Array, location: 'cpu' | 'gpu-buffer') =>
    ort.InferenceSession.create(model, {
      executionProviders: [gpu],
      preferredOutputLocation: location,
      logSeverityLevel: 4,
    });
  const x = input('x', [2]);
  const add = await open(lower({ sum: x.add(1) }).bytes, gpu === 'webgpu' ? 'gpu-buffer' : 'cpu');
  const multiply = await open(lower({ product: input('sum', [2]).mul(3) }).bytes, 'cpu');
  const { sum } = await add.run({ x: new ort.Tensor('float32', Float32Array.of(1, 2), [2]) });
  const { product } = await multiply.run({ sum: sum! });
  sum!.dispose();
  return product!.data as Float32Array;
}

const NAMES = { webgpu: 'WebGPU', cuda: 'CUDA' } as const;

/** The end of the first line of ONNX Runtime's message, which begins with places in its sources. */
function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message
    .trim()
    .split('\n')[0]!
    .replace(/^.* was false\. |^OrtSessionOptionsAppendExecutionProvider_\w+: /, '');
}

async function probe(gpu: Gpu): Promise<string> {
  const problem = await onnxRuntimeProblem();
  if (problem !== undefined) return `ONNX Runtime ${problem}`;
  const ort = await loadOnnxRuntime(`The device ${gpu} needs`);
  if (!ort.listSupportedBackends().some(({ name }) => name === gpu)) {
    return `ONNX Runtime has no ${NAMES[gpu]} on this platform`;
  }
  try {
    const [a, b] = Array.from(await compute(ort, gpu));
    return a === 6 && b === 9 ? 'ok' : `the trial gave ${a} and ${b} instead of 6 and 9`;
  } catch (cause) {
    return reason(cause);
  }
}

console.log(await probe(process.argv[2] as Gpu));
