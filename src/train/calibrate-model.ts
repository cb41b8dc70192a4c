/** @file The calibration of a trained model, by its own samples. */
import { type Calibration, fitCalibration } from './calibration.js';
import type { Inference } from './inference.js';
import { TooFewKept } from './rejection.js';

/** Samples that a calibration is fitted to. */
const SAMPLES = 2000;

/**
 * Fits a calibration to a model's own samples, whose components are known: to the model alone, without data or labels.
 *
 * @returns nothing where the method does not assign, has one group, or keeps too few of its samples
 */
export async function calibrationOf(inference: Inference): Promise<Calibration | undefined> {
  const { components, mixing } = inference.prior;
  if (!inference.assigns || components < 2) return undefined;
  try {
    const drawn = await inference.sampleMixture(SAMPLES, 'calibration');
    const probabilities = await inference.probabilitiesOf(drawn.samples, 'own');
    return fitCalibration(probabilities, drawn.components, mixing);
  } catch (cause) {
    if (cause instanceof TooFewKept) return undefined;
    throw cause;
  }
}
