import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { zip } from '../../../test/support/zip.js';
import { openDataset } from './open.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-causes-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder = '';
let made = 0;
beforeEach(() => {
  folder = join(root, `F${made++}`);
  mkdirSync(folder);
});

function put(path: string, content: Uint8Array | string = 'x'): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function refusal(path: string, options = {}): Promise<string> {
  const error: unknown = await openDataset(path, options).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ name: 'MixturaError' });
  return (error as Error).message.replaceAll(folder, 'F');
}

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('a file of a kind that is not read', () => {
  it.each<[name: string, content: Uint8Array | string, sentence: string]>([
    ['a.json', '[1]', 'F/a.json is JSON: save it as CSV or Parquet'],
    ['a.json.gz', gzipSync('[1]'), 'F/a.json.gz is JSON:'],
    ['a.rds', gzipSync('x'), 'F/a.rds is data of R: save it in R by write.csv'],
    ['a.RData', latin('RDX3\n'), 'F/a.RData is data of R:'],
    ['a.dat', latin('RDX2\nX\n'), 'F/a.dat is data of R:'],
    ['a.sav', latin('$FL2@(#)'), 'F/a.sav is a table of SPSS:'],
    ['a.dta', latin('<stata_dta>'), 'F/a.dta is a table of Stata:'],
    ['a.sas7bdat', '', 'F/a.sas7bdat is a table of SAS:'],
    [
      'a.sqlite',
      'SQLite format 3\0',
      'F/a.sqlite is an SQLite database: save a table as CSV, by sqlite3 -header -csv',
    ],
    ['a.bin', 'SQLite format 3\0', 'F/a.bin is an SQLite database:'],
    ['a.feather', 'ARROW1\0\0', 'F/a.feather is an Arrow or Feather file: save it as Parquet'],
    ['a.arrow', 'ARROW1\0\0', 'F/a.arrow is an Arrow or Feather file:'],
    ['a.tar', 'x', 'F/a.tar is a packed archive: unpack it'],
    ['a.tar.gz', gzipSync('x'), 'F/a.tar.gz is a packed archive: unpack it'],
    ['a.tgz', gzipSync('x'), 'F/a.tgz is a packed archive:'],
    ['a.7z', latin('7z\xbc\xaf'), 'F/a.7z is a packed archive:'],
    ['a.csv.bz2', 'BZh9', 'F/a.csv.bz2 is a packed archive:'],
    ['a.pdf', '%PDF-1.7', 'F/a.pdf is a PDF: copy its table into a sheet, and save that as CSV.'],
    ['a.xls', latin('\xd0\xcf\x11\xe0'), 'F/a.xls is an Excel workbook: save the sheet'],
    ['a.pkl', latin('\x80\x04\x95abc'), 'F/a.pkl is a pickle of Python, which could run any program'],
    ['a.mat', 'MATLAB 5.0 MAT-file', 'F/a.mat is a file of MATLAB:'],
    ['a.fcs', 'FCS3.0', 'F/a.fcs is a table of flow cytometry: export its events as CSV.'],
    ['a.nii.gz', gzipSync('x'), 'F/a.nii.gz is a medical image: save its slices as PNG (16 bits are read)'],
    ['a.jpg', latin('\xff\xd8\xff\xe0'), 'F/a.jpg is one image: give the folder that holds the images.'],
    ['a.tif', 'II*\0', 'F/a.tif is one image of a format that is not read: save the images as PNG'],
    ['a.html', '<!DOCTYPE html>', 'F/a.html is a web page, perhaps in place of what was to be downloaded'],
    ['a.csv', '<!DOCTYPE html>', 'F/a.csv does not hold what its name says, it is a web page'],
    ['b.csv', '%PDF-1.7', 'F/b.csv does not hold what its name says, it is a PDF'],
    ['a.mtx', 'SQLite format 3\0', 'F/a.mtx does not hold what its name says, it is an SQLite database'],
    ['a.mp4', 'x', 'F/a.mp4 is a film or a sound:'],
    ['a.onnx', 'x', 'F/a.onnx is a network: give data.'],
  ])('%s', async (name, content, sentence) => {
    expect(await refusal(put(name, content))).toContain(sentence);
  });

  it.each<[name: string, entries: string[], sentence: string]>([
    [
      'a.xlsx',
      ['[Content_Types].xml', 'xl/workbook.xml'],
      'F/a.xlsx is an Excel workbook: save the sheet with the data as CSV, and give that.',
    ],
    ['a.csv', ['xl/workbook.xml'], 'F/a.csv is an Excel workbook:'],
    ['a.ods', ['content.xml'], 'F/a.ods is an OpenDocument sheet:'],
    ['a.csv.zip', ['a.csv'], 'F/a.csv.zip is a zip archive with a.csv: unpack it, and give that file.'],
    [
      'a.zip',
      ['p/1.png', 'p/2.JPG', '__MACOSX/p/1.png'],
      'F/a.zip is a zip archive of 2 image(s): unpack it, and give the folder.',
    ],
    ['b.zip', ['r/train.parquet'], 'F/b.zip is a zip archive with r/train.parquet: unpack it'],
    [
      'c.zip',
      ['a.txt', 'b.txt', 'c.txt', 'd.txt'],
      'F/c.zip is a zip archive without .npy arrays (it has a.txt, b.txt, c.txt, ...): save arrays with numpy.savez',
    ],
    ['d.zip', ['p/'], 'F/d.zip is an empty zip archive: give what is in it.'],
    ['a.pt', ['archive/data.pkl'], 'F/a.pt is a pickle of Python'],
    [
      'a.npz',
      ['archive/data.pkl'],
      'F/a.npz holds tensors of PyTorch: save the array in Python by numpy.save',
    ],
  ])('%s of %j', async (name, entries, sentence) => {
    const bytes = zip(entries.map((entry) => ({ name: entry, content: Buffer.from('x') })));
    expect(await refusal(put(name, bytes))).toContain(sentence);
  });
});

