/**
 * @file The engine that trains. Programs are lowered to ONNX and run by ONNX Runtime in a worker thread; small ones are
 * planned as calls of our own kernels, and where all are small no other thread is needed.
 */
import { setImmediate as immediate } from 'node:timers/promises';
import type { LoweredModel } from '../cpu/session.js';
import type { DeviceName } from '../devices.js';
import {
  type Engine,
  type Feeds,
  type GroupLayout,
  type GroupState,
  type OptimizerUpdate,
  type ProgramSpec,
  type RunResult,
  startingValues,
  type TensorGroup,
} from '../engine.js';
import { type GradientRooms, gradientRooms, groupsTrainedBy } from '../gradient-sharing.js';
import { suitKernels, suitsKernels } from '../kernels/cost.js';
import { type KernelPlan, planKernels } from '../kernels/plan.js';
import type { KernelProgram } from '../kernels/program.js';
import { findBlockSize } from './block-size.js';
import { agree, convolves, lowerJointly, lowerProgram } from './lowering.js';
import type { Request } from './requests.js';
import { type Host, LocalHost, ThreadHost } from './threading.js';
import { TransposedMatrices } from './weight-layout.js';

/** How {@link OrtEngine} runs. */
export interface OrtOptions {
  /** Where programs run and tensors are held (default `cpu`); see {@link requireDevice}. */
  readonly device?: DeviceName;
  /** Threads inside an operator (default 2). */
  readonly threads?: number;
  /**
   * Which programs of the CPU run on our own kernels instead of ONNX Runtime: those that are faster so (default), none, or
   * all that can.
   */
  readonly kernels?: 'auto' | 'never' | 'always';
  /** A folder in which every program leaves its profile when the engine is closed. */
  readonly profile?: string | undefined;
}

interface Turns {
  readonly rooms: GradientRooms;
  readonly groups: readonly GroupLayout[];
  /** Groups that a program trains, by its name. */
  readonly trainers: Map<string, readonly string[]>;
}

/** Bytes of given feeds that are worth the time of freeing them at once. */
const WORTH_DISCARDING = 2 ** 18;

/** ONNX Runtime on the CPU or a GPU, and kernels of our own for small programs. Requests are answered in order. */
export class OrtEngine implements Engine {
  readonly name: string;
  readonly #options: Required<Omit<OrtOptions, 'profile'>> & Pick<OrtOptions, 'profile'>;
  readonly #planned = new WeakMap<ProgramSpec, KernelProgram | undefined>();
  /** Groups whose gradients take turns in one place, and the programs that compute them. */
  #turns: Turns | undefined;
  /** Which matrices lie transposed, if any do. */
  #transposed: TransposedMatrices | undefined;
  #open: Host | undefined;
  #closing: Promise<void> | undefined;

  constructor({ device = 'cpu', threads = 2, kernels = 'auto', profile }: OrtOptions = {}) {
    this.name = `ort-${device}`;
    this.#options = { device, threads, kernels, profile };
  }

