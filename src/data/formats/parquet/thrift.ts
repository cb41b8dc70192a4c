/** @file Structs in Thrift's compact protocol; every size is checked before it is used. */

/** A value: numbers are kept, nested structs too; text and lists are only checked. */
export type ThriftValue = number | boolean | ThriftStruct | undefined;

/** Values by the number of their field. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const MAX_DEPTH = 24;
const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

/**
 * Reads the struct at `start`; returns it and where it ends.
 *
 * @throws RangeError if it does not end before `end`, is nested too deeply, or has a list or a number that cannot be.
 */
export function readThrift(
  bytes: Uint8Array,
  start: number,
  end: number,
): { struct: ThriftStruct; end: number } {
  const reader = new ThriftReader(bytes, start, end);
  const struct = reader.struct(0);
  return { struct, end: reader.at };
}

/** A number in groups of 7 bits, low ones first, as 32 bits. @throws RangeError beyond `end` or 5 bytes. */
export function readVarint(bytes: Uint8Array, at: number, end: number): { value: number; end: number } {
  const reader = new ThriftReader(bytes, at, end);
  return { value: reader.varint(5), end: reader.at };
}

class ThriftReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = Math.min(end, bytes.length);
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new RangeError('structs are nested too deeply');
    const fields = new Map<number, ThriftValue>();
    for (let field = 0; ; ) {
      const byte = this.byte();
      const type = byte & 15;
      if (type === 0) return fields;
      field = byte >> 4 ? field + (byte >> 4) : zigzag(this.varint(5));
      fields.set(field, this.#value(type, depth));
    }
  }

  byte(): number {
    if (this.at >= this.#end) throw new RangeError('a struct is cut');
    return this.#bytes[this.at++]!;
  }

  /** The low 32 bits, signed. */
  varint(most: number): number {
    let result = 0;
    for (let n = 0; n < most; n++) {
      const byte = this.byte();
      if (n < 5) result |= (byte & 127) << (7 * n);
      if (byte < 128) return result;
    }
    throw new RangeError(`a number has more than ${most} bytes`);
  }

  #value(type: number, depth: number): ThriftValue {
    if (type === TRUE || type === FALSE) return type === TRUE;
    if (type === BYTE) return this.byte();
    if (type === I16 || type === I32) return zigzag(this.varint(5));
    if (type === I64) return this.#skip(() => this.varint(10));
    if (type === DOUBLE) return this.#jump(8);
    if (type === BINARY) return this.#jump(this.varint(5));
    if (type === LIST) return this.#list(depth);
    if (type === STRUCT) return this.struct(depth + 1);
    throw new RangeError(`a field has the unknown type ${type}`);
  }

  /** Every element takes a byte at least. */
  #list(depth: number): undefined {
    const byte = this.byte();
    const type = byte & 15;
    const size = byte >> 4 === 15 ? this.varint(5) : byte >> 4;
    if (size < 0 || size > this.#end - this.at) throw new RangeError(`a list claims ${size} elements`);
    if (depth > MAX_DEPTH) throw new RangeError('lists are nested too deeply');
    for (let i = 0; i < size; i++) this.#value(type === TRUE || type === FALSE ? BYTE : type, depth + 1);
  }

  #jump(length: number): undefined {
    if (length < 0 || length > this.#end - this.at) throw new RangeError(`a text claims ${length} bytes`);
    this.at += length;
  }

  #skip(read: () => unknown): undefined {
    read();
  }
}

function zigzag(bits: number): number {
  return (bits >>> 1) ^ -(bits & 1);
}
