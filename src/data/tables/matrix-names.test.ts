import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.js';
import { openDataset } from '../sets/open.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-names-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let made = 0;
beforeEach(() => {
  folder = join(root, `F${made++}`);
  mkdirSync(folder);
});

const put = (name: string, text: string) =>
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);

/** Two rows, three columns: 1 2 0 / 0 0 3. */
const MATRIX = '%%MatrixMarket matrix coordinate integer general\n2 3 3\n1 1 1\n1 2 2\n2 3 3\n';
const GENES = 'ENSG1\tA\tGene Expression\nENSG2\tB\tGene Expression\n';
const CELLS = 'AAA-1\nAAC-1\nAAG-1\n';

async function opened(name: string, options = {}): Promise<{ data: Dataset; told: string[] }> {
  const told: string[] = [];
  const notice = (sentence: string) => told.push(sentence.replaceAll(folder, 'F'));
  return { data: await openDataset(join(folder, name), { ...options, notice }), told };
}

function rowsOf(data: Dataset): number[][] {
  return Array.from({ length: data.count }, (_, i) => {
    const out = new Float32Array(data.shape[0]!);
    data.read([i], out);
    return [...out];
  });
}

describe('names beside a MatrixMarket file', () => {
  it.each([
    ['matrix.mtx', 'features.tsv', 'barcodes.tsv'],
    ['matrix.mtx.gz', 'features.tsv.gz', 'barcodes.tsv.gz'],
    ['matrix.mtx', 'genes.tsv', 'barcodes.tsv.gz'],
    ['GSM1_matrix.mtx.gz', 'GSM1_genes.tsv.gz', 'GSM1_barcodes.tsv.gz'],
    ['counts.mtx', 'genes.tsv', 'barcodes.tsv'],
  ])('of %s in %s and %s say that the columns are cells', async (matrix, genes, cells) => {
    put(matrix, MATRIX);
    put(genes, GENES);
    put(cells, CELLS);
    const { data, told } = await opened(matrix);
    expect([data.columns, data.rows?.id?.values]).toEqual([
      ['ENSG1', 'ENSG2'],
      ['AAA-1', 'AAC-1', 'AAG-1'],
    ]);
    expect(rowsOf(data)).toEqual([
      [1, 0],
      [2, 0],
      [0, 3],
    ]);
    expect(told).toEqual([
      `F/${matrix}: names are those of ${genes} and ${cells} beside it; the cells (columns) are the samples.`,
    ]);
    const asked = await opened(matrix, { transpose: true });
    expect([asked.data.fingerprint, asked.data.columns]).toEqual([data.fingerprint, data.columns]);
    const rows = await opened(matrix, { transpose: false });
    expect([rows.data.count, rows.data.columns]).toEqual([2, ['AAA-1', 'AAC-1', 'AAG-1']]);
    const first = await opened(matrix, { reading: 1 });
    expect([first.data.count, first.data.columns, first.told]).toEqual([2, undefined, []]);
  });

  it('of a matrix of cells x genes leave it as it is', async () => {
    put('matrix.mtx', MATRIX);
    put('features.tsv', 'g1\ng2\ng3\n');
    put('barcodes.tsv', 'c1\nc2\n');
    const { data, told } = await opened('matrix.mtx');
    expect([data.count, data.columns, data.rows?.id?.values]).toEqual([2, ['g1', 'g2', 'g3'], ['c1', 'c2']]);
    expect(told[0]).toContain('the cells (rows) are the samples');
  });

  it('that do not fit are left out and told; one alone, or names that repeat, name nothing', async () => {
    put('matrix.mtx', MATRIX);
    put('barcodes.tsv', CELLS);
    expect((await opened('matrix.mtx')).data.columns).toBeUndefined();
    put('features.tsv', 'g1\n');
    const { data, told } = await opened('matrix.mtx');
    expect([data.count, data.columns]).toEqual([2, undefined]);
    expect(told).toEqual([
      'F/matrix.mtx is 2 x 3, which does not fit the 1 names of features.tsv and 3 of barcodes.tsv: they are left out.',
    ]);
    put('features.tsv', 'g1\ng1\n');
    const same = await opened('matrix.mtx');
    expect([same.data.count, same.data.columns, same.data.rows?.id?.values.length]).toEqual([
      3,
      undefined,
      3,
    ]);
  });
});

describe('--counts', () => {
  it('tells of values that are no whole numbers, as logarithms are', async () => {
    put('log.csv', 'a,b\n0,1.0986\n2,0.6931\n');
    put('whole.csv', 'a,b\n0,1\n2,3\n');
    const logs = await opened('log.csv', { counts: true });
    expect(logs.told).toEqual([
      'F/log.csv has values that are no whole numbers, such as 1.0986, so they may be logarithms or shares of counts already: leave out --counts then, or give the counts themselves.',
    ]);
    expect((await opened('whole.csv', { counts: true })).told).toEqual([]);
    put('matrix.mtx', MATRIX.replace('1 2 2', '1 2 2.5').replace('integer', 'real'));
    expect((await opened('matrix.mtx', { counts: true })).told[0]).toContain('such as 2.5,');
    expect((await opened('log.csv')).told).toEqual([]);
  });
});
