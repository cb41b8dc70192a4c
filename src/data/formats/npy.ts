/** @file NumPy's .npy: one array of numbers, whole or real; text and numbers as labels. */

import { MixturaError } from '../../errors.js';
import { readBytes } from './idx.js';
import { wordOf } from './labels.js';
import { elementCount } from './limits.js';
import { decodeNumbers, decodeText, isNumberType, typeName } from './npy-types.js';

/** An array of numbers with its sizes, last index fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array;
}

/** The header of an .npy file. */
export interface NpyHeader {
  readonly shape: readonly number[];
  /** NumPy's name of the type, such as `<f4`. */
  readonly descr: string;
  readonly fortran: boolean;
  /** Byte at which the array begins. */
  readonly start: number;
}

const MAGIC = '\x93NUMPY';
const ALIGN = 64;

/**
 * Reads an .npy file (format versions 1 to 3). Bytes stay bytes, float64, int32 and int64 become float64, every
 * smaller type float32; an array in Fortran order is put in C order.
 *
 * @throws MixturaError naming the file if it is missing, truncated, too long, or not of numbers.
 */
export function readNpy(path: string): NpyArray {
  return parseNpy(readBytes(path), path);
}

/** {@link readNpy} of bytes already in memory; `path` names them in errors. */
export function parseNpy(bytes: Uint8Array, path: string): NpyArray {
  const header = parseNpyHeader(bytes, path);
  const { shape, descr } = header;
  if (!isNumberType(descr)) {
    throw new MixturaError(
      `${path} holds ${typeName(descr)}, and only arrays of numbers are read: convert it with astype and save it again.`,
    );
  }
  const data = decodeNumbers(elements(bytes, header, path), descr);
  return { shape, data: header.fortran ? inRowOrder(data, shape) : data };
}

/**
 * An array of labels, one dimension or one column, as words.
 *
 * @throws MixturaError naming the file if it is damaged, of another shape, or neither numbers nor text.
 */
export function parseNpyWords(bytes: Uint8Array, path: string): string[] {
  const header = parseNpyHeader(bytes, path);
  const { shape, descr } = header;
  if (shape.length < 1 || shape.slice(1).some((n) => n !== 1)) {
    throw new MixturaError(
      `${path} has shape ${shape.join(' x ')} where labels are one number or word a sample: save one column.`,
    );
  }
  if (isNumberType(descr)) return Array.from(decodeNumbers(elements(bytes, header, path), descr), wordOf);
  if (/^[<>|=]?[US]\d+$/.test(descr)) return decodeText(elements(bytes, header, path), descr);
  throw new MixturaError(
    `${path} holds ${typeName(descr)}, and labels are numbers or text: convert it with astype and save it again.`,
  );
}

/** The header of an .npy file whose beginning `bytes` are. @throws MixturaError naming the file if it is damaged. */
export function parseNpyHeader(bytes: Uint8Array, path: string): NpyHeader {
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: save the array again with numpy.save.`);
  if (!isNpy(bytes)) {
    throw new MixturaError(
      `${path} is not an .npy file (it does not begin with NUMPY): save it with numpy.save.`,
    );
  }
  const { header, start } = headerText(bytes, path);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1] ?? '|V';
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const shape = sizes?.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  if (fortran === undefined || shape === undefined || shape.some((n) => !Number.isSafeInteger(n))) {
    throw new MixturaError(`${path} has a damaged header: save the array again with numpy.save.`);
  }
  return { shape, descr, fortran: fortran === 'True' && shape.length > 1, start };
}

/**
 * The bytes of an .npy file (version 1) holding an array, readable by `numpy.load`.
 *
 * @throws RangeError if the data does not fill the shape (a programming error).
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const { shape, data } = array;
  if (elementCount(shape) !== data.length)
    throw new RangeError(`${data.length} values for shape ${shape.join(' x ')}`);
  const descr = data instanceof Float32Array ? '<f4' : data instanceof Float64Array ? '<f8' : '|u1';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGN) * ALIGN;
  const out = new Uint8Array(length + data.byteLength);
  out.set(Buffer.from(MAGIC, 'latin1'));
  out.set([1, 0, (length - 10) & 255, (length - 10) >> 8], 6);
  out.set(Buffer.from(`${text.padEnd(length - 11)}\n`, 'latin1'), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return out;
}

/** Whether the bytes begin as an .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/** The bytes of the elements, as many as the shape needs. */
function elements(bytes: Uint8Array, { shape, descr, start }: NpyHeader, path: string): Uint8Array {
  const width = Number(/\d+$/.exec(descr)?.[0]) * (descr.includes('U') ? 4 : 1);
  const needed = elementCount(shape) * width;
  const found = bytes.length - start;
  if (found !== needed) {
    throw new MixturaError(
      `${path} has ${found} bytes of data where its shape (${shape.join(', ')}) needs ${needed}: ` +
        `it is ${found < needed ? 'truncated' : 'too long'}; save the array again.`,
    );
  }
  return bytes.subarray(start);
}

/** First index fastest made last index fastest. */
function inRowOrder<T extends NpyArray['data']>(data: T, shape: readonly number[]): T {
  const out = data.slice() as T;
  const index = new Array<number>(shape.length).fill(0);
  const steps = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function headerText(bytes: Uint8Array, path: string): { header: string; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wide = (bytes[6] ?? 0) >= 2;
  const fixed = wide ? 12 : 10;
  const start =
    bytes.length < fixed ? Infinity : fixed + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) {
    throw new MixturaError(`${path} is truncated within its header: save the array again with numpy.save.`);
  }
  return { header: Buffer.from(bytes.subarray(fixed, start)).toString('latin1'), start };
}
