/** @file What an engine asks of the device that runs its programs, in its own thread or in this one. */
import type { Feeds, GroupState, OptimizerUpdate, TensorGroup } from './engine.js';
import type { KernelProgram } from './kernel-program.js';
import type { Device, LoweredProgram } from './ort-device.js';

export type Request =
  | { readonly kind: 'allocate'; readonly groups: readonly TensorGroup[] }
  | { readonly kind: 'compile'; readonly program: LoweredProgram | KernelProgram }
  | {
      readonly kind: 'run';
      readonly program: string;
      readonly feeds: Feeds;
      readonly updates: readonly OptimizerUpdate[];
    }
  | { readonly kind: 'read'; readonly group: string }
  | { readonly kind: 'write'; readonly group: string; readonly state: GroupState }
  | { readonly kind: 'close' };

/** Lets a device answer a request. */
export async function serve(device: Device, request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'allocate':
      return device.allocate(request.groups);
    case 'compile':
      return device.compile(request.program);
    case 'run':
      return device.run(request.program, request.feeds, request.updates);
    case 'read':
      return device.read(request.group);
    case 'write':
      return device.write(request.group, request.state);
    case 'close':
      return device.close();
    default:
      throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
  }
}
