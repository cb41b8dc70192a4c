/** @file One whole step of small JointVAE models, against PyTorch (test/golden/jointvae_step.py). */
import { describe, expect, it } from 'vitest';
import { capacitiesOf, jointvae } from '../src/methods/jointvae.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { goldenCases, type MethodCase, modelOf, settingsOf } from './support/method-case.js';
import { noise } from './support/noise.js';
import { begin } from './support/step.js';

interface VaeCase extends MethodCase {}

const golden = goldenCases<VaeCase>('jointvae_step');

function setupOf(given: VaeCase): StepSetup {
  const settings = settingsOf(jointvae, given);
  const model = modelOf(jointvae, given);
  const context = contextOf(given);
  return {
    model,
    begin(phase, exact) {
      const begun = begin(phase, context);
      const drawn: Record<string, (size: number) => Float64Array> = {
        noise: (size) => noise('noise', size, 2),
        gumbel: (size) => noise('gumbel', size, 2),
        continuous: () => Float64Array.of(capacitiesOf(settings, given.components)(given.step).continuous),
        discrete: () => Float64Array.of(capacitiesOf(settings, given.components)(given.step).discrete),
      };
      const feeds = Object.fromEntries(
        Object.entries(begun.feeds).map(([name, value]) => {
          const values = drawn[name]?.(value.length) ?? value;
          return [name, exact ? values : Float32Array.from(values)];
        }),
      );
      return { ...begun, feeds: feeds as typeof begun.feeds };
    },
  };
}

describe(`a step of JointVAE agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('lies on both sides of the capacities', () => {
    const sides = golden.cases.flatMap((given) => {
      const { continuous, discrete } = capacitiesOf(
        settingsOf(jointvae, given),
        given.components,
      )(given.step);
      const of = (name: string) => (given.outputs[name] as readonly number[])[0]!;
      return [Math.sign(of('continuousKl') - continuous), Math.sign(of('discreteKl') - discrete)];
    });
    expect(new Set(sides)).toEqual(new Set([-1, 1]));
  });
});
