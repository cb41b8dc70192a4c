/** @file The engine that trains: lowers programs to ONNX and sends them to ONNX Runtime in a worker thread. */
import { Worker } from 'node:worker_threads';
import { topologicalOrder } from '../graph/grad.js';
import { type LowerOptions, lower } from '../graph/onnx.js';
import { sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { findBlockSize } from './block-size.js';
import { builtFile } from './built-file.js';
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
import type { LoweredProgram, OutputRole } from './ort-device.js';
import type { Reply, Request, WorkerData } from './ort-worker.js';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** How {@link OrtEngine} runs. */
export interface OrtOptions {
  /** Where programs run and tensors are held (default `cpu`); see {@link requireDevice}. */
  readonly device?: DeviceName;
  /** Threads inside an operator (default 2). */
  readonly threads?: number;
  /** A folder in which every program leaves ONNX Runtime's profile when the engine is closed. */
  readonly profile?: string | undefined;
}

/** ONNX Runtime on the CPU or a GPU, in a thread of its own. Requests are answered in order. */
export class OrtEngine implements Engine {
  readonly name: string;
  readonly #worker: Worker;
  readonly #device: DeviceName;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  /** Why the thread takes no more requests. */
  #ended: Error | undefined;

  constructor({ device = 'cpu', threads = 2, profile }: OrtOptions = {}) {
    this.name = `ort-${device}`;
    this.#device = device;
    const workerData: WorkerData = { device, threads, profile };
    this.#worker = new Worker(builtFile('ort-worker.js'), { workerData });
    this.#worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', (code) => this.#fail(new Error(`the engine's thread ended (code ${code})`)));
  }

  allocate(groups: readonly TensorGroup[]): Promise<void> {
    return this.#send({ kind: 'allocate', groups }) as Promise<void>;
  }

  async compile(program: ProgramSpec): Promise<void> {
    await this.#send({ kind: 'compile', program: await this.#lower(program) });
  }

  async #lower(program: ProgramSpec): Promise<LoweredProgram> {
    if (this.#device !== 'cpu') return lowerProgram(program, { flat: false });
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

  /** Ends the thread; nothing more happens when it has ended already. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.#send({ kind: 'close' });
    this.#fail(new Error('the engine is closed'));
    await this.#worker.terminate();
  }

  #send(request: Request): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request });
    });
  }

  #settle({ id, value, error }: Reply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }

  /** Rejects what is under way and all that is asked from now on: a thread that ended would never answer. */
  #fail(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
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

/** The tensor under final reshapes, also under those of two summed matrices (gradients of a kernel as products). */
function unreshaped(tensor: Tensor): Tensor {
  if (tensor.op === 'reshape') return unreshaped(tensor.inputs[0]!);
  if (tensor.op !== 'add') return tensor;
  const [a, b] = tensor.inputs.map(unreshaped) as [Tensor, Tensor];
  const matrices = a.shape.length === 2 && sameShape(a.shape, b.shape);
  return matrices && tensor.inputs.every(({ shape }) => sameShape(shape, tensor.shape)) ? a.add(b) : tensor;
}
