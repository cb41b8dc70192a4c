/** @file Programs as kernel calls, bound to the engine's memory and run there, in the thread of the device. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aligned } from '../../wasm/layout.js';
import { elements, type Feeds, type ProgramOutputs } from '../engine.js';
import type { KernelCall, KernelOutput } from './plan.js';
import type { Place } from './rules.js';
import type { Kernel, KernelWorkspace } from './workspace.js';

/** A {@link KernelPlan} without its expressions, as it is sent to the device. */
export interface KernelProgram {
  readonly kind: 'kernels';
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly constants: Float32Array;
  readonly scratchBytes: number;
  readonly calls: readonly (Omit<KernelCall, 'node'> & { readonly label: CallLabel })[];
  readonly outputs: readonly KernelOutput[];
  readonly gradients: readonly KernelOutput[];
  readonly assignments: readonly KernelOutput[];
}

/** What a call computes, for profiles. */
export interface CallLabel {
  readonly operator: string;
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
}

/** Values and gradients of an engine tensor, in the kernels' memory. */
export interface KernelSlot {
  readonly value: Float32Array;
  readonly gradient?: Float32Array;
}

interface BoundCall {
  readonly kernel: Kernel;
  readonly args: number[];
  readonly label: CallLabel;
}

interface Copy {
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/** A program bound to memory: its places are addresses. */
export class BoundProgram {
  readonly #name: string;
  readonly #feeds: { readonly name: string; readonly to: Float32Array }[] = [];
  readonly #calls: readonly BoundCall[];
  readonly #copies: readonly Copy[];
  readonly #outputs: readonly (readonly [string, Float32Array])[];
  /** Microseconds of each call in each run, for profiles. */
  readonly #times: number[][] | undefined;

  private constructor(
    { name, inputs, scratchBytes, calls, outputs, gradients, assignments }: KernelProgram,
    workspace: KernelWorkspace,
    slots: ReadonlyMap<string, KernelSlot>,
    constants: number,
    profiled: boolean,
  ) {
    this.#name = name;
    for (const { name: input, shape } of inputs) {
      const { length } = slots.get(input)?.value ?? { length: elements(shape) };
      if (length !== elements(shape)) {
        throw new Error(`program ${name}: tensor ${input} has ${length} values, not those of [${shape}]`);
      }
    }
    const addresses = new Map([...slots].map(([key, { value }]) => [key, value.byteOffset]));
    let next = workspace.start + aligned(scratchBytes);
    for (const { name: input, shape } of inputs.filter((one) => !slots.has(one.name))) {
      const to = workspace.view(next, elements(shape));
      this.#feeds.push({ name: input, to });
      addresses.set(input, next);
      next += aligned(to.byteLength);
    }
    const bases = { scratch: workspace.start, constant: constants };
    const address = ({ base, name: of, offset }: Place) => {
      if (base === 'input') return addresses.get(of!)! + offset;
      return (base === 'gradient' ? slots.get(of!)!.gradient!.byteOffset : bases[base]) + offset;
    };
    this.#calls = calls.map(({ kernel, args, label }) => ({
      kernel: workspace.kernels[kernel],
      args: args.map((arg) => (typeof arg === 'number' ? arg : address(arg))),
      label,
    }));
    const value = ({ place, size }: KernelOutput) => workspace.view(address(place), size);
    for (const { name: target, size } of assignments) {
      const { length } = slots.get(target)?.value ?? { length: 0 };
      if (length === size) continue;
      throw new Error(
        `program ${name}: ${size} values are assigned to tensor ${target}, which has ${length}`,
      );
    }
    const copied = assignments.filter(({ name: of, place }) => place.base !== 'input' || place.name !== of);
    const assigned = copied.map((one) => {
      const from = value(one);
      // Another assignment may overwrite a tensor that is assigned here, so its value is copied before all assignments.
      return { from, held: one.place.base === 'input' ? from.slice() : from, to: slots.get(one.name)!.value };
    });
    this.#copies = [
      ...gradients.map((one) => ({ from: value(one), to: slots.get(one.name)!.gradient! })),
      ...assigned.filter(({ from, held }) => held !== from).map(({ from, held }) => ({ from, to: held })),
      ...assigned.map(({ held, to }) => ({ from: held, to })),
    ];
    this.#outputs = outputs.map((one) => [one.name, value(one)] as const);
    if (profiled) this.#times = calls.map(() => []);
  }

  /** A program ready to run; undefined where the workspace is too small for it. */
  static bind(
    program: KernelProgram,
    workspace: KernelWorkspace,
    slots: ReadonlyMap<string, KernelSlot>,
    profiled: boolean,
  ): BoundProgram | undefined {
    const fed = program.inputs
      .filter(({ name }) => !slots.has(name))
      .reduce((sum, { shape }) => sum + aligned(elements(shape) * Float32Array.BYTES_PER_ELEMENT), 0);
    const constants = workspace.keep(program.name, program.constants, aligned(program.scratchBytes) + fed);
    return constants === undefined
      ? undefined
      : new BoundProgram(program, workspace, slots, constants, profiled);
  }

  /**
   * Computes all results; outputs are copies.
   * @throws an Error where an input has no value, or too few or too many.
   */
  run(feeds: Feeds): ProgramOutputs {
    for (const { name, to } of this.#feeds) {
      const data = feeds[name];
      if (data === undefined) throw new Error(`program ${this.#name}: input ${name} was given no value`);
      if (data.length !== to.length) {
        throw new Error(
          `program ${this.#name}: input ${name} was given ${data.length} values, not ${to.length}`,
        );
      }
      to.set(data);
    }
    if (this.#times) this.#runTimed(this.#times);
    else for (const { kernel, args } of this.#calls) kernel(...args);
    // An output may be a view of a tensor that is assigned.
    const outputs = Object.fromEntries(this.#outputs.map(([name, values]) => [name, values.slice()]));
    for (const { from, to } of this.#copies) to.set(from);
    return outputs;
  }

  #runTimed(times: readonly number[][]): void {
    this.#calls.forEach(({ kernel, args }, i) => {
      const began = performance.now();
      kernel(...args);
      times[i]!.push(1000 * (performance.now() - began));
    });
  }

  /** Writes the times of all calls, in the format of ONNX Runtime's profile, into a folder. */
  writeProfile(folder: string): void {
    if (!this.#times) return;
    const runs = this.#times[0]?.length ?? 0;
    const events: object[] = [];
    let now = 0;
    for (let run = 0; run < runs; run++) {
      const began = now;
      this.#calls.forEach(({ label: { operator, inputs, output } }, i) => {
        const dur = this.#times![i]![run]!;
        const typed = (shape: readonly number[]) => ({ float: shape });
        const shapes = { input_type_shape: inputs.map(typed), output_type_shape: [typed(output)] };
        events.push({ cat: 'Node', name: `${i}`, ts: now, dur, args: { op_name: operator, ...shapes } });
        now += dur;
      });
      events.push({ cat: 'Session', name: 'model_run', ts: began, dur: now - began });
    }
    writeFileSync(join(folder, `${this.#name}_kernels.json`), JSON.stringify(events));
  }
}
