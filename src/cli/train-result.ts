/** @file What `mixtura train` prints when a run has ended. */
import type { TrainResult } from '../run/complete.js';
import { groupLines } from './groups.js';
import { duration } from './output.js';

/** The JSON object of `mixtura train --json`. */
export function resultJson({
  folder,
  run,
  step,
  seconds,
  msPerStep,
  groups,
  evaluation,
  files,
}: TrainResult): object {
  return {
    run: folder,
    method: run.method,
    seed: run.seed,
    steps: step,
    seconds,
    msPerStep,
    groups: groups.map(({ component, size, trueSize }) => ({
      component,
      size,
      ...(trueSize !== undefined && { trueSize }),
    })),
    metrics: evaluation.summary,
    files,
  };
}

/** The groups, the headline scores, the time and the report, for people. */
export function resultLines({ step, seconds, msPerStep, groups, evaluation, files }: TrainResult): string[] {
  const scores = Object.entries(evaluation.summary);
  return [
    '',
    ...groupLines(groups),
    '',
    ...(scores.length > 0
      ? [`  ${scores.map(([name, value]) => `${name} ${Number(value.toFixed(4))}`).join(' · ')}`]
      : []),
    `  ${step} steps in ${duration(seconds)} (${msPerStep.toFixed(2)} ms a step)`,
    ...(files.report === undefined ? [] : [`  report: ${files.report}`]),
  ];
}
