import { afterEach, describe, expect, it } from 'vitest';
import { grad } from '../../graph/grad.js';
import { input } from '../../graph/tensor.js';
import type { ProgramSpec, TensorGroup } from '../engine.js';
import { OrtEngine } from './engine.js';

const shape = [16, 16, 3, 3];
const wave = (n: number, step: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(step * i));
const filters: TensorGroup = {
  name: 'filters',
  tensors: [{ name: 'w', shape, initial: wave(16 * 16 * 9, 0.7) }],
  trainable: true,
};

/** Two programs of one convolution that read and give values of the same names. */
function programs(rows = 2): readonly [ProgramSpec, ProgramSpec] {
  const w = input('w', shape);
  const y = (n: number) => input('x', [n, 16, 4, 4]).conv(w, { pad: 1 }).tanh();
  const loss = y(2).sum();
  const gradients = new Map([['w', grad(loss, [w])[0]!]]);
  return [
    { name: 'learn', outputs: { y: loss }, gradients },
    { name: 'look', outputs: { y: y(rows).mul(input('scale', [])) } },
  ];
}

const engines: OrtEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

/** What both programs give, and the filters after a step of gradient descent by the first. */
async function results(compile: (engine: OrtEngine) => Promise<unknown>, rows = 2) {
  const engine = new OrtEngine({ threads: 1 });
  engines.push(engine);
  await engine.open([filters]);
  await compile(engine);
  const update = { kind: 'sgd', group: 'filters', learningRate: 0.1 } as const;
  const learn = await engine.run('learn', { x: wave(2 * 256, 0.3) }, [update]);
  const look = await engine.run('look', { x: wave(rows * 256, 0.5), scale: Float32Array.of(3) });
  return { learn: learn.outputs, look: look.outputs, after: (await engine.read('filters')).value };
}

describe('programs compiled together', () => {
  it('give the bits that they give apart', async () => {
    const [learn, look] = programs();
    const together = await results((engine) => engine.compile(learn, look));
    const apart = await results((engine) => Promise.all([engine.compile(learn), engine.compile(look)]));
    expect(together).toEqual(apart);
    expect(together.look.y).toHaveLength(2 * 256);
    expect(together.after).not.toEqual(filters.tensors[0]!.initial);
  });

  it('may read inputs of one name and different shapes', async () => {
    const both = programs(3);
    const { look } = await results((engine) => engine.compile(...both), 3);
    expect(look.y).toHaveLength(3 * 256);
  });

  it('refuse a run that lacks a value of their own', async () => {
    const engine = new OrtEngine({ threads: 1 });
    engines.push(engine);
    await engine.open([filters]);
    await engine.compile(...programs());
    const run = engine.run('look', { x: wave(2 * 256, 1) });
    await expect(run).rejects.toThrow('program look: input scale was given no value');
  });
});
