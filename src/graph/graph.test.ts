import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { grad } from './grad.js';
import { lower } from './onnx.js';
import { type OperatorName, operators } from './ops.js';
import { type Shape, sizeOf } from './shape.js';
import { apply, concat, constant, input, type Tensor } from './tensor.js';

/** A cheap deterministic sequence in (-1, 1), irregular enough for derivatives. */
function noise(size: number, seed: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.9);
}

interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Where the operator is smooth: maps noise into its domain. */
  readonly domain?: (value: number) => number;
}

const positive = (value: number) => 1.5 + value;
const same = { shapes: [[2, 3]] };

/** At least one expression for every row of the table; several where attributes change the lowering. */
const cases: Record<OperatorName, readonly Case[]> = {
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
  pad: [{ shapes: [[2, 3]], build: (x) => x.pad(1, 2, 1).mul(constant(noise(12, 9), [2, 6])) }],
};

interface Problem {
  readonly leaves: readonly Tensor[];
  readonly value: Tensor;
  readonly feeds: Record<string, Float64Array>;
}

function instantiate({ shapes, build, domain }: Case): Problem {
  const leaves = shapes.map((shape, i) => input(`x${i}`, shape));
  const feeds = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, noise(sizeOf(shape), i + 1).map(domain ?? ((value) => value))]),
  );
  return { leaves, value: build(...leaves), feeds };
}

/** A scalar whose first and second derivatives in the operator are not constant: sum weights sin-like of the value. */
function scalarOf(value: Tensor): Tensor {
  const size = sizeOf(value.shape);
  const flat = value.reshape([size]);
  const weights = constant(noise(size, 5), [size]);
  return flat.mul(weights).add(flat.mul(0.7).tanh()).sum();
}

/** Largest |numeric - analytic| relative to the largest gradient; central differences with h = 1e-5. */
function gradientError(loss: Tensor, leaves: readonly Tensor[], feeds: Problem['feeds']): number {
  const analytic = evaluate(grad(loss, leaves), feeds);
  let worst = 0;
  let scale = 1e-3;
  leaves.forEach((leaf, k) => {
    const name = leaf.attributes.name!;
    const base = feeds[name]!;
    base.forEach((value, i) => {
      const at = (shift: number) => {
        const moved = base.slice();
        moved[i] = value + shift;
        return evaluate([loss], { ...feeds, [name]: moved })[0]![0]!;
      };
      const numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
      worst = Math.max(worst, Math.abs(numeric - analytic[k]![i]!));
      scale = Math.max(scale, Math.abs(numeric));
    });
  });
  return worst / scale;
}

const table = Object.entries(cases).flatMap(([name, list]) =>
  list.map((item, i) => [`${name} #${i}`, item] as const),
);

describe('operator table', () => {
  it('has a case for every row', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(operators).sort());
  });

  it.each(table)('%s: first derivative equals central differences', (_, item) => {
    const { leaves, value, feeds } = instantiate(item);
    expect(gradientError(scalarOf(value), leaves, feeds)).toBeLessThan(1e-6);
  });

  it.each(table)('%s: second derivative equals central differences', (_, item) => {
    const { leaves, value, feeds } = instantiate(item);
    const first = grad(scalarOf(value), leaves);
    const mixed = first
      .map((g, i) => g.mul(constant(noise(sizeOf(g.shape), 20 + i), g.shape)).sum())
      .reduce((a, b) => a.add(b));
    expect(gradientError(mixed, leaves, feeds)).toBeLessThan(1e-6);
  });

  it.each(table)('%s: ONNX Runtime equals the interpreter, gradients included', async (_, item) => {
    const { leaves, value, feeds } = instantiate(item);
    const outputs = {
      value,
      ...Object.fromEntries(grad(scalarOf(value), leaves).map((g, i) => [`g${i}`, g])),
    };
    const expected = evaluate(Object.values(outputs), feeds);
    const model = lower(outputs);
    const session = await ort.InferenceSession.create(model.bytes, { intraOpNumThreads: 1 });
    const tensors = [...model.inputs].map(
      ([name, shape]) =>
        [name, new ort.Tensor('float32', Float32Array.from(feeds[name]!), shape as number[])] as const,
    );
    const results = await session.run(Object.fromEntries(tensors));
    Object.keys(outputs).forEach((name, i) => {
      const actual = results[name]!;
      expect(actual.dims).toEqual(Object.values(outputs)[i]!.shape);
      const scale = expected[i]!.reduce((top, item) => Math.max(top, Math.abs(item)), 1);
      for (let k = 0; k < expected[i]!.length; k++) {
        expect(Math.abs((actual.data[k] as number) - expected[i]![k]!) / scale).toBeLessThan(2e-6);
      }
    });
    await session.release();
  });
});
