/** @file One whole step of small Elastic-InfoGAN models, against PyTorch (test/golden/elastic_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { elasticInfogan } from '../src/methods/elastic-infogan.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, type Stored } from './support/golden-step.js';
import { noise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface ElasticCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly range: 'unit';
  readonly components: number;
  readonly batch: number;
  readonly step: number;
  readonly horizon: number;
  readonly noise: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
}

const golden: { readonly torch: string; readonly cases: readonly ElasticCase[] } = JSON.parse(
  readFileSync(new URL('golden/elastic_step.json', import.meta.url), 'utf8'),
);

/** Noise and the one-hot code i mod K of sample i. */
function codedLatents({ batch, components: k, noise: d }: ElasticCase, phase: string): Float64Array {
  const drawn = noise(`latent/${phase}`, batch * d, 2);
  const z = new Float64Array(batch * (d + k));
  for (let i = 0; i < batch; i++) {
    z.set(drawn.subarray(i * d, (i + 1) * d), i * (d + k));
    z[i * (d + k) + d + (i % k)] = 1;
  }
  return z;
}

function setupOf(given: ElasticCase): StepSetup {
  const known = Object.keys(elasticInfogan.settings.shape);
  const settings = Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key)));
  const model = elasticInfogan.build(elasticInfogan.settings.parse(settings), {
    data: { shape: given.shape, range: given.range },
    components: given.components,
    batch: given.batch,
    horizon: given.horizon,
    stream: Stream.root(0),
  });
  const context = contextOf(given);
  const unit = (values: Float64Array) => values.map((x) => (x + 1) / 2);
  return {
    model,
    begin(phase, exact) {
      const z = codedLatents(given, phase.name);
      model.prior.sample = () => ({ z, component: new Int32Array(given.batch) });
      const begun = begin(phase, context);
      const drawn: Record<string, (size: number) => Float64Array> = {
        noise: (size) => noise(`noise/${phase.name}`, size, 2),
        gumbel: (size) => noise(`gumbel/${phase.name}`, size, 2),
        transformed: (size) => unit(noise('transformed', size)),
        real: (size) => unit(noise('real', size)),
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

describe(`a step of Elastic-InfoGAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  // The other cases have no graph of their own beyond these.
  const exact = golden.cases.filter(({ name }) => name === '2020' || name.startsWith('draft, soft'));
  it.each(exact)(
    'the reference engine, relative error below 1e-9: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
    },
    60_000,
  );

  it('moves the trunk by the loss of D alone, and the class prior with the generator', () => {
    for (const { gradients, outputs } of golden.cases) {
      expect(Object.keys(gradients).some((name) => name.startsWith('trunk/'))).toBe(true);
      for (const value of Object.values(outputs)) {
        expect(Math.abs((value as readonly number[])[0]!)).toBeGreaterThan(1e-4);
      }
    }
    const [first] = golden.cases;
    const theta = first!.gradients['prior/theta'] as readonly number[];
    expect(Math.hypot(...theta)).toBeGreaterThan(1e-5);
    expect(theta.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
  });
});
