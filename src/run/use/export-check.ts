/** @file An exported file, loaded from disk and run, beside what it should give. */

import { loadOnnxRuntime, onnxRuntimeProblem } from '../../engine/onnx-runtime.js';

/** Values of the input of an exported file, and those that its output must have. */
export interface ExpectedRun {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  readonly given: Float32Array;
  readonly expected: Float32Array;
}

/**
 * Largest absolute difference between a file's output and the expected one; infinite if sizes differ or it is NaN, and
 * undefined where ONNX Runtime cannot be used.
 */
export async function compareWithFile(path: string, run: ExpectedRun): Promise<number | undefined> {
  if ((await onnxRuntimeProblem()) !== undefined) return undefined;
  const { InferenceSession, Tensor } = await loadOnnxRuntime('The check of an exported file needs');
  const session = await InferenceSession.create(path, { executionProviders: ['cpu'] });
  try {
    const feeds = { [run.input]: new Tensor('float32', run.given, run.shape) };
    const found = (await session.run(feeds))[run.output]?.data;
    return found instanceof Float32Array ? largestDifference(found, run.expected) : Number.POSITIVE_INFINITY;
  } finally {
    await session.release();
  }
}

function largestDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most;
}
