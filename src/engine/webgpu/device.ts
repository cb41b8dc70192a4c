/**
 * @file ONNX Runtime on a WebGPU device: values, gradients and moments stay there, and outputs of one run are inputs of
 * the next. Runs in the worker thread (ort/worker.ts).
 *
 * The data of a device tensor must never be read directly, which would end the process (ONNX Runtime 1.30): it comes to the
 * CPU as an output of a graph. Nothing but `dispose` frees its memory.
 */
import * as ort from 'onnxruntime-node';
import { lower } from '../../graph/onnx/lower.js';
import type { Device } from '../cpu/device.js';
import {
  type DeviceOptions,
  type LoweredModel,
  type LoweredProgram,
  sessionOptions,
} from '../cpu/session.js';
import {
  type AdamUpdate,
  elements,
  type Feeds,
  type GroupLayout,
  type GroupState,
  type OptimizerUpdate,
  type ProgramOutputs,
  type SgdUpdate,
} from '../engine.js';
import { requireAdam } from '../optimizers.js';
import * as graphs from './graphs.js';

interface LoadedProgram {
  readonly session: ort.InferenceSession;
  readonly inputs: LoweredProgram['inputs'];
  readonly outputs: LoweredProgram['outputs'];
}

/** A graph of graphs.ts, ready to run. */
interface LoadedGraph {
  readonly session: ort.InferenceSession;
  readonly inputs: readonly string[];
}

/** Prefix of the names of a graph's results. */
const NEW = 'new:';

type Tensors = Readonly<Record<string, ort.Tensor>>;

/** The device of a GPU: sessions of ONNX Runtime over tensors in its memory. */
export class WebGpuDevice implements Device {
  readonly #options: DeviceOptions;
  readonly #groups = new Map<string, GroupLayout>();
  /** All state, by the names of graphs.ts: on the CPU at first, on the device once a graph has computed it. */
  readonly #state = new Map<string, ort.Tensor>();
  readonly #programs = new Map<string, LoadedProgram>();
  readonly #graphs = new Map<string, LoadedGraph>();

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  allocate(groups: readonly GroupLayout[]): void {
    for (const group of groups) {
      this.#groups.set(group.name, group);
      for (const { name, shape } of group.tensors) {
        this.#place(name, zeros(shape));
        if (group.trainable) this.#place(graphs.gradientName(name), zeros(shape));
      }
      for (const order of ordersOf(group))
        this.#place(graphs.momentName(order, group), zeros([graphs.groupSize(group)]));
    }
  }

