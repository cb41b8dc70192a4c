/** @file The worker thread of the ONNX Runtime engine: `session.run` blocks its thread, so it has one of its own. */
import { availableParallelism } from 'node:os';
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { type Device, OrtDevice } from '../cpu/device.js';
import type { DeviceOptions } from '../cpu/session.js';
import type { DeviceName } from '../devices.js';
import type { Feeds, GroupState } from '../engine.js';
import { WebGpuDevice } from '../webgpu/device.js';
import { type Request, Server } from './requests.js';

export type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string };

/** What the thread is started with. */
export interface WorkerData extends DeviceOptions {
  readonly device: DeviceName;
}

interface Message {
  readonly id: number;
  readonly request: Request;
}

const { device: name, ...options } = workerData as WorkerData;
const device: Device = name === 'webgpu' ? new WebGpuDevice(options) : new OrtDevice(options);
const server = new Server(device);

/** Frees arrays at once, instead of at some garbage collection: they are sent to where nobody is. */
function discard(buffers: readonly ArrayBuffer[]): void {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, buffers);
  port1.close();
}

/** The buffers of some arrays, each once: they may share one. */
function buffersOf(arrays: GroupState | Feeds): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map(({ buffer }) => buffer as ArrayBuffer))];
}

/** Answers that are sent together: waking the other thread takes a quarter of a millisecond. */
class Answers {
  #replies: Reply[] = [];
  #given: ArrayBuffer[] = [];

  add(reply: Reply, given: readonly ArrayBuffer[] = []): void {
    this.#replies.push(reply);
    this.#given.push(...given);
    if (this.#replies.length === MOST_TOGETHER) this.send();
  }

  send(): void {
    if (this.#replies.length === 0) return;
    parentPort!.postMessage(this.#replies, this.#given);
    [this.#replies, this.#given] = [[], []];
  }
}

const MOST_TOGETHER = 8;
/** Milliseconds of work after which an answer is sent at once: waking the other thread is little beside them. */
const LONG = 1;
const answers = new Answers();
const waiting: Message[] = [];
let busy = false;

async function answer({ id, request }: Message): Promise<void> {
  const began = performance.now();
  try {
    await server.answer(request, (value) => {
      // What a group holds comes in arrays of the answer's own: they are given away, not copied.
      answers.add(
        { id, value },
        request.kind === 'read' && name === 'cpu' ? buffersOf(value as GroupState) : [],
      );
      if (performance.now() - began > LONG) answers.send();
    });
  } catch (error) {
    answers.add({ id, error: error instanceof Error ? error.message : String(error) });
  }
  if (request.kind === 'write' && name === 'cpu') discard(buffersOf(request.state));
  if (request.kind === 'run' && request.discard) discard(buffersOf(request.feeds));
}

/** The next message that has come: of those that the event loop brought, else straight from the port. */
function next(port: MessagePort): Message | undefined {
  return waiting.shift() ?? receiveMessageOnPort(port)?.message;
}

/**
 * Milliseconds that the thread stays awake for the next request, where it has a core of its own: between two steps it comes
 * when the prior has been moved, and waking would take a tenth of a millisecond.
 */
const AWAKE = availableParallelism() > 1 ? 0.5 : 0;

/** The next message, waited for awake. */
function awaited(port: MessagePort): Message | undefined {
  for (const until = performance.now() + AWAKE; performance.now() < until; ) {
    const message = next(port);
    if (message) return message;
  }
  return undefined;
}

/** Answers one request after the other, in the order of their arrival, until none is left. */
async function work(port: MessagePort): Promise<void> {
  if (busy) return;
  busy = true;
  for (let message = next(port); message; ) {
    await answer(message);
    message = next(port);
    if (message) continue;
    answers.send();
    message = awaited(port);
  }
  busy = false;
}

parentPort?.on('message', (message: Message) => {
  waiting.push(message);
  void work(parentPort!);
});
