/** @file What one pass over a data set gathers: statistics of the values, duplicates, constant features. */

import { createHash } from 'node:crypto';
import type { Numbers } from '../dataset.js';

/** Extremes, mean and deviation of the finite values; those that are not are counted. */
export class ValueStatistics {
  nonFinite = 0;
  private seen = 0;
  private mean = 0;
  private squares = 0;
  private min = Infinity;
  private max = -Infinity;

  add(values: Numbers): void {
    let [sum, finite] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      if (!Number.isFinite(x)) continue;
      if (x < this.min) this.min = x;
      if (x > this.max) this.max = x;
      sum += x;
      finite++;
    }
    this.nonFinite += values.length - finite;
    if (finite === 0) return;
    const mean = sum / finite;
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      if (Number.isFinite(x)) squares += (x - mean) ** 2;
    }
    // Chan's update: sums of squares about the mean, joined without cancellation.
    const delta = mean - this.mean;
    const total = this.seen + finite;
    this.squares += squares + (delta * delta * this.seen * finite) / total;
    this.mean += (delta * finite) / total;
    this.seen = total;
  }

  /** All NaN where no value is finite. */
  result(): { min: number; max: number; mean: number; deviation: number } {
    const { min, max, mean, squares, seen } = this;
    if (seen === 0) return { min: Number.NaN, max: Number.NaN, mean: Number.NaN, deviation: Number.NaN };
    return { min, max, mean, deviation: Math.sqrt(squares / seen) };
  }
}

/** Rows that equal an earlier one, by SHA-256 of their values. */
export class Duplicates {
  private readonly places = new Map<string, number>();
  private rows = 0;
  private count = 0;
  private first: readonly [number, number] | undefined;

  add(values: Numbers, size: number): void {
    // Adding 0 makes 0 of -0, which is equal and has other bytes.
    const unsigned = values.map((x) => x + 0);
    const bytes = Buffer.from(unsigned.buffer);
    const width = unsigned.BYTES_PER_ELEMENT;
    for (let start = 0; start < values.length; start += size) {
      const key = createHash('sha256')
        .update(bytes.subarray(width * start, width * (start + size)))
        .digest('base64');
      const earlier = this.places.get(key);
      this.rows++;
      if (earlier === undefined) this.places.set(key, this.rows);
      else {
        this.count++;
        this.first ??= [earlier, this.rows];
      }
    }
  }

  result(): { count: number; first?: readonly [number, number] } {
    return { count: this.count, ...(this.first && { first: this.first }) };
  }
}

/** Features whose value never changes. */
export class Features {
  private first: Numbers | undefined;
  private readonly varies: Uint8Array;

  constructor(private readonly size: number) {
    this.varies = new Uint8Array(size);
  }

  add(values: Numbers): void {
    this.first ??= values.slice(0, this.size);
    const { first, varies, size } = this;
    for (let start = 0; start < values.length; start += size) {
      for (let j = 0; j < size; j++) if (values[start + j] !== first[j]) varies[j] = 1;
    }
  }

  /** Places from 1. */
  constant(): number[] {
    return Array.from(this.varies, (varies, j) => (varies ? 0 : j + 1)).filter((place) => place > 0);
  }
}
