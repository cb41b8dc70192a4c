import { describe, expect, it } from 'vitest';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import type { ProgramSpec, TensorGroup } from './engine.js';
import { gradientSets } from './gradient-sharing.js';
import { OrtEngine } from './ort/engine.js';

const SIZE = 20;
const group = (name: string): TensorGroup => ({
  name,
  tensors: [{ name: `${name}/w`, shape: [SIZE], initial: Float32Array.from({ length: SIZE }, (_, i) => i) }],
  trainable: true,
  firstMoment: false,
});
const groups = ['critic', 'generator', 'encoder', 'frozen'].map(group);
const x = input('x', [SIZE]);

/** Gradients of mean x^2 prod w in some groups. */
function program(name: string, ...trained: string[]): ProgramSpec {
  const weights = trained.map((one) => input(`${one}/w`, [SIZE]));
  const loss = weights.reduce((product, w) => product.mul(w), x.square()).mean();
  const gradients = grad(loss, weights);
  return {
    name,
    outputs: { loss },
    gradients: new Map(trained.map((one, i) => [`${one}/w`, gradients[i]!])),
  };
}

const phases = [
  program('first', 'critic'),
  program('second', 'generator', 'encoder'),
  program('second, dearer', 'generator', 'encoder'),
];

describe('groups whose gradients share a buffer', () => {
  it('are one set if they are trained together, directly or by way of others', () => {
    expect(gradientSets(groups, phases)).toEqual([['critic'], ['generator', 'encoder']]);
    const joining = [...phases, program('third', 'encoder', 'critic')];
    expect(gradientSets(groups, joining)).toEqual([['critic', 'generator', 'encoder']]);
    expect(gradientSets(groups, [])).toEqual([]);
  });

  it('are those that are trained as a whole', () => {
    const pair = (name: string): TensorGroup => {
      const { tensors, ...rest } = group(name);
      return { ...rest, tensors: [...tensors, { ...tensors[0]!, name: `${name}/frozen` }] };
    };
    const partly = [...groups.slice(0, 2), pair('encoder')];
    expect(gradientSets(partly, phases)).toEqual([['critic'], ['generator']]);
  });

  it('allow no later program that trains groups of two sets', async () => {
    const engine = new OrtEngine({ threads: 1 });
    await engine.open(groups, phases);
    await expect(engine.compile(program('both', 'critic', 'encoder'))).rejects.toThrow(
      'program both trains critic and encoder, whose gradients share one buffer: pass it to open',
    );
    await engine.compile(program('one', 'encoder'));
    const update = { kind: 'sgd', group: 'encoder', learningRate: 1 } as const;
    await engine.run('one', { x: new Float32Array(SIZE) }, [update]);
    await engine.close();
  });

  it.each(['never', 'always'] as const)(
    'change nothing, with kernels %s, and take no update after a program of another set',
    async (kernels) => {
      const states = await Promise.all(
        [false, true].map(async (sharing) => {
          const engine = new OrtEngine({ threads: 1, kernels });
          await engine.open(groups, sharing ? phases : []);
          if (!sharing) await engine.compile(...phases);
          for (let step = 1; step <= 3; step++) {
            const feeds = { x: Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i + step)) };
            const adam = (name: string) =>
              ({ kind: 'adam', group: name, learningRate: 0.1, beta1: 0, beta2: 0.9, step }) as const;
            await engine.run('first', feeds, [adam('critic')]);
            await engine.run('second', feeds, [adam('generator'), adam('encoder')]);
          }
          const foreign = { kind: 'sgd', group: 'critic', learningRate: 1 } as const;
          const feeds = { x: new Float32Array(SIZE) };
          if (sharing) {
            await expect(engine.run('second', feeds, [foreign])).rejects.toThrow(
              'program second computes no gradients of critic',
            );
          }
          const all = await Promise.all(groups.map(({ name }) => engine.read(name)));
          await engine.close();
          return all;
        }),
      );
      expect(states[1]).toEqual(states[0]);
      expect(states[1]![0]!.value).not.toEqual(states[1]![3]!.value);
    },
  );
});