  async compile({ name, model, programs }: LoweredModel): Promise<void> {
    const [{ inputs, outputs }] = programs as readonly [LoweredProgram];
    const kept = outputs.filter(({ role }) => role !== 'output');
    const session = await this.#open(
      name,
      model,
      kept.map((output) => output.name),
    );
    this.#programs.set(name, { session, inputs, outputs });
  }

  async run(name: string, feeds: Feeds): Promise<ProgramOutputs> {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`no program is called ${name}`);
    const inputs = program.inputs.map(({ name: key, shape }) => {
      const tensor = this.#state.get(key) ?? (feeds[key] && onCpu(feeds[key], shape));
      if (!tensor) throw new Error(`program ${name}: input ${key} was given no value`);
      return [key, tensor] as const;
    });
    const results = await program.session.run(Object.fromEntries(inputs));
    const outputs: Record<string, Float32Array> = {};
    for (const { name: key, role, target } of program.outputs) {
      const result = results[key]!;
      if (role === 'output') outputs[target] = result.data as Float32Array;
      else this.#place(role === 'gradient' ? graphs.gradientName(target) : target, result);
    }
    return outputs;
  }

  async update(updates: readonly OptimizerUpdate[]): Promise<void> {
    for (const update of updates) await this.#update(update);
  }

  async #update(update: OptimizerUpdate): Promise<void> {
    const group = this.#groups.get(update.group)!;
    const changed = await (update.kind === 'adam' ? this.#adam(group, update) : this.#sgd(group, update));
    for (const [name, tensor] of Object.entries(changed)) this.#place(name, tensor);
  }

  #adam(group: GroupLayout, update: AdamUpdate): Promise<Tensors> {
    requireAdam(update, update.step, group.firstMoment !== false);
    const { beta1, beta2, epsilon, weightDecay } = update;
    const name = `adam ${[beta1, beta2, epsilon, weightDecay].join()} of ${group.name}`;
    const feeds = scalars(graphs.adamFactors(update, update.step));
    return this.#evaluate(name, () => graphs.adamExpressions(group, update), { feeds });
  }

  #sgd(group: GroupLayout, { learningRate }: SgdUpdate): Promise<Tensors> {
    const feeds = scalars(graphs.sgdFactors(learningRate));
    return this.#evaluate(`sgd of ${group.name}`, () => graphs.sgdExpressions(group), { feeds });
  }

  async read(name: string): Promise<GroupState> {
    const group = this.#groups.get(name)!;
    const download = async (what: string, expressions: () => graphs.Expressions) => {
      const [tensor] = Object.values(
        await this.#evaluate(`${what} of ${name}`, expressions, { download: true }),
      );
      return tensor!.data as Float32Array;
    };
    const value = await download('join', () => graphs.joinExpressions(group));
    const moments: { moment1?: Float32Array; moment2?: Float32Array } = {};
    for (const order of ordersOf(group)) {
      moments[`moment${order}`] = await download(`moment${order}`, () =>
        graphs.momentExpressions(order, group),
      );
    }
    return { value, ...moments };
  }

  async write(name: string, state: GroupState): Promise<void> {
    const group = this.#groups.get(name)!;
    const feeds = { [graphs.FLAT]: onCpu(state.value, [state.value.length]) };
    const values = await this.#evaluate(`split of ${name}`, () => graphs.splitExpressions(group), { feeds });
    for (const [tensor, value] of Object.entries(values)) this.#place(tensor, value);
    for (const order of ordersOf(group)) {
      const moment = state[`moment${order}`];
      if (moment) this.#place(graphs.momentName(order, group), onCpu(moment, [moment.length]));
    }
  }

  /** Runs a graph of graphs.ts, which is made at its first run; its results stay on the device unless `download`. */
  async #evaluate(
    name: string,
    expressions: () => graphs.Expressions,
    { feeds = {}, download = false }: { readonly feeds?: Tensors; readonly download?: boolean },
  ): Promise<Tensors> {
    let graph = this.#graphs.get(name);
    if (!graph) {
      // Inputs and results have the same names, which a model does not allow.
      const outputs = Object.fromEntries(
        Object.entries(expressions()).map(([key, value]) => [NEW + key, value]),
      );
      const { bytes, inputs } = lower(outputs);
      const session = await this.#open(name, bytes, download ? [] : Object.keys(outputs));
      graph = { session, inputs: [...inputs.keys()] };
      this.#graphs.set(name, graph);
    }
    const inputs = graph.inputs.map((key) => [key, feeds[key] ?? this.#state.get(key)!] as const);
    const results = await graph.session.run(Object.fromEntries(inputs));
    return Object.fromEntries(Object.entries(results).map(([key, value]) => [key.slice(NEW.length), value]));
  }

  #open(name: string, model: Uint8Array, onDevice: readonly string[]): Promise<ort.InferenceSession> {
    return ort.InferenceSession.create(model, {
      ...sessionOptions(this.#options, name),
      executionProviders: ['webgpu'],
      preferredOutputLocation: Object.fromEntries(onDevice.map((output) => [output, 'gpu-buffer'])),
    });
  }

  /** Stores a tensor in place of an earlier one. */
  #place(name: string, tensor: ort.Tensor): void {
    this.#state.get(name)?.dispose();
    this.#state.set(name, tensor);
  }

  async close(): Promise<void> {
    for (const tensor of this.#state.values()) tensor.dispose();
    this.#state.clear();
    for (const { session } of [...this.#programs.values(), ...this.#graphs.values()]) {
      if (this.#options.profile !== undefined) session.endProfiling();
      await session.release();
    }
    this.#programs.clear();
    this.#graphs.clear();
  }
}

/** The moments that a group keeps. */
function ordersOf({ trainable, firstMoment }: GroupLayout): readonly (1 | 2)[] {
  if (!trainable) return [];
  return firstMoment === false ? [2] : [1, 2];
}

function onCpu(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, shape);
}

function scalars(factors: graphs.Factors): Tensors {
  return Object.fromEntries(
    Object.entries(factors).map(([name, value]) => [name, onCpu(Float32Array.of(value), [])]),
  );
}

function zeros(shape: readonly number[]): ort.Tensor {
  return onCpu(new Float32Array(elements(shape)), shape);
}
