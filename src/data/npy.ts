/** @file NumPy's .npy: one array of float32, float64 or unsigned bytes, C order, little-endian. */

import { MixturaError } from '../errors.js';
import { readBytes } from './idx.js';

export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array;
}

const MAGIC = '\x93NUMPY';
const TYPES = {
  '<f4': { bytes: 4, of: Float32Array },
  '<f8': { bytes: 8, of: Float64Array },
  '|u1': { bytes: 1, of: Uint8Array },
} as const;
type Descr = keyof typeof TYPES;
const ALIGN = 64;

/**
 * Reads an .npy file (format versions 1 to 3).
 *
 * @throws MixturaError naming the file if it is missing, truncated, too long, in Fortran order, or of another type.
 */
export function readNpy(path: string): NpyArray {
  return parseNpy(readBytes(path), path);
}

/** {@link readNpy} of bytes already in memory; `path` names them in errors. */
export function parseNpy(bytes: Uint8Array, path: string): NpyArray {
  if (bytes.length === 0) throw new MixturaError(`${path} is empty: save the array again with numpy.save.`);
  if (!isNpy(bytes)) {
    throw new MixturaError(
      `${path} is not an .npy file (it does not begin with NUMPY): save it with numpy.save.`,
    );
  }
  const { header, start } = headerText(bytes, path);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (fortran === undefined || sizes === undefined) {
    throw new MixturaError(`${path} has a damaged header: save the array again with numpy.save.`);
  }
  if (!isDescr(descr)) {
    throw new MixturaError(
      `${path} holds ${descr ?? 'records'}, and only float32 (<f4), float64 (<f8) and uint8 (|u1) are read: ` +
        'convert it with astype and save it again.',
    );
  }
  const shape = sizes.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  if (fortran === 'True' && shape.length > 1) {
    throw new MixturaError(`${path} is in Fortran order: save numpy.ascontiguousarray of it.`);
  }
  const elements = shape.reduce((product, n) => product * n, 1);
  const type = TYPES[descr];
  const found = bytes.length - start;
  if (found !== elements * type.bytes) {
    throw new MixturaError(
      `${path} has ${found} bytes of data where its shape (${shape.join(', ')}) needs ${elements * type.bytes}: ` +
        `it is ${found < elements * type.bytes ? 'truncated' : 'too long'}; save the array again.`,
    );
  }
  // A copy, because a typed array must begin at a multiple of its element size.
  return { shape, data: new type.of(Uint8Array.from(bytes.subarray(start)).buffer) };
}

/**
 * The bytes of an .npy file (version 1) holding an array, readable by `numpy.load`.
 *
 * @throws RangeError if the data does not fill the shape (a programming error).
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const { shape, data } = array;
  const elements = shape.reduce((product, n) => product * n, 1);
  if (elements !== data.length) throw new RangeError(`${data.length} values for shape ${shape.join(' x ')}`);
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

function isDescr(text: string | undefined): text is Descr {
  return text !== undefined && Object.hasOwn(TYPES, text);
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
