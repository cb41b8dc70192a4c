/** @file One whole step of AC-GAN and of GOLD's re-weighting against PyTorch (test/golden/acgan_step.py). */
import { describe, expect, it } from 'vitest';
import type { LabelledStep } from '../src/method/step.js';
import { acgan } from '../src/methods/acgan.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf } from './support/golden-step.js';
import { codedLatents, goldenCases, type MethodCase, modelOf } from './support/method-case.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

interface AcganCase extends MethodCase {
  readonly network: 'mlp' | 'grey' | 'colour';
  readonly noise: number;
  readonly labels: readonly number[];
  readonly labelledBatch?: number;
  /** Scale of the noise in the latents. */
  readonly spread?: number;
}

const golden = goldenCases<AcganCase>('acgan_step');

function setupOf(given: AcganCase): StepSetup {
  const { batch, components: k, labels } = given;
  const all = Int32Array.from(labels);
  const model = modelOf(acgan, given, given.labelledBatch ? { labels: all } : {});
  const z = codedLatents('latent', batch, given.noise, k, given.spread);
  model.prior.sample = () => ({ z, component: new Int32Array(batch) });
  const context: LabelledStep = { ...contextOf(given), labels: all };
  const runs = model.phases.filter((phase) => phase.begin(context) !== undefined);
  const left = model.networks.flatMap(({ buffers }) =>
    buffers.filter(({ name }) => name.endsWith('left-vector')),
  );
  return {
    model: { ...model, phases: runs },
    buffers: Object.fromEntries(
      left.map(({ name, shape }) => [name, Float32Array.from(noise(name, shape[0]!))]),
    ),
    begin(phase) {
      const begun = begin(phase, context);
      const feeds = Object.entries(begun.feeds).map(([name, value]) => {
        const drawn = name.endsWith('-dropout');
        return [
          name,
          drawn ? Float32Array.from(unitNoise(`${phase.name}/${name}`, value.length)) : value,
        ] as const;
      });
      return { ...begun, feeds: { ...Object.fromEntries(feeds), ...labelled(given, context) } };
    },
  };
}

/** Labelled samples besides the batch: its labelled rows in turn, instead of those that are drawn. */
function labelled(given: AcganCase, context: LabelledStep): Record<string, Float32Array> {
  const { labelledBatch: m = 0, components: k, shape } = given;
  if (m === 0) return {};
  const size = shape.reduce((n, dim) => n * dim, 1);
  const known = given.labels.flatMap((label, row) => (label < 0 ? [] : [row]));
  const [values, code, real] = [new Float32Array(m * size), new Float32Array(m * k), context.real()];
  for (let i = 0; i < m; i++) {
    const row = known[i % known.length]!;
    values.set(real.subarray(row * size, (row + 1) * size), i * size);
    code[i * k + given.labels[row]!] = 1;
  }
  return { labelled: values, code };
}

describe(`a step of AC-GAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  const small = golden.cases.filter(({ network }) => network === 'mlp');
  it.each(small)('our kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  // The convolutional cases agree to 1e-9 too, in a minute.
  it.each(small)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('has weights of both signs: clamped ones have another mean', () => {
    const mean = (name: string) =>
      (golden.cases.find((given) => given.name === name)!.outputs.weight as readonly number[])[0]!;
    const [plain, absolute] = [mean('mlp, gold'), mean('mlp, gold, clamp absolute')];
    expect(plain).toBeLessThan(-0.1);
    expect(absolute + plain).toBeGreaterThan(0.1);
    expect(mean('mlp, gold, power 0.5, clamp zero')).toBeGreaterThan(0.1);
    expect(golden.cases.find(({ name }) => name === 'mlp, gold, not yet')!.outputs.weight).toBeUndefined();
  });
});
