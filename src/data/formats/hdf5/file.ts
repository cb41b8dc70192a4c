/** @file One HDF5 file in memory, read by h5wasm: its contents, numbers and words; every size is checked before it is read. */

import type { Attribute, Dataset, File, Group, Metadata } from 'h5wasm';
import { MixturaError } from '../../../errors.js';
import type { ArrayEntry } from '../choose-array.js';
import { wordOf } from '../labels.js';
import { elementCount, requirePlausible } from '../limits.js';
import { optionalPackage } from '../optional-package.js';

/** Numbers with their sizes. */
export interface Hdf5Numbers {
  readonly shape: readonly number[];
  readonly values: Uint8Array | Float32Array | Float64Array;
}

type Loaded = typeof import('h5wasm');
type Numeric = Exclude<Hdf5Numbers['values'], never>;

/** Classes of types, as the format numbers them. */
const [INTEGER, FLOAT, STRING, ENUM] = [0, 1, 3, 8];
const SIGNATURE = '\x89HDF\r\n\x1a\n';
const SLAB_BYTES = 2 ** 26;
const MAX_ATTRIBUTE_BYTES = 2 ** 20;
const MAX_DEPTH = 8;
const MAX_ENTRIES = 10_000;

/** Whether the bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).toString('latin1') === SIGNATURE;
}

/** An open file; h5wasm keeps it in memory until it is closed. */
export class Hdf5File {
  static #opened = 0;
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly #module: Loaded;
  readonly #name: string;
  readonly #file: File;

  private constructor(module: Loaded, name: string, file: File, path: string, bytes: number) {
    this.#module = module;
    this.#name = name;
    this.#file = file;
    this.path = path;
    this.bytes = bytes;
  }

  /** Opens a file in memory. @throws MixturaError if h5wasm is missing; an Error of h5wasm if this is no HDF5 file. */
  static async open(bytes: Uint8Array, path: string): Promise<Hdf5File> {
    const module = await optionalPackage(() => import('h5wasm'), 'h5wasm', path, 'an HDF5 file');
    const { FS } = await module.ready;
    // Otherwise a failed read returns what happened to be in memory.
    (await module.ready).activate_throwing_error_handler();
    const name = `mixtura-${Hdf5File.#opened++}.h5`;
    FS.writeFile(name, bytes);
    try {
      return new Hdf5File(module, name, new module.File(name, 'r'), path, bytes.length);
    } catch (cause) {
      FS.unlink(name);
      throw cause;
    }
  }

  close(): void {
    try {
      this.#file.close();
    } finally {
      this.#module.FS?.unlink(this.#name);
    }
  }

