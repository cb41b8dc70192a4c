/** @file One whole step of small self-conditioned GANs against PyTorch (test/golden/scgan_step.py). */
import { describe, expect, it } from 'vitest';
import { scgan } from '../src/methods/scgan.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, type Stored } from './support/golden-step.js';
import { goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface ConditionalCase extends MethodCase {
  readonly embedding: number;
  readonly priorChange: Tensors;
}

const golden = goldenCases<ConditionalCase>('scgan_step');

function setupOf(given: ConditionalCase): StepSetup {
  const { batch, components: k } = given;
  const labels = Float64Array.from({ length: batch }, (_, i) => i % k);
  const model = modelOf(scgan, given, { restored: { labels: { shape: [batch], data: labels } } });
  const context = { ...contextOf(given), rows: Uint32Array.from({ length: batch }, (_, i) => i) };
  return {
    // The frozen copy takes no part in a step.
    model: { ...model, networks: model.networks.filter(({ name }) => name !== 'frozen') },
    begin(phase) {
      const begun = begin(phase, context);
      const feeds = { ...begun.feeds };
      feeds.noise = Float32Array.from(noise(`noise/${phase.name}`, feeds.noise!.length, 2));
      if (feeds.epsilon) feeds.epsilon = Float32Array.from(unitNoise('mixing', batch));
      return { ...begun, feeds };
    },
  };
}

describe(`a step of the self-conditioned GAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feels the penalty, and moves the embedding where there is one', () => {
    for (const { outputs, gradients, embedding } of golden.cases) {
      expect((outputs.penalty as number[])[0]).toBeGreaterThan(0.01);
      const table = gradients['embedding/table'] as number[] | undefined;
      expect(table !== undefined && Math.hypot(...table) > 1e-3).toBe(embedding > 0);
    }
  });
});
