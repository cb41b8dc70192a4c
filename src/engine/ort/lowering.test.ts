import { describe, expect, it } from 'vitest';
import { grad } from '../../graph/grad.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { OrtDevice } from '../cpu/device.js';
import type { ProgramSpec } from '../engine.js';
import { optimiseProgram } from '../optimised-program.js';
import { flattened, lowerProgram } from './lowering.js';

it('a sum of sums that are shared takes no longer than it has nodes', () => {
  let sum = input('x', [4, 4]);
  for (let i = 0; i < 60; i++) sum = sum.add(sum.tanh()).add(sum);
  const { programs } = lowerProgram(optimiseProgram({ name: 'program', outputs: { sum } }), { flat: true });
  expect(programs[0]!.outputs[0]!.shape).toEqual([4, 4]);
});

describe('a program that leaves results in the memory of the machine', () => {
  const x = input('x', [2, 3, 8, 8]);
  const w = input('w', [4, 3, 3, 3]);
  const y = x.conv(w, { pad: 1 }).tanh();
  const loss = y.square().mean();
  const program: ProgramSpec = {
    name: 'step',
    outputs: { loss, y },
    gradients: new Map([['w', grad(loss, [w])[0]!]]),
  };
  const values = (size: number, seed: number) => Stream.root(seed).normals(new Float32Array(size));

  /** Loss, outputs, and weights after a step of gradient descent. */
  async function step(cpu: boolean): Promise<Float32Array[]> {
    const device = new OrtDevice({ threads: 1 });
    device.allocate([{ name: 'net', tensors: [{ name: 'w', shape: [4, 3, 3, 3] }], trainable: true }]);
    device.write('net', { value: values(4 * 27, 1) });
    await device.compile(lowerProgram(optimiseProgram(flattened(program)), { flat: true, cpu }));
    const outputs = await device.run('step', { x: values(2 * 3 * 64, 2) });
    device.update([{ kind: 'sgd', group: 'net', learningRate: 0.5 }]);
    const { value } = device.read('net');
    await device.close();
    return [outputs.loss!, outputs.y!, value];
  }

  it('has the same results in standard nodes, as CUDA takes it, as in those of the CPU', async () => {
    const [standard, fastest] = [await step(false), await step(true)];
    for (const [i, expected] of fastest.entries()) {
      expect(standard[i]!.length).toBe(expected.length);
      standard[i]!.forEach((value, j) => {
        expect(value).toBeCloseTo(expected[j]!, 5);
      });
    }
    // The step changed the weights.
    expect(fastest[2]).not.toEqual(values(4 * 27, 1));
  });
});
