import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { Stream } from '../math/random.js';
import { initialValue } from '../nn/parameter.js';
import { infoganOriginal } from './infogan-original.js';

const [K, BATCH] = [3, 4];
const build = (settings: object = {}) =>
  infoganOriginal.build(infoganOriginal.settings.parse({ noise: 2, ...settings }), {
    data: { shape: [1, 8, 8], range: 'unit' },
    components: K,
    batch: BATCH,
    horizon: 10,
    stream: Stream.root(0),
  });
const step = stepOf({ real: Stream.root(3).uniforms(new Float32Array(BATCH * 64)) });

/** Outputs of the generator's phase for latents [0, 0, u, -u, e_0], where Q gives these constants. */
function outputs(u: number, answer: readonly number[]): Record<string, number> {
  const model = build();
  const { program } = begin(model.phases[1]!, step);
  const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
  const values = {
    ...Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))])),
    latent: Array.from({ length: BATCH }, () => [0, 0, u, -u, 1, 0, 0]).flat(),
    'encoder/1-dense/weight': new Float64Array(128 * 5),
    'encoder/1-dense/bias': answer,
  };
  const names = Object.keys(program.outputs);
  const found = evaluate(Object.values(program.outputs), values);
  return Object.fromEntries(names.map((name, i) => [name, found[i]![0]!]));
}

describe('mutual information', () => {
  it('of the code is ln K where Q is sure of it, 0 where it knows nothing', () => {
    expect(outputs(0, [0, 0, 90, 0, 0]).information).toBeCloseTo(Math.log(K), 12);
    expect(outputs(0, [0, 0, 1, 1, 1]).information).toBeCloseTo(0, 12);
  });

  it('of two continuous codes is 2 (ln 2 - ln(2 pi) / 2) at the mean, and less by half of the squares', () => {
    const best = 2 * (Math.log(2) - Math.log(2 * Math.PI) / 2);
    expect(outputs(0.5, [0.5, -0.5, 0, 0, 0]).continuous).toBeCloseTo(best, 12);
    expect(outputs(0.5, [0.1, -0.7, 0, 0, 0]).continuous).toBeCloseTo(best - (0.4 ** 2 + 0.2 ** 2) / 2, 12);
  });
});

describe('the setting of the paper', () => {
  it('has U(-1, 1) noise and continuous codes beside an equal one-hot code', () => {
    const { prior } = build({ noise: 62 });
    expect(prior.width).toBe(62 + 2 + K);
    const { z } = prior.sample(200, Stream.root(0));
    const [most, least] = [Math.max(...z), Math.min(...z)];
    expect(most).toBe(1);
    expect(least).toBeGreaterThan(-1);
    expect(least).toBeLessThan(-0.99);
  });

  it('moves trunk, D and Q at 2e-4 by one loss, and the generator at 1e-3 by the other', () => {
    const updates = build().phases.map((phase) => begin(phase, { ...step, progress: 0.9 }).updates);
    const rates = updates.map((group) => group.map((update) => [update.group, update.learningRate]));
    expect(rates[0]).toEqual(['trunk', 'critic', 'encoder'].map((name) => [name, 2e-4]));
    expect(rates[1]).toEqual([['generator', 1e-3]]);
    for (const update of updates.flat()) expect(update).toMatchObject({ beta1: 0.5, beta2: 0.999 });
  });

  it('has no continuous code where none is asked for', () => {
    const model = build({ continuous: 0 });
    expect(model.prior.width).toBe(2 + K);
    expect(Object.keys(model.phases[1]!.programs[0]!.outputs)).toEqual(['generator', 'information']);
  });
});
