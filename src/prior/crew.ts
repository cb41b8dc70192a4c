/**
 * @file Threads that share the components or panels of a mixture among them: this one, and helpers that all mixtures of the
 * process have in common. Whoever is free takes the next one, so a helper that comes late only does less.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../engine/built-file.js';
import type { WasmMemory } from '../engine/wasm.js';
import type { GaussianBlocks, Layout } from './memory.js';
import { TASKS, type TaskName } from './tasks.js';

/** What helpers are told: of a mixture, before the first task over it, or that a mixture is no more. */
export type News =
  | { readonly mixture: number; readonly memory: WasmMemory; readonly layout: Layout }
  | { readonly mixture: number; readonly memory?: undefined };

/** What a helper is started with. */
export interface CrewData {
  readonly control: SharedArrayBuffer;
  /** Its place in the working space of mixtures; this thread's is 0. */
  readonly lane: number;
}

/** The most items that a task is shared for. */
const MOST_ITEMS = 4096;

/** Places in {@link Control.words}. */
export const WORD = {
  /** A count of the tasks so far (upper half) and the items that nobody has taken (lower half). */
  open: 0,
  /** Items that are done with. */
  done: 1,
  /** Helpers that sleep and have to be woken. */
  asleep: 2,
  /** Whether an item failed. */
  failed: 3,
  task: 4,
  mixture: 5,
} as const;

/** The words that all threads read and write. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  /** The number that a task takes. */
  readonly argument: Float64Array;
  /** Items of a task, and what came back. */
  readonly items: Int32Array;
  readonly results: Int32Array;

  constructor(buffer = new SharedArrayBuffer(64 + 8 * MOST_ITEMS)) {
    this.buffer = buffer;
    this.argument = new Float64Array(buffer, 0, 1);
    this.words = new Int32Array(buffer, 8, 8);
    this.items = new Int32Array(buffer, 64, MOST_ITEMS);
    this.results = new Int32Array(buffer, 64 + 4 * MOST_ITEMS, MOST_ITEMS);
  }

  /** Does items of the task that is under way until nobody finds one. */
  work(blocks: () => GaussianBlocks): void {
    for (let at = this.#take(); at !== undefined; at = this.#take()) {
      // Nothing of a task changes before all of its items are done with.
      try {
        const task = TASKS[TASK_NAMES[this.words[WORD.task]!]!];
        this.results[at] = task(blocks(), this.items[at]!, this.argument[0]!);
      } catch {
        Atomics.store(this.words, WORD.failed, 1);
      }
      Atomics.add(this.words, WORD.done, 1);
    }
  }

  /** The place of an item that nobody has taken. */
  #take(): number | undefined {
    for (;;) {
      const open = Atomics.load(this.words, WORD.open);
      const left = open & 0xffff;
      if (left === 0) return undefined;
      if (Atomics.compareExchange(this.words, WORD.open, open, open - 1) === open) return left - 1;
    }
  }
}

const TASK_NAMES = Object.keys(TASKS) as TaskName[];

/** K d^3 from which on a mixture is shared: below it, waking and waiting cost what is gained. */
const WORTH_SHARING = 2 ** 22;

/** Threads, of those there may be, that are worth their while for K components of d dimensions. */
export function worthwhileThreads(components: number, dim: number, threads: number): number {
  const worth = components <= MOST_ITEMS && components * dim ** 3 >= WORTH_SHARING;
  return worth ? Math.max(1, Math.min(threads, components, availableParallelism())) : 1;
}

const crews = new Map<number, Crew>();

/** The crew of so many threads; nothing for one. */
export function crewOf(threads: number): Crew | undefined {
  if (threads < 2) return undefined;
  const crew = crews.get(threads) ?? new Crew(threads);
  crews.set(threads, crew);
  return crew;
}

export class Crew {
  readonly #control = new Control();
  readonly #helpers: readonly Worker[];
  #tasks = 0;
  #mixtures = 0;
  readonly #numbers = new WeakMap<GaussianBlocks, number>();
  /** Helpers keep no memory alive of a mixture that is gone. */
  readonly #gone = new FinalizationRegistry<number>((mixture) => this.#tell({ mixture }));

  constructor(threads: number) {
    this.#helpers = Array.from({ length: threads - 1 }, (_, i) => {
      const workerData: CrewData = { control: this.#control.buffer, lane: i + 1 };
      const helper = new Worker(builtFile('../prior/crew-worker.js'), { workerData });
      // It does not keep the process alive, and without it the others do everything.
      helper.unref();
      helper.on('error', () => {});
      return helper;
    });
  }

  /** Does a task for each of these items; what it gave back, in their order. */
  each(blocks: GaussianBlocks, task: TaskName, items: readonly number[], argument: number): Int32Array {
    const control = this.#control;
    const { words } = control;
    const count = items.length;
    control.items.set(items);
    control.argument[0] = argument;
    words[WORD.task] = TASK_NAMES.indexOf(task);
    words[WORD.mixture] = this.#introduced(blocks);
    words[WORD.failed] = 0;
    Atomics.store(words, WORD.done, 0);
    this.#tasks = (this.#tasks + 1) & 0x7fff;
    Atomics.store(words, WORD.open, (this.#tasks << 16) | count);
    if (Atomics.load(words, WORD.asleep) > 0) Atomics.notify(words, WORD.open);
    control.work(() => blocks);
    while (Atomics.load(words, WORD.done) < count);
    if (Atomics.load(words, WORD.failed) === 1) throw new Error(`the task ${task} of a mixture failed`);
    return control.results.slice(0, count);
  }

  /** The number of a mixture, of which the helpers have been told. */
  #introduced(blocks: GaussianBlocks): number {
    const known = this.#numbers.get(blocks);
    if (known !== undefined) return known;
    const mixture = ++this.#mixtures;
    const { memory, layout } = blocks;
    this.#tell({ mixture, memory, layout });
    this.#numbers.set(blocks, mixture);
    this.#gone.register(blocks, mixture);
    return mixture;
  }

  #tell(news: News): void {
    for (const helper of this.#helpers) helper.postMessage(news);
  }
}
