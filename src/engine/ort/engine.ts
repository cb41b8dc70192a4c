/**
 * @file The engine that trains. Programs are lowered to ONNX and run by ONNX Runtime in a worker thread; small ones are
 * planned as calls of our own kernels, and where all are small they run in the main thread. Where ONNX Runtime is absent,
 * all programs run on kernels, and those that cannot are refused.
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
import { type GradientSets, gradientSets, groupsTrainedBy } from '../gradient-sharing.js';
import type { KernelProgram } from '../kernels/program.js';
import { type OptimisedProgram, optimiseProgram } from '../optimised-program.js';
import { findBlockSize } from './block-size.js';
import { KernelChoice } from './kernel-choice.js';
import { agree, convolves, flattened, lowerJointly, lowerProgram } from './lowering.js';
import type { Request } from './requests.js';
import { type DeviceHandle, InlineDevice, WorkerDevice } from './threading.js';
import { WeightLayout } from './weight-layout.js';

/** How {@link OrtEngine} runs. */
export interface OrtOptions {
  /** Where programs run and tensors are held (default `cpu`); see {@link requireDevice}. */
  readonly device?: DeviceName;
  /** Threads inside an operator (default 2). */
  readonly threads?: number;
  /**
   * Which programs run on our own kernels instead of ONNX Runtime, on the CPU: those that are faster so (default), none, or
   * all that can. Where ONNX Runtime is absent, the default is all.
   */
  readonly kernels?: 'auto' | 'never' | 'always';
  /** A folder in which every program leaves its profile when the engine is closed. */
  readonly profile?: string | undefined;
}

/** Gradients that share one buffer. */
interface SharedGradients {
  readonly sets: GradientSets;
  readonly groups: readonly GroupLayout[];
  /** Names of the groups that each program trains, by the name of the program. */
  readonly trained: Map<string, readonly string[]>;
}

/** Bytes of transferred feeds from which on freeing them at once is worth its time. */
const WORTH_DISCARDING = 2 ** 18;

/** ONNX Runtime on the CPU or a GPU, and kernels of our own for small programs. Requests are answered in order. */
export class OrtEngine implements Engine {
  readonly name: string;
  readonly #options: Required<Omit<OrtOptions, 'profile'>> & Pick<OrtOptions, 'profile'>;
  readonly #choice: KernelChoice;
  /** Names of all tensors. */
  #tensors: ReadonlySet<string> = new Set();
  #sharedGradients: SharedGradients | undefined;
  /** Which matrices lie transposed in memory; undefined where none do. */
  #layout: WeightLayout | undefined;
  #device: DeviceHandle | undefined;
  #opened = false;
  #closing: Promise<void> | undefined;

  constructor({ device = 'cpu', threads = 2, kernels = 'auto', profile }: OrtOptions = {}) {
    this.name = `ort-${device}`;
    this.#options = { device, threads, kernels, profile };
    this.#choice = new KernelChoice(device, kernels);
  }

