/** @file Data files, good and bad, as a person may have them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

function idx(shape: readonly number[], data: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => {
    header.writeUInt32BE(size, 4 + 4 * axis);
  });
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** Writes them all into a folder: ten images of 4x4 that are good, and what can be wrong with them, or with tables. */
export function writeBadFiles(folder: string): void {
  const images = idx(
    [10, 4, 4],
    Array.from({ length: 160 }, (_, i) => i),
  );
  const magic = Buffer.from(images);
  magic.set([0x12, 0x34, 0x56, 0x78]);
  const files: Record<string, string | Uint8Array> = {
    'good-images-idx3-ubyte': images,
    'good-labels-idx1-ubyte': idx([10], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
    'empty-idx3-ubyte': '',
    'cut-idx3-ubyte': images.subarray(0, -5),
    'plain-idx3-ubyte.gz': images,
    'cut-idx3-ubyte.gz': gzipSync(images).subarray(0, -12),
    'magic-idx3-ubyte': magic,
    'more-images-idx3-ubyte': images,
    'more-labels-idx1-ubyte': idx([9], new Uint8Array(9)),
    'empty.csv': '',
    'inf.csv': 'a,b\n1,2\n3,inf\n',
    'text.csv': 'a,b\n1,2\n3,four\n',
    'ragged.csv': '1,2\n3\n',
    'narrow.csv': '1,2\n3,4\n',
    'notes.txt': 'hello',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}
