/** @file The worker thread of the ONNX Runtime engine: `session.run` blocks its thread, so it has one of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Feeds, GroupState, OptimizerUpdate, TensorGroup } from './engine.js';
import { type DeviceOptions, type LoweredProgram, OrtDevice } from './ort-device.js';

export type Request =
  | { readonly kind: 'allocate'; readonly groups: readonly TensorGroup[] }
  | { readonly kind: 'compile'; readonly program: LoweredProgram }
  | {
      readonly kind: 'run';
      readonly program: string;
      readonly feeds: Feeds;
      readonly updates: readonly OptimizerUpdate[];
    }
  | { readonly kind: 'read'; readonly group: string }
  | { readonly kind: 'write'; readonly group: string; readonly state: GroupState }
  | { readonly kind: 'close' };

export type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string };

const device = new OrtDevice(workerData as DeviceOptions);

async function serve(request: Request): Promise<unknown> {
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

// One request at a time, in the order of their arrival.
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  last = last.then(async () => {
    let reply: Reply;
    try {
      reply = { id, value: await serve(request) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? error.message : String(error) };
    }
    parentPort?.postMessage(reply);
  });
});
