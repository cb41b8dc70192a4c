/** @file Adam at a constant rate, as authors train whose methods have no schedule. */
import type { Optimizer } from './phase.js';

/** Rate and decays of Adam. */
export interface AdamRates {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
}

/** Adam whose rate stays as it is from the first step to the last. */
export function constantAdam({ learningRate, beta1, beta2 }: AdamRates): Optimizer {
  return ({ count }, group) => ({ kind: 'adam', group, learningRate, beta1, beta2, step: count });
}
