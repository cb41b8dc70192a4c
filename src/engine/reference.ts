/** @file The engine against which others are tested: float64, interpreted, slow, readable. */
import { evaluate } from '../graph/evaluate.js';
import type {
  Engine,
  Feeds,
  GroupState,
  OptimizerUpdate,
  ProgramSpec,
  RunResult,
  TensorGroup,
} from './engine.js';
import { elements, startingValues } from './engine.js';
import { referenceAdam, referenceSgd } from './reference-optimizers.js';

interface Slot {
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  readonly moment1: Float64Array;
  readonly moment2: Float64Array;
}

/** Runs programs through the float64 interpreter and updates tensors with the plain-loop optimizers. */
export class ReferenceEngine implements Engine {
  readonly name = 'reference';
  readonly #groups = new Map<string, TensorGroup>();
  readonly #slots = new Map<string, Slot>();
  readonly #programs = new Map<string, ProgramSpec>();

  async open(groups: readonly TensorGroup[], programs: readonly ProgramSpec[] = []): Promise<void> {
    for (const group of groups) {
      this.#groups.set(group.name, group);
      const values = startingValues(group);
      let start = 0;
      for (const { name, shape } of group.tensors) {
        const zeros = () => new Float64Array(elements(shape));
        this.#slots.set(name, {
          value: Float64Array.from(values.subarray(start, start + elements(shape))),
          gradient: zeros(),
          moment1: zeros(),
          moment2: zeros(),
        });
        start += elements(shape);
      }
    }
    await this.compile(...programs);
  }

  async compile(...programs: readonly ProgramSpec[]): Promise<void> {
    for (const program of programs) this.#programs.set(program.name, program);
  }

  async run(name: string, feeds: Feeds, updates: readonly OptimizerUpdate[] = []): Promise<RunResult> {
    const { outputs, gradients, assignments } = this.#programs.get(name)!;
    const state = Object.fromEntries([...this.#slots].map(([key, slot]) => [key, slot.value]));
    const targets = [
      ...Object.values(outputs),
      ...(gradients?.values() ?? []),
      ...(assignments?.values() ?? []),
    ];
    const values = evaluate(targets, { ...state, ...feeds });
    const results = Object.fromEntries(
      Object.keys(outputs).map((key) => [key, Float32Array.from(values.shift()!)]),
    );
    for (const key of gradients?.keys() ?? []) this.gradient(key).set(values.shift()!);
    for (const key of assignments?.keys() ?? []) this.value(key).set(values.shift()!);
    for (const update of updates) this.#apply(update);
    return { outputs: results, timing: { graph: 0, optimizer: 0 } };
  }

  /** The float64 value of a tensor, for tests. */
  value(name: string): Float64Array {
    return this.#slots.get(name)!.value;
  }

  /** The float64 gradient that the last program left for a tensor, for tests. */
  gradient(name: string): Float64Array {
    return this.#slots.get(name)!.gradient;
  }

  #apply(update: OptimizerUpdate): void {
    for (const { name } of this.#groups.get(update.group)!.tensors) {
      const slot = this.#slots.get(name)!;
      if (update.kind === 'adam') referenceAdam(slot, update, update.step);
      else referenceSgd(slot.value, slot.gradient, update.learningRate);
    }
  }

  async read(group: string): Promise<GroupState> {
    const join = (part: keyof Slot) =>
      Float32Array.from(
        this.#groups.get(group)!.tensors.flatMap(({ name }) => [...this.#slots.get(name)![part]]),
      );
    const value = join('value');
    const { trainable, firstMoment = true } = this.#groups.get(group)!;
    if (!trainable) return { value };
    return { value, moment2: join('moment2'), ...(firstMoment && { moment1: join('moment1') }) };
  }

  async write(group: string, state: GroupState): Promise<void> {
    let start = 0;
    for (const { name, shape } of this.#groups.get(group)!.tensors) {
      const end = start + elements(shape);
      const slot = this.#slots.get(name)!;
      slot.value.set(state.value.subarray(start, end));
      if (state.moment1) slot.moment1.set(state.moment1.subarray(start, end));
      if (state.moment2) slot.moment2.set(state.moment2.subarray(start, end));
      start = end;
    }
  }

  async close(): Promise<void> {}
}
