/** @file The requests of an engine to the device that runs its programs, and how a device answers them. */

import type { Device } from '../cpu/device.js';
import type { LoweredModel } from '../cpu/session.js';
import type { Feeds, GroupLayout, GroupState, OptimizerUpdate, RunResult } from '../engine.js';
import type { GradientSets } from '../gradient-sharing.js';
import type { KernelProgram } from '../kernels/program.js';
import { onnxRuntimeProblem } from '../onnx-runtime.js';

/** A request of an engine to its device. */
export type Request =
  | {
      readonly kind: 'allocate';
      readonly groups: readonly GroupLayout[];
      readonly gradientSets: GradientSets;
    }
  /** Answered by {@link onnxRuntimeProblem}, in the thread of the device. */
  | { readonly kind: 'runtime' }
  | { readonly kind: 'compile'; readonly model: LoweredModel | KernelProgram }
  | { readonly kind: 'release'; readonly model: string }
  | {
      readonly kind: 'run';
      readonly program: string;
      readonly feeds: Feeds;
      readonly updates: readonly OptimizerUpdate[];
      /** Whether to free the memory of the feeds right after the run instead of at some garbage collection. */
      readonly discard: boolean;
    }
  | { readonly kind: 'read'; readonly group: string }
  | { readonly kind: 'write'; readonly group: string; readonly state: GroupState }
  | { readonly kind: 'close' };

/** Answers requests by a device, one after the other. */
export class Server {
  readonly #device: Device;
  /** Milliseconds of optimizer updates that no result has reported yet. */
  #optimizer = 0;
  /** The error of an update that failed after its run had been answered: the next request fails with it. */
  #failed: unknown;

  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Answers a request. The outputs of a run are delivered before its optimizer updates are made, so that the caller can
   * use them meanwhile.
   * @throws what the device throws; after a failed update, its error.
   */
  async answer(request: Request, deliver: (value: unknown) => void): Promise<void> {
    if (this.#failed !== undefined && request.kind !== 'close') throw this.#failed;
    if (request.kind !== 'run') return deliver(await this.#serve(request));
    const began = performance.now();
    const outputs = await this.#device.run(request.program, request.feeds);
    const computed = performance.now();
    const timing = { graph: computed - began, optimizer: this.#optimizer };
    deliver({ outputs, timing } satisfies RunResult);
    try {
      const done = this.#device.update(request.updates);
      // Awaiting what is already done would let the caller run first, and count its time as the optimizer's.
      if (done) await done;
    } catch (error) {
      this.#failed = error;
    }
    this.#optimizer = performance.now() - computed;
  }

  async #serve(request: Exclude<Request, { kind: 'run' }>): Promise<unknown> {
    switch (request.kind) {
      case 'allocate':
        return this.#device.allocate(request.groups, request.gradientSets);
      case 'runtime':
        return onnxRuntimeProblem();
      case 'compile':
        return this.#device.compile(request.model);
      case 'release':
        return this.#device.release?.(request.model);
      case 'read':
        return this.#device.read(request.group);
      case 'write':
        return this.#device.write(request.group, request.state);
      case 'close':
        return this.#device.close();
      default:
        throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
    }
  }
}
