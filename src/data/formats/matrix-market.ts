/** @file MatrixMarket: matrices as text, sparse (`coordinate`) or dense (`array`), plain or gzipped. */

import { MixturaError } from '../../errors.js';
import type { Content } from './content.js';
import { NUMBER } from './kinds/words.js';
import { MAX_BYTES, MAX_EXPANSION } from './limits.js';
import { duplicateEntry, fromTriplets, MAX_ENTRIES } from './sparse.js';
import { fileSize, readLines } from './text-lines.js';

const BANNER = '%%MatrixMarket';
/** Fewest bytes of a line: `1 1` of a pattern, `1` of a dense matrix, and the end of the line. */
const FEWEST_BYTES = { coordinate: 4, array: 2 } as const;
/** A matrix may have empty rows and columns, as many as this even in the smallest file. */
const FREE_ROWS = 2 ** 16;
const MAX_COMMENTS = 2 ** 24;
const [SPACE, TAB, PERCENT] = [32, 9, 37];

type Format = keyof typeof FEWEST_BYTES;

interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
}

/**
 * Reads a general matrix of real or whole numbers, or the pattern of one (whose entries are 1). Sparse matrices stay
 * sparse. The file is read a piece at a time, so that its text may be larger than memory.
 *
 * @param gzipped whether the file is to be unpacked.
 * @throws MixturaError naming the file, and the line where there is one, if it is empty, truncated, too long, not such
 * a file, claims more than it can hold, or has an entry that is no finite number, outside, or there twice.
 */
export async function readMatrixMarket(path: string, gzipped: boolean): Promise<Content> {
  const bytes = fileSize(path);
  if (bytes === 0) throw new MixturaError(`${path} is empty: get the file again.`);
  const reader = new MatrixReader(path, gzipped ? bytes * MAX_EXPANSION : bytes);
  await readLines(path, gzipped, (...line) => reader.line(...line));
  return reader.content();
}

class MatrixReader {
  readonly #path: string;
  /** Most bytes that the text can have. */
  readonly #textBytes: number;
  #format: Format | undefined;
  #pattern = false;
  #sizes: Sizes | undefined;
  #row = new Uint32Array(1024);
  #column = new Uint32Array(1024);
  #value = new Float64Array(1024);
  #count = 0;
  #comments = 0;

  constructor(path: string, textBytes: number) {
    this.#path = path;
    this.#textBytes = textBytes;
  }

