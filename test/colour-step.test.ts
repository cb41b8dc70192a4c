/** @file One whole step of small SLOGAN models for colour images, against PyTorch (test/golden/colour_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elements, type Feeds } from '../src/engine/engine.js';
import { cutoutMask } from '../src/nn/colour.js';
import { shiftTaps, type Taps, tapIndex } from '../src/nn/resampling.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import {
  buildModel,
  contextOf,
  exactConstants,
  type GoldenCase,
  goldenPhase,
} from './support/golden-step.js';
import { noise, unitNoise } from './support/noise.js';

interface ColourCase extends GoldenCase {
  readonly simclr: 'none' | 'generated' | 'real' | 'both';
}

const golden: { readonly torch: string; readonly cases: readonly ColourCase[] } = JSON.parse(
  readFileSync(new URL('golden/colour_step.json', import.meta.url), 'utf8'),
);

/** The draws of DiffAugment for n images, as the script has them. */
function augmentation(
  name: string,
  n: number,
  [channels, height, width]: readonly number[],
): Record<string, ArrayLike<number>> {
  const range = Array.from({ length: n }, (_, i) => i);
  const most = (side: number) => Math.floor(side / 8 + 0.5);
  const axis = (part: string, side: number, step: number) => {
    const shifts = range.map((i) => ((step * i) % (2 * most(side) + 1)) - most(side));
    const taps: Taps = shiftTaps(shifts, side);
    const index = (places: Int32Array) => tapIndex(places, channels!, side);
    return {
      [`${name}/${part}/first`]: index(taps.first),
      [`${name}/${part}/second`]: index(taps.second),
      [`${name}/${part}/firstWeight`]: taps.firstWeight,
      [`${name}/${part}/secondWeight`]: taps.secondWeight,
    };
  };
  const factor = (part: string, scale: number, middle: number) =>
    Array.from(noise(`${name}/${part}`, n, scale), (x) => middle + x);
  const side = Math.floor(height! / 2 + 0.5);
  const centres = range.map(
    (i) => [(7 * i + 3) % (height! + 1 - (side % 2)), (4 * i + 1) % (width! + 1 - (side % 2))] as const,
  );
  return {
    ...axis('rows', height!, 2),
    ...axis('columns', width!, 3),
    [`${name}/brightness`]: factor('brightness', 0.5, 0),
    [`${name}/saturation`]: factor('saturation', 1, 1),
    [`${name}/contrast`]: factor('contrast', 0.5, 1),
    [`${name}/cutout`]: cutoutMask(centres, side, [height!, width!]),
  };
}

function setupOf(given: ColourCase): StepSetup {
  const model = buildModel(given);
  const { batch, generatorBatch = batch, shape } = given;
  const draws: Record<string, ArrayLike<number>> = {
    'alr/magnitude': unitNoise('alr/magnitude', 2 * batch),
    'alr/direction': unitNoise('alr/direction', 2 * batch * elements(shape)),
    ...augmentation('simclr/generated', generatorBatch, shape),
    ...augmentation('simclr/real', batch, shape),
  };
  return {
    model,
    begin(phase, exact) {
      const begun = goldenPhase(given, model, phase, contextOf(given));
      const drawn = Object.entries(draws).filter(([name]) => name in begun.feeds);
      const single = {
        ...begun.feeds,
        ...Object.fromEntries(drawn.map(([name, values]) => [name, Float32Array.from(values)])),
      };
      const constants = Object.entries(exactConstants(given, model)).filter(([name]) => name in single);
      const feeds = exact ? { ...single, ...Object.fromEntries([...drawn, ...constants]) } : single;
      return { ...begun, feeds: feeds as Feeds };
    },
  };
}

describe(`a step for colour images agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('moves the generator and the prior the same with SimCLR and decay as without, and the encoder otherwise', async () => {
    const [given] = golden.cases as [ColourCase];
    const without = { ...given, simclr: 'none', encoderDecay: 0 } as ColourCase;
    const [own, plain] = [
      await goldenStep(setupOf(given), referenceProbe()),
      await goldenStep(setupOf(without), referenceProbe()),
    ];
    const of = (network: string, { gradients }: typeof own) =>
      Object.entries(gradients).filter(([name]) => name.startsWith(`${network}/`));
    expect(of('generator', own).length).toBeGreaterThan(20);
    expect(of('generator', own)).toEqual(of('generator', plain));
    expect(own.outputs.latentGradient).toEqual(plain.outputs.latentGradient);
    expect(own.priorChange).toEqual(plain.priorChange);
    expect(of('encoder', own)).not.toEqual(of('encoder', plain));
  });

  it('feels the penalty, U2C and SimCLR', () => {
    for (const { outputs, simclr } of golden.cases) {
      expect((outputs.penalty as number[])[0]).toBeGreaterThan(0.01);
      expect(Math.abs((outputs.u2c as number[])[0]!)).toBeGreaterThan(0.01);
      if (simclr !== 'none') expect((outputs.simclr as number[])[0]).toBeGreaterThan(0.1);
    }
  });
});
