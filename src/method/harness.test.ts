import { expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { Stream } from '../math/random.js';
import { batchNorm } from '../nn/batch-norm.js';
import { dense } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import { initialValue } from '../nn/parameter.js';
import { adam, criticPhase } from './harness.js';

it('the rate of the networks falls linearly to 0 at the horizon, or stays', () => {
  const settings = { learningRate: 1e-3, beta1: 0.5, beta2: 0.9 };
  const rates = (decay?: 'linear' | 'none') =>
    [0, 0.25, 1, 1.5].map((progress) => {
      const by = adam({ ...settings, ...(decay && { decay }) }, 4);
      return by({ progress, count: 3 } as never, 'group').learningRate;
    });
  const linear = [4e-3, 3e-3, 0, 0];
  expect(rates('linear')).toEqual(linear);
  expect(rates()).toEqual(linear);
  expect(rates('none')).toEqual([4e-3, 4e-3, 4e-3, 4e-3]);
});

it('a critic that normalises batches sees real and generated ones apart, and keeps the statistics of the real ones', () => {
  const critic = new Network('critic', [batchNorm('critic/0-norm', 2), dense('critic/1-dense', 2, 1)]);
  const generator = new Network('generator', [dense('generator/0-dense', 2, 2)]);
  const rates = { learningRate: 1e-3, criticRate: 1, beta1: 0.5, beta2: 0.9 };
  const config = { critic: 'non-saturating', penalty: 'none', lipschitz: 0, ...rates } as const;
  const context = { batch: 4, data: { shape: [2], range: 'real' }, components: 2, horizon: 1 } as const;
  const descent = criticPhase({
    ...{ config, context: context as never, generator, critic },
    latent: (p) => p.noise('noise', [4, 2], 'normal'),
  });
  const real = Float32Array.of(10, 0, 12, 4, 14, 8, 16, 12); // means 13 and 6
  const { program, feeds } = begin(descent, stepOf({ real }));
  const values = Object.fromEntries(
    [...critic.parameters, ...critic.buffers, ...generator.parameters].map((p) => [
      p.name,
      initialValue(p, Stream.root(1)),
    ]),
  );
  const mean = program.assignments!.get('critic/0-norm/running-mean')!;
  const [onReal, onFake, kept] = evaluate([program.outputs.criticReal!, program.outputs.criticFake!, mean], {
    ...values,
    ...feeds,
  });
  // Each batch has the mean 0 after the normalisation, so the mean of its scores is the bias, 0. Of both as one it is not.
  expect(onReal![0]).toBeCloseTo(0, 6);
  expect(onFake![0]).toBeCloseTo(0, 6);
  // Running means move by a tenth from 0.
  expect(kept![0]).toBeCloseTo(1.3, 6);
  expect(kept![1]).toBeCloseTo(0.6, 6);
});

it('a penalty of slopes needs a critic that judges each sample by itself', () => {
  const critic = new Network('critic', [batchNorm('critic/0-norm', 2), dense('critic/1-dense', 2, 1)]);
  const generator = new Network('generator', [dense('generator/0-dense', 2, 2)]);
  const config = { learningRate: 1e-3, criticRate: 1, beta1: 0.5, beta2: 0.9, lipschitz: 10 } as const;
  const context = { batch: 4, data: { shape: [2], range: 'real' }, components: 2, horizon: 1 } as never;
  expect(() =>
    criticPhase({
      ...{ config: { ...config, critic: 'wasserstein', penalty: 'lp' }, context, generator, critic },
      latent: (p) => p.noise('noise', [4, 2], 'normal'),
    }),
  ).toThrow(
    'The critic of these networks normalises batches, so a sample has no slope of its own that penalty=lp could hold; give --set penalty=none --set critic=bce, or other networks.',
  );
});
