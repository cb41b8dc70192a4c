import { describe, expect, it } from 'vitest';
import { grad } from '../../graph/grad.js';
import { input, type Tensor } from '../../graph/tensor.js';
import type { ProgramSpec, StateTensor, TensorGroup } from '../engine.js';
import { ReferenceEngine } from '../reference.js';
import { OrtEngine } from './engine.js';
import { WeightLayout } from './weight-layout.js';

const counted = (name: string, shape: readonly number[], from: number): StateTensor => {
  const size = shape.reduce((n, dim) => n * dim, 1);
  return { name, shape, initial: Float32Array.from({ length: size }, (_, i) => (from + i) / 16) };
};
const groups: readonly TensorGroup[] = [
  {
    name: 'net',
    tensors: [counted('w', [3, 5], 1), counted('b', [5], -2), counted('v', [5, 1], 3)],
    trainable: true,
  },
  { name: 'net-statistics', tensors: [counted('mean', [2, 5], 9)], trainable: false },
];
const [w, b, v, mean] = [input('w', [3, 5]), input('b', [5]), input('v', [5, 1]), input('mean', [2, 5])];

/** Training of net on some rows. */
function training(rows: number): ProgramSpec {
  const hidden = input('x', [rows, 3]).matmul(w).add(b).leakyRelu(0.2);
  const loss = hidden.matmul(v).square().mean();
  const trained: readonly (readonly [string, Tensor])[] = [
    ['w', w],
    ['b', b],
    ['v', v],
  ];
  const gradients = grad(
    loss,
    trained.map(([, tensor]) => tensor),
  );
  return {
    name: 'training',
    outputs: { loss, hidden },
    gradients: new Map(trained.map(([name], i) => [name, gradients[i]!])),
    assignments: new Map([['mean', mean.mul(0.5)]]),
  };
}

describe('the choice of what lies transposed', () => {
  const suits = (...programs: readonly ProgramSpec[]) => WeightLayout.choose(groups, programs) !== undefined;

  it('is made where all products have few rows', () => {
    expect(suits(training(1), training(128))).toBe(true);
    expect(suits(training(1), training(129))).toBe(false);
    expect(suits()).toBe(false);
    expect(suits({ name: 'sums', outputs: { sum: w.sum() } })).toBe(false);
  });

  it('is of trained matrices, but no rows and columns', () => {
    const chosen = WeightLayout.choose(groups, [training(2)])!;
    const shapes = groups.map((group) => chosen.layout(group).tensors.map(({ shape }) => shape));
    expect(shapes).toEqual([[[5, 3], [5], [5, 1]], [[2, 5]]]);
  });
});

describe('an engine with transposed matrices', () => {
  it('starts, trains, is read and written like any other', async () => {
    const engines = [new OrtEngine({ threads: 1, kernels: 'never' }), new ReferenceEngine()];
    const states = [];
    for (const engine of engines) {
      const program = training(4);
      await engine.open(groups, [program]);
      await engine.compile({ name: 'later', outputs: { product: w.matmul(v), weight: w } });
      const start = await engine.read('net');
      const results = [];
      for (let step = 1; step <= 3; step++) {
        const x = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + step));
        const adam = {
          kind: 'adam',
          group: 'net',
          learningRate: 0.01,
          beta1: 0.5,
          beta2: 0.9,
          step,
        } as const;
        results.push((await engine.run('training', { x }, [adam])).outputs);
      }
      const trained = await engine.read('net');
      // What is read is what is written.
      await engine.write('net', start);
      const again = await engine.read('net');
      expect(again).toEqual(start);
      await engine.write('net', trained);
      results.push((await engine.run('later', {})).outputs);
      states.push({ start, trained, results, statistics: await engine.read('net-statistics') });
      await engine.close();
    }
    const [actual, expected] = states.map((state) => flat(state));
    expect([...actual!.keys()].sort()).toEqual([...expected!.keys()].sort());
    expect(actual!.size).toBe(15);
    for (const [key, values] of expected!) {
      expect(actual!.get(key)!.length, key).toBe(values.length);
      values.forEach((value, i) => {
        expect(actual!.get(key)![i], key).toBeCloseTo(value, 5);
      });
    }
  });
});

describe('an engine with transposed matrices, further', () => {
  it('pads beside transpositions, which ONNX Runtime exchanges', async () => {
    const outputs: Float32Array[] = [];
    for (const programs of [[training(4)], []]) {
      const engine = new OrtEngine({ threads: 1, kernels: 'never' });
      await engine.open(groups, programs);
      const rows = input('x', [3, 5]).slice(0, 0, 2).pad(0, 0, 1);
      const padded = input('left', [3, 3]).matmul(w).add(rows).softmax();
      await engine.compile({ name: 'padded', outputs: { padded } });
      const feeds = { x: new Float32Array(15).map((_, i) => i), left: new Float32Array(9).map((_, i) => -i) };
      outputs.push((await engine.run('padded', feeds)).outputs.padded!);
      await engine.close();
    }
    outputs[0]!.forEach((value, i) => {
      expect(value).toBeCloseTo(outputs[1]![i]!, 5);
    });
  });

  it('rejects an unknown group', async () => {
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    await engine.open(groups, [training(4)]);
    await expect(engine.write('nobody', { value: new Float32Array(1) })).rejects.toThrow();
    await engine.close();
  });
});

/** The arrays of a nested record, by their path. */
function flat(value: unknown, path = ''): Map<string, readonly number[]> {
  if (ArrayBuffer.isView(value)) return new Map([[path, [...(value as Float32Array)]]]);
  return new Map(
    Object.entries(value as object).flatMap(([key, inner]) => [...flat(inner, `${path}/${key}`)]),
  );
}
