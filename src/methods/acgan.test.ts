import { afterAll, describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { evaluate } from '../graph/evaluate.js';
import { constant, input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { BuildContext } from '../method/method.js';
import type { LabelledStep } from '../method/step.js';
import { acgan, type CriticBatch, criticTerms } from './acgan.js';

const [B, K] = [4, 2];
const column = (...values: number[]) => constant(values, [values.length, 1]);
const batch = (weights?: Tensor): CriticBatch => ({
  real: {
    score: input('onReal', [B, 1]),
    classes: input('realClasses', [B, K]),
  },
  fake: { score: input('onFake', [B, 1]), classes: input('fakeClasses', [B, K]) },
  labelled: { score: input('onReal', [B, 1]), classes: input('realClasses', [B, K]) },
  fakeCode: constant([1, 0, 0, 1, 1, 0, 0, 1], [B, K]),
  code: constant([1, 0, 0, 0, 0, 1, 0, 0], [B, K]),
  counted: column(1, 0, 1, 0),
  weights,
});
const drawn = Stream.root(3);
const draw = (name: string, n: number) => drawn.fork(name).normals(new Float32Array(n));
const feeds = {
  onReal: draw('onReal', B),
  onFake: draw('onFake', B),
  realClasses: draw('realClasses', B * K),
  fakeClasses: draw('fakeClasses', B * K),
};
const valuesOf = (terms: ReturnType<typeof criticTerms>, more = {}) =>
  evaluate([terms.adversarial, terms.classReal, terms.classFake], { ...feeds, ...more }).map(([x]) => x!);

const softplus = (x: number) => Math.log1p(Math.exp(x));
/** -log of the softmax of two logits at a class. */
const surprise = (logits: Float32Array, row: number, c: number) =>
  softplus(logits[2 * row + 1 - c]! - logits[2 * row + c]!);

const context = (more: Partial<BuildContext> = {}): BuildContext => ({
  data: { shape: [2], range: 'signed' },
  components: K,
  batch: B,
  horizon: 10,
  stream: Stream.root(0),
  ...more,
});
const small = { units: 4, layers: 1, noise: 2 };
const build = (settings: object, more: Partial<BuildContext> = {}) =>
  acgan.build(acgan.settings.parse({ ...small, ...settings }), context(more));

describe("the discriminator's loss", () => {
  it('has the mean cross-entropy of the labelled rows alone, and of the generated samples at their places', () => {
    const [adversarial, classReal, classFake] = valuesOf(criticTerms(batch()));
    const { onReal, onFake, realClasses, fakeClasses } = feeds;
    const mean = (values: Float32Array, f: (x: number) => number) =>
      values.reduce((sum, x) => sum + f(x), 0) / B;
    expect(adversarial).toBeCloseTo(mean(onReal, (x) => softplus(-x)) + mean(onFake, softplus), 12);
    expect(classReal).toBeCloseTo((surprise(realClasses, 0, 0) + surprise(realClasses, 2, 1)) / 2, 12);
    expect(classFake).toBeCloseTo((surprise(fakeClasses, 0, 0) + surprise(fakeClasses, 2, 0)) / 2, 12);
  });

  it('has no term of classes where no row of the batch has a label', () => {
    const none = { code: constant(new Float64Array(B * K), [B, K]), counted: column(0, 0, 0, 0) };
    expect(valuesOf(criticTerms({ ...batch(), ...none })).slice(1)).toEqual([0, 0]);
  });

  it('multiplies both terms of generated samples by the weights', () => {
    const weights = [2, 5, -1, 0];
    const [adversarial, classReal, classFake] = valuesOf(criticTerms(batch(column(...weights))));
    const { onReal, onFake, fakeClasses } = feeds;
    const fake = onFake.reduce((sum, x, i) => sum + weights[i]! * softplus(x), 0) / B;
    const real = onReal.reduce((sum, x) => sum + softplus(-x), 0) / B;
    expect(adversarial).toBeCloseTo(fake + real, 12);
    expect(classReal).toBe(valuesOf(criticTerms(batch()))[1]);
    expect(classFake).toBeCloseTo((2 * surprise(fakeClasses, 0, 0) - surprise(fakeClasses, 2, 0)) / 2, 12);
  });

  describe('with weights that are all 1 is the loss without weights, bit for bit', () => {
    const ones = new Float32Array(B).fill(1);
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    const kernels = new OrtEngine({ threads: 1, kernels: 'always' });
    afterAll(async () => {
      await engine.close();
      await kernels.close();
    });
    const plain = criticTerms(batch());
    const weighed = criticTerms(batch(input('weights', [B, 1])));

    it('in float64', () => {
      expect(valuesOf(weighed, { weights: ones })).toEqual(valuesOf(plain));
    });

    it.each([
      ['ONNX Runtime', engine],
      ['the kernels', kernels],
    ])('in float32: %s', async (_, own) => {
      await own.compile({ name: 'plain', outputs: { ...plain } });
      await own.compile({ name: 'weighed', outputs: { ...weighed } });
      const copy = () => Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, x.slice()]));
      const { outputs } = await own.run('plain', copy());
      const other = await own.run('weighed', { ...copy(), weights: ones.slice() });
      expect(other.outputs).toEqual(outputs);
    });
  });
});

