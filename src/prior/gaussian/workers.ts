/**
 * @file The threads that compute one mixture: the main thread and workers. Each takes the next component or panel when it
 * has finished one, so a worker that starts late, or not at all, only leaves more work to the others.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../wasm/built-file.js';
import type { WasmMemory } from '../../wasm/types.js';
import type { GaussianBlocks, Layout } from './memory.js';
import { type RunTask, TASKS, type TaskName } from './tasks.js';

/** What a worker is started with. */
export interface WorkerData {
  /** The buffer of {@link SharedTasks}. */
  readonly tasks: SharedArrayBuffer;
  readonly memory: WasmMemory;
  readonly layout: Layout;
  /** Which working space of the mixture is the worker's; the main thread has slot 0. */
  readonly slot: number;
}

/** The most items that a task is shared for. */
const MOST_ITEMS = 4096;

/** Indices of the words of {@link SharedTasks}. */
const WORD = {
  /** The number of the task (upper half) and how many of its items no thread has taken yet (lower half). */
  open: 0,
  /** Workers that compute an item, or are about to take one. */
  working: 1,
  /** Workers that sleep and have to be woken. */
  asleep: 2,
  /** Whether an item failed in a worker. */
  failed: 3,
  task: 4,
} as const;

/** The current task, its items and their results, in memory that all threads read and write. */
export class SharedTasks {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** The argument of the task. */
  readonly #argument: Float64Array;
  readonly #items: Int32Array;
  readonly #results: Int32Array;
  #count = 0;

  constructor(buffer = new SharedArrayBuffer(64 + 8 * MOST_ITEMS)) {
    this.buffer = buffer;
    this.#argument = new Float64Array(buffer, 0, 1);
    this.#words = new Int32Array(buffer, 8, 8);
    this.#items = new Int32Array(buffer, 64, MOST_ITEMS);
    this.#results = new Int32Array(buffer, 64 + 4 * MOST_ITEMS, MOST_ITEMS);
  }

