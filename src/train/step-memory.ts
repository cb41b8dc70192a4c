/** @file The memory that a training step cannot do without, known before it is compiled. */
import { totalmem } from 'node:os';
import type { ProgramSpec } from '../engine/engine.js';
import { usageError } from '../errors.js';
import { intermediates, liveSet } from '../graph/cost/live-set.js';
import { simplify } from '../graph/passes/simplify.js';
import { sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { AnyModel } from '../method/method.js';

/** What a step cannot do without, in bytes. */
export interface MemoryFloor {
  /** Parameters, their gradients and moments, and running statistics. */
  readonly state: number;
  /** The two largest values that a program computes on the way to its outputs (see {@link intermediates}), of any phase. */
  readonly activations: number;
  /** The values that are alive at one time (see {@link liveSet}), of the phase with most. */
  readonly live: number;
}

/** The first program of every phase; of phases that take turns under one name, that of the first. */
export function usualPrograms({ phases }: AnyModel): Map<string, ProgramSpec> {
  const programs = new Map<string, ProgramSpec>();
  for (const { name, programs: all } of phases) if (!programs.has(name)) programs.set(name, all[0]!);
  return programs;
}

/** The least memory of a step of this model. */
export function memoryFloor(model: AnyModel): MemoryFloor {
  const buffers = sumOf(model.networks.map((network) => valuesIn(network.buffers)));
  const targets = [...usualPrograms(model).values()].map((program) => simplify(targetsOf(program)));
  const largest = targets.map((outputs) => {
    const sizes = intermediates(outputs).map(({ shape }) => sizeOf(shape));
    return sumOf(sizes.sort((a, b) => b - a).slice(0, 2));
  });
  const live = targets.map((outputs) => Math.min(liveSet(outputs), liveSet([...outputs].reverse())));
  return {
    state: 4 * (trainedValues(model) * (model.firstMoment ? 4 : 3) + buffers),
    activations: 4 * Math.max(...largest),
    live: 4 * Math.max(...live),
  };
}

/** What steps were measured to take, as multiples of the values that are alive at one time: 2.2 to 3.3, of ten methods. */
const TAKEN = { least: 2, most: 3.5 };

/**
 * Refuses a model whose step will not fit, and tells of one that may not: by the values that are alive at one time, in the
 * better of two orders in which they can be computed ({@link TAKEN}).
 *
 * @param batch the batch size, for the sentence
 * @param available bytes of memory of this machine, or container
 * @throws a usage error where a step takes more than that
 */
export function requireMemory(
  model: AnyModel,
  batch: number,
  { onNotice }: { readonly onNotice?: ((sentence: string) => void) | undefined } = {},
  available = memoryOfMachine(),
): void {
  const all = [...usualPrograms(model).values()].map((program) => intermediates(targetsOf(program)));
  const sum = Math.max(...all.map((values) => sumOf(values.map(({ shape }) => sizeOf(shape)))));
  // Most steps would fit if all their values were alive at once, which is soon counted.
  if (4 * (TAKEN.most * sum + 4 * trainedValues(model)) <= available) return;
  const { state, live } = memoryFloor(model);
  const needs = (multiple: number) => gibibytes(state + multiple * live);
  const there = `and there are ${gibibytes(available)}`;
  const smaller = 'smaller batches (--batch, and settings such as generatorBatch), or smaller networks';
  if (state + TAKEN.least * live > available) {
    throw usageError(
      `A step with batches of ${batch} needs at least ${needs(TAKEN.least)} of memory, ${there}; give ${smaller}.`,
    );
  }
  if (state + TAKEN.most * live <= available) return;
  onNotice?.(
    `A step with batches of ${batch} may need ${needs(TAKEN.most)} of memory, ${there}; if the system ends the run, give ${smaller}.`,
  );
}

function memoryOfMachine(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** Number of values of all trained parameters. */
export function trainedValues({ networks }: AnyModel): number {
  return sumOf(networks.map(({ parameters }) => valuesIn(parameters)));
}

function valuesIn(list: readonly { readonly shape: readonly number[] }[]): number {
  return sumOf(list.map(({ shape }) => sizeOf(shape)));
}

/** Everything that a program computes. */
export function targetsOf({ outputs, gradients, assignments }: ProgramSpec): Tensor[] {
  return [...Object.values(outputs), ...(gradients?.values() ?? []), ...(assignments?.values() ?? [])];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
