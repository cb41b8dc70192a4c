/**
 * @file ONNX Runtime, an optional package: it is loaded when the first program needs it. Small networks train on our own
 * kernels and never need it.
 */
import { MixturaError } from '../errors.js';

/** What the package `onnxruntime-node` exports. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * How a user adds ONNX Runtime: without its install script, which downloads CUDA libraries that only `--device cuda` uses, and
 * as an optional package, so that a later install does not fail by that script.
 */
export const ADD_ONNX_RUNTIME = 'npm install onnxruntime-node --save-optional --ignore-scripts';

/** How a user on Linux adds the CUDA libraries of ONNX Runtime, which its install script downloads. */
export const ADD_CUDA = 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false';

let problem: Promise<string | undefined> | undefined;

/** Why ONNX Runtime cannot be used (`is not installed`); `undefined` where it can. It is loaded for that, once a thread. */
export function onnxRuntimeProblem(): Promise<string | undefined> {
  problem ??= import('onnxruntime-node').then(() => undefined, reasonOf);
  return problem;
}

/**
 * Loads ONNX Runtime.
 * @param needs what needs it, the start of the sentence: `lenet-mnist needs`.
 * @throws a MixturaError where it is not installed or cannot be loaded.
 */
export async function loadOnnxRuntime(needs: string): Promise<OnnxRuntime> {
  const found = await onnxRuntimeProblem();
  if (found !== undefined) throw new MixturaError(withoutOnnxRuntime(needs, found));
  return import('onnxruntime-node');
}

/** The sentence about something that cannot be done without ONNX Runtime, for the answer of {@link onnxRuntimeProblem}. */
export function withoutOnnxRuntime(needs: string, found: string): string {
  return `${needs} ONNX Runtime, which ${found}: add it by ${ADD_ONNX_RUNTIME}.`;
}

function reasonOf(cause: unknown): string {
  const { code, message = String(cause) } = cause as Partial<NodeJS.ErrnoException>;
  // The package is there where another module is not found: one that it imports.
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'")) return 'is not installed';
  const first = message.trim().split('\n')[0]!.replace(/\.$/, '');
  return `cannot be loaded (${first}; on Linux it needs glibc)`;
}
