/** @file One whole step of small CD-GAN models against PyTorch (test/golden/cdgan_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { cdgan } from '../src/methods/cdgan.js';
import { cropTaps, type Taps, tapIndex } from '../src/nn/resampling.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, type Stored } from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface ContrastCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly range: 'unit' | 'signed' | 'real';
  readonly components: number;
  readonly batch: number;
  readonly encoderBatch?: number;
  readonly step: number;
  readonly horizon: number;
  readonly latent: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
}

const golden: { readonly torch: string; readonly cases: readonly ContrastCase[] } = JSON.parse(
  readFileSync(new URL('golden/cdgan_step.json', import.meta.url), 'utf8'),
);

function latents({ latent, components: k }: ContrastCase, phase: string, n: number): Float64Array {
  const width = latent - k;
  const drawn = noise(`latent/${phase}`, n * width, 2);
  const z = new Float64Array(n * latent);
  for (let i = 0; i < n; i++) {
    z.set(drawn.subarray(i * width, (i + 1) * width), i * latent);
    z[i * latent + width + (i % k)] = 1;
  }
  return z;
}

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
  const known = Object.entries(given).filter(([key]) => Object.hasOwn(cdgan.settings.shape, key));
  const model = cdgan.build(cdgan.settings.parse(Object.fromEntries(known)), {
    data: { shape: given.shape, range: given.range },
    ...{ components: given.components, batch: given.batch, horizon: given.horizon, stream: Stream.root(0) },
  });
  const context = contextOf(given);
  return {
    model,
    begin(phase) {
      const n = phase.name === 'encoder' ? (given.encoderBatch ?? given.batch) : given.batch;
      const z = latents(given, phase.name, n);
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
