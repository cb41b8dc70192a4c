/**
 * @file The engine that trains. Programs are lowered to ONNX and run by ONNX Runtime in a worker thread; small ones are
 * planned as calls of our own kernels, and where all are small no other thread is needed.
 */
import { topologicalOrder } from '../graph/grad.js';
import { type LowerOptions, lower } from '../graph/onnx.js';
import type { Tensor } from '../graph/tensor.js';
import { findBlockSize } from './block-size.js';
import type { DeviceName } from './devices.js';
import type {
  Engine,
  Feeds,
  GroupState,
  OptimizerUpdate,
  ProgramSpec,
  RunResult,
  TensorGroup,
} from './engine.js';
import { type Host, LocalHost, ThreadHost } from './hosts.js';
import { suitsKernels } from './kernel-cost.js';
import { planKernels } from './kernel-plan.js';
import type { KernelProgram } from './kernel-program.js';
import type { LoweredProgram, OutputRole } from './ort-device.js';
import type { Request } from './requests.js';

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
  /** A folder in which every program leaves ONNX Runtime's profile when the engine is closed. */
  readonly profile?: string | undefined;
}

/** ONNX Runtime on the CPU or a GPU, and kernels of our own for small programs. Requests are answered in order. */
export class OrtEngine implements Engine {
  readonly name: string;
  readonly #options: Required<Omit<OrtOptions, 'profile'>> & Pick<OrtOptions, 'profile'>;
  readonly #planned = new WeakMap<ProgramSpec, KernelProgram | undefined>();
  #open: Host | undefined;
  #closed = false;

  constructor({ device = 'cpu', threads = 2, kernels = 'auto', profile }: OrtOptions = {}) {
    this.name = `ort-${device}`;
    this.#options = { device, threads, kernels, profile };
  }

  async allocate(groups: readonly TensorGroup[], programs: readonly ProgramSpec[] = []): Promise<void> {
    const local = programs.length > 0 && programs.every((program) => this.#kernelProgram(program));
    if (local) this.#open ??= new LocalHost(this.#options);
    await this.#send({ kind: 'allocate', groups });
  }

  async compile(program: ProgramSpec): Promise<void> {
    await this.#send({ kind: 'compile', program: await this.#lower(program) });
  }

  async #lower(program: ProgramSpec): Promise<LoweredProgram | KernelProgram> {
    if (this.#options.device !== 'cpu') return lowerProgram(program, { flat: false });
    const kernels = this.#kernelProgram(program);
    if (kernels) return kernels;
    const block = convolves(program) ? await this.#blockSize() : 1;
    return lowerProgram(program, { flat: true, block });
  }

  /** The machine's block size; asked once a process. */
  #blockSize(): Promise<number> {
    machineBlock ??= findBlockSize(async (result, image, block) => {
      const name = `trial of blocks of ${block}`;
      const program = lowerProgram({ name, outputs: { result } }, { flat: true, block });
      await this.#send({ kind: 'compile', program });
      return (await this.run(name, { image })).outputs.result!;
    });
    return machineBlock;
  }

  run(program: string, feeds: Feeds, updates: readonly OptimizerUpdate[] = []): Promise<RunResult> {
    return this.#send({ kind: 'run', program, feeds, updates }) as Promise<RunResult>;
  }

  read(group: string): Promise<GroupState> {
    return this.#send({ kind: 'read', group }) as Promise<GroupState>;
  }

  write(group: string, state: GroupState): Promise<void> {
    return this.#send({ kind: 'write', group, state }) as Promise<void>;
  }

  /** Frees everything; nothing more happens when that was done already. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#open?.end();
  }

  #send(request: Request): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('the engine is closed'));
    this.#open ??= new ThreadHost(this.#options);
    return this.#open.send(request);
  }

  /** The program as kernel calls, if it can be and should. */
  #kernelProgram(program: ProgramSpec): KernelProgram | undefined {
    const { device, kernels } = this.#options;
    if (device !== 'cpu' || kernels === 'never') return undefined;
    if (!this.#planned.has(program)) this.#planned.set(program, planOf(program, kernels === 'always'));
    return this.#planned.get(program);
  }
}

/** The program as kernel calls, if it can be and (unless `always`) if that is faster. */
function planOf(program: ProgramSpec, always: boolean): KernelProgram | undefined {
  const plan = planKernels(program);
  if (!plan || !(always || suitsKernels(plan))) return undefined;
  const calls = plan.calls.map(({ kernel, args, node }) => ({
    kernel,
    args,
    label: {
      operator: node.op,
      inputs: node.inputs.map(({ shape }) => shape as readonly number[]),
      output: node.shape as readonly number[],
    },
  }));
  return { ...plan, kind: 'kernels', name: program.name, calls };
}

let machineBlock: Promise<number> | undefined;

function convolves({ outputs, gradients, assignments }: ProgramSpec): boolean {
  const results = [
    ...Object.values(outputs),
    ...(gradients?.values() ?? []),
    ...(assignments?.values() ?? []),
  ];
  return topologicalOrder(results).some(({ op }) => op.startsWith('conv'));
}

interface Lowering {
  /** Whether results land in flat memory: final reshapes are then left out, for which ONNX Runtime would copy. */
  readonly flat: boolean;
  readonly block?: LowerOptions['block'];
}

function lowerProgram(
  { name, outputs, gradients, assignments }: ProgramSpec,
  { flat, block = 1 }: Lowering,
): LoweredProgram {
  const all: { name: string; tensor: Tensor; role: OutputRole; target: string }[] = [];
  const collect = (role: OutputRole, entries: Iterable<readonly [string, Tensor]>) => {
    for (const [target, value] of entries) {
      const tensor = flat ? unreshaped(value) : value;
      all.push({ name: role === 'output' ? target : `${role}/${target}`, tensor, role, target });
    }
  };
  collect('output', Object.entries(outputs));
  collect('gradient', gradients ?? []);
  collect('assignment', assignments ?? []);
  const model = lower(Object.fromEntries(all.map((output) => [output.name, output.tensor])), { block });
  return {
    kind: 'session',
    name,
    model: model.bytes,
    inputs: [...model.inputs].map(([input, shape]) => ({ name: input, shape: shape as readonly number[] })),
    outputs: all.map(({ name: output, tensor, role, target }) => ({
      name: output,
      shape: tensor.shape as readonly number[],
      role,
      target,
    })),
  };
}

/** The tensor under final reshapes. */
function unreshaped(tensor: Tensor): Tensor {
  return tensor.op === 'reshape' ? unreshaped(tensor.inputs[0]!) : tensor;
}