  line(bytes: Uint8Array, start: number, end: number, number: number): void {
    if (number === 1) {
      this.#banner(text(bytes, start, end));
      return;
    }
    let at = start;
    while (at < end && isBlank(bytes[at]!)) at++;
    if (at === end || bytes[at] === PERCENT) {
      this.#comments += end - start + 1;
      if (this.#comments > MAX_COMMENTS) throw this.#bad('has more than 16 MiB of comments', number);
      return;
    }
    if (this.#sizes === undefined) this.#size(text(bytes, at, end), number);
    else this.#entry(bytes, at, end, number, this.#sizes);
  }

  content(): Content {
    const { rows, columns, entries } = this.#sizes ?? this.#missing();
    if (this.#count < entries) {
      throw new MixturaError(
        `${this.#path} is truncated: it promises ${entries} entries and has ${this.#count}; get the file again.`,
      );
    }
    const shape = [rows, columns];
    if (this.#format === 'array') return { shape, values: this.#inRowOrder(rows, columns) };
    const values = fromTriplets(rows, columns, {
      row: this.#row.subarray(0, this.#count),
      column: this.#column.subarray(0, this.#count),
      value: Float32Array.from(this.#value.subarray(0, this.#count)),
    });
    const twice = duplicateEntry(values);
    if (twice) {
      throw new MixturaError(
        `${this.#path} has the entry of row ${twice[0] + 1}, column ${twice[1] + 1} twice: remove one of them.`,
      );
    }
    return { shape, values };
  }

  #banner(line: string): void {
    const [banner, object, format, field, symmetry] = line.trim().split(/\s+/);
    if (banner !== BANNER || object?.toLowerCase() !== 'matrix') {
      throw new MixturaError(
        `${this.#path} is not a MatrixMarket file (it does not begin with "${BANNER} matrix"): give an .mtx file.`,
      );
    }
    const [form, kind, shape] = [format, field, symmetry].map((word) => word?.toLowerCase());
    if (form !== 'coordinate' && form !== 'array') throw this.#bad(`has the unknown format "${format}"`, 1);
    if (kind !== 'real' && kind !== 'integer' && kind !== 'double' && kind !== 'pattern') {
      throw this.#bad(`holds "${field}" values, and only real, integer and pattern are read`, 1);
    }
    if (shape !== 'general') throw this.#bad(`is "${symmetry}", and only general matrices are read`, 1);
    this.#format = form;
    this.#pattern = kind === 'pattern';
  }

  #size(line: string, number: number): void {
    const format = this.#format!;
    const words = line.trim().split(/\s+/);
    const sizes = words.map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
    const [rows = 0, columns = 0, entries = rows * columns] = sizes;
    if (words.length !== (format === 'array' ? 2 : 3) || sizes.some(Number.isNaN)) {
      throw this.#bad(`has "${line.slice(0, 40)}" where its sizes are expected`, number);
    }
    if (rows === 0 || columns === 0) throw this.#bad(`holds no samples (${rows} x ${columns})`, number);
    const most = Math.max(FREE_ROWS, this.#textBytes);
    const claims = `claims ${words.join(' x ')}, more than a file of its size can hold`;
    if (entries * FEWEST_BYTES[format] > this.#textBytes || rows > most || columns > most) {
      throw this.#bad(claims, number);
    }
    if (entries > MAX_ENTRIES || (format === 'array' && entries * 8 > MAX_BYTES))
      throw this.#bad(claims, number);
    this.#sizes = { rows, columns, entries };
  }

  #entry(bytes: Uint8Array, start: number, end: number, line: number, sizes: Sizes): void {
    if (this.#count === sizes.entries) {
      throw this.#bad(`has more than the ${sizes.entries} entries that it promises`, line);
    }
    if (this.#count === this.#value.length) this.#grow(sizes.entries);
    let at = start;
    if (this.#format === 'coordinate') {
      at = this.#index(bytes, at, end, this.#row, sizes.rows, line, 'row');
      at = this.#index(bytes, at, end, this.#column, sizes.columns, line, 'column');
    }
    const word = text(bytes, at, end).trim();
    const value = this.#pattern && word === '' ? 1 : NUMBER.test(word) ? Number(word) : Number.NaN;
    if (!Number.isFinite(Math.fround(value))) {
      throw this.#bad(
        `has "${text(bytes, start, end).trim().slice(0, 40)}", which is no finite number`,
        line,
      );
    }
    this.#value[this.#count++] = value;
  }

  /** Reads an index, counted from 1, into `into`; returns where its text ends. */
  #index(
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint32Array,
    most: number,
    line: number,
    what: string,
  ): number {
    let at = start;
    let value = 0;
    for (; at < end && bytes[at]! >= 48 && bytes[at]! <= 57; at++) value = 10 * value + bytes[at]! - 48;
    const complete = at > start && (at === end || isBlank(bytes[at]!));
    if (!complete || value < 1 || value > most) {
      const found = text(bytes, start, end).trim().split(/\s+/)[0]!.slice(0, 20);
      throw this.#bad(`has "${found}" where a ${what} from 1 to ${most} is expected`, line);
    }
    into[this.#count] = value - 1;
    while (at < end && isBlank(bytes[at]!)) at++;
    return at;
  }

  /** Grows with the entries that were read, not with the number that the header claims. */
  #grow(entries: number): void {
    const length = Math.min(entries, 2 * this.#count);
    const value = new Float64Array(length);
    value.set(this.#value);
    this.#value = value;
    if (this.#format === 'array') return;
    const [row, column] = [new Uint32Array(length), new Uint32Array(length)];
    row.set(this.#row);
    column.set(this.#column);
    [this.#row, this.#column] = [row, column];
  }

  #inRowOrder(rows: number, columns: number): Float64Array {
    const out = new Float64Array(rows * columns);
    for (let k = 0; k < out.length; k++) out[(k % rows) * columns + Math.floor(k / rows)] = this.#value[k]!;
    return out;
  }

  #missing(): never {
    throw new MixturaError(`${this.#path} is truncated: its sizes are missing; get the file again.`);
  }

  #bad(what: string, line: number): MixturaError {
    return new MixturaError(`${this.#path}, line ${line} ${what}: correct it or get the file again.`);
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
