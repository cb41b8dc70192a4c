/**
 * @file ONNX Runtime and our own kernels beside one WebAssembly memory: values, gradients and moments in one arena, whose
 * views are the inputs and outputs of sessions and kernels without a copy. Runs in a worker thread or in the main one (see
 * ort/threading.ts).
 */
import type { InferenceSession } from 'onnxruntime-node';
import { Arena } from '../../wasm/arena.js';
import { aligned } from '../../wasm/layout.js';
import {
  elements,
  type Feeds,
  type GroupLayout,
  type GroupState,
  type OptimizerUpdate,
  type ProgramOutputs,
} from '../engine.js';
import { type GradientSets, placesInSharedBuffer } from '../gradient-sharing.js';
import { BoundProgram, type KernelProgram } from '../kernels/program.js';
import { KERNEL_BYTES, KernelWorkspace } from '../kernels/workspace.js';
import { OptimizerKernel } from '../optimizers.js';
import {
  type DeviceOptions,
  type LoweredModel,
  loadModel,
  type SessionProgram,
  type Slot,
} from './session.js';

/** A group's four blocks; tensors lie in each block at the same, 64-byte aligned offsets. */
interface Block {
  readonly value: Float32Array;
  readonly gradient?: Float32Array;
  readonly moment1?: Float32Array;
  readonly moment2?: Float32Array;
  readonly extents: readonly { readonly start: number; readonly size: number }[];
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** Floats that a tensor takes, so that the next one starts on a cache line. */
const alignedFloats = (size: number) => aligned(size * FLOAT) / FLOAT;
const sizeOf = ({ tensors }: GroupLayout) =>
  tensors.reduce((sum, { shape }) => sum + alignedFloats(elements(shape)), 0);

/** Holds all tensors of an engine and runs the programs over them. */
export interface Device {
  /**
   * Takes memory for all groups, whose values are 0 until they are written. The gradients of different sets may share one
   * buffer.
   */
  allocate(groups: readonly GroupLayout[], gradientSets?: GradientSets): void | Promise<void>;
  /** Makes the programs of a model ready to run, in place of programs of the same name. */
  compile(model: LoweredModel | KernelProgram): Promise<void>;
  /** Frees a model and its program. */
  release?(model: string): Promise<void>;
  /** Runs a program, then its assignments. */
  run(program: string, feeds: Feeds): Promise<ProgramOutputs>;
  /** Makes optimizer steps by the gradients that the last programs left. */
  update(updates: readonly OptimizerUpdate[]): void | Promise<void>;
  read(group: string): GroupState | Promise<GroupState>;
  write(group: string, state: GroupState): void | Promise<void>;
  close(): Promise<void>;
}

/** The device of the CPU: sessions of ONNX Runtime and kernels over one memory. */
export class OrtDevice implements Device {
  readonly #options: DeviceOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #blocks = new Map<string, Block>();
  readonly #programs = new Map<string, SessionProgram | BoundProgram>();
  readonly #sessions = new Map<string, InferenceSession>();
  #kernel: OptimizerKernel | undefined;
  #workspace: KernelWorkspace | undefined;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  allocate(groups: readonly GroupLayout[], gradientSets: GradientSets = []): void {
    const sizes = new Map(groups.map((group) => [group.name, sizeOf(group)]));
    const { starts, length: sharedLength } = placesInSharedBuffer(gradientSets, sizes);
    /** Blocks of a group's own. */
    const blocks = ({ name, trainable, firstMoment }: GroupLayout) =>
      trainable ? 2 + (starts.has(name) ? 0 : 1) + (firstMoment === false ? 0 : 1) : 1;
    const own = groups.flatMap((group) => Array<number>(blocks(group)).fill(sizes.get(group.name)!));
    const arena = this.#open([sharedLength, ...own]);
    const shared = arena.float32(sharedLength);
    for (const group of groups) {
      const size = sizes.get(group.name)!;
      const take = () => arena.float32(size);
      const start = starts.get(group.name);
      const gradient = () => (start === undefined ? take() : shared.subarray(start, start + size));
      const trained = group.trainable ? { gradient: gradient(), moment2: take() } : {};
      const momentum = group.trainable && group.firstMoment !== false ? { moment1: take() } : {};
      this.#place(group, { value: take(), ...trained, ...momentum });
    }
  }

  /** A memory for blocks of the given lengths and for the workspace of kernels. */
  #open(lengths: readonly number[]): Arena {
    const floats = KERNEL_BYTES / FLOAT;
    const arena = new Arena(Arena.bytesFor([...lengths, floats]));
    this.#kernel = new OptimizerKernel(arena.memory);
    this.#workspace = new KernelWorkspace(arena.memory, arena.float32(floats));
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
      start += alignedFloats(size);
      return extent;
    });
    this.#blocks.set(group.name, { ...memory, extents });
  }

  async compile(model: LoweredModel | KernelProgram): Promise<void> {
    if (model.kind === 'session') {
      const { session, programs } = await loadModel(model, this.#slots, this.#options);
      const before = this.#sessions.get(model.name);
      this.#sessions.set(model.name, session);
      await before?.release();
      for (const [name, program] of programs) this.#programs.set(name, program);
      return;
    }
    if (!this.#workspace) this.#open([]);
    const bound = BoundProgram.bind(
      model,
      this.#workspace!,
      this.#slots,
      this.#options.profile !== undefined,
    );
    if (!bound) throw new Error(`program ${model.name} does not fit into ${KERNEL_BYTES} bytes`);
    this.#programs.set(model.name, bound);
  }

  async release(model: string): Promise<void> {
    this.#programs.delete(model);
    const session = this.#sessions.get(model);
    this.#sessions.delete(model);
    await session?.release();
  }

  async run(name: string, feeds: Feeds): Promise<ProgramOutputs> {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`no program is called ${name}`);
    return program.run(feeds);
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
    for (const program of this.#programs.values()) {
      if (program instanceof BoundProgram && profile !== undefined) program.writeProfile(profile);
    }
    for (const session of this.#sessions.values()) {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    }
    this.#sessions.clear();
    this.#programs.clear();
  }
}
