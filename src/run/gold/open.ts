/** @file The GOLD estimator of a run, and what is said of its values. */
import type { ResolvedRun } from '../../config/schema.js';
import { MixturaError } from '../../errors.js';
import { GoldEstimator } from '../../evaluate/gold.js';
import type { Inference } from '../../train/inference.js';

/** A trained run; with its step where it may be too early. */
interface Trained {
  readonly inference: Inference;
  readonly run: Pick<ResolvedRun, 'method'> & {
    readonly dataset: Pick<ResolvedRun['dataset'], 'classNames'>;
  };
  readonly step?: number;
}

/**
 * Opens the estimator.
 *
 * @throws a MixturaError for a run whose method has no critic of samples whatever their group, or no group probabilities,
 * and before the step after which these are learned
 */
export async function openGold({ inference, run, step }: Trained): Promise<GoldEstimator> {
  const { assignsAfter = 0 } = inference.graphs;
  if (step !== undefined && assignsAfter > 0 && step <= assignsAfter) {
    throw new MixturaError(
      `The run has done ${step} steps, and ${run.method} learns probabilities of groups after step ${assignsAfter}, which GOLD needs; train it longer.`,
    );
  }
  return GoldEstimator.open(inference, undefined, run.dataset.classNames);
}

/** What is said of values that are no log density ratio; nothing where they are. */
export function orderNote({ densityRatio }: Pick<GoldEstimator, 'densityRatio'>): string | undefined {
  if (densityRatio) return undefined;
  return "The critic's loss gives no density ratio (bce and non-saturating do): GOLD only orders samples here, in deviations of the scores of generated ones.";
}
