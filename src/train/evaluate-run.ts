/** @file A trained run scored on its own data and on what was held out. */
import { join } from 'node:path';
import { usageError } from '../errors.js';
import type { Split } from '../metrics/metric.js';
import { writeFileAtomic } from './atomic-file.js';
import { type Evaluation, evaluate } from './evaluate.js';
import { reopenData } from './prepare.js';
import type { TrainedRun } from './trained.js';

export interface RunScores {
  /** Every metric under the name that carries its protocol. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly evaluations: Readonly<Partial<Record<Split, Evaluation>>>;
}

/**
 * Scores a run on the training data and, where there are any, on held-out data (or on one of them), and writes
 * `metrics.json` into the run folder.
 *
 * @throws a MixturaError if the data has changed, or has no held-out part where that is asked for
 */
export async function evaluateRun(
  { folder, run, step, inference }: TrainedRun,
  split?: Split,
): Promise<RunScores> {
  const dataset = await reopenData(run);
  if (split === 'test' && !dataset.test) {
    throw usageError(`${run.data.name} has no held-out data; leave out --split test.`);
  }
  const evaluations: Partial<Record<Split, Evaluation>> = {};
  if (split !== 'test') evaluations.train = await evaluate(inference, dataset, { split: 'train' });
  if (split !== 'train' && dataset.test) {
    evaluations.test = await evaluate(inference, dataset.test(), { split: 'test' });
  }
  const metrics = { ...evaluations.train?.metrics, ...evaluations.test?.metrics };
  writeFileAtomic(join(folder.path, 'metrics.json'), `${JSON.stringify({ step, metrics }, null, 2)}\n`);
  return { metrics, evaluations };
}