  async allocate(groups: readonly TensorGroup[], programs: readonly ProgramSpec[] = []): Promise<void> {
    // On our own kernels weights are as fast as they are.
    if (this.#planTogether(programs)) this.#open ??= new LocalHost(this.#options);
    else if (this.#multiplies(programs)) this.#transposed = TransposedMatrices.suiting(groups, programs);
    const placed: Promise<unknown>[] = [];
    const send = (request: Request, given?: readonly ArrayBuffer[]) => {
      const answer = this.#send(request, given);
      // A failure is reported when all is sent; until then it must not end the process.
      answer.catch(() => {});
      placed.push(answer);
    };
    const rooms = gradientRooms(groups, programs);
    if (rooms.length > 1) this.#turns = { rooms, groups: groups.map(layoutOf), trainers: new Map() };
    for (const program of programs) this.#takeTurns(program);
    const layouts = groups.map(layoutOf).map((group) => this.#transposed?.layout(group) ?? group);
    send({ kind: 'allocate', groups: layouts, rooms });
    for (const group of groups) {
      // Drawing values takes long: what was given to `compile` meanwhile goes to the thread in between.
      await immediate();
      const start = startingValues(group);
      const value = this.#transposed?.intoMemory(group.name, start) ?? start;
      send({ kind: 'write', group: group.name, state: { value } }, [value.buffer]);
    }
    await Promise.all(placed);
  }

  async compile(...specs: readonly ProgramSpec[]): Promise<void> {
    for (const program of specs) this.#takeTurns(program);
    const programs = specs.map((program) => this.#transposed?.program(program) ?? program);
    const kernels = programs.flatMap((program) => this.#kernelProgram(program) ?? []);
    const models = await this.#lower(programs.filter((program) => !this.#kernelProgram(program)));
    await Promise.all([...kernels, ...models].map((model) => this.#send({ kind: 'compile', model })));
  }

  async #lower(programs: readonly ProgramSpec[]): Promise<LoweredModel[]> {
    const { device, profile } = this.#options;
    if (device !== 'cpu') return programs.map((program) => lowerProgram(program, { flat: false }));
    if (!convolves(programs)) return programs.map((program) => lowerProgram(program, { flat: true }));
    const block = await this.#blockSize();
    // One by one where there is little to share: every run feeds the inputs of all programs of a model. Profiles are one
    // a model, and are to be one a program.
    const together = programs.length > 1 && profile === undefined && agree(programs);
    if (together) return [lowerJointly(programs, block)];
    return programs.map((program) => lowerProgram(program, { flat: true, block }));
  }

  /** The machine's block size; asked once a process. */
  #blockSize(): Promise<number> {
    machineBlock ??= findBlockSize(async (result, image, block) => {
      const name = `trial of blocks of ${block}`;
      const model = lowerProgram({ name, outputs: { result } }, { flat: true, block });
      await this.#send({ kind: 'compile', model });
      const { outputs } = await this.run(name, { image });
      await this.#send({ kind: 'release', model: name });
      return outputs.result!;
    });
    // An engine that is closed meanwhile finds nothing; the next one is to try again.
    machineBlock.catch(() => {
      machineBlock = undefined;
    });
    return machineBlock;
  }

  run(
    program: string,
    feeds: Feeds,
    updates: readonly OptimizerUpdate[] = [],
    { given = false }: { readonly given?: boolean } = {},
  ): Promise<RunResult> {
    // An array that has been given away is empty; no other thread would get to know of it.
    const empty = Object.keys(feeds).find((name) => feeds[name]?.length === 0);
    if (empty !== undefined) {
      return Promise.reject(
        new Error(`program ${program}: input ${empty} was given an array without values`),
      );
    }
    const stranger = updates.find(({ group }) => {
      const shared = this.#turns?.rooms.some((room) => room.includes(group));
      return shared && !this.#turns!.trainers.get(program)?.includes(group);
    });
    if (stranger) {
      return Promise.reject(
        new Error(`program ${program} computes no gradients of ${stranger.group}, which are gone by now`),
      );
    }
    const buffers = given ? Object.values(feeds).map(({ buffer }) => buffer as ArrayBuffer) : [];
    const discard = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) >= WORTH_DISCARDING;
    return this.#send({ kind: 'run', program, feeds, updates, discard }, buffers) as Promise<RunResult>;
  }

  async read(group: string): Promise<GroupState> {
    const state = (await this.#send({ kind: 'read', group })) as GroupState;
    return mapState(state, (values) => this.#transposed?.fromMemory(group, values) ?? values);
  }

  async write(group: string, state: GroupState): Promise<void> {
    const held = mapState(state, (values) => this.#transposed?.intoMemory(group, values) ?? values);
    await this.#send({ kind: 'write', group, state: held });
  }

  /** Frees everything. Whoever asks for it again waits until it is done; only the first is told what went wrong. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.catch(() => {});
    this.#closing = this.#open?.end() ?? Promise.resolve();
    return this.#closing;
  }

  /** Notes whose gradients a program computes. Throws where they would be in each other's place. */
  #takeTurns(program: ProgramSpec): void {
    if (!this.#turns) return;
    const { rooms, groups, trainers } = this.#turns;
    const trained = groupsTrainedBy(program, groups);
    trainers.set(program.name, trained);
    const used = rooms.filter((room) => room.some((name) => trained.includes(name)));
    if (used.length < 2) return;
    throw new Error(
      `program ${program.name} trains ${trained.join(' and ')}, whose gradients take turns in one place: ` +
        'tell allocate of it',
    );
  }

  /** Sends a request; the buffers in `given` may belong to another thread from then on. */
  #send(request: Request, given?: readonly ArrayBuffer[]): Promise<unknown> {
    if (this.#closing) return Promise.reject(new Error('the engine is closed'));
    this.#open ??= new ThreadHost(this.#options);
    return this.#open.send(request, given);
  }

  /** Whether all programs of a step run on kernels, as they then will. */
  #planTogether(programs: readonly ProgramSpec[]): boolean {
    const { device, kernels } = this.#options;
    if (device !== 'cpu' || kernels === 'never' || programs.length === 0) return false;
    const plans = programs.flatMap((program) => planKernels(program) ?? []);
    const all = plans.length === programs.length && (kernels === 'always' || suitKernels(plans));
    if (!all) return false;
    for (const [i, program] of programs.entries()) {
      this.#planned.set(program, kernelProgram(program.name, plans[i]!));
    }
    return true;
  }

  /** Whether a step is products of matrices in ONNX Runtime on the CPU. */
  #multiplies(programs: readonly ProgramSpec[]): boolean {
    return this.#options.device === 'cpu' && programs.length > 0 && !convolves(programs);
  }

  /** The program as kernel calls, if it can be and should. */
  #kernelProgram(program: ProgramSpec): KernelProgram | undefined {
    const { device, kernels } = this.#options;
    if (device !== 'cpu' || kernels === 'never') return undefined;
    if (!this.#planned.has(program)) {
      const plan = planKernels(program);
      const chosen = plan && (kernels === 'always' || suitsKernels(plan));
      this.#planned.set(program, chosen ? kernelProgram(program.name, plan) : undefined);
    }
    return this.#planned.get(program);
  }
}

function layoutOf({ tensors, ...group }: TensorGroup): GroupLayout {
  return { ...group, tensors: tensors.map(({ name, shape }) => ({ name, shape })) };
}

/** A state whose arrays went through `change`. */
function mapState(state: GroupState, change: (values: Float32Array) => Float32Array): GroupState {
  const { value, moment1, moment2 } = state;
  return {
    value: change(value),
    ...(moment1 && { moment1: change(moment1) }),
    ...(moment2 && { moment2: change(moment2) }),
  };
}

/** What of a plan goes to the device. */
function kernelProgram(name: string, plan: KernelPlan): KernelProgram {
  const calls = plan.calls.map(({ kernel, args, node }) => ({
    kernel,
    args,
    label: {
      operator: node.op,
      inputs: node.inputs.map(({ shape }) => shape as readonly number[]),
      output: node.shape as readonly number[],
    },
  }));
  return { ...plan, kind: 'kernels', name, calls };
}

let machineBlock: Promise<number> | undefined;
