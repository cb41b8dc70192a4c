/** @file Expressions of every operator, with values to feed: what the rows of the table are tested on. */
import type { OperatorName } from '../../src/graph/operator.js';
import { type Shape, sizeOf } from '../../src/graph/shape.js';
import { apply, concat, constant, input, type Tensor } from '../../src/graph/tensor.js';

/** A cheap deterministic sequence in (-1, 1), irregular enough for derivatives. */
export function noise(size: number, seed: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.9);
}

export interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Where the operator is smooth: maps noise into its domain. */
  readonly domain?: (value: number) => number;
}

const positive = (value: number) => 1.5 + value;
const same = { shapes: [[2, 3]] };

/** At least one expression for every row of the table; several where attributes change the lowering. */
export const cases: Record<OperatorName, readonly Case[]> = {
  input: [{ ...same, build: (x) => x }],
  constant: [{ ...same, build: (x) => x.mul(constant([1, 2, 3], [3])) }],
  add: [{ shapes: [[2, 3], [3]], build: (a, b) => a.add(b) }],
  sub: [
    {
      shapes: [
        [1, 3],
        [2, 1],
      ],
      build: (a, b) => a.sub(b),
    },
  ],
  mul: [{ shapes: [[2, 3], []], build: (a, b) => a.mul(b) }],
  div: [
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      build: (a, b) => a.div(b),
      domain: positive,
    },
  ],
  maximum: [{ shapes: [[2, 3], [3]], build: (a, b) => a.maximum(b) }],
  greater: [{ shapes: [[2, 3], [3]], build: (a, b) => a.greater(b).select(a.mul(b), b) }],
  select: [{ shapes: [[2, 3], [3]], build: (a, b) => a.greater(b.mul(0.3)).select(a, b) }],
  neg: [{ ...same, build: (x) => x.neg() }],
  exp: [{ ...same, build: (x) => x.exp() }],
  log: [{ ...same, build: (x) => x.log(), domain: positive }],
  sqrt: [{ ...same, build: (x) => x.sqrt(), domain: positive }],
  tanh: [{ ...same, build: (x) => x.tanh() }],
  sigmoid: [{ ...same, build: (x) => x.sigmoid() }],
  softplus: [{ ...same, build: (x) => x.softplus() }],
  leakyRelu: [
    { ...same, build: (x) => x.leakyRelu(0.2) },
    { ...same, build: (x) => x.relu() },
  ],
  leakyGate: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (g, y) => apply('leakyGate', [g, y], { slope: 0.2 }),
    },
  ],
  sum: [
    { shapes: [[2, 3, 4]], build: (x) => x.sum([0, 2]) },
    { shapes: [[2, 3, 4]], build: (x) => x.sum([1], true) },
    { shapes: [[2, 3]], build: (x) => x.sum() },
  ],
  softmax: [{ ...same, build: (x) => x.softmax() }],
  logSumExp: [{ ...same, build: (x) => x.mul(3).logSumExp() }],
  matmul: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      shapes: [
        [3, 2],
        [3, 4],
      ],
      build: (a, b) => a.matmul(b, { transposeA: true }),
    },
    {
      shapes: [
        [2, 3],
        [4, 3],
      ],
      build: (a, b) => a.matmul(b, { transposeB: true }),
    },
    {
      shapes: [
        [3, 2],
        [4, 3],
      ],
      build: (a, b) => a.matmul(b, { transposeA: true, transposeB: true }),
    },
  ],
  conv: [
    {
      shapes: [
        [2, 2, 6, 6],
        [3, 2, 4, 4],
      ],
      build: (x, w) => x.conv(w, { stride: 2, pad: 1 }),
    },
    {
      shapes: [
        [2, 2, 6, 5],
        [3, 2, 3, 2],
      ],
      build: (x, w) => x.conv(w, { stride: 2, pad: 0 }),
    },
    {
      shapes: [
        [2, 2, 3, 3],
        [4, 2, 3, 3],
      ],
      build: (x, w) => x.conv(w),
    },
    {
      shapes: [
        [2, 2, 4, 4],
        [3, 2, 1, 1],
      ],
      build: (x, w) => x.conv(w),
    },
  ],
  convInput: [
    {
      shapes: [
        [2, 3, 3, 3],
        [3, 2, 4, 4],
      ],
      build: (y, w) => y.convTranspose(w, [6, 6], { stride: 2, pad: 1 }),
    },
    {
      shapes: [
        [2, 3, 2, 2],
        [3, 2, 3, 2],
      ],
      build: (y, w) => y.convTranspose(w, [6, 5], { stride: 2 }),
    },
    {
      shapes: [
        [2, 3, 1, 1],
        [3, 2, 3, 3],
      ],
      build: (y, w) => y.convTranspose(w, [3, 3]),
    },
  ],
  convFilter: [
    {
      shapes: [
        [2, 2, 6, 6],
        [2, 3, 3, 3],
      ],
      build: (x, y) => apply('convFilter', [x, y], { stride: 2, pad: 1, size: [4, 4] }),
    },
    {
      shapes: [
        [2, 2, 6, 5],
        [2, 3, 2, 2],
      ],
      build: (x, y) => apply('convFilter', [x, y], { stride: 2, pad: 0, size: [3, 2] }),
    },
  ],
  reshape: [{ shapes: [[2, 3, 4]], build: (x) => x.reshape([4, 6]).mul(constant(noise(24, 9), [4, 6])) }],
  transpose: [
    { shapes: [[2, 3, 4]], build: (x) => x.transpose([2, 0, 1]).mul(constant(noise(24, 9), [4, 2, 3])) },
  ],
  broadcast: [{ shapes: [[1, 3]], build: (x) => x.broadcastTo([2, 3]).mul(constant(noise(6, 9), [2, 3])) }],
  concat: [
    {
      shapes: [
        [2, 3],
        [2, 2],
      ],
      build: (a, b) => concat([a, b], 1).mul(constant(noise(10, 9), [2, 5])),
    },
  ],
  slice: [{ shapes: [[2, 5]], build: (x) => x.slice(1, 1, 4) }],
  gather: [
    // One row is asked for three times, and one never.
    { shapes: [[3, 2]], build: (x) => x.gather(constant([2, 0, 2, 2], [4])) },
    { shapes: [[4], [5]], build: (x, at) => x.gather(at.greater(0).select(3, 1)) },
    { shapes: [[2, 2, 3]], build: (x) => x.gather(constant([1, 0, 1], [3])) },
  ],
  scatterAdd: [
    { shapes: [[4, 2]], build: (x) => x.scatterAdd(constant([2, 0, 2, 2], [4]), 3) },
    { shapes: [[5], [5]], build: (x, at) => x.scatterAdd(at.greater(0).select(3, 1), 4) },
    { shapes: [[3, 2, 3]], build: (x) => x.scatterAdd(constant([1, 0, 1], [3]), 2) },
  ],
  // Of a value that is constant almost everywhere, so that differences are derivatives; grad.test.ts has all others.
  detach: [{ ...same, build: (x) => x.greater(0).select(2, 3).detach().mul(x) }],
  pad: [{ shapes: [[2, 3]], build: (x) => x.pad(1, 2, 1).mul(constant(noise(12, 9), [2, 6])) }],
};

export interface Problem {
  readonly leaves: readonly Tensor[];
  readonly value: Tensor;
  readonly feeds: Record<string, Float64Array>;
}

export function instantiate({ shapes, build, domain }: Case): Problem {
  const leaves = shapes.map((shape, i) => input(`x${i}`, shape));
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, noise(sizeOf(shape), i + 1).map(domain ?? ((value) => value))]),
  );
  return { leaves, value: build(...leaves), feeds };
}

/** A scalar whose first and second derivatives in the operator are not constant: sum weights sin-like of the value. */
export function scalarOf(value: Tensor): Tensor {
  const size = sizeOf(value.shape);
  const flat = value.reshape([size]);
  const weights = constant(noise(size, 5), [size]);
  return flat.mul(weights).add(flat.mul(0.7).tanh()).sum();
}

/** Every case, with a name. */
export const operatorCases: readonly (readonly [name: string, item: Case])[] = Object.entries(cases).flatMap(
  ([name, list]) => list.map((item, i) => [`${name} #${i}`, item] as const),
);
