/** @file The worker thread of the ONNX Runtime engine: `session.run` blocks its thread, so it has one of its own. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DeviceName } from './devices.js';
import { type Device, type DeviceOptions, OrtDevice } from './ort-device.js';
import { type Request, serve } from './requests.js';
import { WebGpuDevice } from './webgpu-device.js';

export type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string };

/** What the thread is started with. */
export interface WorkerData extends DeviceOptions {
  readonly device: DeviceName;
}

const { device: name, ...options } = workerData as WorkerData;
const device: Device = name === 'webgpu' ? new WebGpuDevice(options) : new OrtDevice(options);

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
    return { id, value: await serve(device, request) };
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
  for (let message = next(port); message; message = next(port)) {
    replies.push(await answer(message));
    if (replies.length < MOST_TOGETHER) continue;
    port.postMessage(replies);
    replies = [];
  }
  if (replies.length > 0) port.postMessage(replies);
  busy = false;
}

parentPort?.on('message', (message: Message) => {
  waiting.push(message);
  void work(parentPort!);
});