describe('a folder without images', () => {
  it.each<[what: string, files: string[], sentence: string]>([
    ['nothing', [], 'F is empty: give a folder of images'],
    ['hidden files', ['.DS_Store'], 'F is empty: give a folder of images'],
    [
      'Parquet parts',
      ['part-0.parquet', 'part-1.parquet', '_SUCCESS'],
      'F holds a table in 2 Parquet files, and one file is read: join them',
    ],
    ['partitioned Parquet', ['year=1/0.parquet', 'year=2/0.parquet'], 'F holds a table in 2 Parquet files'],
    ['one table', ['a/b.csv', 'readme.txt'], 'F holds no images but a table: give F/a/b.csv.'],
    [
      'several tables',
      ['a.csv', 'b.tsv'],
      'F holds no images but 2 files of data (a.csv, b.tsv), and one is read at a time',
    ],
    [
      '10x',
      ['matrix.mtx.gz', 'barcodes.tsv.gz', 'features.tsv.gz'],
      'F holds a matrix of counts, genes x cells: give F/matrix.mtx.gz with --transpose.',
    ],
    ['10x of a series', ['GSM1_matrix.mtx', 'GSM1_genes.tsv'], 'give F/GSM1_matrix.mtx with --transpose.'],
    [
      'IDX',
      ['t10k-images-idx3-ubyte', 'train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
      'F holds IDX files: give that of the images, F/train-images-idx3-ubyte.gz.',
    ],
    ['Zarr', ['.zgroup', 'X/.zarray', 'X/0.0'], 'F is a Zarr store: save it as one file'],
    ['Zarr 3', ['zarr.json', 'c/0'], 'F is a Zarr store:'],
    ['a run', ['config.json', 'checkpoints/x', 'report.html'], 'F is a run, not data: give the data first'],
    [
      'other formats',
      ['a.tif', 'b.TIFF', 'c.heic'],
      'F holds 3 image(s) of formats that are not read (.tif, .tiff, .heic): save them as PNG',
    ],
    ['archives', ['photos.zip'], 'F holds no images but 1 packed archive(s) (photos.zip): unpack them.'],
    ['text', ['a.txt'], 'F holds no PNG, JPEG or WebP image: give a folder of images'],
  ])('but %s', async (_, files, sentence) => {
    for (const name of files) put(name);
    expect(await refusal(folder)).toContain(sentence);
  });

  it('is refused as a run also where its sample sheets are images', async () => {
    for (const name of ['config.json', 'checkpoints/x', 'samples.png', 'samples/step-00000000.png'])
      put(name);
    expect(await refusal(folder)).toBe(
      "F is a run, not data: give the data first, and the run to 'sample', 'cluster', 'evaluate' or 'train --resume'.",
    );
  });

  it('but links out of it, or images that are not named so', async () => {
    writeFileSync(join(root, 'outside.png'), 'x');
    for (let i = 0; i < 5; i++) symlinkSync(join(root, 'outside.png'), join(folder, `${i}.png`));
    expect(await refusal(folder)).toBe(
      `F holds 5 symbolic link(s) that lead out of it, to a folder or to nothing (0.png to ${join(root, 'outside.png')}), and only links to files within it are followed: copy the images there, or give the folder that holds them.`,
    );
    put('a', latin('\x89PNG\r\n\x1a\n'));
    put('b.dat', latin('\xff\xd8\xff\xe0'));
    put('c', 'text');
    expect(await refusal(folder)).toBe(
      'F holds files that are images but are not named so (a, b.dat): give their names the ending .png, .jpg or .webp.',
    );
  });

  it('or with unreadable ones only', async () => {
    for (const name of ['a.png', 'b.jpg']) put(name, 'not an image');
    expect(await refusal(folder)).toBe(
      '1 of the first 1 images of F do not decode (a.png: it is neither PNG, JPEG nor WebP), and more than 5 % of them are not left out: replace or remove such files.',
    );
  });
});

describe('what is not there is named before its options are judged', () => {
  it.each(['size', 'crop', 'color', 'label', 'key', 'header', 'background'])('%s', async (option) => {
    expect(await refusal(join(folder, 'none.csv'), { [option]: 'x' })).toBe(
      'F/none.csv does not exist: check the name and the folder.',
    );
    expect(await refusal(`${folder}/photos`, { [option]: 'x' })).toBe(
      'F/photos does not exist: check the name and the folder.',
    );
  });

  it('and links to nothing or in a circle are named as such', async () => {
    symlinkSync('nowhere', join(folder, 'l.csv'));
    symlinkSync('c.csv', join(folder, 'c.csv'));
    expect(await refusal(join(folder, 'l.csv'))).toBe(
      'F/l.csv is a symbolic link to nothing: give the file or folder itself.',
    );
    expect(await refusal(join(folder, 'c.csv'), { size: '3' })).toMatch(
      /^F\/c\.csv cannot be read .*: its links lead in a circle, give another path\.$/,
    );
    expect(await refusal('/dev/null')).toContain('/dev/null is a pipe or a device');
  });
});
