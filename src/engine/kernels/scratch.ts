/** @file Where intermediate results lie: memory is used again as soon as its value is read no more. */
import { ALIGNMENT, aligned } from '../../wasm/layout.js';
import type { Place } from './rules.js';

/** Plans a scratch memory: a block that was released goes to the next request of its size. */
export class ScratchPlan {
  #end = 0;
  readonly #free = new Map<number, number[]>();

  /** Bytes of memory that the plan needs. */
  get bytes(): number {
    return this.#end;
  }

  /** A block of at least this many bytes: if possible the one released last, which is still in the cache. */
  take(bytes: number): Place {
    const size = blockBytes(bytes);
    const offset = this.#free.get(size)?.pop() ?? this.#end;
    if (offset === this.#end) this.#end += size;
    return { base: 'scratch', offset };
  }

  /** Releases a block of {@link take}. */
  release({ offset }: Place, bytes: number): void {
    const size = blockBytes(bytes);
    const free = this.#free.get(size) ?? [];
    free.push(offset);
    this.#free.set(size, free);
  }
}

const blockBytes = (bytes: number) => Math.max(ALIGNMENT, aligned(bytes));
