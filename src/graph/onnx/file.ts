/** @file Writes an ONNX model (IR 10, opset 21) as a file. */
import { PbfWriter } from 'pbf';
import type { Shape } from '../shape.js';
import { FLOAT_ATTRIBUTES, type Initializer, type OnnxAttribute, type OnnxNode } from './emitter.js';

const OPSET = 21;
const IR_VERSION = 10;
/** Element types of onnx.TensorProto.DataType. */
const FLOAT = 1;
const BOOL = 9;
/** The element type of int64 in onnx.TensorProto.DataType. */
export const INT64 = 7;
/** onnx.AttributeProto.AttributeType of a graph. */
const GRAPH = 5;
/** How the types of blocked operators begin, and the domain that it stands for. */
const BLOCKED = 'nchwc.';
const BLOCKED_DOMAIN = 'com.microsoft.nchwc';
/** An empty tensor, which stands for every output of a branch that is not taken. */
const NOTHING = 'nothing';

type NamedShape = readonly [name: string, shape: Shape];

/** What an ONNX graph says; values have names. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly NamedShape[];
  /** Name of an output before all others that is an empty sequence. */
  readonly stop?: string | undefined;
  /** Graphs over the inputs of this one, each computed if its condition holds. */
  readonly branches?: readonly Branch[];
  /** What the inputs and outputs hold, by name. */
  readonly valueDocs?: Readonly<Record<string, string>> | undefined;
}

/** What an ONNX file says of itself, for people and for programs that list models. */
export interface ModelDocumentation {
  /** Version of the program that wrote it. */
  readonly producerVersion: string;
  /** What the model computes. */
  readonly model: string;
  /** What each input and output holds, by its name. */
  readonly values: Readonly<Record<string, string>>;
}

/** A graph that is computed if a condition, a bool input of that name, holds. */
export interface Branch {
  readonly condition: string;
  readonly graph: OnnxGraph;
  /** What the graph's outputs are called outside; they are empty if it is not computed. */
  readonly names: readonly string[];
}

/** The content of an `.onnx` file. */
export function writeModel(
  graph: OnnxGraph,
  metadata: Readonly<Record<string, string>>,
  documentation?: ModelDocumentation,
): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, 'mixtura');
  if (documentation) {
    writer.writeStringField(3, documentation.producerVersion);
    writer.writeStringField(6, documentation.model);
  }
  writer.writeMessage(7, writeGraph, { ...graph, valueDocs: documentation?.values });
  writer.writeMessage(8, writeOpset, ['', OPSET]);
  const all = [graph, ...(graph.branches ?? []).map((branch) => branch.graph)];
  if (all.some(({ nodes }) => nodes.some(({ type }) => type.startsWith(BLOCKED)))) {
    writer.writeMessage(8, writeOpset, [BLOCKED_DOMAIN, 1]);
  }
  for (const entry of Object.entries(metadata)) writer.writeMessage(14, writeEntry, entry);
  return writer.finish() as Uint8Array<ArrayBuffer>;
}

function writeGraph(graph: OnnxGraph, writer: PbfWriter): void {
  const { nodes, initializers, inputs, outputs, stop, branches = [], valueDocs: docs } = graph;
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  for (const branch of branches) writer.writeMessage(1, writeBranch, branch);
  if (stop !== undefined) writer.writeMessage(1, writeNode, sequence(stop));
  writer.writeStringField(2, 'mixtura');
  for (const initializer of initializers) writer.writeMessage(5, writeInitializer, initializer);
  if (branches.length > 0) writer.writeMessage(5, writeInitializer, empty());
  for (const [name, shape] of inputs)
    writer.writeMessage(11, writeValueInfo, { name, shape, doc: docs?.[name] });
  for (const { condition } of branches) writer.writeMessage(11, writeCondition, condition);
  if (stop !== undefined) writer.writeMessage(12, writeSequenceInfo, stop);
  for (const [name, shape] of outputs)
    writer.writeMessage(12, writeValueInfo, { name, shape, doc: docs?.[name] });
  for (const name of branches.flatMap(({ names }) => names)) writer.writeMessage(12, writeAnyInfo, name);
}

const sequence = (output: string): OnnxNode => ({
  type: 'SequenceEmpty',
  inputs: [],
  output,
  attributes: {},
});
const empty = (): Initializer => ({ name: NOTHING, shape: [0], data: new Float32Array(0) });

/** If(condition) with the graph as one branch and as many empty tensors as the other. */
function writeBranch({ condition, graph, names }: Branch, writer: PbfWriter): void {
  const other = names.map((name) => `no ${name}`);
  const nodes = other.map((output) => ({ type: 'Identity', inputs: [NOTHING], output, attributes: {} }));
  const outputs = other.map((name): NamedShape => [name, [0]]);
  writer.writeStringField(1, condition);
  for (const name of names) writer.writeStringField(2, name);
  writer.writeStringField(4, 'If');
  // The graphs of a branch read the values outside by name, and have no inputs of their own.
  writer.writeMessage(5, writeGraphAttribute, ['then_branch', { ...graph, inputs: [] }]);
  writer.writeMessage(5, writeGraphAttribute, [
    'else_branch',
    { nodes, initializers: [], inputs: [], outputs },
  ]);
}

function writeGraphAttribute([name, graph]: [string, OnnxGraph], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(6, writeGraph, graph);
  writer.writeVarintField(20, GRAPH);
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

interface ValueInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly doc: string | undefined;
}

function writeValueInfo({ name, shape, doc }: ValueInfo, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeTensorType, { element: FLOAT, shape });
  if (doc !== undefined) writer.writeStringField(3, doc);
}

/** A float32 tensor of any shape. */
function writeAnyInfo(name: string, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeTensorType, { element: FLOAT });
}

/** A bool of shape []. */
function writeCondition(name: string, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(2, writeTensorType, { element: BOOL, shape: [] });
}

/** A value of type seq(tensor(float)). */
function writeSequenceInfo(name: string, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeMessage(
    2,
    (_, type) =>
      type.writeMessage(4, (__, items) => items.writeMessage(1, writeTensorType, { element: FLOAT }), null),
    null,
  );
}

interface TensorType {
  readonly element: number;
  /** Any, if absent. */
  readonly shape?: Shape;
}

/** onnx.TypeProto of a tensor. */
function writeTensorType({ element, shape }: TensorType, writer: PbfWriter): void {
  writer.writeMessage(
    1,
    (_, tensor) => {
      tensor.writeVarintField(1, element);
      if (shape !== undefined) tensor.writeMessage(2, writeShape, shape);
    },
    null,
  );
}

function writeShape(shape: Shape, writer: PbfWriter): void {
  for (const dim of shape) {
    writer.writeMessage(
      1,
      (_, entry) =>
        typeof dim === 'number' ? entry.writeVarintField(1, dim) : entry.writeStringField(2, dim),
      null,
    );
  }
}

function writeEntry([key, value]: [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}
