/** @file One whole step of small InfoGAN, WGAN and ClusterGAN models, against PyTorch (test/golden/baselines_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { methodNamed } from '../src/methods/index.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, type Stored } from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface BaselineCase {
  readonly name: string;
  readonly method: 'infogan' | 'wgan' | 'clustergan';
  readonly shape: readonly number[];
  readonly range: 'unit' | 'signed' | 'real';
  readonly components: number;
  readonly batch: number;
  readonly step: number;
  readonly horizon: number;
  readonly latent: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
}

const golden: { readonly torch: string; readonly cases: readonly BaselineCase[] } = JSON.parse(
  readFileSync(new URL('golden/baselines_step.json', import.meta.url), 'utf8'),
);

/** WGAN: noise. The others: noise and the one-hot code i mod K of sample i. */
function latents({ method, batch, latent, components: k }: BaselineCase, phase: string): Float64Array {
  if (method === 'wgan') return noise(`latent/${phase}`, batch * latent, 2);
  const width = latent - k;
  const drawn = noise(`latent/${phase}`, batch * width, 2);
  const z = new Float64Array(batch * latent);
  for (let i = 0; i < batch; i++) {
    z.set(drawn.subarray(i * width, (i + 1) * width), i * latent);
    z[i * latent + width + (i % k)] = 1;
  }
  return z;
}

function setupOf(given: BaselineCase): StepSetup {
  const method = methodNamed(given.method);
  const known = Object.keys(method.settings.shape);
  const settings = Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key)));
  const model = method.build(method.settings.parse(settings), {
    data: { shape: given.shape, range: given.range },
    components: given.components,
    batch: given.batch,
    horizon: given.horizon,
    stream: Stream.root(0),
  });
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
