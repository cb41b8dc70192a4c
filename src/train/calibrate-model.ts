/** @file The calibration of a trained model, by its own samples. */
import { type Calibration, fitCalibration } from './calibration.js';
import type { Inference } from './inference.js';
import { TooFewKept } from './rejection.js';

/** Samples that a calibration is fitted to. */
const SAMPLES = 2000;
/**
 * Where less is explained, the generator does not make the groups yet, or the encoder does not know them: its samples then
 * say nothing of the data, and all data would go to the largest group.
 */
const LEAST_EXPLAINED = 0.5;

/**
 * Fits a calibration to a model's own samples, whose components are known: to the model alone, without data or labels.
 *
 * @returns nothing where the method does not assign, has one group, or keeps too few of its samples, and where less
 * than half of the entropy of the components is explained
 */
export async function calibrationOf(inference: Inference): Promise<Calibration | undefined> {
  const { components, mixing } = inference.prior;
  if (!inference.assigns || components < 2) return undefined;
  try {
    const drawn = await inference.sampleMixture(SAMPLES, 'calibration');
    const probabilities = await inference.probabilitiesOf(drawn.samples, 'own');
    // Sizes that are weighed already are not weighed again: equal ones tell nothing.
    const { weighsSizes } = inference.graphs;
    const sizes = weighsSizes ? mixing.map(() => 1 / components) : mixing;
    const { explained, ...calibration } = fitCalibration(probabilities, drawn.components, sizes);
    if (explained < LEAST_EXPLAINED) return undefined;
    return weighsSizes ? { ...calibration, prior: 0 } : calibration;
  } catch (cause) {
    if (cause instanceof TooFewKept) return undefined;
    throw cause;
  }
}
