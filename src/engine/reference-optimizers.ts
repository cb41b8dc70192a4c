/** @file Adam and gradient descent in plain float64: slow, readable, what the kernels are tested against. */
import type { AdamOptions } from './optimizers.js';

/** The values, gradients and moments of one tensor. */
export interface ReferenceAdamState {
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  readonly moment1: Float64Array;
  readonly moment2: Float64Array;
}

/**
 * Step t = `step` (from 1) of Adam in place, with the formula of {@link OptimizerKernel.adam} in float64;
 * unlike the kernel it keeps the first moment also when beta1 is 0. Source: Kingma and Ba 2015, algorithm 1.
 */
export function referenceAdam(state: ReferenceAdamState, options: AdamOptions, step: number): void {
  const { learningRate, beta1, beta2, epsilon = 1e-8, weightDecay = 0 } = options;
  const { value, gradient, moment1, moment2 } = state;
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i]! + weightDecay * value[i]!;
    const m = beta1 * moment1[i]! + (1 - beta1) * g;
    const s = beta2 * moment2[i]! + (1 - beta2) * g * g;
    moment1[i] = m;
    moment2[i] = s;
    const unbiasedM = m / (1 - beta1 ** step);
    const unbiasedS = s / (1 - beta2 ** step);
    value[i]! -= (learningRate * unbiasedM) / (Math.sqrt(unbiasedS) + epsilon);
  }
}

/** One step of gradient descent in place, v <- v - lr g, in float64. */
export function referenceSgd(value: Float64Array, gradient: Float64Array, learningRate: number): void {
  for (let i = 0; i < value.length; i++) value[i]! -= learningRate * gradient[i]!;
}
