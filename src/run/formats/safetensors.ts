/**
 * @file The safetensors format, read and written: 8 bytes of header length (little endian), a JSON header
 * `{"name": {dtype, shape, data_offsets}, "__metadata__": {...}}`, then the tensors' bytes without gaps.
 */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, writeFileAtomic } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import type { StoredTensor, TensorArray } from '../../train/stored-tensor.js';

/** The content of a safetensors file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Free text beside the tensors: format version, step, settings as JSON, ... */
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES = {
  F64: { bytes: 8, view: (b: ArrayBuffer, at: number, n: number) => new Float64Array(b, at, n) },
  F32: { bytes: 4, view: (b: ArrayBuffer, at: number, n: number) => new Float32Array(b, at, n) },
  I32: { bytes: 4, view: (b: ArrayBuffer, at: number, n: number) => new Int32Array(b, at, n) },
  U8: { bytes: 1, view: (b: ArrayBuffer, at: number, n: number) => new Uint8Array(b, at, n) },
} as const;

type DType = keyof typeof DTYPES;

const METADATA = '__metadata__';
/**
 * The reference implementation refuses longer headers, and so do we: a wrong length must not allocate the
 * machine.
 */
const MAX_HEADER = 100_000_000;
const ALIGNMENT = 8;

function dtypeOf(data: TensorArray): DType {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function volume(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Encodes tensors as pieces of a safetensors file, without copying their data.
 * Wide elements come first and the header is padded, so every tensor is aligned; equal input gives equal
 * bytes.
 *
 * @throws MixturaError when a tensor's data does not fill its shape, or a tensor is called `__metadata__`
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array[] {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (name === METADATA) throw new MixturaError(`A tensor cannot be called ${METADATA}: rename it.`);
    if (volume(shape) !== data.length) {
      throw new MixturaError(
        `Tensor ${name} has ${data.length} elements but shape [${shape.join(', ')}] needs ${volume(shape)}.`,
      );
    }
    return { name, shape, data, dtype: dtypeOf(data) };
  });
  const width = (dtype: DType): number => DTYPES[dtype].bytes;
  entries.sort((a, b) => width(b.dtype) - width(a.dtype) || (a.name < b.name ? -1 : 1));

  const header: [string, unknown][] = [[METADATA, metadata]];
  let offset = 0;
  for (const { name, shape, data, dtype } of entries) {
    header.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // fromEntries defines own properties, so that a tensor may even be called "__proto__".
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, 8);
  return [head, ...entries.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/**
 * Writes a safetensors file atomically: a reader sees the old file or the whole new one.
 *
 * @param beforeRename may throw, and then nothing has changed
 * @throws MixturaError when the disk is full or refuses (nothing half-written is left)
 */
export function writeSafetensors(path: string, content: Safetensors, beforeRename?: () => void): void {
  writeFileAtomic(path, encodeSafetensors(content), beforeRename);
}

/**
 * Reads a safetensors file and checks all of it: length, header, element types, shapes, offsets, overlaps and
 * gaps.
 *
 * @param what how error sentences call the file
 * @throws MixturaError naming the file, what is wrong with it, and the folder that has older ones
 */
export function readSafetensors(path: string, what = 'checkpoint'): Safetensors {
  return decodeSafetensors(readBytes(path, what), path, what);
}

/**
 * Decodes the bytes of a safetensors file; tensors are views of `bytes` where they are aligned.
 *
 * @param path names the file in error sentences
 * @throws MixturaError as {@link readSafetensors}
 */
export function decodeSafetensors(bytes: ArrayBuffer, path: string, what = 'checkpoint'): Safetensors {
  const advice = `; remove it to use an older one in ${dirname(path)}`;
  const cut = (why: string) => new MixturaError(`The ${what} ${path} is cut: ${why}${advice}.`);
  const damaged = (why: string) => new MixturaError(`The ${what} ${path} is damaged: ${why}${advice}.`);

  if (bytes.byteLength < 8) throw cut(`it has ${bytes.byteLength} bytes, less than any safetensors file`);
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true));
  if (headerLength > MAX_HEADER) {
    throw damaged(`its header claims ${headerLength} bytes, so it is no safetensors file`);
  }
  const start = 8 + headerLength;
  if (start > bytes.byteLength) {
    throw cut(`its header needs ${start} bytes and the file has ${bytes.byteLength}`);
  }
  const header = parseHeader(new Uint8Array(bytes, 8, headerLength), damaged);
  const available = bytes.byteLength - start;
  const layout = checkLayout(header.entries, available, { cut, damaged });
  const tensors = layout.map(({ name, shape, dtype, begin }) => {
    const { bytes: width, view } = DTYPES[dtype];
    const at = start + begin;
    const count = volume(shape);
    const data =
      at % width === 0 ? view(bytes, at, count) : view(bytes.slice(at, at + count * width), 0, count);
    return [name, { shape, data }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

type Complaint = (why: string) => MixturaError;

function parseHeader(
  bytes: Uint8Array,
  damaged: Complaint,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is not JSON');
  }
  if (!isRecord(header)) throw damaged('its header is not a JSON object');
  const { [METADATA]: metadata = {}, ...tensors } = header;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw damaged('its metadata is not a map of text to text');
  }
  return {
    entries: Object.entries(tensors).map(([name, entry]) => parseEntry(name, entry, damaged)),
    metadata: metadata as Record<string, string>,
  };
}

function parseEntry(name: string, entry: unknown, damaged: Complaint): Entry {
  if (!isRecord(entry)) throw damaged(`the entry of tensor ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw damaged(
      `tensor ${name} has element type ${String(dtype)}; ${Object.keys(DTYPES).join(', ')} are known`,
    );
  }
  if (!isSizes(shape)) throw damaged(`the shape of tensor ${name} is not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) throw damaged(`tensor ${name} has no two byte offsets`);
  const [begin = 0, end = 0] = offsets;
  const expected = volume(shape) * DTYPES[dtype as DType].bytes;
  if (end - begin !== expected) {
    throw damaged(
      `tensor ${name} spans ${end - begin} bytes and its shape [${shape.join(', ')}] needs ${expected}`,
    );
  }
  return { name, dtype: dtype as DType, shape, begin, end };
}

/** Tensors must follow each other without overlap or gap, and end where the file ends. */
function checkLayout(
  entries: readonly Entry[],
  available: number,
  { cut, damaged }: { cut: Complaint; damaged: Complaint },
): Entry[] {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of ordered) {
    if (begin < position) throw damaged(`tensor ${name} overlaps the one before it`);
    if (begin > position) throw damaged(`there is a gap of ${begin - position} bytes before tensor ${name}`);
    if (end > available) {
      throw cut(`tensor ${name} ends at byte ${end} of the data and there are ${available}`);
    }
    position = end;
  }
  if (position !== available) throw damaged(`${available - position} bytes follow its last tensor`);
  return ordered;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Reads in a loop because one call of the system reads at most 2 GiB. */
function readBytes(path: string, what: string): ArrayBuffer {
  try {
    const fd = fs.openSync(path, 'r');
    try {
      const bytes = new Uint8Array(fs.fstatSync(fd).size);
      let length = 0;
      while (length < bytes.length) {
        const read = fs.readSync(fd, bytes, length, Math.min(1 << 30, bytes.length - length), length);
        if (read === 0) break;
        length += read;
      }
      return length === bytes.length ? bytes.buffer : bytes.buffer.slice(0, length);
    } finally {
      fs.closeSync(fd);
    }
  } catch (cause) {
    const missing = errorCode(cause) === 'ENOENT';
    const reason = missing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
    throw new MixturaError(`Cannot read the ${what} ${path}: ${reason}; look in ${dirname(path)}.`, {
      cause,
    });
  }
}
