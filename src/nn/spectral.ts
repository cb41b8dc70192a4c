/** @file Spectral normalisation as a projection after every optimizer step. */
import type { Tensor } from '../graph/tensor.js';
import type { Parameter } from './parameter.js';

const POWER_ITERATIONS = 2;

/** A name for the input that starts the power iteration of a weight. */
export function startName(parameter: Parameter): string {
  return `${parameter.name}/start`;
}

/**
 * W <- W / sigma(W), by the weight's name, with sigma = u W v after two power iterations v = W^T u / |W^T u|,
 * u = W v / |W v| from a random start u [rows, 1], which `startOf` declares for each weight. Two iterations underestimate
 * sigma, so that the projected norm lies in about 1.1 to 1.3.
 * Source: SLOGAN's published code (its synthetic encoder), not the usual re-parameterisation.
 */
export function spectralProjection(
  parameters: readonly Parameter[],
  startOf: (weight: Parameter) => Tensor,
): Map<string, Tensor> {
  return new Map(parameters.map((weight) => [weight.name, projected(weight.tensor, startOf(weight))]));
}

function projected(w: Tensor, start: Tensor): Tensor {
  let u = start;
  let v = u;
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    v = unit(w.matmul(u, { transposeA: true }));
    u = unit(w.matmul(v));
  }
  const sigma = u.mul(w.matmul(v)).sum();
  return w.div(sigma);
}

function unit(vector: Tensor): Tensor {
  return vector.div(vector.square().sum().add(1e-24).sqrt());
}
