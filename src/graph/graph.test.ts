import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  cases,
  instantiate,
  noise,
  operatorCases,
  type Problem,
  scalarOf,
} from '../../test/support/operator-cases.js';
import { evaluate } from './evaluate.js';
import { grad } from './grad.js';
import { lower } from './onnx/lower.js';
import { operators } from './ops.js';
import { sizeOf } from './shape.js';
import { constant, type Tensor } from './tensor.js';

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

describe('operator table', () => {
  it('has a case for every row', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(operators).sort());
  });

  it.each(operatorCases)('%s: first derivative equals central differences', (_, item) => {
    const { leaves, value, feeds } = instantiate(item);
    expect(gradientError(scalarOf(value), leaves, feeds)).toBeLessThan(1e-6);
  });

  it.each(operatorCases)('%s: second derivative equals central differences', (_, item) => {
    const { leaves, value, feeds } = instantiate(item);
    const first = grad(scalarOf(value), leaves);
    const mixed = first
      .map((g, i) => g.mul(constant(noise(sizeOf(g.shape), 20 + i), g.shape)).sum())
      .reduce((a, b) => a.add(b));
    expect(gradientError(mixed, leaves, feeds)).toBeLessThan(1e-6);
  });

  it.each(operatorCases)('%s: ONNX Runtime equals the interpreter, gradients included', async (_, item) => {
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
