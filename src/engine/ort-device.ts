/**
 * @file ONNX Runtime and our own kernels beside one WebAssembly memory: values, gradients and moments in one arena, whose
 * views are the inputs and outputs of sessions and kernels without a copy. Lives where its host does (hosts.ts).
 */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  elements,
  type Feeds,
  type GroupLayout,
  type GroupState,
  type OptimizerUpdate,
  type ProgramOutputs,
} from './engine.js';
import { BoundProgram, KERNEL_BYTES, type KernelProgram, KernelRoom } from './kernel-program.js';
import { Arena } from './memory.js';
import { OptimizerKernel } from './optimizers.js';

/** Where an output of a program goes. */
export type OutputRole = 'output' | 'gradient' | 'assignment';

/** Programs as the worker receives them: a serialised model, and what its inputs and outputs are. */
export interface LoweredModel {
  readonly kind: 'session';
  readonly name: string;
  readonly model: Uint8Array;
  /** Name of the model's first output, where that is none that could be read (see {@link OrtDevice}). */
  readonly stop?: string | undefined;
  /** Of all programs; a run feeds every one. */
  readonly inputs: readonly NamedShape[];
  readonly programs: readonly LoweredProgram[];
}

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface LoweredProgram {
  readonly name: string;
  /** The bool input that says whether this program is the one that is computed, where the model has several. */
  readonly condition?: string | undefined;
  /** Inputs that the program reads. */
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly role: OutputRole;
    /** What an output is called by the caller; else the tensor that a gradient or an assignment belongs to. */
    readonly target: string;
  }[];
}

export interface DeviceOptions {
  /** Threads inside an operator. */
  readonly threads: number;
  /** A folder in which every program leaves ONNX Runtime's profile, `NAME_TIME.json`, when the device is closed. */
  readonly profile?: string | undefined;
}

interface Slot {
  readonly shape: readonly number[];
  readonly value: Float32Array;
  readonly gradient?: Float32Array;
}

/** A group's four blocks; tensors lie in each block at the same, 64-byte aligned offsets. */
interface Block {
  readonly value: Float32Array;
  readonly gradient?: Float32Array;
  readonly moment1?: Float32Array;
  readonly moment2?: Float32Array;
  readonly extents: readonly { readonly start: number; readonly size: number }[];
}

interface LoadedSession {
  readonly session: ort.InferenceSession;
  readonly feeds: Record<string, ort.Tensor>;
  readonly fetches: Record<string, ort.Tensor | null>;
  readonly inputs: readonly NamedShape[];
  readonly results: readonly { readonly name: string; readonly data: Float32Array }[];
  readonly copies: readonly { readonly from: Float32Array; readonly to: Float32Array }[];
}

/** Floats to a 64-byte boundary, so that every tensor starts on a cache line. */
const ALIGNMENT = 16;
const aligned = (size: number) => Math.ceil(size / ALIGNMENT) * ALIGNMENT;

/** Settings of ONNX Runtime that hold for any device. */
export function sessionOptions(
  { threads, profile }: DeviceOptions,
  program: string,
): ort.InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A plan of all buffers as one block is given back to the system after every run, and its pages are faulted in anew.
    enableMemPattern: false,
    // Pool threads wait awake from one operator to the next, but no longer, since a core may be wanted elsewhere; when a run
    // ends they stop, so that no session takes a core from the next one or from the prior's updates.
    extra: {
      session: { intra_op: { allow_spinning: '1', spin_duration_us: '50' }, force_spinning_stop: '1' },
    },
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: join(profile, program) }),
  };
}

/** What answers the requests of an engine: all tensors, and the programs over them. */
export interface Device {
  /** Makes room for all groups, whose values are 0 until they are written. */
  allocate(groups: readonly GroupLayout[]): void | Promise<void>;
  compile(model: LoweredModel | KernelProgram): Promise<void>;
  /** Computes a program, then its assignments. */
  run(program: string, feeds: Feeds): Promise<ProgramOutputs>;
  /** Optimizer steps, by the gradients that are there. */
  update(updates: readonly OptimizerUpdate[]): void | Promise<void>;
  read(group: string): GroupState | Promise<GroupState>;
  write(group: string, state: GroupState): void | Promise<void>;
  close(): Promise<void>;
}

