/** @file Lowers expressions to an ONNX model (IR 10, opset 21) and serialises it. */
import { PbfWriter } from 'pbf';
import {
  type BoundInputs,
  Emitter,
  FLOAT_ATTRIBUTES,
  type Initializer,
  type OnnxAttribute,
  type OnnxNode,
} from './emitter.js';
import { fuse } from './fuse.js';
import { topologicalOrder } from './grad.js';
import { operators } from './ops.js';
import type { Shape } from './shape.js';
import { simplify } from './simplify.js';
import type { Tensor } from './tensor.js';

const OPSET = 21;
const IR_VERSION = 10;
/** Element types of onnx.TensorProto.DataType. */
const FLOAT = 1;
const INT64 = 7;
/** How the types of blocked operators begin, and the domain that it stands for. */
const BLOCKED = 'nchwc.';
const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

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
  /** Inputs whose values are written into the model (trained weights), so that it reads them no more. */
  readonly bound?: BoundInputs;
  /** Channels in a block of this machine's blocked convolutions; 1 (default) gives standard ONNX, for any engine. */
  readonly block?: number;
}

/**
 * One ONNX model that computes the named outputs. Inputs are the leaves; symbolic axes stay symbolic.
 * @throws if a bound value does not fill its input's shape, or an operator needs the size of a symbolic axis.
 */
export function lower(
  outputs: Readonly<Record<string, Tensor>>,
  { metadata = {}, bound, block = 1 }: LowerOptions = {},
): OnnxModel {
  const emitter = new Emitter(bound, block);
  const values = new Map<Tensor, string>();
  const targets = fuse(simplify(Object.values(outputs)));
  for (const node of topologicalOrder(targets)) {
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, operators[node.op].onnx(emitter, inputs, node));
  }
  // An output may be a leaf or be asked for twice; Identity gives each its own name.
  const named = Object.keys(outputs).map((name, i) => ({ name, node: targets[i]! }));
  const needed = emitter.needed(targets.map((target) => values.get(target)!));
  const nodes = [
    ...needed,
    ...named.map(({ name, node }) => ({
      type: 'Identity',
      inputs: [values.get(node)!],
      output: name,
      attributes: {},
    })),
  ];
  const shapes = new Map([...emitter.inputs].map(([name, node]) => [name, node.shape]));
  const results = named.map(({ name, node }) => [name, node.shape] as const);
  const bytes = writeModel(nodes, emitter.initializers, [...shapes], results, metadata);
  return { bytes, inputs: shapes, nodeCount: needed.length };
}

type NamedShape = readonly [name: string, shape: Shape];

function writeModel(
  nodes: readonly OnnxNode[],
  initializers: readonly Initializer[],
  inputs: readonly NamedShape[],
  outputs: readonly NamedShape[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, 'mixtura');
  writer.writeMessage(
    7,
    (_, graph) => {
      for (const node of nodes) graph.writeMessage(1, writeNode, node);
      graph.writeStringField(2, 'mixtura');
      for (const initializer of initializers) graph.writeMessage(5, writeInitializer, initializer);
      for (const value of inputs) graph.writeMessage(11, writeValueInfo, value);
      for (const value of outputs) graph.writeMessage(12, writeValueInfo, value);
    },
    null,
  );
  writer.writeMessage(8, writeOpset, ['', OPSET]);
  if (nodes.some(({ type }) => type.startsWith(BLOCKED))) {
    writer.writeMessage(8, writeOpset, [BLOCKED_DOMAIN, 1]);
  }
  for (const entry of Object.entries(metadata)) writer.writeMessage(14, writeEntry, entry);
  return writer.finish();
}

function writeOpset([domain, version]: [string, number], writer: PbfWriter): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, version);
}

function writeNode(node: OnnxNode, writer: PbfWriter): void {
  const blocked = node.type.startsWith(BLOCKED);
  for (const name of node.inputs) writer.writeStringField(1, name);
  writer.writeStringField(2, node.output);
  writer.writeStringField(4, blocked ? node.type.slice(BLOCKED.length) : node.type);
  for (const entry of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, entry);
  if (blocked) writer.writeStringField(7, BLOCKED_DOMAIN);
}

/** onnx.AttributeProto: types 1 float, 2 int, 3 string, 6 floats, 7 ints. */
function writeAttribute([name, value]: [string, OnnxAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (typeof value === 'string') {
    writer.writeStringField(4, value);
    writer.writeVarintField(20, 3);
  } else if (typeof value !== 'number') {
    const floats = FLOAT_ATTRIBUTES.has(name);
    for (const item of value) floats ? writer.writeFloatField(7, item) : writer.writeVarintField(8, item);
    writer.writeVarintField(20, floats ? 6 : 7);
  } else if (FLOAT_ATTRIBUTES.has(name)) {
    writer.writeFloatField(2, value);
    writer.writeVarintField(20, 1);
  } else {
    writer.writeVarintField(3, value);
    writer.writeVarintField(20, 2);
  }
}

function writeInitializer({ name, shape, data }: Initializer, writer: PbfWriter): void {
  for (const dim of shape) writer.writeVarintField(1, dim);
  writer.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  writer.writeStringField(8, name);
  writer.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo([name, shape]: NamedShape, writer: PbfWriter): void {
  const writeShape = (_: null, shapeWriter: PbfWriter) => {
    for (const dim of shape) {
      shapeWriter.writeMessage(
        1,
        (__, dimWriter) =>
          typeof dim === 'number' ? dimWriter.writeVarintField(1, dim) : dimWriter.writeStringField(2, dim),
        null,
      );
    }
  };
  writer.writeStringField(1, name);
  writer.writeMessage(
    2,
    (_, type) =>
      type.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, FLOAT);
          tensor.writeMessage(2, writeShape, null);
        },
        null,
      ),
    null,
  );
}

function writeEntry([key, value]: [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}