  /**
   * Runs a task for each of these items, in this thread and the workers; returns their results in this order.
   * @throws where an item failed, or a worker did not finish its item within two minutes.
   */
  run(blocks: GaussianBlocks, task: TaskName, items: readonly number[], argument: number): Int32Array {
    const words = this.#words;
    // After a task that failed here, a worker may still compute one of its items.
    this.#close();
    this.#items.set(items);
    this.#argument[0] = argument;
    words[WORD.task] = TASK_NAMES.indexOf(task);
    words[WORD.failed] = 0;
    this.#count = (this.#count + 1) & 0x7fff;
    Atomics.store(words, WORD.open, (this.#count << 16) | items.length);
    if (Atomics.load(words, WORD.asleep) > 0) Atomics.notify(words, WORD.open);
    for (let open = this.#open(); hasItems(open); open = this.#open()) {
      if (this.#take(open)) this.#compute(blocks, open);
    }
    this.#close();
    if (Atomics.load(words, WORD.failed) === 1) throw new Error(`the task ${task} of a mixture failed`);
    return this.#results.slice(0, items.length);
  }

  /** Takes and computes items for ever; sleeps when there has been none for a while. For workers. */
  serve(blocks: GaussianBlocks): never {
    const words = this.#words;
    for (;;) {
      const open = this.#open();
      if (!hasItems(open)) {
        this.#wait(open);
        continue;
      }
      // While a worker counts as working the main thread starts no other task.
      Atomics.add(words, WORD.working, 1);
      try {
        if (this.#take(open)) this.#compute(blocks, open);
      } catch {
        Atomics.store(words, WORD.failed, 1);
      }
      Atomics.sub(words, WORD.working, 1);
    }
  }

  /** Withdraws the items that are left, and waits until no worker computes one. */
  #close(): void {
    const words = this.#words;
    Atomics.store(words, WORD.open, this.#count << 16);
    const began = performance.now();
    while (Atomics.load(words, WORD.working) > 0) {
      if (performance.now() - began > LOST) throw new Error('a worker thread of a mixture was lost');
    }
  }

  #open(): number {
    return Atomics.load(this.#words, WORD.open);
  }

  /** Takes the last of the open items; false where another thread took it, or the task is over. */
  #take(open: number): boolean {
    return Atomics.compareExchange(this.#words, WORD.open, open, open - 1) === open;
  }

  /** Computes the last of the open items. */
  #compute(blocks: GaussianBlocks, open: number): void {
    const at = (open & ITEMS) - 1;
    const task = TASKS[TASK_NAMES[this.#words[WORD.task]!]!];
    this.#results[at] = task(blocks, this.#items[at]!, this.#argument[0]!);
  }

  /** Waits for the next task: awake at first, since waking a thread takes as long as a small task. */
  #wait(open: number): void {
    for (const until = performance.now() + AWAKE; performance.now() < until; ) {
      if (this.#open() !== open) return;
    }
    Atomics.add(this.#words, WORD.asleep, 1);
    Atomics.wait(this.#words, WORD.open, open);
    Atomics.sub(this.#words, WORD.asleep, 1);
  }
}

/** The bits of {@link WORD.open} that count items. */
const ITEMS = 0xffff;
/** Milliseconds that a worker stays awake for the next task: those of one step follow each other at once. */
const AWAKE = 0.1;
/** Milliseconds after which a worker that computes one item counts as lost. */
const LOST = 120_000;

function hasItems(open: number): boolean {
  return (open & ITEMS) > 0;
}

const TASK_NAMES = Object.keys(TASKS) as TaskName[];

/** K d^3 from which on a mixture is shared among threads: below it, waking and waiting cost more than is gained. */
const WORTH_SHARING = 2 ** 22;

/** How many of the `threads` that are allowed are worth while for K components of d dimensions. */
export function worthwhileThreads(components: number, dim: number, threads: number): number {
  const worth = components <= MOST_ITEMS && components * dim ** 3 >= WORTH_SHARING;
  return worth ? Math.max(1, Math.min(threads, components, availableParallelism())) : 1;
}

/** The pool that has workers: a process has one at a time, since it has processors for one. */
let active: ThreadPool | undefined;

/**
 * The threads of one mixture. Workers are started with its first task. The first task of another mixture terminates them:
 * from then on this mixture is computed in the main thread alone, with the same bits.
 */
export class ThreadPool {
  readonly #blocks: GaussianBlocks;
  readonly #tasks = new SharedTasks();
  #workers: readonly Worker[] | undefined;

  constructor(blocks: GaussianBlocks) {
    this.#blocks = blocks;
  }

  /** Runs a task for each of these items; returns their results in this order. */
  readonly run: RunTask = (task, items, argument) => {
    if (!this.#workers) this.#start();
    if (this.#workers?.length === 0) return items.map((item) => TASKS[task](this.#blocks, item, argument));
    return this.#tasks.run(this.#blocks, task, items, argument);
  };

  #start(): void {
    active?.terminate();
    active = this;
    const { threads } = this.#blocks.layout;
    this.#workers = Array.from({ length: threads - 1 }, (_, i) => this.#startWorker(i + 1)).flat();
  }

  #startWorker(slot: number): Worker[] {
    const { memory, layout } = this.#blocks;
    const workerData: WorkerData = { tasks: this.#tasks.buffer, memory, layout, slot };
    try {
      // Some options of the process do not allow a worker to be started with them.
      const worker = new Worker(builtFile('prior/gaussian/worker.js'), { workerData, execArgv: [] });
      worker.unref();
      worker.on('error', () => {});
      return [worker];
    } catch {
      return [];
    }
  }

  /** Ends the workers; later tasks run in the main thread. */
  terminate(): void {
    for (const worker of this.#workers ?? []) void worker.terminate();
    this.#workers = [];
  }
}
