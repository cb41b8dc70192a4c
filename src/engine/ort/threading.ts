/** @file Devices in a worker thread or inline, in the thread of the caller. Both answer requests in order. */
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../wasm/built-file.js';
import type { DeviceOptions } from '../cpu/session.js';
import { type Request, Server } from './requests.js';
import type { Reply, WorkerData } from './worker.js';

/** A device as its engine sees it: answers requests in the order in which they were made. */
export interface DeviceHandle {
  /**
   * Resolves with the answer, or rejects with the failure; after {@link close} it rejects every request. The buffers in
   * `transferred` may belong to the worker thread from then on.
   */
  send(request: Request, transferred?: readonly ArrayBuffer[]): Promise<unknown>;
  /** Frees everything. */
  close(): Promise<void>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A device in a worker thread: for operators that take long, during which the main thread does other work. */
export class WorkerDevice implements DeviceHandle {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  /** Why the thread takes no more requests; undefined while it does. */
  #ended: Error | undefined;

  constructor(workerData: WorkerData) {
    this.#worker = new Worker(builtFile('engine/ort/worker.js'), { workerData, execArgv: [] });
    // A thread with nothing to do keeps no program alive.
    this.#worker.unref();
    this.#worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', (code) => this.#fail(new Error(`the engine's thread ended (code ${code})`)));
  }

  send(request: Request, transferred: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request }, transferred);
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.send({ kind: 'close' });
    } finally {
      this.#fail(new Error('the engine is closed'));
      this.#worker.ref();
      await this.#worker.terminate();
    }
  }

  #settle({ id, value, error }: Reply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }

  /** Rejects all requests, those under way and later ones: a thread that ended would never answer. */
  #fail(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** Milliseconds of work after which pending timers, signals and streams are let run. */
const YIELD_AFTER = 8;

/** An inline device: for programs so short that waking a worker thread would take as long as running them. */
export class InlineDevice implements DeviceHandle {
  readonly #server: Promise<Server>;
  /** Settles when all requests so far are answered. */
  #last: Promise<unknown>;
  #yielded = performance.now();
  /** Settles when everything is freed. */
  #closed: Promise<unknown> | undefined;

  constructor(options: DeviceOptions) {
    this.#server = import('../cpu/device.js').then(({ OrtDevice }) => new Server(new OrtDevice(options)));
    this.#last = this.#server;
  }

  send(request: Request): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('the engine is closed'));
    return new Promise((resolve, reject) => {
      this.#last = this.#last.then(() => this.#answer(request, resolve)).catch(reject);
    });
  }

  async #answer(request: Request, deliver: (value: unknown) => void): Promise<void> {
    if (performance.now() - this.#yielded > YIELD_AFTER) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#yielded = performance.now();
    }
    await (await this.#server).answer(request, deliver);
  }

  async close(): Promise<void> {
    this.#closed ??= this.send({ kind: 'close' });
    await this.#closed;
  }
}
