/** @file Programs with optimised graphs: an engine optimises each program once, before it chooses how to run it. */
import { optimise } from '../graph/passes/optimise.js';
import type { Tensor } from '../graph/tensor.js';
import type { ProgramSpec } from './engine.js';

/** A program from {@link optimiseProgram}: equal nodes of its graph are one, and none can be left out. */
export interface OptimisedProgram extends ProgramSpec {
  readonly optimised: true;
}

/** The same program with an optimised graph. */
export function optimiseProgram(program: ProgramSpec): OptimisedProgram {
  return { ...withValues(program, optimise(valuesOf(program))), optimised: true };
}

/** All values that a program computes: outputs, then gradients, then assignments. */
export function valuesOf({ outputs, gradients, assignments }: ProgramSpec): Tensor[] {
  return [...Object.values(outputs), ...(gradients?.values() ?? []), ...(assignments?.values() ?? [])];
}

/** The program with other values, in the order of {@link valuesOf}. */
export function withValues(
  { name, outputs, gradients, assignments }: ProgramSpec,
  values: readonly Tensor[],
): ProgramSpec {
  let next = 0;
  const renewed = (keys: Iterable<string>) => Array.from(keys, (key) => [key, values[next++]!] as const);
  return {
    name,
    outputs: Object.fromEntries(renewed(Object.keys(outputs))),
    gradients: new Map(renewed(gradients?.keys() ?? [])),
    assignments: new Map(renewed(assignments?.keys() ?? [])),
  };
}
