/** @file One whole step of InfoGAN and ClusterGAN in their authors' setting, against PyTorch (test/golden/originals_step.py). */
import { describe, expect, it } from 'vitest';
import { methodNamed } from '../src/methods/index.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { codedLatents, goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface OriginalCase extends MethodCase {
  readonly method: 'infogan-original' | 'clustergan-original';
  readonly range: 'unit';
  readonly noise: number;
  readonly continuous?: number;
}

const golden = goldenCases<OriginalCase>('originals_step');

/** Noise, continuous codes and the one-hot code i mod K of sample i. */
function latents(given: OriginalCase, phase: string): Float64Array {
  const { batch, components: k, noise: d, continuous = 0 } = given;
  return codedLatents(`latent/${phase}`, batch, d + continuous, k, 1);
}

function setupOf(given: OriginalCase): StepSetup {
  const model = modelOf(methodNamed(given.method), given);
  const context = contextOf(given);
  return {
    model,
    begin(phase) {
      const z = latents(given, phase.name);
      model.prior.sample = () => ({ z, component: new Int32Array(given.batch) });
      const begun = begin(phase, context);
      const epsilon = Float32Array.from(unitNoise('mixing', given.batch));
      return { ...begun, feeds: { ...begun.feeds, ...(begun.feeds.epsilon && { epsilon }) } };
    },
  };
}

describe(`a step in the authors' setting agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  // The other cases have no graph of their own beyond these.
  const exact = golden.cases.filter(({ name }) => !name.includes(','));
  it.each(exact)(
    'the reference engine, relative error below 1e-9: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
    },
    60_000,
  );

  it('feels every term', () => {
    for (const { outputs } of golden.cases) {
      for (const value of Object.values(outputs)) {
        expect(Math.abs((value as readonly number[])[0]!)).toBeGreaterThan(1e-3);
      }
    }
  });
});
