import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readMatrixMarket } from './matrix-market.js';
import type { SparseRows } from './sparse.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-mtx-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SPARSE = '%%MatrixMarket matrix coordinate';

async function read(text: string | Uint8Array, gzipped = false) {
  const path = join(folder, 'm.mtx');
  writeFileSync(path, gzipped ? gzipSync(text) : text);
  return readMatrixMarket(path, gzipped);
}

describe('readMatrixMarket', () => {
  it('reads entries in any order, comments, blank lines, CRLF, and a last line without an end', async () => {
    const text = `${SPARSE} real general\r\n% of cells\r\n\r\n2 3 3\r\n2 3 -1.5e1\r\n  1 1 4 \r\n1\t2\t.5`;
    const { shape, values } = await read(text);
    const { starts, indices, values: entries } = values as SparseRows;
    expect([shape, [...starts], [...indices], [...entries]]).toEqual([
      [2, 3],
      [0, 2, 3],
      [0, 1, 2],
      [4, 0.5, -15],
    ]);
  });

  it('takes the entries of a pattern as 1, and a dense matrix column by column', async () => {
    const pattern = (await read(`${SPARSE} pattern general\n2 2 2\n1 1\n2 2\n`)).values as SparseRows;
    expect([...pattern.values]).toEqual([1, 1]);
    const dense = await read('%%MatrixMarket matrix array integer general\n2 3\n1\n2\n3\n4\n5\n6\n');
    expect([...(dense.values as Float64Array)]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('reads lines that lie across the pieces of a large file', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i + 1} ${(i % 7) + 1} ${i}`);
    for (const gzipped of [false, true]) {
      const { values } = await read(
        `${SPARSE} integer general\n60000 7 60000\n${lines.join('\n')}\n`,
        gzipped,
      );
      const { values: entries, indices } = values as SparseRows;
      expect([entries.length, entries[59_999], indices[59_999]]).toEqual([60_000, 59_999, 59_999 % 7]);
      expect(entries.every((x, i) => x === i && indices[i] === i % 7)).toBe(true);
    }
  });

  it.each([
    ['', 'm.mtx is empty'],
    ['1 1 1\n', 'is not a MatrixMarket file'],
    ['%%MatrixMarket vector array real general\n', 'is not a MatrixMarket file'],
    [`${SPARSE} complex general\n1 1 1\n1 1 1 1\n`, 'line 1 holds "complex" values'],
    [`${SPARSE} real symmetric\n1 1 1\n`, 'line 1 is "symmetric", and only general matrices'],
    ['%%MatrixMarket matrix list real general\n', 'has the unknown format "list"'],
    [`${SPARSE} real general\n`, 'is truncated: its sizes are missing'],
    [`${SPARSE} real general\n2 2\n`, 'line 2 has "2 2" where its sizes are expected'],
    [`${SPARSE} real general\n2 x 1\n`, 'line 2 has "2 x 1" where its sizes'],
    [`${SPARSE} real general\n0 2 0\n`, 'holds no samples (0 x 2)'],
    [`${SPARSE} real general\n2 2 2\n1 1 1\n`, 'promises 2 entries and has 1'],
    [`${SPARSE} real general\n2 2 1\n1 1 1\n2 2 1\n`, 'line 4 has more than the 1 entries'],
    [`${SPARSE} real general\n2 2 2\n1 1 1\n1 1 2\n`, 'has the entry of row 1, column 1 twice'],
    [`${SPARSE} real general\n2 2 1\n3 1 1\n`, 'line 3 has "3" where a row from 1 to 2 is expected'],
    [`${SPARSE} real general\n2 2 1\n1 0 1\n`, 'line 3 has "0" where a column from 1 to 2'],
    [`${SPARSE} real general\n2 2 1\n-1 1 1\n`, 'has "-1" where a row'],
    [`${SPARSE} real general\n2 2 1\n1.5 1 1\n`, 'has "1.5" where a row'],
    [`${SPARSE} real general\n2 2 1\n1 1\n`, 'line 3 has "1 1", which is no finite number'],
    [`${SPARSE} real general\n2 2 1\n1 1 nan\n`, 'line 3 has "1 1 nan", which is no finite number'],
    [`${SPARSE} real general\n2 2 1\n1 1 1e99\n`, 'no finite number'],
    [`${SPARSE} real general\n2 2 1\n1 1 0x10\n`, 'no finite number'],
    [`${SPARSE} real general\n2 2 4000000000\n1 1 1\n`, 'claims 2 x 2 x 4000000000, more than a file'],
    [`${SPARSE} real general\n4000000000 2 1\n1 1 1\n`, 'claims 4000000000 x 2 x 1, more than a file'],
    [`${SPARSE} real general\n${'9'.repeat(400)} 2 1\n1 1 1\n`, 'more than a file'],
    ['%%MatrixMarket matrix array real general\n99999 99999\n1\n', 'claims 99999 x 99999, more than'],
    [`${SPARSE} real general\n%${'c'.repeat(70_000)}\n`, 'line 2 has more than 65536 bytes'],
  ])('refuses %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('refuses a zipped file that is cut, damaged, or a bomb of comments', async () => {
    const packed = gzipSync(`${SPARSE} real general\n2 2 1\n1 1 1\n`);
    const path = join(folder, 'cut.mtx.gz');
    writeFileSync(path, packed.subarray(0, 30));
    await expect(readMatrixMarket(path, true)).rejects.toThrow('cut.mtx.gz is truncated');
    packed[20]! ^= 255;
    writeFileSync(path, packed);
    await expect(readMatrixMarket(path, true)).rejects.toThrow('cut.mtx.gz is damaged');
    const bomb = `${SPARSE} real general\n${`%${'x'.repeat(65_000)}\n`.repeat(400)}2 2 1\n1 1 1\n`;
    await expect(read(bomb, true)).rejects.toThrow('more than 16 MiB of comments');
    await expect(readMatrixMarket(join(folder, 'none.mtx'), false)).rejects.toThrow('does not exist');
  });
});
