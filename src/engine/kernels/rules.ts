/** @file The table of operators that have kernels: how each one's value is computed by calls of `kernel/`. */
import type { OperatorName } from '../../graph/operator.js';
import { broadcastStrides, sizeOf, stridesOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** An address that is known when the program is bound to memory: a base, and bytes from there. */
export interface Place {
  /** `input`: an engine tensor or a fed value, by name; `gradient`: that of an engine tensor, by name. */
  readonly base: 'input' | 'gradient' | 'scratch' | 'constant';
  readonly name?: string;
  readonly offset: number;
}

/** The functions of `kernel/elementwise.ts`, `kernel/reduce.ts`, `kernel/product.ts` and `kernel/copy.ts`. */
export type KernelName =
  | ('binary' | 'unary' | 'select' | 'leakyGate')
  | ('sumRows' | 'sumColumns' | 'softmax' | 'logSumExp' | 'matmul' | 'copyBox' | 'clear');

/** Arguments of a kernel, in its order. */
export type CallArguments = readonly (number | Place)[];

interface Call {
  readonly kernel: KernelName;
  readonly args: CallArguments;
}

interface KernelRule {
  /** The calls that compute a node from its inputs; undefined where no kernel takes its shapes. */
  calls(node: Tensor, inputs: readonly Place[], out: Place, workspace: Place | undefined): Call[] | undefined;
  /** Whether the result may overwrite an input of its own shape. */
  readonly inPlace?: boolean;
  /** Bytes of memory that a call needs while it works. */
  workspaceBytes?(node: Tensor): number;
}

const shapeOf = ({ shape }: Tensor) => shape as readonly number[];
const shifted = (place: Place, bytes: number): Place => ({ ...place, offset: place.offset + bytes });

/** For reshapes and leading slices, which are not computed: bytes from the start of the input to the value of the node. */
export function viewOffset({ op, inputs: [x], attributes: { axis, start } }: Tensor): number | undefined {
  if (op === 'reshape') return 0;
  if (op !== 'slice') return undefined;
  const shape = shapeOf(x!);
  const contiguous = shape.slice(0, axis).every((dim) => dim === 1);
  return contiguous ? start! * stridesOf(shape)[axis!]! * FLOAT : undefined;
}

/** Loops over a shape: their sizes and, for each operand, their strides in values. Axes with one stride are one loop. */
interface Loops {
  readonly sizes: number[];
  readonly strides: number[][];
}

/** The loops over a shape, innermost last, with the strides of operands that broadcast to it. */
export function loopsOver(shape: readonly number[], operands: readonly (readonly number[])[]): Loops {
  const all = operands.map((operand) => broadcastStrides(operand, shape));
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const joins = sizes.length > 0 && all.every((own, k) => own[axis] === strides[k]![0]! * sizes[0]!);
    if (joins) sizes[0]! *= size;
    else {
      sizes.unshift(size);
      all.forEach((own, k) => {
        strides[k]!.unshift(own[axis]!);
      });
    }
  }
  return { sizes, strides };
}

/** The most calls that an operator may be split into. */
const MOST_CALLS = 64;

/** Operators of the kernel `binary`, in its order. */
const BINARY: readonly OperatorName[] = ['add', 'sub', 'mul', 'div', 'maximum', 'greater'];
/** Operators of the kernel `unary`, in its order. */
const UNARY: readonly OperatorName[] = ['neg', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'softplus'];

/** Kernels that broadcast their operands: a call has two loops, and further loops are further calls. */
function broadcasting(kernel: KernelName, ...first: readonly number[]): KernelRule {
  return {
    inPlace: true,
    calls(node, inputs, out) {
      const { sizes, strides } = loopsOver(shapeOf(node), node.inputs.map(shapeOf));
      const inner = sizes.pop() ?? 1;
      const steps = strides.map((own) => own.pop() ?? 1);
      const outer = sizes.pop() ?? 1;
      const rows = strides.map((own) => own.pop() ?? 0);
      const starts = corners(sizes, strides);
      if (starts.length > MOST_CALLS) return undefined;
      return starts.map((offsets, call) => ({
        kernel,
        args: [
          ...first,
          ...inputs.flatMap((place, k) => [
            shifted(place, offsets[k]! * FLOAT),
            rows[k]! * FLOAT,
            steps[k] === 0 ? 1 : 0,
          ]),
          shifted(out, call * outer * inner * FLOAT),
          outer,
          inner * FLOAT,
        ],
      }));
    },
  };
}

/** Offsets of every operand at each position of the outer loops. */
function corners(sizes: readonly number[], strides: readonly (readonly number[])[]): number[][] {
  let all = [strides.map(() => 0)];
  sizes.forEach((size, axis) => {
    all = all.flatMap((offsets) =>
      Array.from({ length: size }, (_, i) => offsets.map((at, k) => at + i * strides[k]![axis]!)),
    );
  });
  return all;
}

/** A function of one array, value by value. */
function pointwise(code: number): KernelRule {
  return {
    inPlace: true,
    calls: (node, [x], out) => [{ kernel: 'unary', args: [code, x!, out, sizeOf(node.shape) * FLOAT] }],
  };
}

/** Kernels that work on rows along the last axis. */
function rowwise(kernel: KernelName): KernelRule {
  return {
    calls(node, [x], out) {
      const count = shapeOf(node.inputs[0]!).at(-1)!;
      return [{ kernel, args: [x!, out, sizeOf(node.inputs[0]!.shape) / count, count] }];
    },
  };
}

