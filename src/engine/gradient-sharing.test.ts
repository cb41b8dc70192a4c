import { describe, expect, it } from 'vitest';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import type { ProgramSpec, TensorGroup } from './engine.js';
import { gradientRooms } from './gradient-sharing.js';
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

describe('rooms for gradients', () => {
  it('are one for all groups that are trained together, directly or by way of others', () => {
    expect(gradientRooms(groups, phases)).toEqual([['critic'], ['generator', 'encoder']]);
    const joining = [...phases, program('third', 'encoder', 'critic')];
    expect(gradientRooms(groups, joining)).toEqual([['critic', 'generator', 'encoder']]);
    expect(gradientRooms(groups, [])).toEqual([]);
  });

  it('are for groups that are trained as a whole', () => {
    const pair = (name: string): TensorGroup => {
      const { tensors, ...rest } = group(name);
      return { ...rest, tensors: [...tensors, { ...tensors[0]!, name: `${name}/frozen` }] };
    };
    const partly = [...groups.slice(0, 2), pair('encoder')];
    expect(gradientRooms(partly, phases)).toEqual([['critic'], ['generator']]);
  });

  it('take no program that trains groups of two of them', async () => {
    const engine = new OrtEngine({ threads: 1 });
    await engine.allocate(groups, phases);
    await expect(engine.compile(program('both', 'critic', 'encoder'))).rejects.toThrow(
      'program both trains critic and encoder, whose gradients take turns in one place: tell allocate of it',
    );
    await engine.compile(program('one', 'encoder'));
    const update = { kind: 'sgd', group: 'encoder', learningRate: 1 } as const;
    await engine.run('one', { x: new Float32Array(SIZE) }, [update]);
    await engine.close();
  });

  it.each(['never', 'always'] as const)(
    'change nothing, with kernels %s, and take no update from elsewhere',
    async (kernels) => {
      const states = await Promise.all(
        [[], phases].map(async (told) => {
          const engine = new OrtEngine({ threads: 1, kernels });
          await engine.allocate(groups, told);
          await engine.compile(...phases);
          for (let step = 1; step <= 3; step++) {
            const feeds = { x: Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i + step)) };
            const adam = (name: string) =>
              ({ kind: 'adam', group: name, learningRate: 0.1, beta1: 0, beta2: 0.9, step }) as const;
            await engine.run('first', feeds, [adam('critic')]);
            await engine.run('second', feeds, [adam('generator'), adam('encoder')]);
          }
          const stranger = { kind: 'sgd', group: 'critic', learningRate: 1 } as const;
          const feeds = { x: new Float32Array(SIZE) };
          if (told.length > 0) {
            await expect(engine.run('second', feeds, [stranger])).rejects.toThrow(
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
