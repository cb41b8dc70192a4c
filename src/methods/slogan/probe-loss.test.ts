import { describe, expect, it } from 'vitest';
import { evaluate } from '../../graph/evaluate.js';
import { constant, input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import type { BuildContext, Model } from '../../method/method.js';
import type { PhaseBuilder } from '../../method/phase.js';
import { slogan } from '../slogan.js';
import { ProbeBatch, probeLoss } from './probe-loss.js';
import { marginConstants } from './u2c.js';

const stream = (step = 0) => Stream.root(0).fork('step', step);
/** Probes of one value each: group 2 holds 10 and 20, group 0 holds 1, 2 and 3. */
const probes = {
  values: Float32Array.of(10, 1, 2, 20, 3),
  component: Int32Array.of(2, 0, 0, 2, 0),
};

describe('the probes of a step', () => {
  it('are all of them, one of each group in turns', () => {
    const batch = new ProbeBatch(probes, { rounds: 0, most: 30 });
    expect(batch.component).toEqual([0, 2, 0, 2, 0]);
    expect([...batch.draw(stream())]).toEqual([1, 10, 2, 20, 3]);
  });

  it('are drawn without repetition where a group has more than a step sees', () => {
    const batch = new ProbeBatch(probes, { rounds: 0, most: 2 });
    expect(batch.component).toEqual([0, 2, 0, 2]);
    const seen = new Set<number>();
    for (let step = 0; step < 20; step++) {
      const [a, , b] = batch.draw(stream(step));
      expect(a).not.toBe(b);
      seen.add(a!).add(b!);
    }
    expect([...seen].sort()).toEqual([1, 2, 3]);
  });

  it('are followed by T rounds of mixtures within their group, of weights and pairs that the step draws', () => {
    const batch = new ProbeBatch(probes, { rounds: 5, most: 30 });
    expect(batch.component.filter((c) => c === 0)).toHaveLength(18);
    expect(batch.component.filter((c) => c === 2)).toHaveLength(12);
    const drawn = batch.draw(stream());
    const of = (c: number) => [...drawn].filter((_, i) => batch.component[i] === c);
    expect(of(0).slice(0, 3)).toEqual([1, 2, 3]);
    expect(of(2).slice(0, 2)).toEqual([10, 20]);
    for (const value of of(0)) expect(value >= 1 && value <= 3).toBe(true);
    for (const value of of(2)) expect(value >= 10 && value <= 20).toBe(true);
    expect(
      of(2)
        .slice(2)
        .some((value) => value > 10 && value < 20),
    ).toBe(true);
    expect(batch.draw(stream())).toEqual(drawn);
    expect(batch.draw(stream(1))).not.toEqual(drawn);
  });

  it('mix evenly: weights of U(0, 1) have a mean of 1/2 and a variance of 1/12', () => {
    const two = { values: Float32Array.of(0, 1), component: Int32Array.of(0, 0) };
    const batch = new ProbeBatch(two, { rounds: 4000, most: 30 });
    // The permutation of two is the identity half of the time, which mixes a probe with itself.
    const mixed = [...batch.draw(stream())].slice(2).filter((value) => value > 0 && value < 1);
    const mean = mixed.reduce((sum, x) => sum + x, 0) / mixed.length;
    const variance = mixed.reduce((sum, x) => sum + (x - mean) ** 2, 0) / mixed.length;
    expect(mixed.length / 8000).toBeCloseTo(0.5, 1);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });
});

describe('the loss of probes', () => {
  const means = input('means', [3, 3]);
  /** The loss of probes that the encoder gives these encodings, with orthogonal means. */
  const lossOf = (how: 'softmax' | 'paired', component: number[], encoded: number[][], margin = 0, s = 2) => {
    const config = { probeWeight: 0.5, probeLoss: how, probeMixup: 0, probeBatch: 30 };
    const given = { values: new Float32Array(component.length), component: Int32Array.from(component) };
    const build = probeLoss(config, { probes: given, components: 3, data: { shape: [1], range: 'real' } })!;
    const inputs = {
      encode: () => constant(encoded.flat(), [encoded.length, 3]),
      ...{ means, scale: s, margin: constant(marginConstants(margin), [4]) },
    };
    const p = { feed: (name: string, shape: readonly number[]) => input(name, shape) };
    const terms = build(p as unknown as PhaseBuilder, inputs);
    const values = { means: identity, probes: new Float32Array(component.length) };
    return evaluate([terms.loss, terms.weighted, terms.means], values);
  };
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const [x, y, z] = [
    [5, 0, 0],
    [0, 0.1, 0],
    [0, 0, 1],
  ];

  it('is log(1 + (K - 1) e^-s) for a perfect encoder with orthogonal means, log K for one that knows nothing', () => {
    const perfect = Math.log(1 + 2 * Math.exp(-2));
    expect(lossOf('softmax', [0, 1, 2], [x!, y!, z!])[0]![0]).toBeCloseTo(perfect, 10);
    expect(lossOf('paired', [0, 1, 2], [x!, y!, z!])[0]![0]).toBeCloseTo(perfect, 10);
    const nothing = [1, 1, 1];
    expect(lossOf('softmax', [0, 1, 2], [nothing, nothing, nothing])[0]![0]).toBeCloseTo(Math.log(3), 10);
    expect(lossOf('paired', [0, 1, 2], [nothing, nothing, nothing])[0]![0]).toBeCloseTo(Math.log(3), 10);
  });

  it('counts groups alike, whatever the number of their probes, and asks more with a margin', () => {
    const [right, wrong] = [Math.log(1 + 2 * Math.exp(-2)), Math.log(2 + Math.exp(2))];
    // Group 0 has three probes that are right, group 2 one that is taken for 0.
    const [loss, weighted] = lossOf('softmax', [0, 0, 0, 2], [x!, x!, x!, x!]);
    expect(loss![0]).toBeCloseTo((right + wrong) / 2, 10);
    expect(weighted![0]).toBeCloseTo((right + wrong) / 4, 10);
    const margin = lossOf('softmax', [0], [x!], 0.5)[0]![0];
    expect(margin).toBeCloseTo(Math.log(1 + 2 * Math.exp(-2 * Math.cos(0.5))), 4);
  });

  it('is another sum where probes are paired: one of two that is right makes up for the other', () => {
    const [all, own] = [3 * (2 + Math.exp(2)), 2 * Math.exp(2) + 1];
    expect(lossOf('paired', [0, 1, 2], [x!, y!, x!])[0]![0]).toBeCloseTo(Math.log(all / own), 10);
  });

  it('draws a mean to its probes and pushes others away', () => {
    const gradient = lossOf('softmax', [0], [[1, 1, 0]])[2]!;
    // Down the gradient mean 0 turns to y, mean 1 away from x; mean 2, to which the probe is orthogonal, away from both.
    expect(gradient[1]).toBeLessThan(0);
    expect(gradient[3]).toBeGreaterThan(0);
    expect(gradient[6]).toBeGreaterThan(0);
  });
});

describe('SLOGAN with probes', () => {
  const build = (settings: object, more: Partial<BuildContext> = {}): Model =>
    slogan.build(slogan.settings.parse({ latent: 2, units: 3, relocate: 20, ...settings }), {
      ...{ data: { shape: [1], range: 'signed' }, components: 3, batch: 4, horizon: 10 },
      stream: Stream.root(0),
      ...more,
    });
  const generator = (model: Model) => model.phases.find(({ name }) => name === 'generator')!.programs[0]!;

  it('has their loss in the generator’s phase, and no relocation', () => {
    const [without, with_] = [build({}), build({}, { probes })];
    expect(Object.keys(generator(without).outputs)).not.toContain('probes');
    expect(Object.keys(generator(with_).outputs)).toEqual(
      expect.arrayContaining(['generator', 'u2c', 'probes', 'probeMeans']),
    );
    expect([without, with_].map(({ interventions }) => interventions!.length)).toEqual([1, 0]);
    expect([without, with_].map(({ phases }) => phases.length)).toEqual([4, 3]);
  });

  it('is as without them where they have no weight', () => {
    const program = generator(build({ probeWeight: 0 }, { probes }));
    expect(Object.keys(program.outputs)).toEqual(Object.keys(generator(build({})).outputs));
  });

  it('trains the encoder though U2C has no weight', () => {
    const trained = (model: Model) =>
      [...generator(model).gradients!.keys()].some((name) => name.startsWith('encoder/'));
    expect(trained(build({ lambda: 0 }))).toBe(false);
    expect(trained(build({ lambda: 0 }, { probes }))).toBe(true);
  });

  it('refuses an encoder that learned groups first, and pairs of unequal groups', () => {
    expect(() => build({ teacher: 'groups' }, { probes })).toThrow(
      'Probes turn the groups of an encoder that is trained, and with groups that are found first it is not; give --set teacher=none.',
    );
    expect(() => build({ probeLoss: 'paired' }, { probes })).toThrow(
      'The loss of Algorithm 3 pairs the probes of all 3 groups, and 2 of them have 3, 2; give each group as many, or leave out --set probeLoss=paired.',
    );
  });
});
