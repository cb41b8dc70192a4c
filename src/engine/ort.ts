/** @file The engine that trains: lowers programs to ONNX and sends them to ONNX Runtime in a worker thread. */
import { setImmediate as immediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { topologicalOrder } from '../graph/grad.js';
import { conditionOf, jointName, type LowerOptions, lower, lowerTogether } from '../graph/onnx.js';
import { type Shape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { findBlockSize } from './block-size.js';
import { builtFile } from './built-file.js';
import type { DeviceName } from './devices.js';
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
} from './engine.js';
import type { LoweredModel, LoweredProgram, OutputRole } from './ort-device.js';
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
  /** Profiles are one a model, and are to be one a program. */
  readonly #profiled: boolean;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  /** Why the thread takes no more requests. */
  #ended: Error | undefined;

  constructor({ device = 'cpu', threads = 2, profile }: OrtOptions = {}) {
    this.name = `ort-${device}`;
    this.#device = device;
    this.#profiled = profile !== undefined;
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

  async allocate(groups: readonly TensorGroup[]): Promise<void> {
    const placed: Promise<unknown>[] = [];
    const send = (request: Request, given?: readonly ArrayBuffer[]) => {
      const answer = this.#send(request, given);
      // A failure is reported when all is sent; until then it must not end the process.
      answer.catch(() => {});
      placed.push(answer);
    };
    send({ kind: 'allocate', groups: groups.map(layoutOf) });
    for (const group of groups) {
      // Drawing values takes long: what was given to `compile` meanwhile goes to the thread in between.
      await immediate();
      const value = startingValues(group);
      send({ kind: 'write', group: group.name, state: { value } }, [value.buffer]);
    }
    await Promise.all(placed);
  }

  async compile(...programs: readonly ProgramSpec[]): Promise<void> {
    const models = await this.#lower(programs);
    await Promise.all(models.map((model) => this.#send({ kind: 'compile', model })));
  }

  async #lower(programs: readonly ProgramSpec[]): Promise<LoweredModel[]> {
    if (this.#device !== 'cpu') return programs.map((program) => lowerProgram(program, { flat: false }));
    if (!convolves(programs)) return programs.map((program) => lowerProgram(program, { flat: true }));
    const block = await this.#blockSize();
    // One by one where there is little to share: every run feeds the inputs of all programs of a model.
    const together = programs.length > 1 && !this.#profiled && agree(programs);
    if (together) return [lowerJointly(programs, block)];
    return programs.map((program) => lowerProgram(program, { flat: true, block }));
  }

  /** The machine's block size; asked once a process. */
  #blockSize(): Promise<number> {
    machineBlock ??= findBlockSize(async (result, image, block) => {
      const name = `trial of blocks of ${block}`;
      const model = lowerProgram({ name, outputs: { result } }, { flat: true, block });
      await this.#send({ kind: 'compile', model });
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

  /** Sends a request; the buffers in `given` belong to the thread from then on. */
  #send(request: Request, given: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request }, given);
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

function layoutOf({ tensors, ...group }: TensorGroup): GroupLayout {
  return { ...group, tensors: tensors.map(({ name, shape }) => ({ name, shape })) };
}

let machineBlock: Promise<number> | undefined;

function nodesOf(programs: readonly ProgramSpec[]): Tensor[] {
  const results = programs.flatMap((program) => resultsOf(program, false));
  return topologicalOrder(results.map(({ tensor }) => tensor));
}

function convolves(programs: readonly ProgramSpec[]): boolean {
  return nodesOf(programs).some(({ op }) => op.startsWith('conv'));
}

/** Whether an input that several programs read has one shape in all of them. */
function agree(programs: readonly ProgramSpec[]): boolean {
  const shapes = new Map<string, Shape>();
  return nodesOf(programs).every(({ attributes: { name }, shape }) => {
    if (name === undefined) return true;
    const known = shapes.get(name) ?? shape;
    shapes.set(name, known);
    return sameShape(known, shape);
  });
}

/** Name of the output that says that a run is over; no tensor is called so. */
const STOP = 'stop:';

interface Lowering {
  /** Whether results land in flat memory: final reshapes are then left out, for which ONNX Runtime would copy. */
  readonly flat: boolean;
  readonly block?: LowerOptions['block'];
}

function lowerProgram(program: ProgramSpec, { flat, block = 1 }: Lowering): LoweredModel {
  const results = resultsOf(program, flat);
  const stop = flat ? STOP : undefined;
  const model = lower(tensorsOf(results), { block, stop, frugal: flat });
  const inputs = namedShapes(model.inputs);
  const outputs = results.map(({ tensor, ...result }) => result);
  const { name } = program;
  return { name, model: model.bytes, stop, inputs, programs: [{ name, inputs, outputs }] };
}

/** Programs in one model, whose working memory they share: none is computed while another is. */
function lowerJointly(programs: readonly ProgramSpec[], block: number): LoweredModel {
  const all = programs.map((program) => ({ name: program.name, results: resultsOf(program, true) }));
  const model = lowerTogether(
    Object.fromEntries(all.map(({ name, results }) => [name, tensorsOf(results)])),
    { block, stop: STOP, frugal: true },
  );
  return {
    name: all.map(({ name }) => name).join(', '),
    model: model.bytes,
    stop: STOP,
    inputs: namedShapes(model.inputs),
    programs: all.map(({ name, results }) => ({
      name,
      condition: conditionOf(name),
      inputs: namedShapes(model.own[name]!),
      outputs: results.map(({ tensor, ...result }) => ({ ...result, name: jointName(name, result.name) })),
    })),
  };
}

type Result = LoweredProgram['outputs'][number] & { readonly tensor: Tensor };

function resultsOf({ outputs, gradients, assignments }: ProgramSpec, flat: boolean): Result[] {
  const all: Result[] = [];
  const collect = (role: OutputRole, entries: Iterable<readonly [string, Tensor]>) => {
    for (const [target, value] of entries) {
      const tensor = flat ? unreshaped(value) : value;
      const name = role === 'output' ? target : `${role}/${target}`;
      all.push({ name, tensor, shape: tensor.shape as readonly number[], role, target });
    }
  };
  collect('output', Object.entries(outputs));
  collect('gradient', gradients ?? []);
  collect('assignment', assignments ?? []);
  return all;
}

function tensorsOf(results: readonly Result[]): Record<string, Tensor> {
  return Object.fromEntries(results.map(({ name, tensor }) => [name, tensor]));
}

function namedShapes(shapes: ReadonlyMap<string, Shape>): LoweredModel['inputs'] {
  return [...shapes].map(([name, shape]) => ({ name, shape: shape as readonly number[] }));
}

/** The tensor under final reshapes. */
function unreshaped(tensor: Tensor): Tensor {
  return tensor.op === 'reshape' ? unreshaped(tensor.inputs[0]!) : tensor;
}