  /** Every data set by its path, with its sizes; of links only those to data sets in the same file are followed. */
  arrays(): ArrayEntry[] {
    const found: ArrayEntry[] = [];
    let seen = 0;
    const walk = (group: Group, prefix: string, depth: number) => {
      for (const key of group.keys()) {
        if (++seen > MAX_ENTRIES) throw new RangeError(`more than ${MAX_ENTRIES} entries`);
        const entry = group.get(key);
        if (this.#isDataset(entry)) found.push({ name: prefix + key, shape: entry.shape ?? undefined });
        else if (
          entry instanceof this.#module.Group &&
          depth < MAX_DEPTH &&
          !this.#file.get_link(`/${prefix}${key}`)
        ) {
          walk(entry, `${prefix}${key}/`, depth + 1);
        }
      }
    };
    walk(this.#file, '', 0);
    return found;
  }

  /** Names in a group, or nothing if there is no such group. */
  children(path: string): string[] | undefined {
    const entry = this.#file.get(path);
    return entry instanceof this.#module.Group ? entry.keys() : undefined;
  }

  /** Sizes of a data set, or nothing if there is none. */
  shape(path: string): readonly number[] | undefined {
    const entry = this.#file.get(path);
    return this.#isDataset(entry) ? (entry.shape ?? undefined) : undefined;
  }

  /** An attribute of a group or data set, if it has it: a word, or numbers. */
  attribute(path: string, name: string): string | number[] | undefined {
    const entry = this.#file.get(path);
    if (!(entry instanceof this.#module.Group || this.#isDataset(entry))) return undefined;
    const { attrs } = entry;
    const found: Attribute | undefined = Object.hasOwn(attrs, name) ? attrs[name] : undefined;
    if (!found?.shape) return undefined;
    const { total_size: total, size } = found.metadata;
    if (!(total * size <= MAX_ATTRIBUTE_BYTES))
      throw new RangeError(`attribute ${name} claims ${total} values`);
    const { value } = found;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return [Number(value)];
    return ArrayBuffer.isView(value) ? Array.from(value as Float64Array, Number) : undefined;
  }

  /**
   * The numbers of a data set.
   *
   * @throws MixturaError naming it if it is not there, not of numbers, or claims more than the file can hold.
   */
  numbers(path: string): Hdf5Numbers {
    const dataset = this.#dataset(path);
    const { metadata } = dataset;
    const shape = metadata.shape!;
    const count = elementCount(shape);
    requireNumbers(metadata, path, this.path);
    const values = makeNumbers(metadata, count);
    const rowValues = shape.length === 0 ? 1 : count / (shape[0]! || 1);
    const slab = Math.max(1, Math.floor(SLAB_BYTES / (rowValues * metadata.size || 1)));
    for (let row = 0; row < (shape[0] ?? 1) && count > 0; row += slab) {
      const part = shape.length === 0 ? [Number(dataset.value)] : this.#rows(dataset, shape, row, slab);
      for (let i = 0; i < part.length; i++) values[row * rowValues + i] = Number(part[i]);
    }
    return { shape, values };
  }

  /** A data set as words. @throws MixturaError as `numbers` does, or if it is neither numbers nor words. */
  words(path: string): string[] {
    const dataset = this.#dataset(path);
    const { metadata } = dataset;
    if (metadata.type !== STRING) return Array.from(this.numbers(path).values, wordOf);
    const { value } = dataset;
    if (typeof value === 'string') return [value];
    if (Array.isArray(value)) return value.map(String);
    return [];
  }

  #rows(dataset: Dataset, shape: readonly number[], row: number, count: number): ArrayLike<number | bigint> {
    const all = shape.slice(1).map((): [] => []);
    const part = dataset.slice([[row, Math.min(row + count, shape[0]!)], ...all]);
    if (!ArrayBuffer.isView(part)) throw new RangeError('numbers that are none');
    return part as Float64Array | BigInt64Array;
  }

  #dataset(path: string): Dataset {
    const entry = this.#file.get(path);
    if (!this.#isDataset(entry))
      throw new MixturaError(`${this.path} has no data set ${path}: get the file again.`);
    const { shape, size, chunks } = entry.metadata;
    if (shape === null) throw new MixturaError(`${this.path} has nothing in ${path}: save it again.`);
    const claim = `${path} of ${shape.join(' x ') || 'one value'}`;
    requirePlausible(elementCount(shape) * size, this.bytes, this.path, claim);
    if (chunks)
      requirePlausible(elementCount(chunks) * size, this.bytes, this.path, `pieces of ${chunks.join(' x ')}`);
    return entry;
  }

  #isDataset(entry: unknown): entry is Dataset {
    return entry instanceof this.#module.Dataset;
  }
}

/** The innermost of the errors that the HDF5 library lists, or the message as it is. */
export function innermost(message: string): string {
  return [...message.matchAll(/\(\): (.+)/g)].at(-1)?.[1] ?? message;
}

function requireNumbers({ type, size, enum_type: members }: Metadata, name: string, path: string): void {
  const whole = type === INTEGER || (type === ENUM && members?.type === INTEGER);
  if ((whole && size <= 8) || (type === FLOAT && (size === 4 || size === 8))) return;
  const what =
    type === FLOAT ? `floats of ${8 * size} bits` : type === STRING ? 'text' : 'records or references';
  throw new MixturaError(
    `${path} holds ${what} in ${name}, and only whole numbers and floats of 32 or 64 bits are read: convert it.`,
  );
}

/** Bytes stay bytes; what float32 holds exactly becomes that. */
function makeNumbers({ type, size, signed }: Metadata, count: number): Numeric {
  if (type === INTEGER && size === 1 && !signed) return new Uint8Array(count);
  return size <= 2 || (type === FLOAT && size === 4) || type === ENUM
    ? new Float32Array(count)
    : new Float64Array(count);
}
