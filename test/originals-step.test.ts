/** @file One whole step of InfoGAN and ClusterGAN in their authors' setting, against PyTorch (test/golden/originals_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { methodNamed } from '../src/methods/index.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, type Stored } from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface OriginalCase {
  readonly name: string;
  readonly method: 'infogan-original' | 'clustergan-original';
  readonly shape: readonly number[];
  readonly range: 'unit';
  readonly components: number;
  readonly batch: number;
  readonly step: number;
  readonly horizon: number;
  readonly noise: number;
  readonly continuous?: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
}

const golden: { readonly torch: string; readonly cases: readonly OriginalCase[] } = JSON.parse(
  readFileSync(new URL('golden/originals_step.json', import.meta.url), 'utf8'),
);

/** Noise, continuous codes and the one-hot code i mod K of sample i. */
function latents(given: OriginalCase, phase: string): Float64Array {
  const { batch, components: k, noise: d, continuous = 0 } = given;
  const [entries, width] = [d + continuous, d + continuous + k];
  const drawn = noise(`latent/${phase}`, batch * entries);
  const z = new Float64Array(batch * width);
  for (let i = 0; i < batch; i++) {
    z.set(drawn.subarray(i * entries, (i + 1) * entries), i * width);
    z[i * width + entries + (i % k)] = 1;
  }
  return z;
}

function setupOf(given: OriginalCase): StepSetup {
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
