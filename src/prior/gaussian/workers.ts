/**
 * @file Threads that share the components or panels of one mixture among them: this one, and helpers. Whoever is free takes
 * the next one, so a helper that comes late, or never, only leaves more to the others.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../wasm/built-file.js';
import type { WasmMemory } from '../../wasm/types.js';
import type { GaussianBlocks, Layout } from './memory.js';
import { TASKS, type TaskName } from './tasks.js';

/** What a helper is started with. */
export interface HelperData {
  readonly control: SharedArrayBuffer;
  readonly memory: WasmMemory;
  readonly layout: Layout;
  /** Its place in the working space of the mixture; this thread's is 0. */
  readonly lane: number;
}

/** The most items that a task is shared for. */
const MOST_ITEMS = 4096;

/** Places in {@link Control.words}. */
const WORD = {
  /** A count of the tasks so far (upper half) and the items that nobody has taken (lower half). */
  open: 0,
  /** Helpers that work on an item, or are about to take one. */
  working: 1,
  /** Helpers that sleep and have to be woken. */
  asleep: 2,
  /** Whether a helper's item failed. */
  failed: 3,
  task: 4,
} as const;

/** What all threads read and write. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** The number that a task takes. */
  readonly #argument: Float64Array;
  /** Items of a task, and what came back. */
  readonly #items: Int32Array;
  readonly #results: Int32Array;
  #tasks = 0;

  constructor(buffer = new SharedArrayBuffer(64 + 8 * MOST_ITEMS)) {
    this.buffer = buffer;
    this.#argument = new Float64Array(buffer, 0, 1);
    this.#words = new Int32Array(buffer, 8, 8);
    this.#items = new Int32Array(buffer, 64, MOST_ITEMS);
    this.#results = new Int32Array(buffer, 64 + 4 * MOST_ITEMS, MOST_ITEMS);
  }

  /** Does a task for each of these items, with the helpers; what it gave back, in their order. */
  each(blocks: GaussianBlocks, task: TaskName, items: readonly number[], argument: number): Int32Array {
    const words = this.#words;
    // After a task that was broken off, a helper may still be working on it.
    this.#close();
    this.#items.set(items);
    this.#argument[0] = argument;
    words[WORD.task] = TASK_NAMES.indexOf(task);
    words[WORD.failed] = 0;
    this.#tasks = (this.#tasks + 1) & 0x7fff;
    Atomics.store(words, WORD.open, (this.#tasks << 16) | items.length);
    if (Atomics.load(words, WORD.asleep) > 0) Atomics.notify(words, WORD.open);
    for (let open = this.#open(); isOpen(open); open = this.#open()) {
      if (this.#take(open)) this.#do(blocks, open);
    }
    this.#close();
    if (Atomics.load(words, WORD.failed) === 1) throw new Error(`the task ${task} of a mixture failed`);
    return this.#results.slice(0, items.length);
  }

  /** Helps with whatever there is to do, for ever; asleep while there is nothing for long. */
  help(blocks: GaussianBlocks): never {
    const words = this.#words;
    for (;;) {
      const open = this.#open();
      if (!isOpen(open)) {
        this.#rest(open);
        continue;
      }
      Atomics.add(words, WORD.working, 1);
      // Nothing of a task changes while somebody works on it.
      try {
        if (this.#take(open)) this.#do(blocks, open);
      } catch {
        Atomics.store(words, WORD.failed, 1);
      }
      Atomics.sub(words, WORD.working, 1);
    }
  }

  /** Waits until no helper works; there are no more items to take. */
  #close(): void {
    const words = this.#words;
    Atomics.store(words, WORD.open, this.#tasks << 16);
    const began = performance.now();
    while (Atomics.load(words, WORD.working) > 0) {
      if (performance.now() - began > LOST) throw new Error('a thread that helps with a mixture was lost');
    }
  }

  #open(): number {
    return Atomics.load(this.#words, WORD.open);
  }

  /** Whether the last of the open items is now this thread's; not, where another one took it or the task is over. */
  #take(open: number): boolean {
    return Atomics.compareExchange(this.#words, WORD.open, open, open - 1) === open;
  }

  /** Does the last of the open items. */
  #do(blocks: GaussianBlocks, open: number): void {
    const at = (open & ITEMS) - 1;
    const task = TASKS[TASK_NAMES[this.#words[WORD.task]!]!];
    this.#results[at] = task(blocks, this.#items[at]!, this.#argument[0]!);
  }

  /** Waits for the next task: awake at first, since waking takes as long as a small task. */
  #rest(open: number): void {
    for (const until = performance.now() + AWAKE; performance.now() < until; ) {
      if (this.#open() !== open) return;
    }
    Atomics.add(this.#words, WORD.asleep, 1);
    Atomics.wait(this.#words, WORD.open, open);
    Atomics.sub(this.#words, WORD.asleep, 1);
  }
}

/** The items that nobody has taken. */
const ITEMS = 0xffff;
/** Milliseconds that a helper stays awake for the next task: those of one step follow each other at once. */
const AWAKE = 0.1;
/** Milliseconds after which a helper that works on one item is given up. */
const LOST = 120_000;

function isOpen(open: number): boolean {
  return (open & ITEMS) > 0;
}

const TASK_NAMES = Object.keys(TASKS) as TaskName[];

/** K d^3 from which on a mixture is shared: below it, waking and waiting cost what is gained. */
const WORTH_SHARING = 2 ** 22;

/** The most threads, of those there may be, that are worth their while for K components of d dimensions. */
export function worthwhileThreads(components: number, dim: number, threads: number): number {
  const worth = components <= MOST_ITEMS && components * dim ** 3 >= WORTH_SHARING;
  return worth ? Math.max(1, Math.min(threads, components, availableParallelism())) : 1;
}

/** The crew that works; there are processors for one. */
let atWork: Crew | undefined;

/** The helpers of one mixture, started with its first task. The next mixture's take their place, and it goes on without. */
export class Crew {
  readonly #blocks: GaussianBlocks;
  readonly #control = new Control();
  #helpers: readonly Worker[] | undefined;

  constructor(blocks: GaussianBlocks) {
    this.#blocks = blocks;
  }

  /** Does a task for each of these items; what it gave back, in their order. */
  each(task: TaskName, items: readonly number[], argument: number): ArrayLike<number> {
    if (!this.#helpers) this.#start();
    if (this.#helpers?.length === 0) return items.map((item) => TASKS[task](this.#blocks, item, argument));
    return this.#control.each(this.#blocks, task, items, argument);
  }

  #start(): void {
    atWork?.dismiss();
    atWork = this;
    const { layout } = this.#blocks;
    this.#helpers = Array.from({ length: layout.threads - 1 }, (_, i) => this.#helper(i + 1)).flat();
  }

  #helper(lane: number): Worker[] {
    const { memory, layout } = this.#blocks;
    const workerData: HelperData = { control: this.#control.buffer, memory, layout, lane };
    try {
      // Options of the process may be such that no thread can be started with.
      const helper = new Worker(builtFile('prior/gaussian/worker.js'), { workerData, execArgv: [] });
      helper.unref();
      helper.on('error', () => {});
      return [helper];
    } catch {
      return [];
    }
  }

  /** Sends the helpers away; the mixture goes on without. */
  dismiss(): void {
    for (const helper of this.#helpers ?? []) void helper.terminate();
    this.#helpers = [];
  }
}
