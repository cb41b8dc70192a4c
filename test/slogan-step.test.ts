/** @file One whole training step of small models, against PyTorch in float64 (test/golden/slogan_step.py). */
import { describe, expect, it } from 'vitest';
import type { Feeds } from '../src/engine/engine.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import {
  buildModel,
  contextOf,
  exactConstants,
  type GoldenCase,
  golden,
  goldenPhase,
  relativeError,
} from './support/golden-step.js';
import { noise } from './support/noise.js';

function setupOf(given: GoldenCase): StepSetup {
  const model = buildModel(given);
  const context = contextOf(given);
  return {
    model,
    begin(phase, exact) {
      const begun = goldenPhase(given, model, phase, context);
      const single = begun.feeds;
      const constants = Object.entries(exactConstants(given, model)).filter(([name]) => name in single);
      // In float64 the constants are not rounded; the engine takes any array of numbers.
      const feeds = (exact ? { ...single, ...Object.fromEntries(constants) } : single) as Feeds;
      return { ...begun, feeds };
    },
  };
}

it('the hashed numbers are those of the golden script', () => {
  expect([...noise('check', 8)]).toEqual(golden.noise);
  expect([...noise('check', 8)].map(Math.fround)).toEqual(golden.noise);
});

describe(`a training step agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases.filter(({ network }) => network !== 'dcgan'))(
    'the kernels, float32, relative error below 1e-4: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
    },
  );

  it.each(golden.cases.filter(({ network }) => network !== 'dcgan'))(
    'the reference engine, relative error below 1e-9: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
    },
  );
});

describe('the golden steps', () => {
  it('exercise what they should: the penalty, the margin, every network and both critic losses', () => {
    for (const { outputs } of golden.cases) {
      expect((outputs.penalty as number[])[0]).toBeGreaterThan(0.01);
      expect(Math.abs((outputs.u2c as number[])[0]!)).toBeGreaterThan(0.01);
    }
    const [wasserstein, hinge] = golden.cases;
    expect(
      relativeError(
        '',
        hinge!.gradients['critic/0-dense/weight'] as number[],
        wasserstein!.gradients['critic/0-dense/weight']!,
      ),
    ).toBeGreaterThan(0.01);
  });
});
