/** @file One whole step of small SLOGAN models with probes, against PyTorch (test/golden/probes_step.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elements, type Feeds } from '../src/engine/engine.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import {
  buildModel,
  contextOf,
  exactConstants,
  type GoldenCase,
  goldenPhase,
} from './support/golden-step.js';
import { noise } from './support/noise.js';

interface ProbeCase extends GoldenCase {
  /** Groups of the probes as they are given, and of the rows that are fed. */
  readonly marked: readonly number[];
  readonly groups: readonly number[];
}

const golden: { readonly torch: string; readonly cases: readonly ProbeCase[] } = JSON.parse(
  readFileSync(new URL('golden/probes_step.json', import.meta.url), 'utf8'),
);

function setupOf(given: ProbeCase): StepSetup {
  const size = elements(given.shape);
  const values = new Float32Array(given.marked.length * size);
  const model = buildModel(given, { probes: { values, component: Int32Array.from(given.marked) } });
  const rows = noise('probes', given.groups.length * size).map((x) => (given.range === 'real' ? 2 * x : x));
  return {
    model,
    begin(phase, exact) {
      const begun = goldenPhase(given, model, phase, contextOf(given));
      const single: Record<string, ArrayLike<number>> = { ...begun.feeds };
      if (single.probes) single.probes = Float32Array.from(rows);
      const constants = Object.entries(exactConstants(given, model)).filter(([name]) => name in single);
      const feeds = exact ? { ...single, ...Object.fromEntries(constants) } : single;
      return { ...begun, feeds: feeds as Feeds };
    },
  };
}

describe(`a step with probes agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });

  it('feels the probes, and their gradient in the means', () => {
    for (const { outputs } of golden.cases) {
      expect((outputs.probes as number[])[0]).toBeGreaterThan(0.1);
      expect(Math.hypot(...(outputs.probeMeans as number[]))).toBeGreaterThan(0.01);
    }
  });
});
