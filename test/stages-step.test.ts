/** @file One whole step of the student, of the pretext, and of SLOGAN on a student, against PyTorch (test/golden/stages_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TransformationsName } from '../src/data/transformations.js';
import type { Feeds } from '../src/engine/engine.js';
import { Stream } from '../src/math/random.js';
import type { BuildContext, Model } from '../src/method/method.js';
import type { StageModel } from '../src/method/stage.js';
import type { Teaching } from '../src/method/trainable.js';
import { slogan } from '../src/methods/slogan.js';
import { pretextStage } from '../src/methods/stages/pretext.js';
import { studentStage } from '../src/methods/stages/student.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import {
  contextOf,
  exactConstants,
  type GoldenCase,
  hashedBuffers,
  type Stored,
} from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface StageCase extends GoldenCase {
  readonly stage: 'student' | 'pretext' | 'slogan';
  readonly transformations?: TransformationsName | 'none';
  /** What running variances are multiplied by. */
  readonly spread: number;
  readonly agreement?: number;
  readonly agreementAfter?: number;
}

const golden: { readonly torch: string; readonly cases: readonly StageCase[] } = JSON.parse(
  readFileSync(new URL('golden/stages_step.json', import.meta.url), 'utf8'),
);

const rowsOf = ({ batch }: StageCase) => Uint32Array.from({ length: batch }, (_, i) => i);

/** Row i is in group i mod K; row 2 is in none, and row 5 is not sure. */
function teachingOf(given: StageCase): Teaching {
  const { components: k } = given;
  return {
    group: Int32Array.from(rowsOf(given), (i) => (i === 2 ? -1 : i % k)),
    sure: Uint8Array.from(rowsOf(given), (i) => (i === 2 || i === 5 ? 0 : 1)),
    shares: new Float64Array(k).fill(1 / k),
  };
}

function built(given: StageCase): StageModel | Model {
  const { components: k, latent: d, transformations = 'none', agreement } = given;
  const context: BuildContext = {
    data: { shape: given.shape, range: given.range },
    components: k,
    batch: given.batch,
    horizon: given.horizon,
    stream: Stream.root(0),
    teaching: teachingOf(given),
  };
  if (given.stage === 'student') return studentStage(transformations, given.horizon).build(context);
  if (given.stage === 'pretext')
    return pretextStage(transformations as TransformationsName, 1).build(context);
  const known = Object.entries(given).filter(([key]) => Object.hasOwn(slogan.settings.shape, key));
  const settings = slogan.settings.parse({ ...Object.fromEntries(known), teacher: 'groups' });
  const spread = noise('prior/covariances', k * d * d, 0.125);
  const covariances = spread.map((value, at) => {
    const [c, i, j] = [Math.floor(at / (d * d)), Math.floor(at / d) % d, at % d];
    return (i === j ? 1 : 0) + value + spread[c * d * d + j * d + i]!;
  });
  const restored = {
    means: { shape: [k, d], data: noise('prior/means', k * d) },
    covariances: { shape: [k, d, d], data: covariances },
    logits: { shape: [k], data: noise('prior/logits', k) },
    agreement: { shape: [1], data: Float64Array.of(agreement!) },
  };
  return slogan.build(settings, { ...context, restored });
}

/** Hashed buffers of the encoder. */
function buffersOf(model: StageModel | Model, { spread }: StageCase): Record<string, Float32Array> {
  return hashedBuffers(model.networks.find(({ name }) => name === 'encoder')!.buffers, spread);
}

function setupOf(given: StageCase): StepSetup & { readonly model: StageModel | Model } {
  const context = { ...contextOf(given), rows: rowsOf(given) };
  const whole = built(given);
  const phases = whole.phases.filter((phase) => phase.begin(context) !== undefined);
  const model = { ...whole, phases };
  const span = { signed: (x: number) => x, unit: (x: number) => (x + 1) / 2, real: (x: number) => 2 * x };
  const drawn = (name: string, size: number): Float32Array | undefined => {
    if (['transformed', 'first', 'second'].includes(name))
      return Float32Array.from(noise(name, size), span[given.range]);
    if (name === 'epsilon') return Float32Array.from(unitNoise('mixing', size));
    return name === 'gumbel' ? Float32Array.from(noise(name, size, 2)) : undefined;
  };
  return {
    model,
    buffers: buffersOf(model, given),
    begin(phase, exact) {
      if ('prior' in model) {
        const z = noise(`latent/${phase.name}`, given.batch * given.latent, 2);
        const component = Int32Array.from(rowsOf(given), (i) => i % given.components);
        model.prior.sample = () => ({ z, component });
      }
      const begun = begin(phase, context);
      const feeds = Object.fromEntries(
        Object.entries(begun.feeds).map(([name, values]) => [name, drawn(name, values.length) ?? values]),
      );
      const constants = exact ? exactFeeds(given, model) : {};
      const known = Object.entries(constants).filter(([name]) => name in feeds);
      return { ...begun, feeds: { ...feeds, ...Object.fromEntries(known) } as Feeds };
    },
  };
}

/** What is fed in float32, in float64: constants of the prior, and targets and weights of a student. */
function exactFeeds(given: StageCase, model: StageModel | Model): Record<string, Float64Array> {
  if ('prior' in model) return exactConstants(given, model);
  const { components: k, batch } = given;
  const { group, sure } = teachingOf(given);
  const target = Float64Array.from({ length: batch * k }, (_, at) => {
    return 0.1 / k + (group[Math.floor(at / k)] === at % k ? 0.9 : 0);
  });
  const total = sure.reduce((a, b) => a + b, 0);
  return {
    ...{ target, weight: Float64Array.from(sure, (s) => s / total) },
    'own answers': Float64Array.of(given.step < 150 ? 0 : 1 / batch),
  };
}

describe(`a step of a stage agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    const setup = setupOf(given);
    expectStep(await goldenStep(setup, ortProbe('never')), given, 1e-4);
    if (given.agreementAfter === undefined) return;
    expect(setup.model.state!().agreement!.data[0]).toBeCloseTo(given.agreementAfter, 12);
  });

  it.each(golden.cases.filter(({ shape }) => shape.length === 1))(
    'the kernels, float32, relative error below 1e-4: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
    },
  );

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('moves all of a stage, and nothing of the encoder once a model stands on it', () => {
    const names = (part: Readonly<Record<string, Stored>>) => Object.keys(part);
    for (const { stage, gradients, updated } of golden.cases) {
      const encoder = names(gradients).filter((name) => name.startsWith('encoder/'));
      expect(encoder.length > 0).toBe(stage !== 'slogan');
      expect(names(updated).some((name) => name.startsWith('encoder/'))).toBe(true);
    }
  });
});
