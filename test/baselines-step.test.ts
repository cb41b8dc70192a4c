/** @file One whole step of small InfoGAN, WGAN and ClusterGAN models, against PyTorch (test/golden/baselines_step.py). */
import { describe, expect, it } from 'vitest';
import { methodNamed } from '../src/methods/index.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { codedLatents, goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface BaselineCase extends MethodCase {
  readonly method: 'infogan' | 'wgan' | 'clustergan';
  readonly latent: number;
}

const golden = goldenCases<BaselineCase>('baselines_step');

/** WGAN: noise. The others: noise and the one-hot code i mod K of sample i. */
function latents({ method, batch, latent, components: k }: BaselineCase, phase: string): Float64Array {
  if (method === 'wgan') return noise(`latent/${phase}`, batch * latent, 2);
  return codedLatents(`latent/${phase}`, batch, latent - k, k);
}

function setupOf(given: BaselineCase): StepSetup {
  const model = modelOf(methodNamed(given.method), given);
  const context = contextOf(given);
  return {
    model,
    begin(phase) {
      const z = latents(given, phase.name);
      model.prior.sample = () => ({ z, component: new Int32Array(given.batch) });
      const begun = begin(phase, context);
      const feeds = { ...begun.feeds };
      if (feeds.epsilon) feeds.epsilon = Float32Array.from(unitNoise('mixing', given.batch));
      for (const [name, values] of Object.entries(feeds)) {
        if (name.endsWith('/start')) feeds[name] = Float32Array.from(noise(name, values.length));
      }
      return { ...begun, feeds };
    },
  };
}

describe(`a step of the compared methods agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feels the penalty, and the terms of the code and the noise where there are such', () => {
    const terms = { wgan: [], infogan: ['information'], clustergan: ['noise', 'code'] };
    for (const { method, outputs } of golden.cases) {
      expect((outputs.penalty as number[])[0]).toBeGreaterThan(0.01);
      const own = Object.keys(outputs).filter((name) => !/^(critic|penalty|generator)/.test(name));
      expect(own).toEqual(terms[method]);
      for (const name of own) expect(Math.abs((outputs[name] as number[])[0]!)).toBeGreaterThan(1e-3);
    }
  });
});
