/** @file The pages of a Parquet column: their sizes are checked, and they are unpacked, before anything is decoded. */

import type { ColumnMetaData, SchemaElement } from 'hyparquet/src/types.js';
import type { Unpack } from './codecs.js';
import { walkDeltas, walkRuns } from './runs.js';
import { readThrift, type ThriftStruct } from './thrift.js';

/** Most bytes of an unpacked page. */
const MAX_PAGE = 2 ** 28;
const MAX_FIXED = 2 ** 16;
const [DATA, DICTIONARY, DATA_V2] = [0, 2, 3];
const [PLAIN, PLAIN_DICTIONARY, RLE, DELTA, DELTA_LENGTH, RLE_DICTIONARY, SPLIT] = [0, 2, 3, 5, 6, 8, 9];

/** A flat column in one group of rows. */
export interface ColumnChunk {
  readonly element: SchemaElement;
  readonly meta: ColumnMetaData;
  readonly rows: number;
}

interface Page {
  readonly header: ThriftStruct;
  readonly type: number;
  readonly packed: Uint8Array;
  /** Size that the page has when unpacked, levels included. */
  readonly size: number;
}

/** Where the bytes of a column's pages are. @throws RangeError if they are not in the file. */
export function chunkRange({ meta }: ColumnChunk, fileBytes: number): { start: number; end: number } {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  if (!(start >= 4 && end > start && end <= fileBytes)) {
    throw new RangeError(`a column claims bytes ${start} to ${end} of ${fileBytes}`);
  }
  return { start, end };
}

/**
 * Walks the pages of a column's bytes as far as its rows need, and checks every size in them.
 *
 * @param spend called with the unpacked size of every page, before it is unpacked.
 * @returns the unpacked pages in their order, without those that are not compressed.
 * @throws RangeError, or the error of a codec, if anything does not fit.
 */
export function unpackPages(
  bytes: Uint8Array,
  chunk: ColumnChunk,
  unpack: Unpack,
  spend: (size: number) => void,
): Uint8Array[] {
  const pages: Uint8Array[] = [];
  const plainChunk = chunk.meta.codec === 'UNCOMPRESSED';
  if ((chunk.element.type_length ?? 0) > MAX_FIXED)
    throw new RangeError('values of a fixed width beyond reason');
  for (let at = 0, rows = 0; rows < chunk.rows && at < bytes.length - 1; ) {
    const { page, end } = pageAt(bytes, at);
    at = end;
    spend(page.size);
    const { values, content, stored } = page.type === DATA_V2 ? openV2(page, unpack) : open(page, unpack);
    if (!stored && !plainChunk) pages.push(content);
    if (page.type === DICTIONARY) {
      if (values > content.length) throw new RangeError(`${values} words in ${content.length} bytes`);
      continue;
    }
    if (values < 0 || values > chunk.rows - rows) throw new RangeError(`a page of ${values} values`);
    checkValues(page, content, values, chunk.element);
    rows += values;
  }
  return pages;
}

function pageAt(bytes: Uint8Array, at: number): { page: Page; end: number } {
  const { struct: header, end: start } = readThrift(bytes, at, bytes.length);
  const [type, size, packedSize] = [1, 2, 3].map((field) => whole(header, field));
  if (size! < 0 || size! > MAX_PAGE || packedSize! < 0 || start + packedSize! > bytes.length) {
    throw new RangeError(`a page claims ${packedSize} bytes, unpacked ${size}`);
  }
  const packed = bytes.subarray(start, start + packedSize!);
  return { page: { header, type: type!, packed, size: size! }, end: start + packedSize! };
}

interface OpenedPage {
  readonly values: number;
  readonly content: Uint8Array;
  /** Whether the content was not packed. */
  readonly stored: boolean;
}

function open({ header, type, packed, size }: Page, unpack: Unpack): OpenedPage {
  if (type !== DATA && type !== DICTIONARY) throw new RangeError(`a page of the unknown type ${type}`);
  const content = exactly(unpack(packed, size), size);
  return { values: whole(part(header, type === DATA ? 5 : 7), 1), content, stored: false };
}

/** Levels come before what is packed. */
function openV2({ header, packed, size }: Page, unpack: Unpack): OpenedPage {
  const about = part(header, 8);
  const levels = levelBytes(about);
  if (levels > packed.length || levels > size) throw new RangeError(`levels of ${levels} bytes`);
  const rest = packed.subarray(levels);
  const stored = about.get(7) === false;
  const content = stored ? rest : exactly(unpack(rest, size - levels), size - levels);
  return { values: whole(about, 1), content, stored };
}

/** Levels and values by their encoding, as far as they are packed numbers. */
function checkValues(page: Page, content: Uint8Array, count: number, element: SchemaElement): void {
  const optional = element.repetition_type === 'OPTIONAL';
  const about = part(page.header, page.type === DATA_V2 ? 8 : 5);
  const encoding = whole(about, page.type === DATA_V2 ? 4 : 2);
  let present = count;
  let at = 0;
  if (page.type === DATA_V2) {
    present = count - whole(about, 2);
    if (present < 0 || present > count) throw new RangeError('more values are missing than there are');
    if (whole(about, 6) !== 0) throw new RangeError('a flat column has levels of repetition');
    if (optional) walkRuns(page.packed.subarray(0, levelBytes(about)), 0, 1, count);
  } else if (optional) {
    present = walkRuns(content, 4, 1, count);
    at = 4 + uint32(content, 0);
  }
  const boolean = element.type === 'BOOLEAN';
  if (at > content.length) throw new RangeError('levels are cut');
  if (encoding === PLAIN) return;
  if (encoding === RLE && (boolean || page.type === DATA_V2)) walkRuns(content, at + 4, 1, present);
  else if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY || encoding === RLE) {
    if (present > 0) walkRuns(content, at + 1, byteAt(content, at), present);
  } else if (encoding === DELTA || encoding === DELTA_LENGTH) walkDeltas(content, at, present);
  else if (encoding === SPLIT) {
    if (present > content.length - at) throw new RangeError(`${present} values in ${content.length} bytes`);
  } else throw new RangeError(`values of the encoding ${encoding}, which is not read`);
}

function levelBytes(about: ThriftStruct): number {
  const [definition, repetition] = [whole(about, 5), whole(about, 6)];
  if (definition < 0 || repetition < 0) throw new RangeError('levels of negative size');
  return definition + repetition;
}

function exactly(content: Uint8Array, length: number): Uint8Array {
  if (content.length !== length) throw new RangeError(`a page of ${content.length} bytes claims ${length}`);
  return content;
}

function whole(struct: ThriftStruct, field: number): number {
  const value = struct.get(field);
  if (typeof value !== 'number') throw new RangeError('a page lacks a field');
  return value;
}

function part(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.get(field);
  if (!(value instanceof Map)) throw new RangeError('a page lacks its description');
  return value;
}

function byteAt(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) throw new RangeError('a page is cut');
  return bytes[at]!;
}

function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new RangeError('a page is cut');
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}