  async open(groups: readonly TensorGroup[], programs: readonly ProgramSpec[] = []): Promise<void> {
    if (this.#opened) throw new Error('the engine is open already; open another one');
    this.#opened = true;
    this.#tensors = new Set(groups.flatMap(({ tensors }) => tensors.map(({ name }) => name)));
    // Side by side: this thread draws starting values while the device compiles.
    const optimised = programs.map((program) => this.#optimise(program));
    const placed = this.#place(groups, programs, optimised);
    const compiled = this.#compile(optimised);
    // Where the tensors cannot be placed, compiling fails too, and first: the cause is what is to be reported.
    compiled.catch(() => {});
    await placed;
    await compiled;
  }

  /** Chooses where programs run and how tensors lie, and sends the device the groups and their starting values. */
  async #place(
    groups: readonly TensorGroup[],
    programs: readonly ProgramSpec[],
    optimised: readonly OptimisedProgram[],
  ): Promise<void> {
    // Our own kernels gain nothing from transposed weights.
    if (this.#choice.planTogether(optimised)) this.#device ??= new InlineDevice(this.#options);
    else if (this.#multiplies(programs)) this.#layout = WeightLayout.choose(groups, programs);
    const placed: Promise<unknown>[] = [];
    const send = (request: Request, transferred?: readonly ArrayBuffer[]) => {
      const answer = this.#send(request, transferred);
      // A failure is reported when all is sent; until then it must not end the process.
      answer.catch(() => {});
      placed.push(answer);
    };
    const sets = gradientSets(groups, programs);
    const plain = groups.map(layoutOf);
    if (sets.length > 1) this.#sharedGradients = { sets, groups: plain, trained: new Map() };
    const layouts = plain.map((group) => this.#layout?.layout(group) ?? group);
    send({ kind: 'allocate', groups: layouts, gradientSets: sets });
    for (const group of groups) {
      // Drawing values takes long: requests to compile reach the worker thread in between.
      await immediate();
      const start = startingValues(group);
      const value = this.#layout?.intoMemory(group.name, start) ?? start;
      send({ kind: 'write', group: group.name, state: { value } }, [value.buffer]);
    }
    await Promise.all(placed);
  }

  async compile(...programs: readonly ProgramSpec[]): Promise<void> {
    await this.#compile(programs.map((program) => this.#optimise(program)));
  }

  #optimise(program: ProgramSpec): OptimisedProgram {
    const flat = this.#options.device !== 'webgpu' && convolves([program]);
    return optimiseProgram(flat ? flattened(program) : program);
  }

  async #compile(specs: readonly OptimisedProgram[]): Promise<void> {
    for (const program of specs) this.#noteTrainedGroups(program);
    const programs = specs.map((program) => this.#layout?.program(program) ?? program);
    const kernels = programs.flatMap((program) => this.#choice.kernelsOf(program) ?? []);
    const others = programs.filter((program) => !this.#choice.kernelsOf(program));
    const models = others.length > 0 ? await this.#models(others) : [];
    await Promise.all([...kernels, ...models].map((model) => this.#send({ kind: 'compile', model })));
  }

  /** Programs as models of ONNX Runtime; where that is absent, as kernel calls. */
  async #models(programs: readonly OptimisedProgram[]): Promise<(LoweredModel | KernelProgram)[]> {
    const answer = this.#send({ kind: 'runtime' }) as Promise<string | undefined>;
    // Programs are lowered while the device loads it. Where lowering fails, that is reported instead.
    answer.catch(() => {});
    // Convolutions are lowered by trials in ONNX Runtime.
    const models = convolves(programs) && (await answer) !== undefined ? [] : await this.#lower(programs);
    const problem = await answer;
    if (problem === undefined) return models;
    return programs.map((program) => this.#choice.kernelsInstead(program, problem, this.#tensors));
  }

  async #lower(programs: readonly OptimisedProgram[]): Promise<LoweredModel[]> {
    const { device, profile } = this.#options;
    if (device !== 'cpu') {
      // Under CUDA, as on the CPU, results land in the memory of the machine.
      const flat = device === 'cuda';
      return programs.map((program) => lowerProgram(program, { flat, cpu: false }));
    }
    if (!convolves(programs)) return programs.map((program) => lowerProgram(program, { flat: true }));
    const block = await this.#blockSize();
    // A joint model saves memory, but each run of it feeds the inputs of all its programs. For profiles each program has a
    // model of its own, since ONNX Runtime writes one profile a model.
    const together = programs.length > 1 && profile === undefined && agree(programs);
    if (together) return [lowerJointly(programs, block)];
    return programs.map((program) => lowerProgram(program, { flat: true, block }));
  }

  /** The machine's block size, found once a process. */
  #blockSize(): Promise<number> {
    machineBlock ??= findBlockSize(async (result, image, block) => {
      const name = `trial of blocks of ${block}`;
      const model = lowerProgram(this.#optimise({ name, outputs: { result } }), { flat: true, block });
      await this.#send({ kind: 'compile', model });
      const { outputs } = await this.run(name, { image });
      await this.#send({ kind: 'release', model: name });
      return outputs.result!;
    });
    // An engine that is closed meanwhile finds none; the next engine tries again.
    machineBlock.catch(() => {
      machineBlock = undefined;
    });
    return machineBlock;
  }

  run(
    program: string,
    feeds: Feeds,
    updates: readonly OptimizerUpdate[] = [],
    { transferred = false }: { readonly transferred?: boolean } = {},
  ): Promise<RunResult> {
    // An array that was transferred before is empty, which the worker thread could not tell from an array without values.
    const empty = Object.keys(feeds).find((name) => feeds[name]?.length === 0);
    if (empty !== undefined) {
      return Promise.reject(
        new Error(`program ${program}: input ${empty} was given an array without values`),
      );
    }
    const untrained = updates.find(({ group }) => {
      const shared = this.#sharedGradients?.sets.some((set) => set.includes(group));
      return shared && !this.#sharedGradients!.trained.get(program)?.includes(group);
    });
    if (untrained) {
      return Promise.reject(
        new Error(
          `program ${program} computes no gradients of ${untrained.group}; update it after a program that does`,
        ),
      );
    }
    const buffers = transferred ? Object.values(feeds).map(({ buffer }) => buffer as ArrayBuffer) : [];
    const discard = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) >= WORTH_DISCARDING;
    return this.#send({ kind: 'run', program, feeds, updates, discard }, buffers) as Promise<RunResult>;
  }

  async read(group: string): Promise<GroupState> {
    const state = (await this.#send({ kind: 'read', group })) as GroupState;
    return mapState(state, (values) => this.#layout?.fromMemory(group, values) ?? values);
  }

  async write(group: string, state: GroupState): Promise<void> {
    const held = mapState(state, (values) => this.#layout?.intoMemory(group, values) ?? values);
    await this.#send({ kind: 'write', group, state: held });
  }

  /** Frees everything. Later calls resolve when the first one is done; a failure rejects only the first. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing.catch(() => {});
    this.#closing = this.#device?.close() ?? Promise.resolve();
    return this.#closing;
  }

  /**
   * Notes whose gradients a program computes.
   * @throws an Error where two of its groups are in different sets, whose gradients would overwrite each other.
   */
  #noteTrainedGroups(program: ProgramSpec): void {
    if (!this.#sharedGradients) return;
    const { sets, groups, trained: trainedBy } = this.#sharedGradients;
    const trained = groupsTrainedBy(program, groups);
    trainedBy.set(program.name, trained);
    const used = sets.filter((set) => set.some((name) => trained.includes(name)));
    if (used.length < 2) return;
    throw new Error(
      `program ${program.name} trains ${trained.join(' and ')}, whose gradients share one buffer: pass it to open`,
    );
  }

  /** Sends a request; the buffers in `transferred` may belong to the worker thread from then on. */
  #send(request: Request, transferred?: readonly ArrayBuffer[]): Promise<unknown> {
    if (this.#closing) return Promise.reject(new Error('the engine is closed'));
    this.#device ??= new WorkerDevice(this.#options);
    return this.#device.send(request, transferred);
  }

  /** Whether a step runs in ONNX Runtime on the CPU and has no convolution: its time then goes into products of matrices. */
  #multiplies(programs: readonly ProgramSpec[]): boolean {
    return this.#options.device === 'cpu' && programs.length > 0 && !convolves(programs);
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

let machineBlock: Promise<number> | undefined;
