/** @file Lines of a text file, plain or gzipped, of any size: a piece at a time, so that little is in memory. */

import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { MixturaError } from '../../errors.js';

/** Longest line, in bytes. */
const MAX_LINE = 65536;
const PIECE = 2 ** 18;

/** Called with a line, `bytes[start .. end)` without its line end, and its number from 1. */
export type TakeLine = (bytes: Uint8Array, start: number, end: number, number: number) => void;

/**
 * Calls `take` with every line of a file; what it throws ends the reading.
 *
 * @param gzipped whether the file is to be unpacked.
 * @throws MixturaError naming the file if it cannot be read or unpacked, or has a line of more than 64 KiB.
 */
export async function readLines(path: string, gzipped: boolean, take: TakeLine): Promise<void> {
  const splitter = new LineSplitter(path, take);
  const file = createReadStream(path, { highWaterMark: PIECE });
  const unpacked = gzipped ? createGunzip({ chunkSize: PIECE }) : undefined;
  if (unpacked) file.on('error', (cause) => unpacked.destroy(cause)).pipe(unpacked);
  try {
    for await (const piece of unpacked ?? file) splitter.add(piece as Buffer);
    splitter.end();
  } catch (cause) {
    if (cause instanceof MixturaError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR')
      throw new MixturaError(`${path} is truncated: get the file again.`, { cause });
    if (code?.startsWith('Z_')) {
      throw new MixturaError(`${path} is damaged (${message}): get the file again.`, { cause });
    }
    throw new MixturaError(`${path} cannot be read (${message}): check its permissions.`, { cause });
  } finally {
    file.destroy();
  }
}

/** Size of a file in bytes. @throws MixturaError if there is none. */
export function fileSize(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new MixturaError(`${path} does not exist: check the name and the folder.`);
  if (!stats.isFile()) throw new MixturaError(`${path} is not a file: give the path of one data file.`);
  return stats.size;
}

const [LF, CR] = [10, 13];

class LineSplitter {
  readonly #path: string;
  readonly #take: TakeLine;
  #rest = new Uint8Array(0);
  #number = 1;

  constructor(path: string, take: TakeLine) {
    this.#path = path;
    this.#take = take;
  }

  add(piece: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.#line(bytes, start, end);
      start = end + 1;
    }
    if (bytes.length - start > MAX_LINE) this.#tooLong();
    this.#rest = Uint8Array.from(bytes.subarray(start));
  }

  end(): void {
    if (this.#rest.length > 0) this.#line(this.#rest, 0, this.#rest.length);
  }

  #line(bytes: Uint8Array, start: number, end: number): void {
    if (end - start > MAX_LINE) this.#tooLong();
    this.#take(bytes, start, bytes[end - 1] === CR && end > start ? end - 1 : end, this.#number++);
  }

  #tooLong(): never {
    throw new MixturaError(
      `${this.#path}, line ${this.#number} has more than ${MAX_LINE} bytes: give a text file of short lines.`,
    );
  }
}
