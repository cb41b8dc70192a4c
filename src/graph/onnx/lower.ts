/** @file Lowers expressions to an ONNX model (IR 10, opset 21) and serialises it. */

import { liveSet } from '../cost/live-set.js';
import { topologicalOrder } from '../grad.js';
import type { OperatorName } from '../operator.js';
import { fuse } from '../passes/fuse.js';
import type { Lowered, LoweredOf } from '../passes/lowered.js';
import { optimise } from '../passes/optimise.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { type BoundInputs, Emitter } from './emitter.js';
import { type ModelDocumentation, type OnnxGraph, writeModel } from './file.js';
import { emit } from './rules.js';

/** A serialised ONNX model (IR 10, opset 21, float32). */
export interface OnnxModel {
  /** The content of an `.onnx` file. */
  readonly bytes: Uint8Array;
  /** Names and shapes of the inputs that the model really reads. */
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Operators in the graph, without the Identity that names each output. */
  readonly nodeCount: number;
}

/** What {@link lower} writes into a model besides its graph. */
export interface LowerOptions {
  /** Text stored in the model (metadata_props), such as what its values mean. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the model says of itself (producer_version, doc_string). */
  readonly documentation?: ModelDocumentation | undefined;
  /** Inputs whose values are written into the model (trained weights), instead of being read as inputs. */
  readonly bound?: BoundInputs;
  /** Channels in a block of this machine's blocked convolutions; 1 (default) gives standard ONNX, for any engine. */
  readonly block?: number;
  /** Name of one more output, before all others: an empty sequence, which no binding can read (see engine/cpu/device.ts). */
  readonly stop?: string | undefined;
  /**
   * Whether the model is for ONNX Runtime on this machine's CPU (default false: for any engine). It then uses the
   * nodes that are fastest there, and computes outputs in the order in which fewer values are alive at a time.
   */
  readonly cpu?: boolean;
}

/**
 * One ONNX model that computes the named outputs. Inputs are the leaves; symbolic axes stay symbolic.
 * @throws if a bound value does not fill its input's shape, or an operator needs the size of a symbolic axis.
 */
export function lower(outputs: Readonly<Record<string, Tensor>>, options: LowerOptions = {}): OnnxModel {
  const { stop, metadata = {}, documentation } = options;
  const graph = graphOf(outputs, options);
  const bytes = writeModel({ ...graph, stop }, metadata, documentation);
  return { bytes, inputs: new Map(graph.inputs), nodeCount: graph.nodes.length - graph.outputs.length };
}

/** Several programs in one model, which share its working memory: one of them is computed at a time. */
export interface JointModel {
  readonly bytes: Uint8Array;
  /** Names and shapes of the inputs of all programs; each of them is fed in every run. */
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Names and shapes of the inputs that a program really reads, by the name of the program. */
  readonly own: Readonly<Record<string, ReadonlyMap<string, Shape>>>;
}

/** Name of the bool input of a joint model that says whether a program is computed. */
export const conditionOf = (program: string): string => `run ${program}`;
/** Name of an output of a program in a joint model. */
export const jointName = (program: string, output: string): string => `${program}: ${output}`;

/** Prefix of the name of an output in its branch. */
const INSIDE = 'result ';

/** One model of several programs' outputs, by the name of the program; see {@link conditionOf}, {@link jointName}. */
export function lowerTogether(
  programs: Readonly<Record<string, Readonly<Record<string, Tensor>>>>,
  options: Omit<LowerOptions, 'metadata' | 'documentation'> = {},
): JointModel {
  const graphs = Object.entries(programs).map(([name, outputs]) => {
    // In its branch an output has another name than outside, and than any input.
    const renamed = Object.entries(outputs).map(([output, node]) => [`${INSIDE}${output}`, node] as const);
    return { name, graph: graphOf(Object.fromEntries(renamed), options) };
  });
  const inputs = new Map(graphs.flatMap(({ graph }) => graph.inputs));
  const branches = graphs.map(({ name, graph }) => ({
    condition: conditionOf(name),
    graph,
    names: graph.outputs.map(([output]) => jointName(name, output.slice(INSIDE.length))),
  }));
  const joint = {
    nodes: [],
    initializers: [],
    inputs: [...inputs],
    outputs: [],
    stop: options.stop,
    branches,
  };
  return {
    bytes: writeModel(joint, {}),
    inputs,
    own: Object.fromEntries(graphs.map(({ name, graph }) => [name, new Map(graph.inputs)])),
  };
}

function graphOf(
  outputs: Readonly<Record<string, Tensor>>,
  { bound, block = 1, cpu = false }: LowerOptions,
): OnnxGraph {
  const emitter = new Emitter(bound, block, cpu);
  const values = new Map<Lowered, string>();
  const targets = fuse(optimise(Object.values(outputs)));
  const all = Object.keys(outputs).map((name, i) => ({ name, node: targets[i]! }));
  const named = cpu ? inFrugalOrder(all) : all;
  for (const node of topologicalOrder(named.map((output) => output.node))) {
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, emit(emitter, inputs, node as LoweredOf<OperatorName>));
  }
  // An output may be a leaf or occur twice; Identity gives each its own name.
  const identities = named.map(({ name, node }) => ({
    type: 'Identity',
    inputs: [values.get(node)!],
    output: name,
    attributes: {},
  }));
  return {
    nodes: [...emitter.needed(named.map(({ node }) => values.get(node)!)), ...identities],
    initializers: emitter.initializers,
    inputs: [...emitter.inputs].map(([name, { shape }]) => [name, shape] as const),
    outputs: named.map(({ name, node }) => [name, node.shape] as const),
  };
}

/** Outputs as they are or reversed, whichever keeps fewer values alive: ONNX Runtime computes the last one first. */
function inFrugalOrder<T extends { readonly node: Lowered }>(outputs: readonly T[]): readonly T[] {
  const reversed = [...outputs].reverse();
  const alive = (first: readonly T[]) => liveSet(first.map(({ node }) => node));
  return alive(outputs) < alive(reversed) ? reversed : outputs;
}
