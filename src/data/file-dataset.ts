/** @file Data sets whose values stay in their files: batches are read from there, so data may be larger than memory. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MixturaError } from '../errors.js';
import {
  byteScale,
  checkIndex,
  checkRead,
  contentFingerprint,
  type Dataset,
  type DatasetDescription,
  type Numbers,
  sampleSize,
  storedDataset,
} from './dataset.js';

/** How a stored value is written: an unsigned byte, or a little-endian whole number of 2 bytes or float of 4. */
export type StoredType = 'uint8' | 'uint16' | 'float32';

/** Rows in a file: row i begins at byte `offset + i * stride`. */
export interface FilePiece {
  readonly path: string;
  /** Size of the whole file in bytes, by which a change is noticed. */
  readonly bytes: number;
  readonly offset: number;
  /** Bytes from one row to the next; at least those of a row. */
  readonly stride: number;
  readonly rows: number;
}

/** What {@link fileDataset} builds a data set from. */
export interface FileSource extends DatasetDescription {
  readonly type: StoredType;
  /** Files that follow each other. */
  readonly pieces: readonly FilePiece[];
  /** Fingerprint of the content, if it is known; otherwise the whole content is read when it is first needed. */
  readonly fingerprint?: string | undefined;
}

/** Most bytes that one call reads. */
const RUN_BYTES = 1 << 20;

/** Bytes of one stored value. */
export function bytesOf(type: StoredType): number {
  return { uint8: 1, uint16: 2, float32: 4 }[type];
}

/**
 * Makes a data set of rows that stay in files. A read takes its rows in the order in which they lie, neighbours
 * together, with at most 1 MiB at a time in memory. The fingerprint is that of the same content in memory.
 *
 * @throws RangeError if labels are not as many as rows. A read throws a MixturaError if a file is gone or changed.
 */
export function fileDataset(source: FileSource): Dataset {
  const { type, pieces } = source;
  const size = sampleSize(source.shape);
  const rowBytes = size * bytesOf(type);
  const starts: number[] = [];
  let count = 0;
  for (const { rows } of pieces) {
    starts.push(count);
    count += rows;
  }
  const copy = rowCopier(type, size, source.maximum ?? 1);
  return storedDataset(source, {
    count,
    read(indices, out) {
      checkRead(indices, out, size);
      const order = ascending(indices, count);
      let from = 0;
      while (from < order.length) {
        const which = lastAtOrBelow(starts, indices[order[from]!]!);
        const [piece, start] = [pieces[which]!, starts[which]!];
        const end = start + piece.rows;
        let to = from + 1;
        while (to < order.length && indices[order[to]!]! < end) to++;
        const places = order.subarray(from, to);
        readPiece(
          piece,
          rowBytes,
          places,
          (place) => indices[place]! - start,
          (bytes, at, place) => copy(bytes, at, out, place * size),
        );
        from = to;
      }
    },
    fingerprint: () => source.fingerprint ?? contentFingerprint(source, storedRows(pieces, rowBytes)),
  });
}

/** All rows as they are stored, without what lies between them, in pieces that follow each other. */
export function* storedRows(pieces: readonly FilePiece[], rowBytes: number): Generator<Uint8Array> {
  for (const piece of pieces) {
    const run = Math.max(1, Math.floor(RUN_BYTES / piece.stride));
    for (let first = 0; first < piece.rows; first += run) {
      const n = Math.min(run, piece.rows - first);
      const packed = new Uint8Array(n * rowBytes);
      const places = Uint32Array.from({ length: n }, (_, i) => i);
      readPiece(
        piece,
        rowBytes,
        places,
        (place) => first + place,
        (bytes, at, place) => packed.set(bytes.subarray(at, at + rowBytes), place * rowBytes),
      );
      yield packed;
    }
  }
}

/** Places of `indices` in the order of the rows that they name. */
function ascending(indices: ArrayLike<number>, count: number): Uint32Array {
  const order = new Uint32Array(indices.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    checkIndex(indices[i]!, count);
    if (i > 0 && indices[i]! < indices[i - 1]!) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => indices[a]! - indices[b]!);
}

function lastAtOrBelow(starts: readonly number[], row: number): number {
  let which = 0;
  while (which + 1 < starts.length && starts[which + 1]! <= row) which++;
  return which;
}

/** Reads rows of one file, given by places whose rows ascend, and hands each one over; adjacent rows in one call. */
function readPiece(
  piece: FilePiece,
  rowBytes: number,
  places: Uint32Array,
  rowOf: (place: number) => number,
  take: (bytes: Uint8Array, at: number, place: number) => void,
): void {
  const { offset, stride } = piece;
  const most = Math.max(1, Math.floor(RUN_BYTES / stride));
  withFile(piece, (fd) => {
    let from = 0;
    while (from < places.length) {
      const first = rowOf(places[from]!);
      let [to, last] = [from + 1, first];
      while (to < places.length) {
        const row = rowOf(places[to]!);
        if (row > last + 1 || row - first >= most) break;
        last = row;
        to++;
      }
      const bytes = scratch((last - first) * stride + rowBytes);
      readFully(fd, bytes, offset + first * stride, piece.path);
      for (let i = from; i < to; i++) take(bytes, (rowOf(places[i]!) - first) * stride, places[i]!);
      from = to;
    }
  });
}

let buffer = new Uint8Array(0);

/** A buffer for one run; reads do not overlap, and an allocation for every row would cost more than reading it. */
function scratch(length: number): Uint8Array {
  if (buffer.length < length) buffer = new Uint8Array(length);
  return buffer.subarray(0, length);
}

/** Opens the file for one read, so that no data set has to be closed; it costs a few microseconds a batch. */
function withFile(piece: FilePiece, work: (fd: number) => void): void {
  const { path } = piece;
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw new MixturaError(
      `${path} can no longer be read (${(cause as Error).message}): open the data again.`,
      {
        cause,
      },
    );
  }
  try {
    if (fstatSync(fd).size !== piece.bytes) throw changed(path);
    work(fd);
  } finally {
    closeSync(fd);
  }
}

/** Fills `bytes` from a position of an open file. @throws MixturaError if the file ends before. */
export function readFully(fd: number, bytes: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(fd, bytes, done, bytes.length - done, position + done);
    if (got === 0) throw changed(path);
    done += got;
  }
}

function changed(path: string): MixturaError {
  return new MixturaError(`${path} has changed while it was in use: open the data again.`);
}

type RowCopier = (bytes: Uint8Array, at: number, out: Numbers, to: number) => void;

function rowCopier(type: StoredType, size: number, maximum: number): RowCopier {
  if (type === 'uint8') {
    const scaled = byteScale(maximum);
    return (bytes, at, out, to) => {
      for (let j = 0; j < size; j++) out[to + j] = scaled[bytes[at + j]!]!;
    };
  }
  if (type === 'uint16') {
    return (bytes, at, out, to) => {
      for (let j = 0; j < size; j++)
        out[to + j] = (bytes[at + 2 * j]! + 256 * bytes[at + 2 * j + 1]!) / maximum;
    };
  }
  return (bytes, at, out, to) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4 * size);
    for (let j = 0; j < size; j++) out[to + j] = view.getFloat32(4 * j, true) / maximum;
  };
}
