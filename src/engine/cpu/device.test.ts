import { describe, expect, it } from 'vitest';
import { lower } from '../../graph/onnx/lower.js';
import { input } from '../../graph/tensor.js';
import { OrtDevice } from './device.js';
import type { LoweredModel } from './session.js';

const SIDE = 512;
const w = input('w', [SIDE, SIDE]);
const x = input('x', [1]);

/** loss = sum(x w), whose gradient in w is x everywhere. */
function model(shapeOfX: number[]): LoweredModel {
  const gradient = w.mul(0).add(x);
  const inputs = [
    { name: 'w', shape: [SIDE, SIDE] },
    { name: 'x', shape: shapeOfX },
  ];
  const outputs = [
    { name: 'loss', shape: [], role: 'output', target: 'loss' },
    { name: 'gradient/w', shape: [SIDE, SIDE], role: 'gradient', target: 'w' },
  ] as const;
  return {
    kind: 'session',
    name: 'step',
    stop: 'stop:',
    model: lower({ loss: w.mul(x).sum(), 'gradient/w': gradient }, { stop: 'stop:' }).bytes,
    inputs,
    programs: [{ name: 'step', inputs, outputs }],
  };
}

async function open(shapeOfX: number[]): Promise<OrtDevice> {
  const device = new OrtDevice({ threads: 1 });
  const initial = new Float32Array(SIDE * SIDE).fill(0.5);
  device.allocate([{ name: 'net', tensors: [{ name: 'w', shape: [SIDE, SIDE] }], trainable: true }]);
  device.write('net', { value: initial });
  await device.compile(model(shapeOfX));
  return device;
}

describe('OrtDevice', () => {
  it('leaves gradients where they belong, and no copy of them', async () => {
    const device = await open([1]);
    const update = { kind: 'sgd', group: 'net', learningRate: 0.25 } as const;
    const before = process.memoryUsage().arrayBuffers;
    const outputs = await device.run('step', { x: Float32Array.of(2) });
    device.update([update]);
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(outputs).toEqual({ loss: Float32Array.of(SIDE * SIDE) }); // 2 times a half
    expect(device.read('net').value).toEqual(new Float32Array(SIDE * SIDE)); // 0.5 - 0.25 * 2
    // A copy of the gradient would be 4 SIDE^2 bytes.
    expect(grown).toBeLessThan(2 * SIDE * SIDE);
    await device.close();
  });

  it('passes on what ONNX Runtime has to say about a run', async () => {
    const device = await open([2]);
    await expect(device.run('step', { x: Float32Array.of(2, 2) })).rejects.toThrow('invalid dimensions');
    await device.close();
  });
});