/** Sums over axes that lie side by side, apart from axes of size 1: [outer, count, inner] to [outer, inner]. */
const sum: KernelRule = {
  calls({ inputs: [x], attributes: { axes } }, [from], out) {
    const shape = shapeOf(x!);
    const summed = axes!.filter((axis) => shape[axis] !== 1);
    const [first = 0, last = -1] = [summed[0], summed.at(-1)];
    if (shape.slice(first, last + 1).some((size, i) => size !== 1 && !summed.includes(first + i)))
      return undefined;
    const product = (sizes: readonly number[]) => sizes.reduce((n, size) => n * size, 1);
    const [outer, count, inner] = [
      product(shape.slice(0, first)),
      product(shape.slice(first, last + 1)),
      product(shape.slice(last + 1)),
    ];
    return inner === 1
      ? [{ kernel: 'sumRows', args: [from!, out, outer, count] }]
      : [{ kernel: 'sumColumns', args: [from!, out, outer, count, inner] }];
  },
};

const matmul: KernelRule = {
  calls({ inputs: [x], shape, attributes: { transposeA, transposeB } }, [a, b], out, workspace) {
    const [m, n] = shape as [number, number];
    const k = shapeOf(x!)[transposeA ? 0 : 1]!;
    return [
      {
        kernel: 'matmul',
        args: [a!, b!, out, m, n, k, transposeA ? 1 : 0, transposeB ? 1 : 0, workspace ?? 0],
      },
    ];
  },
  workspaceBytes({ inputs: [a], shape: [m, n], attributes: { transposeA } }) {
    if (n === 1) return 0;
    const k = shapeOf(a!)[transposeA ? 0 : 1]!;
    const packed = transposeA ? 4 * Math.ceil((m as number) / 4) : 0;
    return (8 + packed) * k * FLOAT;
  },
};

/** A copy of a box of at most four axes, with the strides of source and destination in values. */
function box(
  from: Place,
  source: readonly number[],
  to: Place,
  target: readonly number[],
  sizes: readonly number[],
): Call[] | undefined {
  const lead = 4 - sizes.length;
  if (lead < 0) return undefined;
  const four = (list: readonly number[], fill: number) => [...new Array<number>(lead).fill(fill), ...list];
  const bytes = (list: readonly number[]) => four(list, 0).map((stride) => stride * FLOAT);
  return [{ kernel: 'copyBox', args: [from, ...bytes(source), to, ...bytes(target), ...four(sizes, 1)] }];
}

const transpose: KernelRule = {
  calls(node, [from], out) {
    const strides = stridesOf(node.inputs[0]!.shape);
    const source = node.attributes.permutation!.map((axis) => strides[axis]!);
    return box(from!, source, out, stridesOf(node.shape), shapeOf(node));
  },
};

const broadcast: KernelRule = {
  calls({ inputs: [x], shape }, [from], out) {
    const { sizes, strides } = loopsOver(shape as readonly number[], [
      shapeOf(x!),
      shape as readonly number[],
    ]);
    return box(from!, strides[0]!, out, strides[1]!, sizes);
  },
};

const slice: KernelRule = {
  calls({ inputs: [x], shape, attributes: { axis, start } }, [from], out) {
    const strides = stridesOf(x!.shape);
    return box(
      shifted(from!, start! * strides[axis!]! * FLOAT),
      strides,
      out,
      stridesOf(shape),
      shape as readonly number[],
    );
  },
};

const concat: KernelRule = {
  calls({ inputs, shape, attributes: { axis } }, places, out) {
    const strides = stridesOf(shape);
    let start = 0;
    const calls: Call[] = [];
    for (const [i, part] of inputs.entries()) {
      const to = shifted(out, start * strides[axis!]! * FLOAT);
      const copies = box(places[i]!, stridesOf(part.shape), to, strides, shapeOf(part));
      if (!copies) return undefined;
      calls.push(...copies);
      start += shapeOf(part)[axis!]!;
    }
    return calls;
  },
};

const pad: KernelRule = {
  calls({ inputs: [x], shape, attributes: { axis, before } }, [from], out) {
    const strides = stridesOf(shape);
    const to = shifted(out, before! * strides[axis!]! * FLOAT);
    const copies = box(from!, stridesOf(x!.shape), to, strides, shapeOf(x!));
    return copies && [{ kernel: 'clear', args: [out, sizeOf(shape) * FLOAT] }, ...copies];
  },
};

const leaf: KernelRule = { calls: () => [] };

/** The rule of each operator that has one; convolutions have none. */
export const kernelRules: Readonly<Partial<Record<OperatorName, KernelRule>>> = {
  input: leaf,
  constant: leaf,
  reshape: leaf,
  // `optimise` has dropped it before a program is planned.
  detach: leaf,
  ...Object.fromEntries(BINARY.map((name, code) => [name, broadcasting('binary', code)])),
  select: broadcasting('select'),
  ...Object.fromEntries(UNARY.map((name, code) => [name, pointwise(code)])),
  leakyRelu: {
    inPlace: true,
    calls: ({ shape, attributes: { slope } }, [x], out) => [
      { kernel: 'leakyGate', args: [x!, x!, out, sizeOf(shape) * FLOAT, slope!] },
    ],
  },
  leakyGate: {
    inPlace: true,
    calls: ({ shape, attributes: { slope } }, [g, y], out) => [
      { kernel: 'leakyGate', args: [g!, y!, out, sizeOf(shape) * FLOAT, slope!] },
    ],
  },
  sum,
  softmax: rowwise('softmax'),
  logSumExp: rowwise('logSumExp'),
  matmul,
  transpose,
  broadcast,
  slice,
  concat,
  pad,
};
