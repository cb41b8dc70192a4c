import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import h5wasm, { type File, type Group } from 'h5wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../sets/open.js';
import { matricesOf } from '../../tables/matrices.js';
import { tableDataset } from '../../tables/table.js';
import type { SparseRows } from '../sparse.js';
import { Hdf5File, innermost } from './file.js';
import { hdf5Matrices, parseHdf5 } from './hdf5.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-hdf5-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(import.meta.dirname, '../../../../test/fixtures/tables', name);
const fixture = (name: string) => readFileSync(path(name));

/** A file that h5wasm writes. */
async function made(write: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('made.h5', 'w');
  write(file);
  file.close();
  const bytes = FS.readFile('made.h5') as Uint8Array;
  FS.unlink('made.h5');
  return bytes;
}

/** A sparse 2 x 3 matrix in the group m; by columns, as no format is told. */
function sparse(parts: { indptr?: number[]; indices?: number[]; shape?: number[] }): Promise<Uint8Array> {
  const { indptr = [0, 1, 1, 3], indices = [1, 0, 1], shape = [2, 3] } = parts;
  return made((file) => {
    const group = file.create_group('m');
    group.create_dataset({ name: 'data', data: Float32Array.of(5, 6, 7) });
    group.create_dataset({ name: 'indices', data: Int32Array.from(indices) });
    group.create_dataset({ name: 'indptr', data: Int32Array.from(indptr) });
    group.create_dataset({ name: 'shape', data: Int32Array.from(shape) });
  });
}

