/** @file One step without the trainer's overlaps: for comparisons of engines, measurements and tests. */
import type { Engine, ProgramOutputs } from '../engine/engine.js';
import type { AnyModel } from '../method/method.js';
import type { LabelledStep, StepContext } from '../method/step.js';

/** What a phase gave back. */
export interface PhaseResult {
  readonly phase: string;
  readonly outputs: ProgramOutputs;
}

/**
 * Begins all phases, then runs one after another to its end, in the order in which the trainer receives them. Phases of a
 * supervised method need a step with labels.
 */
export async function runPhases(
  engine: Engine,
  { phases }: Pick<AnyModel, 'phases'>,
  step: StepContext | LabelledStep,
): Promise<PhaseResult[]> {
  const begun = phases.map((phase) => ({ phase: phase.name, run: phase.begin(step as LabelledStep) }));
  const results: PhaseResult[] = [];
  for (const { phase, run } of begun) {
    if (run === undefined) continue;
    const { outputs } = await engine.run(run.program.name, run.feeds, run.updates);
    run.finish?.(outputs);
    results.push({ phase, outputs });
  }
  return results;
}
