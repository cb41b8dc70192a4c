/**
 * @file ONNX Runtime and our own kernels beside one WebAssembly memory: values, gradients and moments in one arena, whose
 * views are the inputs and outputs of sessions and kernels without a copy. Lives in the worker (ort-worker.ts).
 */
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import {
  elements,
  type Feeds,
  type GroupState,
  type OptimizerUpdate,
  type ProgramOutputs,
  type RunResult,
  type TensorGroup,
} from './engine.js';
import { BoundProgram, KERNEL_BYTES, type KernelProgram, KernelRoom } from './kernel-program.js';
import { Arena } from './memory.js';
import { OptimizerKernel } from './optimizers.js';

/** Where an output of a program goes. */
export type OutputRole = 'output' | 'gradient' | 'assignment';

/** A program as the worker receives it: a serialised model and what its inputs and outputs are. */
export interface LoweredProgram {
  readonly kind: 'session';
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly role: OutputRole;
    /** The tensor that a gradient or an assignment belongs to. */
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
  readonly fetches: Record<string, ort.Tensor>;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly results: readonly string[];
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
    // A spinning pool thread of one session would take a core from the next session, and from the prior's updates.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: join(profile, program) }),
  };
}

/** What answers the requests of the worker: all tensors, and the programs over them. */
export interface Device {
  allocate(groups: readonly TensorGroup[]): void | Promise<void>;
  compile(program: LoweredProgram | KernelProgram): Promise<void>;
  run(program: string, feeds: Feeds, updates: readonly OptimizerUpdate[]): Promise<RunResult>;
  read(group: string): GroupState | Promise<GroupState>;
  write(group: string, state: GroupState): void | Promise<void>;
  close(): Promise<void>;
}

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

  allocate(groups: readonly TensorGroup[]): void {
    const sizes = groups.map((group) =>
      group.tensors.reduce((n, { shape }) => n + aligned(elements(shape)), 0),
    );
    const blocks = (group: TensorGroup) => (group.trainable ? 3 + (group.firstMoment === false ? 0 : 1) : 1);
    const lengths = groups.flatMap((group, i) => Array<number>(blocks(group)).fill(sizes[i]!));
    const arena = this.#open(lengths);
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

  #place(group: TensorGroup, memory: Omit<Block, 'extents'>): void {
    let start = 0;
    const extents = group.tensors.map(({ name, shape, initial }) => {
      const size = elements(shape);
      const value = memory.value.subarray(start, start + size);
      value.set(initial);
      const gradient = memory.gradient?.subarray(start, start + size);
      this.#slots.set(name, { shape, value, ...(gradient && { gradient }) });
      const extent = { start, size };
      start += aligned(size);
      return extent;
    });
    this.#blocks.set(group.name, { ...memory, extents });
  }

  async compile(program: LoweredProgram | KernelProgram): Promise<void> {
    if (program.kind === 'session') return this.#load(program);
    if (!this.#room) this.#open([]);
    const bound = BoundProgram.bind(program, this.#room!, this.#slots, this.#options.profile !== undefined);
    if (!bound) throw new Error(`program ${program.name} does not fit into ${KERNEL_BYTES} bytes`);
    this.#programs.set(program.name, bound);
  }

  async #load(program: LoweredProgram): Promise<void> {
    const session = await ort.InferenceSession.create(program.model, {
      ...sessionOptions(this.#options, program.name),
      executionProviders: ['cpu'],
    });
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, shape } of program.inputs) {
      const slot = this.#slots.get(name);
      if (slot) feeds[name] = new ort.Tensor('float32', slot.value, shape);
    }
    const fetches: Record<string, ort.Tensor> = {};
    const copies: { from: Float32Array; to: Float32Array }[] = [];
    for (const { name, shape, role, target } of program.outputs) {
      const slot = this.#slots.get(target);
      const data = role === 'gradient' ? slot!.gradient! : new Float32Array(elements(shape));
      if (role === 'assignment') copies.push({ from: data, to: slot!.value });
      fetches[name] = new ort.Tensor('float32', data, shape);
    }
    const inputs = program.inputs.filter(({ name }) => !this.#slots.has(name));
    const results = program.outputs.filter(({ role }) => role === 'output').map(({ name }) => name);
    this.#programs.set(program.name, { session, feeds, fetches, inputs, results, copies });
  }

  async run(name: string, feeds: Feeds, updates: readonly OptimizerUpdate[]): Promise<RunResult> {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`no program is called ${name}`);
    const began = performance.now();
    const outputs =
      program instanceof BoundProgram ? program.run(feeds) : await runSession(program, name, feeds);
    const computed = performance.now();
    for (const update of updates) this.#update(update);
    const finished = performance.now();
    return { outputs, timing: { graph: computed - began, optimizer: finished - computed } };
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
    for (const program of this.#programs.values()) {
      if (program instanceof BoundProgram) {
        if (profile !== undefined) program.writeProfile(profile);
        continue;
      }
      if (profile !== undefined) program.session.endProfiling();
      await program.session.release();
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
  await program.session.run(inputs, program.fetches);
  for (const { from, to } of program.copies) to.set(from);
  return Object.fromEntries(
    program.results.map((key) => [key, (program.fetches[key]!.data as Float32Array).slice()]),
  );
}