describe('parseHdf5', () => {
  it.each([
    [
      'several.h5',
      {},
      'f.h5 has several arrays, complex (7 x 4), fixed (7), flags (7 x 5), group/big (7 x 4),',
    ],
    ['several.h5', { key: 'groups/big' }, 'f.h5 has no groups/big (did you mean group/big?); there is'],
    ['several.h5', { key: 'vast' }, 'claims vast of 1000000 x 1000000, more than a file of'],
    ['several.h5', { key: 'half' }, 'f.h5 holds floats of 16 bits in half'],
    ['several.h5', { key: 'complex' }, 'f.h5 holds records or references in complex'],
    ['several.h5', { key: 'words' }, 'f.h5 holds text in words'],
    ['several.h5', { key: 'away' }, 'has no away'],
    ['several.h5', { key: 'broken' }, 'has no broken'],
    ['several.h5', { key: 'flags', label: 'nothing' }, 'give one of them as --label.'],
    ['several.h5', { key: 'flags', label: 'complex' }, 'holds records or references in complex'],
    [
      'csr.h5ad',
      { label: 'cell_typ' },
      'has no column cell_typ in obs (did you mean cell_type?): its columns are',
    ],
    ['csr.h5ad', { label: 'grade' }, 'f.h5 (obs/grade), row 7 has no label'],
    [
      'csr.h5ad',
      { key: 'layers/counts' },
      'has no matrix layers/counts (did you mean layers/raw_counts?); there is X (7 x 5), layers/raw_counts (7 x 5): give one',
    ],
  ])('of %s with %j says why not', async (name, options, message) => {
    await expect(parseHdf5(fixture(name), 'f.h5', options)).rejects.toThrow(message);
  });

  it('leaves out what links lead to, and counts no data set twice', async () => {
    await expect(parseHdf5(fixture('several.h5'), 'f.h5')).rejects.not.toThrow('loop');
    await expect(parseHdf5(fixture('several.h5'), 'f.h5')).rejects.not.toThrow('away');
  });

  it('refuses a file that is cut, and one without arrays', async () => {
    const whole = fixture('gzip.h5');
    await expect(parseHdf5(whole.subarray(0, 3000), 'f.h5')).rejects.toThrow(
      'f.h5 is damaged (truncated file',
    );
    await expect(parseHdf5(new Uint8Array(100), 'f.h5')).rejects.toThrow(
      'f.h5 is damaged (file signature not found)',
    );
    await expect(parseHdf5(await made(() => {}), 'f.h5')).rejects.toThrow('there is nothing');
  });

  it('says what AnnData without X holds instead', async () => {
    const anndata = (matrices: readonly string[]) =>
      made((file) => {
        file.create_attribute('encoding-type', 'anndata');
        file.create_group('obs');
        if (matrices.length > 0) file.create_group('layers');
        for (const name of matrices)
          file.create_dataset({ name: `layers/${name}`, data: Float32Array.of(1, 2), shape: [1, 2] });
      });
    await expect(parseHdf5(await anndata([]), 'f.h5ad')).rejects.toThrow(
      'f.h5ad holds no matrix (no X, raw/X, layers or obsm): save it with the values of its cells',
    );
    await expect(parseHdf5(await anndata(['counts']), 'f.h5ad')).rejects.toThrow(
      /^f\.h5ad has no X, which is read where no other matrix is asked for: give --key layers\/counts\.$/,
    );
    await expect(parseHdf5(await anndata(['a', 'b']), 'f.h5ad')).rejects.toThrow(
      'give --key layers/a, or another of layers/a (1 x 2), layers/b (1 x 2).',
    );
  });

  it('reads sparse matrices by columns, and refuses parts that do not fit', async () => {
    const { values } = await parseHdf5(await sparse({}), 'f.h5');
    const { rows, columns, starts, indices, values: entries } = values as SparseRows;
    expect([rows, columns, [...starts], [...indices], [...entries]]).toEqual([
      2,
      3,
      [0, 1, 3],
      [2, 0, 2],
      [6, 5, 7],
    ]);
    const refused = async (parts: Parameters<typeof sparse>[0], message: string) =>
      expect(parseHdf5(await sparse(parts), 'f.h5')).rejects.toThrow(
        `damaged sparse matrix in m (${message}`,
      );
    await refused({ indptr: [0, 1, 3] }, '3 starts for 3 columns');
    await refused({ indptr: [0, 2, 1, 3] }, 'starts that do not rise');
    await refused({ indptr: [0, 1, 1, 2] }, 'starts that do not rise');
    await refused({ indptr: [0, -1, 1, 3] }, 'starts that do not rise');
    await refused({ indices: [1, 0, 2] }, 'an index outside the matrix');
    await refused({ indices: [1, 0, -1] }, 'an index outside the matrix');
    await refused({ indices: [1, 1, 1] }, 'an entry of row 2, column 3 twice');
    await refused({ shape: [-1, 3] }, 'sizes -1 x 3');
    await refused({ shape: [2_000_000_000, 3] }, 'sizes 2000000000 x 3');
    await refused({ indices: [1, 0] }, '4 starts for 3 columns');
  });

  it('leaves nothing open in memory, whether it reads or refuses', async () => {
    const { FS } = await h5wasm.ready;
    const before = FS.readdir('.').length;
    await parseHdf5(fixture('gzip.h5'), 'f.h5');
    await expect(parseHdf5(fixture('several.h5'), 'f.h5')).rejects.toThrow();
    await expect(parseHdf5(fixture('gzip.h5').subarray(0, 900), 'f.h5')).rejects.toThrow();
    expect(FS.readdir('.').length).toBe(before);
  });

  it('reads a large data set in pieces that are the whole', async () => {
    const data = Float64Array.from({ length: 9_000_000 }, (_, i) => i);
    const bytes = await made((file) => file.create_dataset({ name: 'x', data, shape: [3_000_000, 3] }));
    const file = await Hdf5File.open(bytes, 'f.h5');
    const { values } = file.numbers('x');
    file.close();
    expect(values.length).toBe(9_000_000);
    expect(values.every((x, i) => x === i)).toBe(true);
  });
});

describe('innermost', () => {
  it('finds the cause in what the library lists', () => {
    expect(
      innermost('HDF5-DIAG:\n  #000: a.c line 1 in f(): outer\n  #001: b.c line 2 in g(): inner\n'),
    ).toBe('inner');
    expect(innermost('memory access out of bounds')).toBe('memory access out of bounds');
  });
});

describe('openDataset of an HDF5 file', () => {
  it('reads it in a thread, whatever other options there are', async () => {
    const options = { label: 'cell_type', counts: true, progress: () => {}, notice: () => {} };
    const data = await openDataset(path('csr.h5ad'), options);
    expect([data.count, data.shape, data.largestCount, data.classNames]).toEqual([
      7,
      [5],
      31,
      ['alpha', 'beta', 'gamma'],
    ]);
    const test = await openDataset(path('split.h5'), { split: 'test' });
    expect([test.count, [...test.labels!]]).toEqual([2, [0, 1]]);
  });

  it('hands on what the thread refuses, with its exit code', async () => {
    const refused = expect(openDataset(path('several.h5'), { key: 'nothing' })).rejects;
    await refused.toMatchObject({ name: 'MixturaError', exitCode: 2 });
    for (const [bytes, message] of [
      ['', 'x.h5 is empty'],
      ['a,b\n1,2\n', 'x.h5 is not an HDF5 file'],
    ] as const) {
      writeFileSync(join(folder, 'x.h5'), bytes);
      await expect(openDataset(join(folder, 'x.h5'))).rejects.toThrow(message);
    }
  });
});

