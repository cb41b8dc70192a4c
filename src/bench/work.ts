/** @file What a training step asks for, whatever runs it: arithmetic, memory, and the bytes that its optimizers touch. */
import type { ProgramSpec } from '../engine/engine.js';
import { countFlops } from '../graph/cost/flops.js';
import { intermediates, liveSet } from '../graph/cost/live-set.js';
import { simplify } from '../graph/passes/simplify.js';
import { sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { AnyModel } from '../method/method.js';
import { sum } from './averages.js';

/** What a step cannot do without, in bytes. */
export interface MemoryFloor {
  /** Parameters, their gradients and moments, and running statistics. */
  readonly state: number;
  /** The two largest values that a program computes on the way to its outputs (see {@link intermediates}), of any phase. */
  readonly activations: number;
  /** The values that are alive at one time (see {@link liveSet}), of the phase with most: no order found needs less. */
  readonly live: number;
}

/** The first program of every phase; of phases that take turns under one name, that of the first. */
export function usualPrograms({ phases }: AnyModel): Map<string, ProgramSpec> {
  return new Map([...phases].reverse().map(({ name, programs }) => [name, programs[0]!] as const));
}

/** Billions of floating-point operations of each phase (see {@link countFlops}). */
export function gflopByPhase(model: AnyModel): Record<string, number> {
  const counts = [...usualPrograms(model)].map(
    ([name, program]) => [name, countFlops(targetsOf(program)) / 1e9] as const,
  );
  return Object.fromEntries(counts);
}

export function memoryFloor(model: AnyModel): MemoryFloor {
  const buffers = sum(model.networks.map((network) => valuesIn(network.buffers)));
  const targets = [...usualPrograms(model).values()].map((program) => simplify(targetsOf(program)));
  const largest = targets.map((outputs) => {
    const sizes = intermediates(outputs).map(({ shape }) => sizeOf(shape));
    return sum(sizes.sort((a, b) => b - a).slice(0, 2));
  });
  const live = targets.map((outputs) => Math.min(liveSet(outputs), liveSet([...outputs].reverse())));
  return {
    state: 4 * (trainedValues(model) * (model.firstMoment ? 4 : 3) + buffers),
    activations: 4 * Math.max(...largest),
    live: 4 * Math.max(...live),
  };
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

function trainedValues({ networks }: AnyModel): number {
  return sum(networks.map(({ parameters }) => valuesIn(parameters)));
}

function valuesIn(list: readonly { readonly shape: readonly number[] }[]): number {
  return sum(list.map(({ shape }) => sizeOf(shape)));
}

function targetsOf({ outputs, gradients, assignments }: ProgramSpec): Tensor[] {
  return [...Object.values(outputs), ...(gradients?.values() ?? []), ...(assignments?.values() ?? [])];
}
