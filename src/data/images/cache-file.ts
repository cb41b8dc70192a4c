/**
 * @file The cache file: samples prepared once, in one file that batches are read from.
 *
 * Bytes 0..7 are the magic, 8..15 the place of the description (uint64, little-endian), 16..19 its length, 20..51 its
 * SHA-256; from byte 64 on lie the values of each split, then the labels of each (int32), then the description
 * (JSON), which ends the file.
 */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { removeLeftovers, temporaryName } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import { contentFingerprint, type Dataset, type DatasetDescription, sampleSize } from '../dataset.js';
import {
  bytesOf,
  type FilePiece,
  fileDataset,
  readFully,
  type StoredType,
  storedRows,
} from '../file-dataset.js';

const MAGIC = 'MIXTURA1';
const START = 64;
const MAX_DESCRIPTION = 16 * 2 ** 20;
const MAX_SAMPLE = 2 ** 28;

const wholeNumber = z.int().min(1);
const descriptionSchema = z.strictObject({
  name: z.string(),
  source: z.string(),
  kind: z.enum(['image', 'points', 'table']),
  shape: z.array(wholeNumber).min(1).max(4),
  range: z.enum(['unit', 'signed', 'real']),
  type: z.enum(['uint8', 'uint16', 'float32']),
  maximum: z.number().positive().optional(),
  background: z.string().optional(),
  classNames: z.array(z.string()).min(1).optional(),
  /** What was left out when the file was made; it is reported again whenever the file is opened. */
  notices: z.array(z.string()),
  skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })).optional(),
  splits: z
    .array(z.strictObject({ count: wholeNumber, fingerprint: z.string().regex(/^[0-9a-f]{64}$/) }))
    .min(1)
    .max(2),
});
type Description = z.output<typeof descriptionSchema>;

/** What the samples of a cache file are. */
export interface CacheContent extends Pick<DatasetDescription, 'name' | 'source' | 'kind' | 'range'> {
  /** Shape of one sample. */
  readonly shape: number[];
  /** How a value is stored. */
  readonly type: StoredType;
  /** The stored value that is read as 1. */
  readonly maximum?: number | undefined;
  /** What transparent parts were laid on, where there are some. */
  readonly background?: string | undefined;
  /** Name of each class, where there are labels. */
  readonly classNames?: string[] | undefined;
  /** What was left out when the file was made, a sentence each. */
  readonly notices: string[];
  /** Files that are no samples, and why. */
  readonly skipped?: SkippedFile[] | undefined;
}

/** A file that was left out. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** Writes a cache file from beginning to end; it is in place only when {@link finish} has returned. */
export class CacheWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #fd: number;
  readonly #counts: number[] = [];
  #rows = 0;
  #end = START;
  #open = true;

  /** @throws MixturaError if the file cannot be written. */
  constructor(path: string) {
    this.#path = path;
    this.#temporary = join(dirname(path), temporaryName(basename(path)));
    this.#fd = this.#writing(() => {
      mkdirSync(dirname(path), { recursive: true });
      removeLeftovers(path);
      return openSync(this.#temporary, 'wx+');
    });
  }

  /** Adds values of `rows` whole samples, as they are to be stored. */
  append(values: Uint8Array, rows: number): void {
    this.#write(values, this.#end);
    this.#end += values.length;
    this.#rows += rows;
  }

  /** Ends a split; what follows belongs to the next one (first the training part, then what is held out). */
  endSplit(): void {
    this.#counts.push(this.#rows);
    this.#rows = 0;
  }

  /**
   * Adds labels (one array a split, or none at all) and description, flushes to the disk, and puts the file in place.
   *
   * @throws RangeError if the values are not whole samples (a programming error).
   */
  finish(content: CacheContent, labels?: readonly Int32Array[]): void {
    const rowBytes = sampleSize(content.shape) * bytesOf(content.type);
    const rows = this.#counts.reduce((sum, n) => sum + n, 0);
    if (this.#end !== START + rows * rowBytes) throw new RangeError('the values are not whole samples');
    const pieces = piecesOf(this.#temporary, this.#end, this.#counts, rowBytes);
    const splits = this.#counts.map((count, i) => ({
      count,
      fingerprint: contentFingerprint(describe(content, labels?.[i]), storedRows([pieces[i]!], rowBytes)),
    }));
    for (const part of labels ?? []) {
      this.#write(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), this.#end);
      this.#end += part.byteLength;
    }
    const json = Buffer.from(JSON.stringify({ ...content, splits } satisfies Description));
    this.#write(json, this.#end);
    this.#write(prelude(this.#end, json), 0);
    this.#writing(() => {
      fsyncSync(this.#fd);
      this.#open = false;
      closeSync(this.#fd);
      renameSync(this.#temporary, this.#path);
    });
  }

  /** Removes what was written so far; does nothing once the file is in place. */
  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.#fd);
      rmSync(this.#temporary, { force: true });
    } catch {
      // The error that led here is the one that is reported.
    }
  }

  #write(bytes: Uint8Array, position: number): void {
    this.#writing(() => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
      }
    });
  }

  #writing<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      throw new MixturaError(
        `${this.#path} cannot be written (${(cause as Error).message}): free some space or set MIXTURA_CACHE to another folder.`,
        { cause },
      );
    }
  }
}

