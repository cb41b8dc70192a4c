import { describe, expect, it } from 'vitest';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import { ReferenceEngine } from './reference.js';

const theta = input('theta', [2]);
const loss = theta.square().mul(0.5).sum();
const group = (firstMoment: boolean) => ({
  name: 'net',
  tensors: [{ name: 'theta', shape: [2], initial: Float32Array.of(3, -4) }],
  trainable: true,
  firstMoment,
});

async function open(firstMoment = true): Promise<ReferenceEngine> {
  const engine = new ReferenceEngine();
  const gradients = new Map([['theta', grad(loss, [theta])[0]!]]);
  await engine.open([group(firstMoment)], [{ name: 'step', outputs: { loss }, gradients }]);
  return engine;
}

describe('the reference engine', () => {
  it('descends: SGD on |theta|^2 / 2 shrinks theta by 1 - rate a step', async () => {
    const engine = await open();
    const update = { kind: 'sgd', group: 'net', learningRate: 0.25 } as const;
    const losses = [];
    for (let i = 0; i < 3; i++) losses.push((await engine.run('step', {}, [update])).outputs.loss![0]);
    expect(losses).toEqual([12.5, 12.5 * 0.75 ** 2, Math.fround(12.5 * 0.75 ** 4)]);
    expect([...engine.gradient('theta')]).toEqual([3 * 0.75 ** 2, -4 * 0.75 ** 2]);
    expect([...engine.value('theta')]).toEqual([3 * 0.75 ** 3, -4 * 0.75 ** 3]);
  });

  it("takes Adam's first step by the rate in every coordinate, in float64", async () => {
    const engine = await open();
    const update = {
      kind: 'adam',
      group: 'net',
      learningRate: 0.01,
      beta1: 0.5,
      beta2: 0.9,
      step: 1,
    } as const;
    await engine.run('step', {}, [update]);
    expect(engine.value('theta')[0]).toBeCloseTo(3 - 0.01 / (1 + 1e-8 / 3), 14);
    expect(engine.value('theta')[1]).toBeCloseTo(-4 + 0.01 / (1 + 1e-8 / 4), 14);
    const { moment1, moment2 } = await engine.read('net');
    expect([...moment1!]).toEqual([1.5, -2]);
    expect(moment2![0]).toBeCloseTo(0.9, 6);
  });

  it('reads and writes a group, with a first moment only where there is one', async () => {
    const engine = await open(false);
    await engine.write('net', { value: Float32Array.of(1, 2), moment2: Float32Array.of(0.5, 0.25) });
    expect(await engine.read('net')).toEqual({
      value: Float32Array.of(1, 2),
      moment2: Float32Array.of(0.5, 0.25),
    });
    expect((await engine.run('step', {})).outputs.loss![0]).toBe(2.5);
  });
});
