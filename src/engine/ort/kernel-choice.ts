/** @file Which programs of an engine run on our own kernels, and these programs as kernel calls. */
import { MixturaError } from '../../errors.js';
import type { DeviceName } from '../devices.js';
import { fitsKernels, suitKernels, suitsKernels } from '../kernels/cost.js';
import { type KernelPlan, planKernels } from '../kernels/plan.js';
import type { KernelProgram } from '../kernels/program.js';
import { withoutOnnxRuntime } from '../onnx-runtime.js';
import type { OptimisedProgram } from '../optimised-program.js';
import { convolves } from './lowering.js';

/** Which programs run on our own kernels: those that are faster so, none, or all that can. */
type KernelUse = 'auto' | 'never' | 'always';

/** Chooses by cost; each choice is made once a program. */
export class KernelChoice {
  readonly #kernels: KernelUse;
  readonly #planned = new WeakMap<OptimisedProgram, KernelProgram | undefined>();

  constructor(device: DeviceName, kernels: KernelUse) {
    // Our own kernels compute on the CPU.
    this.#kernels = device === 'cpu' ? kernels : 'never';
  }

  /** Whether all programs of a step run on kernels; if so, plans them. */
  planTogether(programs: readonly OptimisedProgram[]): boolean {
    if (this.#kernels === 'never' || programs.length === 0) return false;
    const plans = programs.flatMap((program) => planKernels(program) ?? []);
    const all = plans.length === programs.length && (this.#kernels === 'always' || suitKernels(plans));
    if (!all) return false;
    for (const [i, program] of programs.entries()) {
      this.#planned.set(program, kernelProgram(program.name, plans[i]!));
    }
    return true;
  }

  /** The program as kernel calls; undefined where it runs in ONNX Runtime. */
  kernelsOf(program: OptimisedProgram): KernelProgram | undefined {
    if (this.#kernels === 'never') return undefined;
    if (!this.#planned.has(program)) {
      const plan = planKernels(program);
      const chosen = plan && (this.#kernels === 'always' || suitsKernels(plan));
      this.#planned.set(program, chosen ? kernelProgram(program.name, plan) : undefined);
    }
    return this.#planned.get(program);
  }

  /**
   * A program that would run in ONNX Runtime as kernel calls, whatever they cost; `held` are the names of the engine's tensors.
   * @param problem why ONNX Runtime cannot be used (see {@link onnxRuntimeProblem}).
   * @throws a MixturaError where kernels cannot run it.
   */
  kernelsInstead(program: OptimisedProgram, problem: string, held: ReadonlySet<string>): KernelProgram {
    const plan = this.#kernels === 'never' ? undefined : planKernels(program);
    if (plan && fitsKernels(plan, held)) return kernelProgram(program.name, plan);
    throw new MixturaError(withoutOnnxRuntime(this.#needs(program, plan), problem));
  }

  #needs(program: OptimisedProgram, plan: KernelPlan | undefined): string {
    if (convolves([program])) return 'A network with convolutions needs';
    const cause = plan ? ' is too large for the kernels of Mixtura and' : '';
    return `The program '${program.name}' of this model${cause} needs`;
  }
}

/** A plan as it is sent to the device: with labels instead of expressions. */
function kernelProgram(name: string, plan: KernelPlan): KernelProgram {
  const calls = plan.calls.map(({ kernel, args, node }) => ({
    kernel,
    args,
    label: {
      operator: node.op,
      inputs: node.inputs.map(({ shape }) => shape as readonly number[]),
      output: node.shape as readonly number[],
    },
  }));
  return { ...plan, kind: 'kernels', name, calls };
}
