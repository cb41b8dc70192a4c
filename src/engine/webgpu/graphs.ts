/**
 * @file Optimizer steps of a group of tensors, and its conversion to and from one flat array, as expressions: for devices
 * whose memory the kernels of `kernel/` cannot reach.
 *
 * Inputs and outputs have the names of what they stand for: a tensor its own name, the rest by {@link gradientName},
 * {@link momentName} and {@link FLAT}. Moments are flat: one array a group, tensor after tensor without gaps.
 */
import { concat, input, type Tensor } from '../../graph/tensor.js';
import { elements, type GroupLayout } from '../engine.js';
import type { AdamOptions } from '../optimizers.js';

/** Expressions by the name of their value. */
export type Expressions = Readonly<Record<string, Tensor>>;

/** Name of the flat array of all values of a group. */
export const FLAT = 'all:flat';

/** Name of the gradient of a tensor. */
export const gradientName = (tensor: string): string => `gradient:${tensor}`;

/** Name of the moments of a group. */
export const momentName = (order: 1 | 2, group: GroupLayout): string => `moment${order}:${group.name}`;

/** Number of elements of all tensors of a group. */
export function groupSize(group: GroupLayout): number {
  return group.tensors.reduce((n, { shape }) => n + elements(shape), 0);
}

/** Names of the factors that an optimizer takes at every step, inputs of shape []. */
const RATE = 'factor:rate';
const SCALE = 'factor:scale';

/** Factors of a step, by name. */
export type Factors = Readonly<Record<string, number>>;

/** The factors of Adam, which change from step to step, in float64: rate = lr / (1 - beta1^t), scale = 1 / sqrt(1 - beta2^t). */
export function adamFactors({ learningRate, beta1, beta2 }: AdamOptions, step: number): Factors {
  return { [RATE]: learningRate / (1 - beta1 ** step), [SCALE]: 1 / Math.sqrt(1 - beta2 ** step) };
}

/** The factors of gradient descent, which may change from step to step. */
export function sgdFactors(learningRate: number): Factors {
  return { [RATE]: learningRate };
}

/**
 * New values and moments after a step of Adam: g' = g + weightDecay v; m <- beta1 m + (1 - beta1) g';
 * s <- beta2 s + (1 - beta2) g'^2; v <- v - rate m / (scale sqrt(s) + epsilon), with the {@link adamFactors} as inputs
 * of shape []. With beta1 = 0 the first moment is the gradient itself and is not kept.
 * Source: Kingma and Ba 2015, algorithm 1, in PyTorch's form.
 */
export function adamExpressions(group: GroupLayout, options: Omit<AdamOptions, 'learningRate'>): Expressions {
  const { beta1, beta2, epsilon = 1e-8, weightDecay = 0 } = options;
  const moment = (order: 1 | 2) => input(momentName(order, group), [groupSize(group)]);
  const gradients = flat(group.tensors.map(({ name, shape }) => input(gradientName(name), shape)));
  const g = weightDecay === 0 ? gradients : gradients.add(flatValues(group).mul(weightDecay));
  const momentum = beta1 !== 0;
  const m = momentum ? blend(moment(1), g, beta1) : g;
  const s = blend(moment(2), g.square(), beta2);
  const denominator = s.sqrt().mul(input(SCALE, [])).add(epsilon);
  const steps = parts(group, m.mul(input(RATE, [])).div(denominator));
  return {
    ...descended(group, steps),
    ...(momentum && { [momentName(1, group)]: m }),
    [momentName(2, group)]: s,
  };
}

/** New values after a step of gradient descent, v <- v - rate g, with rate of {@link sgdFactors} as an input of shape []. */
export function sgdExpressions(group: GroupLayout): Expressions {
  const rate = input(RATE, []);
  const steps = group.tensors.map(({ name, shape }) => input(gradientName(name), shape).mul(rate));
  return descended(group, steps);
}

/** All values of a group as one array, {@link FLAT}. */
export function joinExpressions(group: GroupLayout): Expressions {
  return { [FLAT]: flatValues(group) };
}

/** The tensors of a group, cut from the input {@link FLAT}. */
export function splitExpressions(group: GroupLayout): Expressions {
  const pieces = parts(group, input(FLAT, [groupSize(group)]));
  return Object.fromEntries(group.tensors.map(({ name }, i) => [name, pieces[i]!]));
}

/** One of a group's moments, unchanged. */
export function momentExpressions(order: 1 | 2, group: GroupLayout): Expressions {
  const name = momentName(order, group);
  return { [name]: input(name, [groupSize(group)]) };
}

/** weight old + (1 - weight) recent. */
function blend(old: Tensor, recent: Tensor, weight: number): Tensor {
  return old.mul(weight).add(recent.mul(1 - weight));
}

function flatValues(group: GroupLayout): Tensor {
  return flat(group.tensors.map(({ name, shape }) => input(name, shape)));
}

function flat(tensors: readonly Tensor[]): Tensor {
  return concat(
    tensors.map((tensor) => tensor.reshape([elements(tensor.shape as readonly number[])])),
    0,
  );
}

/** A flat array, cut into tensors of the shapes of the group's. */
function parts(group: GroupLayout, array: Tensor): Tensor[] {
  let end = 0;
  return group.tensors.map(({ shape }) => {
    const start = end;
    end += elements(shape);
    return array.slice(0, start, end).reshape(shape);
  });
}

/** The values of a group after these steps downhill. */
function descended(group: GroupLayout, steps: readonly Tensor[]): Expressions {
  return Object.fromEntries(
    group.tensors.map(({ name, shape }, i) => [name, input(name, shape).sub(steps[i]!)]),
  );
}