/** The samples of a cache file, and what was left out when they were prepared. */
export interface CachedDataset {
  readonly dataset: Dataset;
  readonly notices: readonly string[];
  /** Files that were left out. */
  readonly skipped: readonly SkippedFile[];
}

/**
 * Opens a cache file; values stay in it. Everything but the values is checked: the place and the SHA-256 of the
 * description, every size, every label.
 *
 * @throws MixturaError if it is missing, damaged or truncated.
 */
export function openCacheFile(path: string): CachedDataset {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) throw new MixturaError(`${path} does not exist: check the name and the folder.`);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new MixturaError(`${path} cannot be read (${(cause as Error).message}): check its permissions.`, {
      cause,
    });
  }
  try {
    const { description, end } = readDescription(fd, bytes, path);
    const { notices, skipped = [] } = description;
    return { dataset: datasetOf(fd, bytes, description, end, path), notices, skipped };
  } finally {
    closeSync(fd);
  }
}

function datasetOf(fd: number, bytes: number, description: Description, end: number, path: string): Dataset {
  const { splits, classNames, type } = description;
  const rowBytes = sampleSize(description.shape) * bytesOf(type);
  const counts = splits.map(({ count }) => count);
  const rows = counts.reduce((sum, n) => sum + n, 0);
  const labelBytes = classNames ? 4 : 0;
  if (START + rows * (rowBytes + labelBytes) !== end) throw damaged(path, 'its sizes do not fit');
  const labels = classNames && readLabels(fd, START + rows * rowBytes, counts, classNames.length, path);
  const pieces = piecesOf(path, bytes, counts, rowBytes);
  const split = (i: number, test?: () => Dataset): Dataset =>
    fileDataset({
      ...describe(description, labels?.[i]),
      type,
      pieces: [pieces[i]!],
      fingerprint: splits[i]!.fingerprint,
      test,
    });
  return split(0, splits.length > 1 ? () => split(1) : undefined);
}

function describe(content: CacheContent, labels: Int32Array | undefined): DatasetDescription {
  const { name, source, kind, shape, range, maximum, background, classNames } = content;
  return { name, source, kind, shape, range, maximum, background, classNames: labels && classNames, labels };
}

/** One piece a split, one behind the other. */
function piecesOf(path: string, bytes: number, counts: readonly number[], stride: number): FilePiece[] {
  let offset = START;
  return counts.map((rows) => {
    const piece = { path, bytes, offset, stride, rows };
    offset += rows * stride;
    return piece;
  });
}

function prelude(place: number, json: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(START);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeBigUInt64LE(BigInt(place), 8);
  bytes.writeUInt32LE(json.length, 16);
  bytes.set(createHash('sha256').update(json).digest(), 20);
  return bytes;
}

function readDescription(
  fd: number,
  bytes: number,
  path: string,
): { readonly description: Description; readonly end: number } {
  const start = Buffer.alloc(START);
  if (bytes < START) throw damaged(path, 'it is too short');
  readFully(fd, start, 0, path);
  if (start.toString('latin1', 0, 8) !== MAGIC) throw damaged(path, 'it does not begin as one');
  const [end, length] = [Number(start.readBigUInt64LE(8)), start.readUInt32LE(16)];
  if (length > MAX_DESCRIPTION || end < START || end + length !== bytes) {
    throw damaged(path, 'its description does not end it');
  }
  const json = Buffer.alloc(length);
  readFully(fd, json, end, path);
  if (!createHash('sha256').update(json).digest().equals(start.subarray(20, 52))) {
    throw damaged(path, 'its description does not have the SHA-256 that it should have');
  }
  try {
    const description = descriptionSchema.parse(JSON.parse(json.toString()));
    if (sampleSize(description.shape) <= MAX_SAMPLE) return { description, end };
  } catch {
    // Reported below.
  }
  throw damaged(path, 'its description is not understood');
}

function readLabels(
  fd: number,
  position: number,
  counts: readonly number[],
  classes: number,
  path: string,
): Int32Array[] {
  let at = position;
  return counts.map((count) => {
    const labels = new Int32Array(count);
    readFully(fd, new Uint8Array(labels.buffer), at, path);
    at += labels.byteLength;
    if (labels.some((label) => label < 0 || label >= classes)) throw damaged(path, 'a label is no class');
    return labels;
  });
}

function damaged(path: string, why: string): MixturaError {
  return new MixturaError(`${path} is no cache file, or damaged (${why}): remove it, and it is made again.`);
}
