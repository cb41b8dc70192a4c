/** @file One whole step of small supervised GM-GAN models, against PyTorch (test/golden/gmgan_supervised_step.py). */
import { describe, expect, it } from 'vitest';
import type { LabelledStep } from '../src/method/step.js';
import { gmganSupervised } from '../src/methods/gmgan-supervised.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise } from './support/noise.js';
import { begin } from './support/step.js';

interface SupervisedCase extends MethodCase {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly latent: number;
}

const golden = goldenCases<SupervisedCase>('gmgan_supervised_step');

/** Gaussian i mod K and the hashed noise of sample i, as rows of a network, or as latents of the static mixture. */
function drawsOf({ batch, latent: d, components: k }: SupervisedCase, phase: string) {
  const e = noise(`latent/${phase}`, batch * d, 2);
  const means = noise('static/means', k * d);
  const gaussians = Array.from({ length: batch }, (_, i) => i % k);
  const row = (i: number) => e.subarray(i * d, (i + 1) * d);
  return {
    draws: Float32Array.from(gaussians.flatMap((c, i) => [c, ...row(i)])),
    latent: Float64Array.from(
      gaussians.flatMap((c, i) => Array.from(row(i), (x, j) => means[c * d + j]! + 0.15 * x)),
    ),
    code: Float32Array.from(gaussians.flatMap((c) => Array.from({ length: k }, (_, j) => (j === c ? 1 : 0)))),
  };
}

function setupOf(given: SupervisedCase): StepSetup {
  const { classes, labels } = given;
  const model = modelOf(gmganSupervised, given, { classes });
  const step = { ...contextOf(given), labels: Int32Array.from(labels) } as LabelledStep;
  return {
    model,
    begin(phase, exact) {
      const begun = begin(phase, step);
      const drawn = drawsOf(given, phase.name);
      const feeds: Record<string, Float32Array | Float64Array> = { ...begun.feeds };
      if (feeds.draws) feeds.draws = drawn.draws;
      if (phase.name === 'generator') feeds.code = drawn.code;
      if (feeds.latent) feeds.latent = exact ? drawn.latent : Float32Array.from(drawn.latent);
      return { ...begun, feeds: feeds as Record<string, Float32Array> };
    },
  };
}

describe(`a step of supervised GM-GAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feeds the labels of the rows alone, and moves the Gaussians only where they learn', () => {
    const moved = golden.cases.map(({ gradients }) => 'prior/means' in gradients);
    expect(moved).toEqual([false, true, false, false]);
  });
});
