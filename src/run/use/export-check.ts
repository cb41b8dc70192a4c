/** @file An exported file, loaded from disk and run, beside what it should give. */

import { loadOnnxRuntime, onnxRuntimeProblem } from '../../engine/onnx-runtime.js';

/** Values of the input of an exported file, and those that its output must have. */
export interface ExpectedRun {
  readonly input: string;
  readonly output: string;
  readonly shape: readonly number[];
  readonly given: Float32Array;
  readonly expected: Float32Array;
  /** The largest difference of each value that is rounding. */
  readonly allowed: Float32Array;
}

/** How far a file's output is from the expected one. */
export interface Comparison {
  /** Largest absolute difference; infinite if sizes differ or it is NaN. */
  readonly difference: number;
  /** Whether no value differs by more than is allowed. */
  readonly equal: boolean;
}

/** Compares a file's output with the expected one; undefined where ONNX Runtime cannot be used. */
export async function compareWithFile(path: string, run: ExpectedRun): Promise<Comparison | undefined> {
  if ((await onnxRuntimeProblem()) !== undefined) return undefined;
  const { InferenceSession, Tensor } = await loadOnnxRuntime('The check of an exported file needs');
  const session = await InferenceSession.create(path, { executionProviders: ['cpu'] });
  try {
    const feeds = { [run.input]: new Tensor('float32', run.given, run.shape) };
    const found = (await session.run(feeds))[run.output]?.data;
    return found instanceof Float32Array ? compared(found, run) : OTHERWISE;
  } finally {
    await session.release();
  }
}

const OTHERWISE: Comparison = { difference: Number.POSITIVE_INFINITY, equal: false };

function compared(found: Float32Array, { expected, allowed }: ExpectedRun): Comparison {
  if (found.length !== expected.length) return OTHERWISE;
  let most = 0;
  let equal = true;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    if (Number.isNaN(difference)) return OTHERWISE;
    most = Math.max(most, difference);
    equal &&= difference <= allowed[i]!;
  }
  return { difference: most, equal };
}
