/** @file What an engine asks of the device that runs its programs, in its own thread or in this one. */

import type { Device } from '../cpu/device.js';
import type { LoweredModel } from '../cpu/session.js';
import type { Feeds, GroupLayout, GroupState, OptimizerUpdate, RunResult } from '../engine.js';
import type { GradientRooms } from '../gradient-sharing.js';
import type { KernelProgram } from '../kernels/program.js';

export type Request =
  | {
      readonly kind: 'allocate';
      readonly groups: readonly GroupLayout[];
      readonly rooms: GradientRooms;
    }
  | { readonly kind: 'compile'; readonly model: LoweredModel | KernelProgram }
  | { readonly kind: 'release'; readonly model: string }
  | {
      readonly kind: 'run';
      readonly program: string;
      readonly feeds: Feeds;
      readonly updates: readonly OptimizerUpdate[];
      /** Whether the memory of the feeds is to be freed after the run: else it waits for the garbage collector. */
      readonly discard: boolean;
    }
  | { readonly kind: 'read'; readonly group: string }
  | { readonly kind: 'write'; readonly group: string; readonly state: GroupState }
  | { readonly kind: 'close' };

/** Lets a device answer requests, one after the other. */
export class Server {
  readonly #device: Device;
  /** Milliseconds of optimizer updates that no result has told yet. */
  #optimizer = 0;
  /** An update that failed after its run had been answered: the next request is told. */
  #failed: unknown;

  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Answers a request. The outputs of a run are delivered before its optimizer updates are made, so that whoever asked
   * can work on them meanwhile.
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
      // Where it is done already, waiting would only let the caller's work be counted as the optimizer's.
      if (done) await done;
    } catch (error) {
      this.#failed = error;
    }
    this.#optimizer = performance.now() - computed;
  }

  async #serve(request: Exclude<Request, { kind: 'run' }>): Promise<unknown> {
    switch (request.kind) {
      case 'allocate':
        return this.#device.allocate(request.groups, request.rooms);
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