/**
 * When a run is over, ONNX Runtime's binding copies every output into a new array, though all have been written where
 * they belong: as many bytes as all gradients, at every step, which then wait for the garbage collector. It goes through
 * the outputs in order and fails at one that is no tensor. So the first output is a sequence, and that failure says
 * that the run is over.
 */
export class OrtDevice implements Device {
  readonly #options: DeviceOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #blocks = new Map<string, Block>();
  readonly #programs = new Map<string, LoadedSession | BoundProgram>();
  #kernel: OptimizerKernel | undefined;
  #room: KernelRoom | undefined;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  allocate(groups: readonly GroupLayout[]): void {
    const sizes = groups.map((group) =>
      group.tensors.reduce((n, { shape }) => n + aligned(elements(shape)), 0),
    );
    const blocks = (group: GroupLayout) => (group.trainable ? 3 + (group.firstMoment === false ? 0 : 1) : 1);
    const arena = this.#open(groups.flatMap((group, i) => Array<number>(blocks(group)).fill(sizes[i]!)));
    groups.forEach((group, i) => {
      const take = () => arena.float32(sizes[i]!);
      const trained = group.trainable ? { gradient: take(), moment2: take() } : {};
      const momentum = blocks(group) === 4 ? { moment1: take() } : {};
      this.#place(group, { value: take(), ...trained, ...momentum });
    });
  }

  /** A memory with room for blocks of the given lengths, and for programs of kernels. */
  #open(lengths: readonly number[]): Arena {
    const floats = KERNEL_BYTES / Float32Array.BYTES_PER_ELEMENT;
    const arena = new Arena(Arena.bytesFor([...lengths, floats]));
    this.#kernel = new OptimizerKernel(arena.memory);
    this.#room = new KernelRoom(arena.memory, arena.float32(floats));
    return arena;
  }

  #place(group: GroupLayout, memory: Omit<Block, 'extents'>): void {
    let start = 0;
    const extents = group.tensors.map(({ name, shape }) => {
      const size = elements(shape);
      const value = memory.value.subarray(start, start + size);
      const gradient = memory.gradient?.subarray(start, start + size);
      this.#slots.set(name, { shape, value, ...(gradient && { gradient }) });
      const extent = { start, size };
      start += aligned(size);
      return extent;
    });
    this.#blocks.set(group.name, { ...memory, extents });
  }

  async compile(model: LoweredModel | KernelProgram): Promise<void> {
    if (model.kind === 'session') return this.#load(model);
    if (!this.#room) this.#open([]);
    const bound = BoundProgram.bind(model, this.#room!, this.#slots, this.#options.profile !== undefined);
    if (!bound) throw new Error(`program ${model.name} does not fit into ${KERNEL_BYTES} bytes`);
    this.#programs.set(model.name, bound);
  }

  async #load(model: LoweredModel): Promise<void> {
    const session = await ort.InferenceSession.create(model.model, {
      ...sessionOptions(this.#options, model.name),
      executionProviders: ['cpu'],
    });
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, shape } of model.inputs) {
      // What a run does not feed belongs to another program, which is not computed.
      const data = this.#slots.get(name)?.value ?? new Float32Array(elements(shape));
      feeds[name] = new ort.Tensor('float32', data, shape);
    }
    for (const { condition } of model.programs) if (condition !== undefined) feeds[condition] = bool(false);
    for (const program of model.programs) {
      const chosen = program.condition === undefined ? {} : { [program.condition]: bool(true) };
      this.#programs.set(program.name, this.#bind(session, program, { ...feeds, ...chosen }, model.stop));
    }
  }

  #bind(
    session: ort.InferenceSession,
    program: LoweredProgram,
    feeds: LoadedSession['feeds'],
    stop: string | undefined,
  ): LoadedSession {
    const fetches: Record<string, ort.Tensor | null> = stop === undefined ? {} : { [stop]: null };
    const copies: { from: Float32Array; to: Float32Array }[] = [];
    const results: { name: string; data: Float32Array }[] = [];
    for (const { name, shape, role, target } of program.outputs) {
      const slot = this.#slots.get(target);
      const data = role === 'gradient' ? slot!.gradient! : new Float32Array(elements(shape));
      if (role === 'assignment') copies.push({ from: data, to: slot!.value });
      if (role === 'output') results.push({ name: target, data });
      fetches[name] = new ort.Tensor('float32', data, shape);
    }
    const inputs = program.inputs.filter(({ name }) => !this.#slots.has(name));
    return { session, feeds, fetches, inputs, results, copies };
  }

  async run(name: string, feeds: Feeds): Promise<ProgramOutputs> {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`no program is called ${name}`);
    return program instanceof BoundProgram ? program.run(feeds) : runSession(program, name, feeds);
  }

  update(updates: readonly OptimizerUpdate[]): void {
    for (const update of updates) this.#update(update);
  }

  #update(update: OptimizerUpdate): void {
    const { value, gradient, moment1, moment2 } = this.#blocks.get(update.group)!;
    if (update.kind === 'adam') {
      const state = { value, gradient: gradient!, moment2: moment2!, ...(moment1 && { moment1 }) };
      this.#kernel!.adam(state, update, update.step);
    } else this.#kernel!.sgd(value, gradient!, update.learningRate);
  }

  read(group: string): GroupState {
    const { value, moment1, moment2, extents } = this.#blocks.get(group)!;
    const pack = (block: Float32Array) => {
      const out = new Float32Array(extents.reduce((n, { size }) => n + size, 0));
      let at = 0;
      for (const { start, size } of extents) {
        out.set(block.subarray(start, start + size), at);
        at += size;
      }
      return out;
    };
    return {
      value: pack(value),
      ...(moment1 && { moment1: pack(moment1) }),
      ...(moment2 && { moment2: pack(moment2) }),
    };
  }

  write(group: string, state: GroupState): void {
    const block = this.#blocks.get(group)!;
    const unpack = (source: Float32Array | undefined, target: Float32Array | undefined) => {
      if (!source || !target) return;
      let at = 0;
      for (const { start, size } of block.extents) {
        target.set(source.subarray(at, at + size), start);
        at += size;
      }
    };
    unpack(state.value, block.value);
    unpack(state.moment1, block.moment1);
    unpack(state.moment2, block.moment2);
  }

  async close(): Promise<void> {
    const { profile } = this.#options;
    const sessions = new Set<ort.InferenceSession>();
    for (const program of this.#programs.values()) {
      if (!(program instanceof BoundProgram)) sessions.add(program.session);
      else if (profile !== undefined) program.writeProfile(profile);
    }
    for (const session of sessions) {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    }
    this.#programs.clear();
  }
}

/** Runs a session on its feeds, then its assignments; outputs are copies. */
async function runSession(program: LoadedSession, name: string, feeds: Feeds): Promise<ProgramOutputs> {
  const inputs = { ...program.feeds };
  for (const { name: input, shape } of program.inputs) {
    const data = feeds[input];
    if (data === undefined) throw new Error(`program ${name}: input ${input} was given no value`);
    inputs[input] = new ort.Tensor('float32', data, shape);
  }
  await program.session.run(inputs, program.fetches).catch(unlessStopped);
  for (const { from, to } of program.copies) to.set(from);
  return Object.fromEntries(program.results.map(({ name: key, data }) => [key, data.slice()]));
}

/** Passes on every failure of a run but that of reading its first output, a sequence. */
function unlessStopped(error: unknown): void {
  if (!(error instanceof Error && error.message.startsWith('Non tensor type'))) throw error;
}

function bool(value: boolean): ort.Tensor {
  return new ort.Tensor('bool', [value], []);
}
