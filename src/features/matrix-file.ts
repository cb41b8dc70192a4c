/** @file A matrix as one file whose damage is detected: 8 bytes of magic, a JSON line, the values. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import type { Matrix } from '../math/matrix.js';

const MAGIC = 'MIXFEAT1';
/** Magic, then the length of the header (uint32, little-endian). */
const START = MAGIC.length + 4;
const MOST_HEADER = 4096;

const headerSchema = z.strictObject({
  /** Key of what the values were computed from; a file with another key is not used. */
  key: z.string(),
  rows: z.int().min(0),
  columns: z.int().min(1),
  type: z.enum(['float32', 'float64']),
  /** SHA-256 (hex) of the values. */
  sha256: z.string(),
});

/** The pieces of a file, in order, for {@link readMatrixFile}; values are little-endian. */
export function writeMatrixFile({ rows, columns, values }: Matrix, key: string): Uint8Array[] {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const type = values instanceof Float64Array ? 'float64' : 'float32';
  const header = Buffer.from(JSON.stringify({ key, rows, columns, type, sha256: digest(bytes) }));
  const start = Buffer.alloc(START);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(header.length, MAGIC.length);
  return [start, header, bytes];
}

/** The content of a file: a matrix, or what is wrong with it, or neither where there is no file. */
export interface MatrixFile {
  readonly matrix?: Matrix;
  readonly damage?: string;
}

/** Reads what {@link writeMatrixFile} wrote; never throws, and allocates no more than the file's size. */
export function readMatrixFile(path: string, key: string): MatrixFile {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? {} : { damage: message };
  }
  try {
    return { matrix: read(fd, key) };
  } catch (cause) {
    return { damage: cause instanceof z.ZodError ? 'its header is no header' : (cause as Error).message };
  } finally {
    closeSync(fd);
  }
}

function read(fd: number, key: string): Matrix {
  const { size } = fstatSync(fd);
  const start = bytesAt(fd, 0, START);
  if (start.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('it begins like another file');
  const length = start.readUInt32LE(MAGIC.length);
  if (length > MOST_HEADER) throw new Error(`its header would have ${length} bytes`);
  const header = headerSchema.parse(JSON.parse(bytesAt(fd, START, length).toString()));
  const { rows, columns, type, sha256 } = header;
  const width = type === 'float64' ? 8 : 4;
  const expected = START + length + rows * columns * width;
  if (size !== expected) throw new Error(`it has ${size} bytes instead of ${expected}`);
  if (header.key !== key) throw new Error('it was computed from something else');
  const bytes = bytesAt(fd, START + length, rows * columns * width);
  if (digest(bytes) !== sha256) throw new Error('its checksum is wrong');
  const values =
    type === 'float64'
      ? new Float64Array(bytes.buffer, bytes.byteOffset, rows * columns)
      : new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns);
  return { rows, columns, values };
}

/** Bytes [from, from + length) in a buffer of their own, whose start is aligned. */
function bytesAt(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const count = readSync(fd, bytes, done, length - done, from + done);
    if (count === 0) throw new Error(`it ends after ${from + done} bytes`);
    done += count;
  }
  return bytes;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