describe('names of rows and columns', () => {
  /** AnnData of two cells with three genes, and a column of labels. */
  const cells = (genes: string[], labels = 'target') =>
    made((file) => {
      file.create_dataset({ name: 'X', data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
      for (const [table, words] of [
        ['obs', ['c1', 'c2']],
        ['var', genes],
      ] as const) {
        const group = file.create_group(table);
        group.create_attribute('_index', '_index');
        group.create_dataset({ name: '_index', data: [...words] });
      }
      (file.get('obs') as Group).create_dataset({ name: labels, data: ['b', 'a'] });
    });

  it('of AnnData are the indices of var and obs, and labels have a usual name', async () => {
    const content = await parseHdf5(await cells(['g1', 'g2', 'g3']), 'f.h5ad');
    expect([content.columns, content.rows?.id]).toEqual([
      ['g1', 'g2', 'g3'],
      { name: 'obs', values: ['c1', 'c2'] },
    ]);
    expect(content.labels).toMatchObject({ from: 'obs/target', classNames: ['a', 'b'], asked: false });
    const first = await parseHdf5(await cells(['g1', 'g2', 'g3']), 'f.h5ad', { reading: 1 });
    expect([first.columns, first.labels]).toEqual([undefined, undefined]);
    expect((await parseHdf5(await cells(['g1', 'g1', 'g3'], 'kind'), 'f.h5ad')).columns).toBeUndefined();
  });

  it('of AnnData put the genes of new cells into the order of the run', async () => {
    const former = { columns: 2, names: ['g3', 'g1'] };
    const told: string[] = [];
    const content = await parseHdf5(await cells(['g1', 'g2', 'g3']), 'f.h5ad', { former });
    const data = tableDataset('f.h5ad', { former, notice: (sentence) => told.push(sentence) }, content);
    const out = new Float32Array(4);
    data.read([0, 1], out);
    expect([...out]).toEqual([3, 1, 6, 4]);
    expect(told).toEqual(['f.h5ad: 1 column(s) that the run was not trained on are left out (g2).']);
    const other = { columns: 2, names: ['g3', 'g9'] };
    expect(() => tableDataset('f.h5ad', { former: other }, content)).toThrow('lacks 1 column(s)');
  });

  it('of 10x files are genes and barcodes, which change places with the matrix', async () => {
    const bytes = await made((file) => {
      const group = file.create_group('matrix');
      group.create_dataset({ name: 'data', data: Float32Array.of(5, 6, 7) });
      group.create_dataset({ name: 'indices', data: Int32Array.of(1, 0, 1) });
      group.create_dataset({ name: 'indptr', data: Int32Array.of(0, 1, 1, 3) });
      group.create_dataset({ name: 'shape', data: Int32Array.of(2, 3) });
      group.create_dataset({ name: 'barcodes', data: ['c1', 'c2', 'c3'] });
      group.create_group('features').create_dataset({ name: 'id', data: ['g1', 'g2'] });
    });
    const content = await parseHdf5(bytes, 'f.h5');
    const told: string[] = [];
    const data = tableDataset('f.h5', { notice: (sentence) => told.push(sentence) }, content);
    expect([data.count, data.columns, data.rows?.id?.values]).toEqual([3, ['g1', 'g2'], ['c1', 'c2', 'c3']]);
    expect(told).toEqual([
      'f.h5 is laid out as 10x files are, 2 features x 3 cells: the cells are the samples.',
    ]);
    const asked = await parseHdf5(bytes, 'f.h5', { transpose: true });
    expect([asked.notices, tableDataset('f.h5', { transpose: true }, asked).columns]).toEqual([
      undefined,
      ['g1', 'g2'],
    ]);
    const genes = tableDataset('f.h5', { transpose: false }, content);
    expect([genes.count, genes.columns]).toEqual([2, ['c1', 'c2', 'c3']]);
    // A run on genes gets genes; version 0.1.0 turned nothing by itself.
    expect(tableDataset('f.h5', { former: { columns: 3 } }, content).shape).toEqual([3]);
    const first = await parseHdf5(bytes, 'f.h5', { reading: 1 });
    expect(tableDataset('f.h5', { reading: 1 }, first).shape).toEqual([3]);
    const turned = tableDataset(
      'f.h5',
      { former: { transpose: true, columns: 2, names: ['g2', 'g1'] } },
      content,
    );
    const out = new Float32Array(2);
    turned.read([2], out);
    expect([...out]).toEqual([7, 6]);
  });
});

describe('Loom files', () => {
  it('have cells as columns, which are the samples, and names in their attributes', async () => {
    const bytes = await made((file) => {
      file.create_dataset({ name: 'matrix', data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
      file.create_group('row_attrs').create_dataset({ name: 'Gene', data: ['g1', 'g2'] });
      file.create_group('col_attrs').create_dataset({ name: 'CellID', data: ['c1', 'c2', 'c3'] });
    });
    const content = await parseHdf5(bytes, 'f.loom');
    const data = tableDataset('f.loom', {}, content);
    expect([data.count, data.columns, data.rows?.id?.values, content.notices]).toEqual([
      3,
      ['g1', 'g2'],
      ['c1', 'c2', 'c3'],
      ['f.loom is laid out as Loom files are, 2 features x 3 cells: the cells are the samples.'],
    ]);
    const out = new Float32Array(2);
    data.read([1], out);
    expect([...out]).toEqual([2, 5]);
    expect(tableDataset('f.loom', {}, await parseHdf5(bytes, 'f.loom', { reading: 1 })).count).toBe(2);
  });
});

describe('the matrices of a file', () => {
  /** AnnData of three cells with two genes, an embedding, a layer, and a table in obsm. */
  const whole = () =>
    made((file) => {
      const numbers = (group: Group | File, name: string, shape: number[]) =>
        group.create_dataset({
          name,
          data: Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => i),
          shape,
        });
      numbers(file, 'X', [3, 2]);
      numbers(file.create_group('layers'), 'counts', [3, 2]);
      numbers(file.create_group('raw'), 'X', [3, 4]);
      const obsm = file.create_group('obsm');
      numbers(obsm, 'X_pca', [3, 2]);
      numbers(obsm, 'X_umap', [3, 3]);
      obsm.create_group('table').create_dataset({ name: 'a', data: Float32Array.of(1, 2, 3) });
      for (const [table, words] of [
        ['obs', ['c1', 'c2', 'c3']],
        ['var', ['g1', 'g2']],
      ] as const) {
        const group = file.create_group(table);
        group.create_attribute('_index', '_index');
        group.create_dataset({ name: '_index', data: [...words] });
      }
    });
  const ALL = 'X (3 x 2), raw/X (3 x 4), layers/counts (3 x 2), obsm/X_pca (3 x 2), obsm/X_umap (3 x 3)';

  it('of AnnData are listed, embeddings among them', async () => {
    const found = await hdf5Matrices(await whole(), 'f.h5ad');
    expect(found.map(({ name, shape }) => `${name} (${shape!.join(' x ')})`).join(', ')).toBe(ALL);
    const file = join(folder, 'whole.h5ad');
    writeFileSync(file, await whole());
    expect(await matricesOf(file)).toEqual(found);
    rmSync(file);
    expect(await matricesOf(path('10x.h5'))).toEqual([{ name: 'matrix', shape: [5, 7] }]);
    expect((await matricesOf(path('several.h5'))).length).toBeGreaterThan(1);
    expect((await matricesOf(path('named.npz'))).every(({ shape }) => shape!.length >= 2)).toBe(true);
    expect(await matricesOf(path('genes.mtx'))).toEqual([]);
  });

  it.each([
    ['X_pca', 'obsm/X_pca'],
    ['pca', 'obsm/X_pca'],
    ['umap', 'obsm/X_umap'],
    ['counts', 'layers/counts'],
    ['layers/count', 'layers/counts'],
  ])('are meant by %s: %s', async (key, meant) => {
    await expect(parseHdf5(await whole(), 'f.h5ad', { key })).rejects.toThrow(
      `f.h5ad has no matrix ${key} (did you mean ${meant}?); there is ${ALL}: give one of them as --key.`,
    );
  });

  it('of cells in a space of their own have no names of genes', async () => {
    const content = await parseHdf5(await whole(), 'f.h5ad', { key: 'obsm/X_pca' });
    expect([content.shape, content.columns, content.rows?.id?.values]).toEqual([
      [3, 2],
      undefined,
      ['c1', 'c2', 'c3'],
    ]);
    expect((await parseHdf5(await whole(), 'f.h5ad')).columns).toEqual(['g1', 'g2']);
  });
});
