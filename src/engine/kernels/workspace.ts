/** @file Where intermediate results lie: memory is used again as soon as nobody reads what is in it. */
import { ALIGNMENT, aligned } from '../../wasm/layout.js';
import type { Place } from './rules.js';

/** Plans a scratch memory by hand-outs and returns; blocks of a size go to the next request of that size. */
export class ScratchPlan {
  #end = 0;
  readonly #free = new Map<number, number[]>();

  /** Bytes of memory that the plan needs. */
  get bytes(): number {
    return this.#end;
  }

  /** A block of at least this many bytes; the one returned last is still in the cache. */
  take(bytes: number): Place {
    const size = blockBytes(bytes);
    const offset = this.#free.get(size)?.pop() ?? this.#end;
    if (offset === this.#end) this.#end += size;
    return { base: 'scratch', offset };
  }

  /** Gives a block of {@link take} back. */
  release({ offset }: Place, bytes: number): void {
    const size = blockBytes(bytes);
    const free = this.#free.get(size) ?? [];
    free.push(offset);
    this.#free.set(size, free);
  }
}

const blockBytes = (bytes: number) => Math.max(ALIGNMENT, aligned(bytes));
