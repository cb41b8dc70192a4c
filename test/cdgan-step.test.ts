/** @file One whole step of small CD-GAN models against PyTorch (test/golden/cdgan_step.py). */
import { describe, expect, it } from 'vitest';
import { cdgan } from '../src/methods/cdgan.js';
import { cropTaps, type Taps, tapIndex } from '../src/nn/resampling.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { codedLatents, goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface ContrastCase extends MethodCase {
  readonly encoderBatch?: number;
  readonly latent: number;
}

const golden = goldenCases<ContrastCase>('cdgan_step');

/** Crops of 6x6 images, as the golden script draws them. */
function cropsOf(phase: string, n: number): Record<string, Float32Array> {
  const images = Array.from({ length: n }, (_, i) => i);
  const feeds = (axis: string, taps: Taps) => ({
    [`crop/${axis}/first`]: tapIndex(taps.first, 1, 6),
    [`crop/${axis}/second`]: tapIndex(taps.second, 1, 6),
    [`crop/${axis}/firstWeight`]: taps.firstWeight,
    [`crop/${axis}/secondWeight`]: taps.secondWeight,
  });
  const rows = images.map((i) =>
    i % 3 ? { start: (i + phase.length) % 4, length: 3 } : { start: 0, length: 6 },
  );
  const columns = images.map((i) => ({ start: i % 3 ? i % 3 : i % 4, length: 3, mirrored: i % 2 === 1 }));
  return { ...feeds('rows', cropTaps(rows, 6)), ...feeds('columns', cropTaps(columns, 6)) };
}

function setupOf(given: ContrastCase): StepSetup {
  const model = modelOf(cdgan, given);
  const context = contextOf(given);
  return {
    model,
    begin(phase) {
      const n = phase.name === 'encoder' ? (given.encoderBatch ?? given.batch) : given.batch;
      const { latent, components: k } = given;
      const z = codedLatents(`latent/${phase.name}`, n, latent - k, k);
      model.prior.sample = () => ({ z, component: new Int32Array(n) });
      const begun = begin(phase, context);
      const feeds = { ...begun.feeds };
      if (feeds.epsilon) feeds.epsilon = Float32Array.from(unitNoise('mixing', n));
      if (feeds.view) feeds.view = Float32Array.from(noise(`view/${phase.name}`, feeds.view.length));
      if (feeds['crop/rows/first']) Object.assign(feeds, cropsOf(phase.name, n));
      return { ...begun, feeds };
    },
  };
}

describe(`a step of CD-GAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feels every term', () => {
    for (const { outputs } of golden.cases) {
      for (const name of ['penalty', 'contrast', 'noise', 'encoder'])
        expect(Math.abs((outputs[name] as number[])[0]!)).toBeGreaterThan(1e-2);
    }
  });
});
