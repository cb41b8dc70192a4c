/** @file Adam and gradient descent in place, by the WebAssembly kernels of `kernel/`. */
import { MixturaError } from '../errors.js';
import { kernelModule } from '../wasm/kernels.js';
import { Wasm, type WasmMemory } from '../wasm/types.js';

/** Settings of Adam (Kingma and Ba 2015), as in PyTorch. */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root of the second moment (default 1e-8). */
  readonly epsilon?: number;
  /** L2 penalty: this multiple of the value is added to its gradient (default 0). */
  readonly weightDecay?: number;
}

/** The blocks of one parameter, or of many laid end to end; all of one length, in the kernel's memory. */
export interface AdamState {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** Neither read nor written when beta1 is 0, where it would equal the gradient; may then be absent. */
  readonly moment1?: Float32Array;
  readonly moment2: Float32Array;
}

type Scalars7 = [number, number, number, number, number, number, number];

interface KernelExports {
  adam(value: number, gradient: number, moment1: number, moment2: number, n: number, ...rest: Scalars7): void;
  sgd(value: number, gradient: number, n: number, learningRate: number): void;
}

/**
 * Checks a step of Adam.
 * @throws a MixturaError for a step below 1, or where beta1 needs a first moment that is not kept.
 */
export function requireAdam({ beta1 }: Pick<AdamOptions, 'beta1'>, step: number, firstMoment: boolean): void {
  if (!(Number.isInteger(step) && step >= 1)) {
    throw new MixturaError(`Adam counts its steps from 1, but was given step ${step}; pass step + 1.`);
  }
  if (beta1 !== 0 && !firstMoment) {
    throw new MixturaError(
      `Adam with beta1 = ${beta1} needs a first moment; allocate one, or use beta1 = 0.`,
    );
  }
}

/** Optimizer steps over the blocks of one WebAssembly memory, in place and in one pass. */
export class OptimizerKernel {
  readonly #buffer: ArrayBuffer;
  readonly #kernel: KernelExports;

  /**
   * Binds the kernels to a memory (see {@link Arena}).
   * @throws a MixturaError where they were not built.
   */
  constructor(memory: WasmMemory) {
    this.#buffer = memory.buffer;
    this.#kernel = new Wasm.Instance(kernelModule(), { env: { memory } }).exports as KernelExports;
  }

  /**
   * Step t = `step` (from 1) of Adam: g' = g + weightDecay v; m <- beta1 m + (1 - beta1) g';
   * s <- beta2 s + (1 - beta2) g'^2; v <- v - lr/(1 - beta1^t) m / (sqrt(s / (1 - beta2^t)) + epsilon).
   * Source: Kingma and Ba 2015, algorithm 1; epsilon is placed as in torch.optim.Adam.
   * Moments are never subnormal, which keeps steps over dead units fast.
   * @throws a MixturaError for a block outside the memory, blocks of unequal length, a missing moment or a step below 1.
   */
  adam(state: AdamState, options: AdamOptions, step: number): void {
    const { learningRate, beta1, beta2, epsilon = 1e-8, weightDecay = 0 } = options;
    requireAdam(options, step, state.moment1 !== undefined);
    const n = state.value.length;
    this.#kernel.adam(
      this.#pointer('value', state.value, n),
      this.#pointer('gradient', state.gradient, n),
      state.moment1 ? this.#pointer('moment1', state.moment1, n) : 0,
      this.#pointer('moment2', state.moment2, n),
      n,
      learningRate,
      beta1,
      beta2,
      epsilon,
      1 - beta1 ** step,
      1 - beta2 ** step,
      weightDecay,
    );
  }

  /**
   * One step of gradient descent, v <- v - lr g.
   * @throws a MixturaError for a block outside the memory, or blocks of unequal length.
   */
  sgd(value: Float32Array, gradient: Float32Array, learningRate: number): void {
    const n = value.length;
    this.#kernel.sgd(
      this.#pointer('value', value, n),
      this.#pointer('gradient', gradient, n),
      n,
      learningRate,
    );
  }

  #pointer(role: string, block: Float32Array, length: number): number {
    if (block.buffer !== this.#buffer) {
      throw new MixturaError(
        `The optimizer's ${role} block lies outside its memory; allocate it from the arena.`,
      );
    }
    if (block.length !== length) {
      throw new MixturaError(
        `The optimizer's ${role} block has ${block.length} elements but value has ${length}; make them equal.`,
      );
    }
    return block.byteOffset;
  }
}
