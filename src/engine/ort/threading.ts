/** @file Where a device lives: in a thread of its own, or in this one. Either answers requests in order. */
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../wasm/built-file.js';
import type { DeviceOptions } from '../cpu/session.js';
import { type Request, Server } from './requests.js';
import type { Reply, WorkerData } from './worker.js';

/** Answers the requests of an engine, in the order in which they were made. */
export interface Host {
  /**
   * Rejects with what went wrong; after {@link end}, everything. The buffers in `given` may belong to another thread from
   * then on.
   */
  send(request: Request, given?: readonly ArrayBuffer[]): Promise<unknown>;
  /** Frees everything. */
  end(): Promise<void>;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A device in a worker thread: for operators that take long, during which this thread does other work. */
export class ThreadHost implements Host {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  /** Why the thread takes no more requests. */
  #ended: Error | undefined;

  constructor(workerData: WorkerData) {
    this.#worker = new Worker(builtFile('engine/ort/worker.js'), { workerData });
    this.#worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', (code) => this.#fail(new Error(`the engine's thread ended (code ${code})`)));
  }

  send(request: Request, given: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request }, given);
    });
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.send({ kind: 'close' });
    } finally {
      this.#fail(new Error('the engine is closed'));
      await this.#worker.terminate();
    }
  }

  #settle({ id, value, error }: Reply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(error));
  }

  /** Rejects what is under way and all that is asked from now on: a thread that ended would never answer. */
  #fail(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

/** Milliseconds after which timers, signals and streams get their turn. */
const TURN = 8;

/** A device in this thread: for programs so short that waking another thread would take as long as running them. */
export class LocalHost implements Host {
  readonly #server: Promise<Server>;
  /** Settles when all requests so far are done with. */
  #last: Promise<unknown>;
  #turned = performance.now();
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
    if (performance.now() - this.#turned > TURN) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#turned = performance.now();
    }
    await (await this.#server).answer(request, deliver);
  }

  async end(): Promise<void> {
    this.#closed ??= this.send({ kind: 'close' });
    await this.#closed;
  }
}
