/** @file One whole step of small Elastic-InfoGAN models, against PyTorch (test/golden/elastic_step.py). */
import { describe, expect, it } from 'vitest';
import { elasticInfogan } from '../src/methods/elastic-infogan.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { codedLatents, goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise } from './support/noise.js';
import { begin } from './support/step.js';

interface ElasticCase extends MethodCase {
  readonly range: 'unit';
  readonly noise: number;
}

const golden = goldenCases<ElasticCase>('elastic_step');

function setupOf(given: ElasticCase): StepSetup {
  const model = modelOf(elasticInfogan, given);
  const context = contextOf(given);
  const unit = (values: Float64Array) => values.map((x) => (x + 1) / 2);
  return {
    model,
    begin(phase, exact) {
      const z = codedLatents(`latent/${phase.name}`, given.batch, given.noise, given.components);
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
