/** @file One whole step of small PGMGAN models, and of their partitioner, against PyTorch (test/golden/pgmgan_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TransformationsName } from '../src/data/transformations.js';
import { Stream } from '../src/math/random.js';
import type { BuildContext, Model } from '../src/method/method.js';
import type { StageModel } from '../src/method/stage.js';
import { pgmgan } from '../src/methods/pgmgan.js';
import { partitionerStage } from '../src/methods/stages/partitioner.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import { contextOf, hashedBuffers, type Stored } from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';
import { begin } from './support/step.js';

type Tensors = Readonly<Record<string, Stored>>;

interface GuidedCase {
  readonly name: string;
  readonly part: 'gan' | 'partitioner';
  readonly shape: readonly number[];
  readonly range: 'unit' | 'signed' | 'real';
  readonly components: number;
  readonly batch: number;
  readonly step: number;
  readonly horizon: number;
  /** What running variances are multiplied by. */
  readonly spread: number;
  readonly transformations?: TransformationsName | 'none';
  readonly entropyWeight?: number;
  readonly learningRate: number;
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
  readonly priorChange?: Tensors;
}

const golden: { readonly torch: string; readonly cases: readonly GuidedCase[] } = JSON.parse(
  readFileSync(new URL('golden/pgmgan_step.json', import.meta.url), 'utf8'),
);

const rowsOf = ({ batch }: GuidedCase) => Uint32Array.from({ length: batch }, (_, i) => i);

function built(given: GuidedCase): StageModel | Model {
  const { components: k, batch, transformations, entropyWeight, learningRate, horizon } = given;
  const context: BuildContext = {
    data: { shape: given.shape, range: given.range },
    ...{ components: k, batch, horizon, stream: Stream.root(0) },
    restored: { labels: { shape: [batch], data: Float64Array.from(rowsOf(given), (i) => i % k) } },
    neighbours: { k: 1, index: new Int32Array(batch), squared: new Float64Array(batch) },
  };
  if (given.part === 'gan') {
    const known = Object.entries(given).filter(([key]) => Object.hasOwn(pgmgan.settings.shape, key));
    return pgmgan.build(pgmgan.settings.parse(Object.fromEntries(known)), context);
  }
  const options = { steps: horizon, neighbours: 1, learningRate };
  return partitionerStage({
    ...options,
    ...{ transformations: transformations!, entropyWeight: entropyWeight! },
  }).build(context);
}

/** Hashed buffers of the encoder. */
function buffersOf(model: StageModel | Model, { spread }: GuidedCase): Record<string, Float32Array> {
  return hashedBuffers(model.networks.find(({ name }) => name === 'encoder')!.buffers, spread);
}

function setupOf(given: GuidedCase): StepSetup {
  const model = built(given);
  const context = { ...contextOf(given), rows: rowsOf(given) };
  const span = { signed: (x: number) => x, unit: (x: number) => (x + 1) / 2, real: (x: number) => 2 * x };
  const drawn = (phase: string, name: string, size: number): Float32Array | undefined => {
    if (name === 'near' || (name === 'rows' && given.transformations !== 'none'))
      return Float32Array.from(noise(name, size), span[given.range]);
    if (name === 'epsilon') return Float32Array.from(unitNoise('mixing', size));
    return name === 'noise' ? Float32Array.from(noise(`noise/${phase}`, size, 2)) : undefined;
  };
  return {
    model,
    buffers: buffersOf(model, given),
    begin(phase, exact) {
      // The neighbours of all rows are row 0 of the batch, whose values are replaced.
      const begun = begin(phase, { ...context, samples: { ...context.samples, read: () => {} } });
      const feeds = Object.fromEntries(
        Object.entries(begun.feeds).map(([name, values]) => {
          if (exact && name === 'guide weight')
            return [name, Float64Array.of(6 * Math.max(0, 1 - (2 * given.step) / given.horizon))];
          return [name, drawn(phase.name, name, values.length) ?? values];
        }),
      );
      return { ...begun, feeds: feeds as typeof begun.feeds };
    },
  };
}

describe(`a step of PGMGAN agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases.filter(({ shape }) => shape.length === 1))(
    'the kernels, float32, relative error below 1e-4: $name',
    async (given) => {
      expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
    },
  );

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feels the guide, which leaves the classifier as it is', () => {
    for (const { part, outputs, gradients } of golden.cases.filter((given) => given.part === 'gan')) {
      expect(part).toBe('gan');
      expect((outputs.guide as number[])[0]).toBeGreaterThan(0.01);
      expect(Object.keys(gradients).some((name) => name.startsWith('encoder/'))).toBe(false);
    }
  });
});
