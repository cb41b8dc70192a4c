/** @file A line on standard error that renews itself on a terminal, and is printed now and then elsewhere. */
import { note, writeStatus } from './output.js';

/** A plain line is printed about this often when standard error is no terminal. */
const PLAIN_SECONDS = 10;
const LIVE_SECONDS = 0.2;

/** The status of something that goes on, for the person at the keyboard. */
export class LiveLine {
  readonly #live = process.stderr.isTTY === true;
  #last = performance.now();
  #shown = false;

  /**
   * Shows the text in place of the last one, if it is time or `must`.
   * @param text is given the columns that there are: what is longer is cut
   */
  show(text: (columns: number) => string, must = false): void {
    const now = performance.now();
    if (now - this.#last < 1000 * (this.#live ? LIVE_SECONDS : PLAIN_SECONDS) && !must) return;
    this.#last = now;
    if (!this.#live) {
      note(text(Number.POSITIVE_INFINITY));
      return;
    }
    this.clear();
    const columns = (process.stderr.columns || 100) - 1;
    writeStatus(text(columns).slice(0, columns));
    this.#shown = true;
  }

  /** Takes the line away, before other text. */
  clear(): void {
    if (this.#shown) writeStatus('\r\x1b[K');
    this.#shown = false;
  }
}
