/**
 * @file Sessions of ONNX Runtime over tensors of the engine: views of its memory are their inputs and outputs. Runs in the
 * thread of the device.
 */
import { join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { elements, type Feeds, type ProgramOutputs } from '../engine.js';
import { loadOnnxRuntime, type OnnxRuntime } from '../onnx-runtime.js';
import { allowedProcessors, ownProcessors } from './processors.js';

/** Where an output of a program goes. */
export type OutputRole = 'output' | 'gradient' | 'assignment';

/** Programs as the device receives them: a serialised model, and what its inputs and outputs are. */
export interface LoweredModel {
  readonly kind: 'session';
  readonly name: string;
  readonly model: Uint8Array;
  /** Name of the model's first output if that output cannot be read, which ends a run (see {@link SessionProgram}). */
  readonly stop?: string | undefined;
  /** Inputs of all programs; every run feeds all of them. */
  readonly inputs: readonly NamedShape[];
  readonly programs: readonly LoweredProgram[];
}

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** One program of a {@link LoweredModel}. */
export interface LoweredProgram {
  readonly name: string;
  /** In a model of several programs, the bool input that chooses this one. */
  readonly condition?: string | undefined;
  /** Inputs that the program reads. */
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly role: OutputRole;
    /** Name of an output for the caller, or of the tensor that a gradient or an assignment belongs to. */
    readonly target: string;
  }[];
}

/** How a device runs programs. */
export interface DeviceOptions {
  /** Threads inside an operator. */
  readonly threads: number;
  /** What of ONNX Runtime computes (default `cpu`). Tensors stay in the memory of the machine. */
  readonly provider?: 'cpu' | 'cuda';
  /** A folder in which every program leaves ONNX Runtime's profile, `NAME_TIME.json`, when the device is closed. */
  readonly profile?: string | undefined;
}

/** Values and gradient of an engine tensor. */
export interface Slot {
  readonly shape: readonly number[];
  readonly value: Float32Array;
  readonly gradient?: Float32Array;
}

/** Settings of ONNX Runtime that hold for any device. */
export function sessionOptions(
  { threads, profile }: DeviceOptions,
  program: string,
): ort.InferenceSession.SessionOptions {
  const own = ownProcessors(allowedProcessors() ?? [], threads);
  return {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A memory pattern is one block that returns to the system after every run; its pages would be faulted in anew.
    enableMemPattern: false,
    // Pool threads stay awake from one operator to the next, but no longer, to leave the core to other work. They stop when
    // a run ends, so that no session takes a core from the next one or from the prior's updates.
    extra: {
      session: {
        intra_op: { allow_spinning: '1', spin_duration_us: '50' },
        ...(own && { intra_op_thread_affinities: own.join(';') }),
        force_spinning_stop: '1',
      },
    },
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: join(profile, program) }),
  };
}

/** Loads a model into ONNX Runtime; its programs are run one at a time. */
export async function loadModel(
  model: LoweredModel,
  slots: ReadonlyMap<string, Slot>,
  options: DeviceOptions,
): Promise<{
  readonly session: ort.InferenceSession;
  readonly programs: ReadonlyMap<string, SessionProgram>;
}> {
  const runtime = await loadOnnxRuntime(`Program ${model.name} needs`);
  const { InferenceSession, Tensor } = runtime;
  const session = await InferenceSession.create(model.model, {
    ...sessionOptions(options, model.name),
    executionProviders: [options.provider ?? 'cpu'],
  });
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, shape } of model.inputs) {
    // Inputs that a run does not feed belong to other programs, which are not computed.
    const data = slots.get(name)?.value ?? new Float32Array(elements(shape));
    feeds[name] = new Tensor('float32', data, shape);
  }
  const bool = (value: boolean) => new Tensor('bool', [value], []);
  for (const { condition } of model.programs) if (condition !== undefined) feeds[condition] = bool(false);
  const programs = model.programs.map((program) => {
    const chosen = program.condition === undefined ? {} : { [program.condition]: bool(true) };
    const bound = new SessionProgram(runtime, session, program, { ...feeds, ...chosen }, model.stop, slots);
    return [program.name, bound] as const;
  });
  return { session, programs: new Map(programs) };
}

/**
 * A program of a session, bound to the tensors of the engine.
 *
 * After a run ONNX Runtime's binding copies every output into a new array, though all outputs are written into the memory
 * of the engine already: at every step as many bytes as all gradients have, for the garbage collector. The binding goes
 * through the outputs in order and fails at one that is no tensor. So the first output is a sequence: its failure means
 * that the run is complete, and nothing is copied.
 */
export class SessionProgram {
  readonly #runtime: OnnxRuntime;
  readonly #session: ort.InferenceSession;
  readonly #name: string;
  /** Tensors of the engine, and inputs of other programs of the model. */
  readonly #feeds: Readonly<Record<string, ort.Tensor>>;
  readonly #fetches: Record<string, ort.Tensor | null>;
  readonly #inputs: readonly NamedShape[];
  readonly #results: { readonly name: string; readonly data: Float32Array }[] = [];
  readonly #copies: { readonly from: Float32Array; readonly to: Float32Array }[] = [];

  constructor(
    runtime: OnnxRuntime,
    session: ort.InferenceSession,
    program: LoweredProgram,
    feeds: Readonly<Record<string, ort.Tensor>>,
    stop: string | undefined,
    slots: ReadonlyMap<string, Slot>,
  ) {
    this.#runtime = runtime;
    this.#session = session;
    this.#name = program.name;
    this.#feeds = feeds;
    this.#fetches = stop === undefined ? {} : { [stop]: null };
    this.#inputs = program.inputs.filter(({ name }) => !slots.has(name));
    for (const { name, shape, role, target } of program.outputs) {
      const slot = slots.get(target);
      const data = role === 'gradient' ? slot!.gradient! : new Float32Array(elements(shape));
      if (role === 'assignment') this.#copies.push({ from: data, to: slot!.value });
      if (role === 'output') this.#results.push({ name: target, data });
      this.#fetches[name] = new runtime.Tensor('float32', data, shape);
    }
  }

  /**
   * Runs the program, then its assignments; outputs are copies.
   * @throws an Error where an input has no value.
   */
  async run(feeds: Feeds): Promise<ProgramOutputs> {
    const inputs = { ...this.#feeds };
    for (const { name, shape } of this.#inputs) {
      const data = feeds[name];
      if (data === undefined) throw new Error(`program ${this.#name}: input ${name} was given no value`);
      inputs[name] = new this.#runtime.Tensor('float32', data, shape);
    }
    await this.#session.run(inputs, this.#fetches).catch(unlessStopped);
    for (const { from, to } of this.#copies) to.set(from);
    return Object.fromEntries(this.#results.map(({ name, data }) => [name, data.slice()]));
  }
}

/** Throws every failure of a run except that of reading its first output, a sequence. */
function unlessStopped(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('Non tensor type'))) throw error;
}