describe('the phases', () => {
  const real = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
  const at = (step: number): LabelledStep => ({
    ...stepOf({ step, progress: step / 10, stream: Stream.root(1), real }),
    labels: Int32Array.of(1, -1, 0, -1),
  });
  const programs = (settings: object, step: number) =>
    build(settings).phases.flatMap((phase) => phase.begin(at(step))?.program.name ?? []);

  it('are weighed from half of the horizon on, with the optimizer counting on', () => {
    expect(programs({}, 7)).toEqual(['critic', 'generator']);
    expect(programs({ reweight: 'gold' }, 4)).toEqual(['critic', 'generator']);
    expect(programs({ reweight: 'gold' }, 5)).toEqual(['critic-reweighted', 'generator']);
    expect(programs({ reweight: 'gold', reweightFrom: 0.8 }, 7)).toEqual(['critic', 'generator']);
    const weighed = build({ reweight: 'gold' }).phases[1]!;
    expect(begin(weighed, at(5)).updates[0]).toMatchObject({ step: 6, learningRate: 2e-4, beta1: 0.5 });
  });

  it('get the same latents in a step, and the labels of the batch', () => {
    const [critic, generator] = build({}).phases;
    const [first, second] = [begin(critic!, at(3)), begin(generator!, at(3))];
    expect(first.feeds.latent).toEqual(second.feeds.latent);
    expect([...first.feeds.code!]).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
    expect(() => generator!.begin(at(4))).toThrow('no latents were drawn at step 4');
    expect(() => critic!.begin({ ...at(3), labels: Int32Array.of(0, 1, 2, -1) })).toThrow(
      'A label is class 2, but the model has 2 classes.',
    );
  });

  it('draw labelled rows besides the batch where it has less than one label on average', () => {
    // One of five rows in batches of four; of four rows it would be one label on average.
    const labels = Int32Array.of(-1, 1, -1, -1, -1);
    const { phases } = build({}, { labels });
    const { feeds: given } = begin(phases[0]!, at(0));
    expect([...given.labelled!]).toEqual([...real.subarray(2, 4), ...real.subarray(2, 4)]);
    expect([...given.code!]).toEqual([0, 1, 0, 1]);
    expect(begin(build({ labelledBatch: 0 }, { labels }).phases[0]!, at(0)).feeds.labelled).toBeUndefined();
    expect(begin(build({}, { labels: Int32Array.of(-1, 1, 0, -1) }).phases[0]!, at(0)).feeds.labelled).toBe(
      undefined,
    );
    expect(begin(build({ labelledBatch: 9 }, { labels }).phases[0]!, at(0)).feeds.labelled).toHaveLength(8);
  });
});

describe('the prior', () => {
  const labels = Int32Array.of(1, -1, 1, 0, 1);

  it('generates all classes alike, or as often as they are labelled', () => {
    expect([...build({}, { labels }).prior.mixing]).toEqual([0.5, 0.5]);
    const { prior } = build({ classes: 'empirical' }, { labels });
    expect([...prior.mixing]).toEqual([0.25, 0.75]);
    const { component, z } = prior.sample(1000, Stream.root(2));
    const ones = component.reduce((sum, c) => sum + c, 0) / 1000;
    // Within four standard deviations.
    expect(Math.abs(ones - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / 1000));
    expect([...z.subarray(2, 4)]).toEqual(component[0] === 1 ? [0, 1] : [1, 0]);
  });

  it('has the shares of the run where labels are not there any more', () => {
    const saved = build({ classes: 'empirical' }, { labels }).state!();
    expect([...build({ classes: 'empirical' }, { restored: saved }).prior.mixing]).toEqual([0.25, 0.75]);
  });
});
