/** @file Passes that are computed once for a graph, however many parts of the program ask for the result. */
import type { Tensor } from '../tensor.js';

/** From outputs to equal outputs of another graph. */
export type Pass = (outputs: readonly Tensor[]) => readonly Tensor[];

/** What a pass has made of a list of outputs. */
interface Entry {
  readonly outputs: readonly Tensor[];
  readonly result: readonly Tensor[];
}

/**
 * The same pass, computed once for each list of outputs: a second call with the same tensors in the same order returns the
 * same array of the same nodes, and so does a call with that result. Results are held as long as their outputs are.
 */
export function remembered(pass: Pass): Pass {
  // By the first output, so that an entry is collected with its graph.
  const entries = new WeakMap<Tensor, Entry[]>();
  const remember = (outputs: readonly Tensor[], result: readonly Tensor[]) => {
    const [first] = outputs as [Tensor];
    entries.set(first, [...(entries.get(first) ?? []), { outputs: [...outputs], result }]);
  };
  return (outputs) => {
    const [first] = outputs;
    if (first === undefined) return [];
    const known = entries.get(first)?.find((entry) => sameTensors(entry.outputs, outputs));
    if (known) return known.result;
    const result = pass(outputs);
    remember(outputs, result);
    if (!sameTensors(outputs, result)) remember(result, result);
    return result;
  };
}

function sameTensors(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return a.length === b.length && a.every((tensor, i) => tensor === b[i]);
}
