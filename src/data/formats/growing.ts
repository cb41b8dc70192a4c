/** @file A list of numbers whose length is not known beforehand. */

/** A list of float64 that doubles its capacity when it is full; unlike an array it may hold any number of them. */
export class GrowingNumbers {
  #values = new Float64Array(1024);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  /** A copy of just the numbers. */
  toArray(): Float64Array {
    return this.#values.slice(0, this.#count);
  }
}
