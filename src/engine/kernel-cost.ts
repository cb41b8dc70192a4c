/** @file Whether a program is faster on our own kernels or in ONNX Runtime: by what either costs (bench/kernels.mjs). */
import { sizeOf } from '../graph/shape.js';
import type { KernelCall, KernelPlan } from './kernel-plan.js';
import { KERNEL_BYTES } from './kernel-program.js';

/** Floating-point operations a second: of our products (128-bit registers, one thread), and of ONNX Runtime's. */
const KERNEL_RATE = 3.7e10;
const SESSION_RATE = 1.5e11;
/** Seconds that ONNX Runtime needs for an operator, however small. */
const OPERATOR_COST = 3e-6;

/**
 * Whether the products take our kernels no longer than ONNX Runtime takes for them and for starting all operators. A rule
 * of the graph alone, not of a trial, so that a run that goes on later makes the same choice and gets the same bits.
 */
export function suitsKernels(plan: KernelPlan): boolean {
  const flops = plan.calls.reduce((sum, call) => sum + flopsOf(call), 0);
  const sessions = flops / SESSION_RATE + plan.calls.length * OPERATOR_COST;
  return bytesOf(plan) < KERNEL_BYTES / 4 && flops / KERNEL_RATE < sessions;
}

/** Bytes that a plan may need: which inputs are fed, it does not know. */
function bytesOf({ scratchBytes, constants, inputs }: KernelPlan): number {
  const floats = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), constants.length);
  return scratchBytes + floats * Float32Array.BYTES_PER_ELEMENT;
}

function flopsOf({ kernel, node: { inputs, shape, attributes } }: KernelCall): number {
  if (kernel !== 'matmul') return 0;
  return 2 * sizeOf(shape) * (inputs[0]!.shape[attributes.transposeA ? 0 : 1] as number);
}
