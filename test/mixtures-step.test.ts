/** @file One whole step of small DeLiGAN, DeLiGAN+ and GM-GAN models, against PyTorch (test/golden/mixtures_step.py). */
import { describe, expect, it } from 'vitest';
import { methodNamed } from '../src/methods/index.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface MixtureCase extends MethodCase {
  readonly method: 'deligan' | 'deligan-plus' | 'gmgan';
  readonly variant?: 'static' | 'dynamic';
  readonly penalty: string;
  readonly sigmaWeight?: number;
  readonly classifierFrom?: number;
  readonly latent: number;
}

const golden = goldenCases<MixtureCase>('mixtures_step');

/** Component i mod K and the hashed noise of sample i, as rows of a network, or as latents of the static mixture. */
function drawsOf({ batch, latent: d, components: k }: MixtureCase, phase: string) {
  const e = noise(`latent/${phase}`, batch * d, 2);
  const means = noise('static/means', k * d);
  const component = Int32Array.from({ length: batch }, (_, i) => i % k);
  const row = (i: number) => e.subarray(i * d, (i + 1) * d);
  return {
    draws: Float32Array.from([...component].flatMap((c, i) => [c, ...row(i)])),
    latent: Float64Array.from(
      [...component].flatMap((c, i) => Array.from(row(i), (x, j) => means[c * d + j]! + 0.15 * x)),
    ),
    code: Float32Array.from(
      [...component].flatMap((c) => Array.from({ length: k }, (_, j) => (j === c ? 1 : 0))),
    ),
  };
}

function setupOf(given: MixtureCase): StepSetup {
  const model = modelOf(methodNamed(given.method), given);
  const context = contextOf(given);
  const runs = model.phases.filter((phase) => phase.begin(context as Parameters<typeof phase.begin>[0]));
  return {
    model: { ...model, phases: runs },
    begin(phase, exact) {
      const begun = begin(phase, context);
      const feeds: Record<string, Float32Array | Float64Array> = { ...begun.feeds };
      const drawn = drawsOf(given, phase.name);
      if (feeds.draws) feeds.draws = drawn.draws;
      if (feeds.code) feeds.code = drawn.code;
      if (feeds.latent) feeds.latent = exact ? drawn.latent : Float32Array.from(drawn.latent);
      if (feeds.epsilon) feeds.epsilon = Float32Array.from(unitNoise('mixing', given.batch));
      for (const [name, values] of Object.entries(feeds)) {
        if (name.endsWith('/start')) feeds[name] = Float32Array.from(noise(name, values.length));
      }
      return { ...begun, feeds: feeds as Record<string, Float32Array> };
    },
  };
}

describe(`a step of the methods with a mixture agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('moves the mixtures that learn, and feels every term', () => {
    for (const {
      name,
      method,
      variant,
      penalty,
      step,
      classifierFrom = Infinity,
      ...given
    } of golden.cases) {
      const last = step >= classifierFrom;
      const learns = !last && variant !== 'static';
      const moved = Object.keys(given.gradients).filter((tensor) => tensor.startsWith('prior/'));
      expect([name, moved.length]).toEqual([name, learns ? 2 : 0]);
      const scalars = Object.keys(given.outputs).filter((output) => !/^(critic|penalty)/.test(output));
      const terms = [
        last ? 'classifier' : 'generator',
        ...(method === 'deligan-plus' ? ['code'] : []),
        ...(given.sigmaWeight ? ['sigma'] : []),
      ];
      expect(scalars).toEqual(terms);
      for (const term of [...terms, ...(last || penalty === 'none' ? [] : ['penalty'])]) {
        expect(Math.abs((given.outputs[term] as number[])[0]!)).toBeGreaterThan(1e-3);
      }
    }
  });
});
