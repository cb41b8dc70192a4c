/**
 * @file ONNX Runtime, an optional package: it is loaded when the first program needs it. Small networks train on our own
 * kernels and never need it.
 */
import { MixturaError } from '../errors.js';

/** What the package `onnxruntime-node` exports. */
export type OnnxRuntime = typeof import('onnxruntime-node');

/** How a user adds ONNX Runtime; without its install script, which downloads CUDA libraries that nothing here uses. */
export const ADD_ONNX_RUNTIME = 'npm install onnxruntime-node --ignore-scripts';

let problem: Promise<string | undefined> | undefined;

/**
 * Why ONNX Runtime cannot be used, as a clause that ends with what to do; `undefined` where it can. It is loaded for that,
 * once a thread.
 */
export function onnxRuntimeProblem(): Promise<string | undefined> {
  problem ??= import('onnxruntime-node').then(() => undefined, clauseOf);
  return problem;
}

/**
 * Loads ONNX Runtime.
 * @param needs what needs it, the start of the sentence: `The export check needs`.
 * @throws a MixturaError where it is not installed or cannot be loaded.
 */
export async function loadOnnxRuntime(needs: string): Promise<OnnxRuntime> {
  const found = await onnxRuntimeProblem();
  if (found !== undefined) throw withoutOnnxRuntime(needs, found);
  return import('onnxruntime-node');
}

/** The error of something that cannot be done without ONNX Runtime, for the clause of {@link onnxRuntimeProblem}. */
export function withoutOnnxRuntime(needs: string, found: string): MixturaError {
  return new MixturaError(`${needs} ONNX Runtime, which ${found}.`);
}

function clauseOf(cause: unknown): string {
  const { code, message = String(cause) } = cause as Partial<NodeJS.ErrnoException>;
  // The message names the importing file too, which is ours; a library that the package lacks has the same code.
  const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'");
  if (absent) return `is not installed: add it by ${ADD_ONNX_RUNTIME}`;
  const reason = message.trim().split('\n')[0]!.replace(/\.$/, '');
  return `cannot be loaded (${reason}): install it again by ${ADD_ONNX_RUNTIME}; on Linux it needs glibc`;
}
