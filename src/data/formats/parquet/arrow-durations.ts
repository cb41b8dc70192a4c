/**
 * @file Columns of durations by the schema that Arrow puts into the metadata of a Parquet file, which has no type for them.
 *
 * The schema is a FlatBuffers message in base64 (`Message.fbs` and `Schema.fbs` of Apache Arrow, format version 5).
 */

/** Units of a second, by Arrow's `TimeUnit`: seconds, milliseconds, microseconds, nanoseconds. */
const A_SECOND = [1, 1e3, 1e6, 1e9];
/** `Type.Duration`, and its unit where none is said. */
const [DURATION, MILLISECONDS] = [18, 1];
/** Places of the fields that are read, in their tables. */
const [HEADER, FIELDS, NAME, TYPE_TYPE, TYPE, UNIT] = [2, 1, 0, 2, 3, 0];

/** The columns of durations with how many units are a second; none where the schema is not understood. */
export function arrowDurations(schema: string | undefined): Map<string, number> {
  const found = new Map<string, number>();
  if (schema === undefined) return found;
  try {
    const bytes = Buffer.from(schema, 'base64');
    // Before the message stand its length and, since version 0.15, a mark.
    const marked = bytes.readUInt32LE(0) === 0xffffffff;
    const tables = new Tables(bytes.subarray(marked ? 8 : 4));
    const header = tables.child(tables.root(), HEADER);
    for (const field of tables.list(header, FIELDS)) {
      const type = tables.place(field, TYPE_TYPE);
      if (type === undefined || tables.bytes.readUInt8(type) !== DURATION) continue;
      const unit = tables.place(tables.child(field, TYPE), UNIT);
      const divisor = A_SECOND[unit === undefined ? MILLISECONDS : tables.bytes.readInt16LE(unit)];
      if (divisor !== undefined) found.set(tables.text(field, NAME), divisor);
    }
    return found;
  } catch (cause) {
    if (cause instanceof RangeError) return new Map();
    throw cause;
  }
}

/** Tables of FlatBuffers; places outside the bytes are range errors. */
class Tables {
  constructor(readonly bytes: Buffer) {}

  root(): number {
    return this.bytes.readUInt32LE(0);
  }

  /** Where a field of a table is; nothing where it has its default value. */
  place(table: number, field: number): number | undefined {
    const fields = table - this.bytes.readInt32LE(table);
    const at = 4 + 2 * field;
    const offset = at < this.bytes.readUInt16LE(fields) ? this.bytes.readUInt16LE(fields + at) : 0;
    return offset === 0 ? undefined : table + offset;
  }

  /** Where the table, text or list is that a field refers to. */
  child(table: number, field: number): number {
    const at = this.place(table, field);
    if (at === undefined) throw new RangeError('a field is missing');
    return at + this.bytes.readUInt32LE(at);
  }

  list(table: number, field: number): number[] {
    const at = this.child(table, field);
    const count = this.bytes.readUInt32LE(at);
    if (4 * count > this.bytes.length) throw new RangeError('a list is longer than its file');
    return Array.from({ length: count }, (_, i) => {
      const item = at + 4 + 4 * i;
      return item + this.bytes.readUInt32LE(item);
    });
  }

  text(table: number, field: number): string {
    const at = this.child(table, field);
    return this.bytes.toString('utf8', at + 4, at + 4 + this.bytes.readUInt32LE(at));
  }
}
