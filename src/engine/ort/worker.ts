/** @file The worker thread of the ONNX Runtime engine: `session.run` blocks its thread, which must not be the main one. */
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
import { loadOnnxRuntime, onnxRuntimeProblem } from '../onnx-runtime.js';
import { type Request, Server } from './requests.js';

/** The answer to the request with the same id: a value or the message of an error. */
export type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string };

/** What the worker thread is started with. */
export interface WorkerData extends DeviceOptions {
  readonly device: DeviceName;
}

interface Message {
  readonly id: number;
  readonly request: Request;
}

const { device: name, ...options } = workerData as WorkerData;
const server = new Server(await openDevice());

async function openDevice(): Promise<Device> {
  if (name === 'webgpu') {
    await loadOnnxRuntime('The device webgpu needs');
    const { WebGpuDevice } = await import('../webgpu/device.js');
    return new WebGpuDevice(options);
  }
  // Most programs of this thread are for ONNX Runtime: it is loaded while they are lowered.
  void onnxRuntimeProblem();
  return new OrtDevice({ ...options, provider: name });
}

/** Frees arrays at once, instead of at some garbage collection: they are transferred to a port that is closed. */
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

/** Collects answers and sends them together: waking the main thread takes a quarter of a millisecond. */
class Answers {
  #replies: Reply[] = [];
  #transferred: ArrayBuffer[] = [];

  add(reply: Reply, transferred: readonly ArrayBuffer[] = []): void {
    this.#replies.push(reply);
    this.#transferred.push(...transferred);
    if (this.#replies.length === MOST_TOGETHER) this.send();
  }

  send(): void {
    if (this.#replies.length === 0) return;
    parentPort!.postMessage(this.#replies, this.#transferred);
    [this.#replies, this.#transferred] = [[], []];
  }
}

const MOST_TOGETHER = 8;
/** Milliseconds of work after which an answer is sent at once: waking the main thread then matters little. */
const LONG = 1;
const answers = new Answers();
const waiting: Message[] = [];
let busy = false;

async function answer({ id, request }: Message): Promise<void> {
  const began = performance.now();
  try {
    await server.answer(request, (value) => {
      // The arrays of a group's state were made for this answer: they are transferred, not copied.
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

/** The next message that has arrived: of those that the event loop delivered, else straight from the port. */
function next(port: MessagePort): Message | undefined {
  return waiting.shift() ?? receiveMessageOnPort(port)?.message;
}

/**
 * Milliseconds that the thread stays awake for the next request, where it has a core of its own: between two steps only
 * the prior is updated, and waking would take a tenth of a millisecond.
 */
const AWAKE = availableParallelism() > 1 ? 0.5 : 0;

/** The next message that arrives while the thread stays awake. */
function awaited(port: MessagePort): Message | undefined {
  for (const until = performance.now() + AWAKE; performance.now() < until; ) {
    const message = next(port);
    if (message) return message;
  }
  return undefined;
}

/** Answers requests one after the other, in the order of their arrival, until none is left. */
async function answerAll(port: MessagePort): Promise<void> {
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
  void answerAll(parentPort!);
});
