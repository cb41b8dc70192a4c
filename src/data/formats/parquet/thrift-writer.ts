/** @file Structs in the compact protocol of Thrift, in which Parquet files describe themselves. */

/** A value of a field, with its type where numbers have several. */
export type ThriftField =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: ThriftFields }
  | { readonly list: readonly ThriftField[] };

/** The fields of a struct by their numbers, ascending. */
export type ThriftFields = Readonly<Record<number, ThriftField>>;

const TYPES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

/** The bytes of a struct. */
export function encodeStruct(fields: ThriftFields): Uint8Array {
  const bytes: number[] = [];
  writeStruct(bytes, fields);
  return Uint8Array.from(bytes);
}

function writeStruct(bytes: number[], fields: ThriftFields): void {
  let last = 0;
  for (const [key, field] of Object.entries(fields)) {
    const id = Number(key);
    // Numbers of fields are small and ascend, so their differences fit into four bits.
    bytes.push(((id - last) << 4) | typeOf(field));
    last = id;
    writeValue(bytes, field);
  }
  bytes.push(0);
}

function writeValue(bytes: number[], field: ThriftField): void {
  if ('i32' in field) writeVarint(bytes, zigzag(field.i32));
  else if ('i64' in field) writeVarint(bytes, zigzag(field.i64));
  else if ('struct' in field) writeStruct(bytes, field.struct);
  else if ('text' in field) {
    const text = Buffer.from(field.text);
    writeVarint(bytes, BigInt(text.length));
    bytes.push(...text);
  } else {
    const { list } = field;
    const type = list[0] ? typeOf(list[0]) : TYPES.i32;
    if (list.length < 15) bytes.push((list.length << 4) | type);
    else {
      bytes.push(0xf0 | type);
      writeVarint(bytes, BigInt(list.length));
    }
    for (const item of list) writeValue(bytes, item);
  }
}

function typeOf(field: ThriftField): number {
  return TYPES[Object.keys(field)[0] as keyof typeof TYPES];
}

function zigzag(value: number): bigint {
  return value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
}

function writeVarint(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}
