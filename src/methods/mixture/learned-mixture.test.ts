import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../../test/support/step.js';
import { evaluate } from '../../graph/evaluate.js';
import { Stream } from '../../math/random.js';
import { phase } from '../../method/phase.js';
import { gaussian } from '../../nn/initializers.js';
import { initialValue } from '../../nn/parameter.js';
import { LearnedMixture } from './learned-mixture.js';

const [K, D, BATCH] = [4, 3, 5];
const context = { batch: BATCH, data: { shape: [2], range: 'real' } } as const;

/** A mixture with starting values, what a phase draws of it, and the latents that the network makes of that. */
function drawn(diagonal: boolean, seed: number) {
  const start = { means: gaussian(1), factors: gaussian(0.5) };
  const mixture = new LearnedMixture({ components: K, dim: D, ...start, diagonal });
  const values = Object.fromEntries(
    mixture.network.parameters.map((p) => [p.name, initialValue(p, Stream.root(1))]),
  );
  mixture.load(({ name }) => values[name]!);
  const descent = phase('draw', context, (p) => {
    const { latent, code } = mixture.latent(p, BATCH);
    return {
      outputs: { latent, code: code() },
      descend: [
        {
          loss: latent.square().mean(),
          networks: [mixture.network],
          by: (_, group) => ({ kind: 'adam', group, learningRate: 0.1, beta1: 0, beta2: 0.9, step: 1 }),
        },
      ],
    };
  });
  const { program, feeds } = begin(descent, stepOf({ stream: Stream.root(seed), real: new Float32Array(2) }));
  const results = (targets: Parameters<typeof evaluate>[0]) => evaluate(targets, { ...values, ...feeds });
  const stream = Stream.root(seed).fork('draw', 'latent');
  return { mixture, program, results, own: mixture.prior.sample(BATCH, stream) };
}

it('takes the components in order where that is asked for, with the noise that it would draw', () => {
  const mixture = new LearnedMixture({
    ...{ components: 3, dim: 2, means: gaussian(1), factors: gaussian(1), diagonal: true, inOrder: true },
  });
  const draw = phase('draw', context, (p) => {
    const { latent, code } = mixture.latent(p, BATCH);
    return { outputs: { latent, code: code() } };
  });
  const { feeds } = begin(draw, stepOf({ stream: Stream.root(4), real: new Float32Array(2) }));
  const rows = Array.from({ length: BATCH }, (_, i) => [...feeds.draws!.subarray(3 * i, 3 * i + 3)]);
  expect(rows.map(([c]) => c)).toEqual([0, 1, 2, 0, 1]);
  const { noise } = mixture.prior.draws(BATCH, Stream.root(4).fork('draw', 'latent'));
  expect(rows.flatMap(([, ...e]) => e)).toEqual([...Float32Array.from(noise)]);
});

describe.each([true, false])('a mixture that is trained (diagonal: %s)', (diagonal) => {
  it('makes the latents that its prior draws, and says which component each is of', () => {
    const { program, results, own } = drawn(diagonal, 2);
    const [latent, code] = results([program.outputs.latent!, program.outputs.code!]);
    latent!.forEach((value, i) => {
      expect(value).toBeCloseTo(own.z[i]!, 5); // the feed is float32
    });
    own.component.forEach((c, i) => {
      expect([...code!.subarray(i * K, (i + 1) * K)]).toEqual(
        Array.from({ length: K }, (_, j) => +(j === c)),
      );
    });
  });

  it('gives a gradient to the components that were drawn, and exactly 0 to the others', () => {
    const { mixture, program, results, own } = drawn(diagonal, 7);
    const seen = new Set(own.component);
    expect(seen.size).toBeLessThan(K);
    for (const parameter of [mixture.means, mixture.factors]) {
      const [gradient] = results([program.gradients!.get(parameter.name)!]);
      const size = gradient!.length / K;
      for (let c = 0; c < K; c++) {
        const own = gradient!.subarray(c * size, (c + 1) * size);
        expect(own.every((value) => value !== 0)).toBe(seen.has(c));
        if (!seen.has(c)) expect(Math.max(...own.map(Math.abs))).toBe(0);
      }
    }
  });
});
