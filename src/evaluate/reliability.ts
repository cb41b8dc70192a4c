/** @file Whether the probabilities of groups are as high as they are right: on new samples, and against labels. */
import { maximumWeightAssignment } from '../cluster/hungarian.js';
import { mostProbable } from '../cluster/most-probable.js';
import { type Reliability, reliability } from '../metrics/calibration-error.js';
import { type Score, type Split, scoresOf } from '../metrics/metric.js';
import type { Inference } from '../train/inference.js';
import { TooFewKept } from '../train/rejection.js';
import { classUnits, sumUnits } from './class-units.js';

/** Reliability curves: on generated samples, whose component is known, and on parts of the data, against their labels. */
export type ReliabilityCurves = Readonly<Partial<Record<'generated' | Split, Reliability>>>;

/** Curves with the scores that they come to. */
export interface ReliabilityScores {
  readonly scores: readonly Score[];
  readonly reliability: ReliabilityCurves;
}

/** New samples whose components are guessed; none of them served to calibrate. */
const SAMPLES = 5000;

/**
 * Calibration error on new samples, and the share that is assigned to the component that it was drawn from, or to its class
 * where components share one; nothing where the method does not assign, has one group, or keeps too few samples.
 *
 * @param split the part in whose names the scores stand, though they do not depend on the data
 */
export async function generatedReliability(
  inference: Inference,
  split: Split,
): Promise<ReliabilityScores | undefined> {
  if (!inference.assigns || inference.components < 2) return undefined;
  try {
    const drawn = await inference.sampleMixture(SAMPLES, 'evaluation', 'reliability');
    const units = classUnits(inference);
    const probabilities = sumUnits(await inference.probabilitiesOf(drawn.samples), units);
    const isOwn = (at: number, unit: number) => units.of[drawn.components[at]!] === unit;
    const generated = curveOf(probabilities, units.count, isOwn);
    const { error, accuracy } = generated;
    const how = { count: SAMPLES, protocol: 'component', split };
    return { scores: scoresOf({ ece: error, recognised: accuracy }, how), reliability: { generated } };
  } catch (cause) {
    if (cause instanceof TooFewKept) return undefined;
    throw cause;
  }
}

/**
 * The curve against labels, each group standing for the class that the best one-to-one naming gives it, as for ACC; a
 * group without a class is always wrong.
 *
 * @param probabilities n x K
 * @param labels class of each of the n rows, from 0
 */
export function labelReliability(probabilities: Float32Array, labels: Int32Array): Reliability {
  const components = probabilities.length / labels.length;
  const groups = mostProbable(probabilities, components);
  const classes = labels.reduce((top, label) => Math.max(top, label), 0) + 1;
  const counts = new Float64Array(components * classes);
  groups.forEach((group, i) => {
    counts[group * classes + labels[i]!]! += 1;
  });
  const { columnOfRow } = maximumWeightAssignment(counts, components, classes);
  return curveOf(probabilities, components, (at, group) => columnOfRow[group] === labels[at]);
}

/** The confidence of a row is the probability of its most probable group. */
function curveOf(
  probabilities: Float32Array,
  components: number,
  isRight: (at: number, group: number) => boolean,
): Reliability {
  const groups = mostProbable(probabilities, components);
  return reliability(
    Float64Array.from(groups, (group, i) => probabilities[i * components + group]!),
    Array.from(groups, (group, i) => isRight(i, group)),
  );
}
