/** @file A training step as phases see it, made by hand. */
import { arrayDataset } from '../../src/data/dataset.js';
import { Stream } from '../../src/math/random.js';
import type { AnyModel } from '../../src/method/method.js';
import type { LabelledStep, Phase, PhaseStep, StepContext } from '../../src/method/step.js';

/** What a test says of a step. */
export interface StepParts {
  readonly step?: number;
  readonly progress?: number;
  readonly stream?: Stream;
  /** Values of the batch. */
  readonly real: Float32Array;
}

/** A step over a batch of these values, which are also all of the data, as points of two coordinates. */
export function stepOf({ step = 0, progress = 0, stream = Stream.root(0), real }: StepParts): StepContext {
  const values = real.length % 2 === 0 ? real : new Float32Array([...real, 0]);
  const samples = arrayDataset({
    name: 'batch',
    kind: 'points',
    shape: [2],
    range: 'real',
    values,
    source: 'a test',
  });
  const rows = Uint32Array.from({ length: samples.count }, (_, i) => i);
  return { step, progress, stream, rows, real: () => real.slice(), samples };
}

/** What a phase that does not pause runs at a step. */
export function begin(phase: Phase | AnyModel['phases'][number], step: StepContext): PhaseStep {
  const begun = phase.begin(step as LabelledStep);
  if (begun === undefined) throw new Error(`the phase ${phase.name} pauses at step ${step.step}`);
  return begun;
}
