/** @file Whether a program is faster on our own kernels or in ONNX Runtime, by the costs that bench/kernels.mjs measures. */
import { sizeOf } from '../../graph/shape.js';
import type { KernelCall, KernelPlan } from './plan.js';
import { KERNEL_BYTES } from './workspace.js';

/** Floating-point operations a second: of our products (128-bit registers, one thread), and of ONNX Runtime's. */
const KERNEL_RATE = 3.7e10;
const SESSION_RATE = 1.5e11;
/** Seconds that ONNX Runtime needs for an operator, however small. */
const OPERATOR_COST = 3e-6;
/** Seconds a step for passing it to the worker thread that ONNX Runtime needs, and for the answer. */
const HANDING_OVER = 2e-4;

/**
 * Whether a program is faster on our kernels: its products there take less time than ONNX Runtime takes for the products
 * and for starting all operators. The choice depends on the graph alone, not on a measurement, so that a resumed run
 * makes the same one and gets the same bits.
 */
export function suitsKernels(plan: KernelPlan): boolean {
  const { kernels, sessions } = costOf(plan);
  return fits(plan) && kernels < sessions;
}

/** Whether a step is faster if all its programs run on our kernels, which saves passing it to a worker thread. */
export function suitKernels(plans: readonly KernelPlan[]): boolean {
  const costs = plans.map(costOf);
  const total = costs.reduce((sum, { kernels }) => sum + kernels, 0);
  const mixed = costs.reduce((sum, { kernels, sessions }) => sum + Math.min(kernels, sessions), HANDING_OVER);
  return plans.every(fits) && total < mixed;
}

/** Whether kernels can run a program at all, beside the constants of others; `held` are the names of the engine's tensors. */
export function fitsKernels(
  { scratchBytes, constants, inputs }: KernelPlan,
  held: ReadonlySet<string>,
): boolean {
  const fed = inputs.filter(({ name }) => !held.has(name));
  const floats = fed.reduce((sum, { shape }) => sum + sizeOf(shape), constants.length);
  return scratchBytes + floats * Float32Array.BYTES_PER_ELEMENT < (3 / 4) * KERNEL_BYTES;
}

/** Seconds on our kernels and in ONNX Runtime, roughly. */
function costOf({ calls }: KernelPlan): { readonly kernels: number; readonly sessions: number } {
  const flops = calls.reduce((sum, call) => sum + flopsOf(call), 0);
  return { kernels: flops / KERNEL_RATE, sessions: flops / SESSION_RATE + calls.length * OPERATOR_COST };
}

const fits = (plan: KernelPlan) => bytesOf(plan) < KERNEL_BYTES / 4;

/** The most bytes that a plan may need: all its inputs count, since any of them may be fed. */
function bytesOf({ scratchBytes, constants, inputs }: KernelPlan): number {
  const floats = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), constants.length);
  return scratchBytes + floats * Float32Array.BYTES_PER_ELEMENT;
}

function flopsOf({ kernel, node: { inputs, shape, attributes } }: KernelCall): number {
  if (kernel !== 'matmul') return 0;
  return 2 * sizeOf(shape) * (inputs[0]!.shape[attributes.transposeA ? 0 : 1] as number);
}
