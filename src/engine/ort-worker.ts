/** @file The worker thread of the ONNX Runtime engine: `session.run` blocks its thread, so it has one of its own. */
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import type { DeviceName } from './devices.js';
import type { Feeds, GroupLayout, GroupState, OptimizerUpdate } from './engine.js';
import { type Device, type DeviceOptions, type LoweredModel, OrtDevice } from './ort-device.js';
import { WebGpuDevice } from './webgpu-device.js';

export type Request =
  | { readonly kind: 'allocate'; readonly groups: readonly GroupLayout[] }
  | { readonly kind: 'compile'; readonly model: LoweredModel }
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

/** What the thread is started with. */
export interface WorkerData extends DeviceOptions {
  readonly device: DeviceName;
}

const { device: name, ...options } = workerData as WorkerData;
const device: Device = name === 'webgpu' ? new WebGpuDevice(options) : new OrtDevice(options);

async function serve(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'allocate':
      return device.allocate(request.groups);
    case 'compile':
      return device.compile(request.model);
    case 'run':
      return device.run(request.program, request.feeds, request.updates);
    case 'read':
      return device.read(request.group);
    case 'write':
      await device.write(request.group, request.state);
      if (name === 'cpu') discard(buffersOf(request.state));
      return;
    case 'close':
      return device.close();
    default:
      throw new Error(`unknown request ${JSON.stringify(request satisfies never)}`);
  }
}

/** Frees arrays at once, instead of at some garbage collection: they are sent to where nobody is. */
function discard(buffers: readonly ArrayBuffer[]): void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, buffers);
  port1.close();
}

/** The buffers of what a group holds; none of an answer that is no such thing. */
function buffersOf(state: unknown): ArrayBuffer[] {
  return Object.values((state ?? {}) as GroupState).map(({ buffer }) => buffer as ArrayBuffer);
}

/** Waking the other thread takes a quarter of a millisecond: what is asked together is answered together. */
const MOST_TOGETHER = 8;
const waiting: Message[] = [];
let busy = false;

interface Message {
  readonly id: number;
  readonly request: Request;
}

async function answer({ id, request }: Message): Promise<Reply> {
  try {
    return { id, value: await serve(request) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The next message that has come: of those that the event loop brought, else straight from the port. */
function next(port: MessagePort): Message | undefined {
  return waiting.shift() ?? receiveMessageOnPort(port)?.message;
}

/** Answers one request after the other, in the order of their arrival, until none is left. */
async function work(port: MessagePort): Promise<void> {
  if (busy) return;
  busy = true;
  let replies: Reply[] = [];
  let given: ArrayBuffer[] = [];
  const send = () => {
    port.postMessage(replies, given);
    [replies, given] = [[], []];
  };
  for (let message = next(port); message; message = next(port)) {
    const reply = await answer(message);
    replies.push(reply);
    // What a group holds comes in arrays of the reply's own: they are given away, not copied.
    if (message.request.kind === 'read' && name === 'cpu') given.push(...buffersOf(reply.value));
    if (replies.length === MOST_TOGETHER) send();
  }
  if (replies.length > 0) send();
  busy = false;
}

parentPort?.on('message', (message: Message) => {
  waiting.push(message);
  void work(parentPort!);
});
