/** @file The element types of NumPy arrays, decoded to the few that data sets are kept in. */

type Numbers = Float32Array | Float64Array | Uint8Array;

const DECODERS: Readonly<Record<string, (buffer: ArrayBuffer) => Numbers>> = {
  b1: (buffer) => Float32Array.from(new Uint8Array(buffer), (byte) => Number(byte !== 0)),
  u1: (buffer) => new Uint8Array(buffer),
  i1: (buffer) => new Float32Array(new Int8Array(buffer)),
  u2: (buffer) => new Float32Array(new Uint16Array(buffer)),
  i2: (buffer) => new Float32Array(new Int16Array(buffer)),
  u4: (buffer) => new Float64Array(new Uint32Array(buffer)),
  i4: (buffer) => new Float64Array(new Int32Array(buffer)),
  u8: (buffer) => Float64Array.from(new BigUint64Array(buffer), Number),
  i8: (buffer) => Float64Array.from(new BigInt64Array(buffer), Number),
  f2: (buffer) => Float32Array.from(new Uint16Array(buffer), half),
  f4: (buffer) => new Float32Array(buffer),
  f8: (buffer) => new Float64Array(buffer),
};

const NAMES: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  f: 'extended floats',
  O: 'Python objects (pickled)',
  U: 'text',
  S: 'text',
  a: 'text',
  M: 'dates',
  m: 'spans of time',
  V: 'records',
};

/** Whether NumPy's type is of real numbers or truth values, such as `<f4`, `>i8`, `|b1`. */
export function isNumberType(descr: string): boolean {
  return /^[<>|=]?[biuf]\d$/.test(descr) && Object.hasOwn(DECODERS, descr.slice(-2));
}

/** The type in words, for an error. */
export function typeName(descr: string): string {
  const kind = NAMES[/[A-Za-z]/.exec(descr)?.[0] ?? ''];
  const shown = descr.slice(0, 20).replace(/[^ -~]/g, '?');
  return kind === undefined ? `values of type ${shown}` : `${kind} (${shown})`;
}

/** The numbers of the elements' bytes: bytes stay bytes, types of more than 24 bits become float64, others float32. */
export function decodeNumbers(bytes: Uint8Array, descr: string): Numbers {
  // A copy, because a typed array must begin at a multiple of its element size, and swapping is done in place.
  const copy = Uint8Array.from(bytes);
  if (descr.startsWith('>')) swap(Buffer.from(copy.buffer), Number(descr.at(-1)));
  return DECODERS[descr.slice(-2)]!(copy.buffer);
}

/** Text of fixed width: `U` in UCS-4, `S` in bytes of UTF-8; padding is cut off. */
export function decodeText(bytes: Uint8Array, descr: string): string[] {
  const width = Number(/\d+$/.exec(descr)?.[0]) * (descr.includes('U') ? 4 : 1);
  const words: string[] = [];
  for (let at = 0; width > 0 && at < bytes.length; at += width) {
    const cell = Buffer.from(bytes.subarray(at, at + width));
    words.push(
      (descr.includes('U') ? ucs4(cell, descr.startsWith('>')) : cell.toString('utf8')).replace(/\0+$/, ''),
    );
  }
  return words;
}

function ucs4(cell: Buffer, big: boolean): string {
  let text = '';
  for (let at = 0; at < cell.length; at += 4) {
    const point = big ? cell.readUInt32BE(at) : cell.readUInt32LE(at);
    text += point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point);
  }
  return text;
}

function swap(buffer: Buffer, width: number): void {
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** The value of a 16-bit float: sign, 5 bits of exponent, 10 of fraction. */
export function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}
