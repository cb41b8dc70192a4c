/** @file Where a program's time goes, by operator and shape: the profile of ONNX Runtime or of the kernels, summed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, sum } from './averages.js';

/** All nodes of a program that are the same operator on the same shapes. */
export interface OperatorCost {
  readonly operator: string;
  /** Shapes of the inputs and of the output, such as `64x128 128x64 -> 64x64`. */
  readonly shapes: string;
  /** Nodes of this kind in the program. */
  readonly nodes: number;
  /** Milliseconds a step of all of them: the sum of each node's median. */
  readonly ms: number;
  /** Billions of floating-point operations a step, for matrix products and convolutions. */
  readonly gflop?: number;
}

/** The profile of one program. */
export interface ProgramProfile {
  readonly name: string;
  /** Milliseconds of one run, median. */
  readonly ms: number;
  /** Largest first. */
  readonly operators: readonly OperatorCost[];
  /** What is left of a run beside its operators: starting them, memory. */
  readonly overheadMs: number;
}

type Shape = readonly number[];

interface NodeTimes {
  readonly operator: string;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly microseconds: number[];
}

/** An entry of ONNX Runtime's profile, in the format of Chrome's tracing; times in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly node_index?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, Shape>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, Shape>>[];
  };
}

/** Reads the profile that an engine left in a folder for a program; the first `warmup` runs do not count. */
export function readProfile(folder: string, program: string, warmup: number): ProgramProfile {
  const file = readdirSync(folder).find((name) => name.startsWith(`${program}_`));
  if (file === undefined) throw new Error(`${folder} holds no profile of ${program}`);
  return summarise(program, JSON.parse(readFileSync(join(folder, file), 'utf8')) as TraceEvent[], warmup);
}

/** Sums the events of a profile by operator and shapes. */
export function summarise(name: string, events: readonly TraceEvent[], warmup: number): ProgramProfile {
  const runs = events.filter((event) => event.name === 'model_run').sort((a, b) => a.ts - b.ts);
  const counted = runs.slice(Math.min(warmup, runs.length - 1));
  const from = counted[0]?.ts ?? 0;
  const nodes = new Map<string, NodeTimes>();
  for (const event of events) {
    if (event.cat !== 'Node' || event.ts < from || event.args?.op_name === undefined) continue;
    const node = nodes.get(event.name) ?? started(event.args.op_name, event);
    node.microseconds.push(event.dur);
    nodes.set(event.name, node);
  }
  const operators = grouped([...nodes.values()]);
  const ms = median(counted.map(({ dur }) => dur)) / 1000;
  const busy = sum(operators.map((operator) => operator.ms));
  return { name, ms, operators, overheadMs: Math.max(0, ms - busy) };
}

function started(operator: string, { args }: TraceEvent): NodeTimes {
  const floats = (list: readonly Readonly<Record<string, Shape>>[] = []) =>
    list.flatMap(({ float }) => (float ? [float] : []));
  const output = Object.values(args?.output_type_shape?.[0] ?? {})[0] ?? [];
  return { operator, inputs: floats(args?.input_type_shape), output, microseconds: [] };
}

function grouped(nodes: readonly NodeTimes[]): OperatorCost[] {
  const groups = new Map<string, OperatorCost>();
  for (const node of nodes) {
    const { operator, inputs, output, microseconds } = node;
    const shapes = `${inputs.map(text).join(' ')} -> ${text(output)}`;
    const key = `${operator} ${shapes}`;
    const old = groups.get(key);
    const flops = flopsOf(node);
    const gflop = flops === undefined ? {} : { gflop: (old?.gflop ?? 0) + flops / 1e9 };
    const ms = (old?.ms ?? 0) + median(microseconds) / 1000;
    groups.set(key, { operator, shapes, nodes: (old?.nodes ?? 0) + 1, ms, ...gflop });
  }
  return [...groups.values()].sort((a, b) => b.ms - a.ms);
}

/**
 * Two for each multiply-add: matrix products 2 |out| k, where k = sqrt(|a| |b| / |out|) however they are transposed;
 * convolutions 2 |image| |filters| / channels, the image and its channels those that the filters are laid on.
 */
function flopsOf({ operator, inputs: [a = [], b = []], output }: NodeTimes): number | undefined {
  switch (operator) {
    case 'MatMul':
    case 'FusedMatMul':
    case 'Gemm':
    case 'FusedGemm':
    case 'matmul':
      return 2 * Math.sqrt(size(a) * size(b) * size(output));
    case 'Conv':
    case 'FusedConv':
      return (2 * size(output) * size(b)) / b[0]!;
    case 'ConvTranspose':
      return (2 * size(a) * size(b)) / b[0]!;
    default:
      return undefined;
  }
}

const text = (shape: Shape) => (shape.length === 0 ? 'scalar' : shape.join('x'));
const size = (shape: Shape) => shape.reduce((product, n) => product * n, 1);
