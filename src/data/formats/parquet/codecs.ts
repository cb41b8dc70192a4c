/** @file The compressions of Parquet pages: a page is unpacked to its known size and no further. */

import * as zlib from 'node:zlib';
import { optionalPackage } from '../optional-package.js';

/** Unpacks a page to exactly so many bytes. @throws an Error if it does not. */
export type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

type Packages = readonly [typeof import('hyparquet'), typeof import('hyparquet-compressors')];
/** In Node 22.15 and later. */
type NativeZstd = (packed: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const nativeZstd = (zlib as unknown as { zstdDecompressSync?: NativeZstd }).zstdDecompressSync;

/** Imports the packages that read Parquet. @throws MixturaError saying how to add them where they are missing. */
export async function parquetPackages(path: string): Promise<Packages> {
  return optionalPackage(
    () => Promise.all([import('hyparquet'), import('hyparquet-compressors')]),
    'hyparquet hyparquet-compressors',
    path,
    'a Parquet file',
  );
}

/** The codecs by their names in the format. */
export function codecs([{ snappyUncompress }, { compressors }]: Packages): Readonly<Record<string, Unpack>> {
  const capped =
    (unpack: (packed: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Unpack =>
    (packed, length) =>
      length === 0 ? new Uint8Array(0) : unpack(packed, { maxOutputLength: length });
  return {
    UNCOMPRESSED: (packed) => packed,
    GZIP: capped(zlib.gunzipSync),
    BROTLI: capped(zlib.brotliDecompressSync),
    SNAPPY(packed, length) {
      const out = new Uint8Array(length);
      snappyUncompress(packed, out);
      return out;
    },
    LZ4_RAW: (packed, length) => compressors.LZ4_RAW!(packed, length),
    ZSTD: nativeZstd
      ? capped(nativeZstd)
      : (packed, length) => {
          checkZstd(packed, length);
          return compressors.ZSTD!(packed, length);
        },
  };
}

const ZSTD_MAGIC = 0xfd2fb528;
const MAX_ZSTD_BLOCK = 131072;
const MAX_ZSTD_WINDOW = 2 ** 27;
const [RAW, RLE] = [0, 1];

/**
 * Compares the sizes in Zstandard's frames and blocks with the length that the page has.
 *
 * @throws RangeError if they claim more.
 */
export function checkZstd(packed: Uint8Array, length: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let least = 0;
  for (let at = 0; at < packed.length; ) {
    if (view.getUint32(at, true) !== ZSTD_MAGIC) throw new RangeError('no Zstandard frame');
    const flags = view.getUint8(at + 4);
    const single = (flags >> 5) & 1;
    const sizeBytes = flags >> 6 ? 1 << (flags >> 6) : single;
    const sizeAt = at + 6 - single + [0, 1, 2, 4][flags & 3]!;
    const size = claimedSize(view, sizeAt, sizeBytes);
    const window = view.getUint8(at + 5);
    if (size > length || (!single && 2 ** (10 + (window >> 3)) > MAX_ZSTD_WINDOW)) {
      throw new RangeError(`a frame claims ${size} bytes of ${length}`);
    }
    at = sizeAt + sizeBytes;
    for (let last = false; !last; ) {
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      const [type, bytes] = [(header >> 1) & 3, header >> 3];
      last = (header & 1) === 1;
      if (type === RAW || type === RLE) least += bytes;
      if (least > length || bytes > Math.max(MAX_ZSTD_BLOCK, length))
        throw new RangeError('a block claims too much');
      at += 3 + (type === RLE ? 1 : bytes);
    }
    at += (flags >> 2) & 1 ? 4 : 0;
  }
}

function claimedSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
