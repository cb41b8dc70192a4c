/** @file What a training step asks for, whatever runs it: arithmetic, and the bytes that its optimizers touch. */
import { countFlops } from '../graph/cost/flops.js';
import type { AnyModel } from '../method/method.js';
import { targetsOf, trainedValues, usualPrograms } from '../train/step-memory.js';

/** Billions of floating-point operations of each phase (see {@link countFlops}). */
export function gflopByPhase(model: AnyModel): Record<string, number> {
  const counts = [...usualPrograms(model)].map(
    ([name, program]) => [name, countFlops(targetsOf(program)) / 1e9] as const,
  );
  return Object.fromEntries(counts);
}

/** Bytes that Adam reads and writes in a step: the gradient once, the value and each moment twice. */
export function optimizerBytes(model: AnyModel): number {
  return 4 * trainedValues(model) * (model.firstMoment ? 7 : 5);
}

/** Milliseconds of a memory copy that touches that many bytes, half read and half written: the best of nine. */
export function copyMs(bytes: number): number {
  const from = new Float32Array(bytes / 8).fill(1);
  const to = new Float32Array(from.length);
  const times: number[] = [];
  for (let run = 0; run < 9; run++) {
    const began = performance.now();
    to.set(from);
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}
