/** @file A folder without images that are read: what is in it, and what to do. */

import { closeSync, existsSync, openSync, readlinkSync, readSync } from 'node:fs';
import { extname, join } from 'node:path';

/** What was found in a folder besides images. */
interface FolderContent {
  /** Other files, by paths within the folder. */
  readonly others: readonly string[];
  /** Symbolic links that are not followed. */
  readonly links: readonly string[];
}

const PARQUET = /\.(parquet|pq)$/i;
const TABLE = /\.(csv|tsv|npy|npz|h5|h5ad|hdf5|mtx|parquet|pq)(\.gz)?$/i;
const OTHER_IMAGE = /\.(tiff?|gif|bmp|heic|heif|avif|jp2|svg|ppm|pgm|psd|dcm|nii(\.gz)?)$/i;
const ARCHIVE = /\.(zip|tar|tgz|tar\.\w+|7z|rar)$/i;
/** Files that are looked into for what their names do not say. */
const LOOKED_AT = 20;

/** The sentence that refuses a folder without PNG, JPEG or WebP images. */
export function noImages(folder: string, content: FolderContent): string {
  const { others, links } = content;
  for (const find of [store, tenx, parquetParts, idx, tables, unnamed, formats, archives, outside]) {
    const sentence = find(folder, others, links);
    if (sentence !== undefined) return sentence;
  }
  if (others.length === 0) {
    return `${folder} is empty: give a folder of images, or put PNG, JPEG or WebP files there.`;
  }
  return `${folder} holds no PNG, JPEG or WebP image: give a folder of images, with a sub-folder for each class if classes are known.`;
}

type Find = (folder: string, others: readonly string[], links: readonly string[]) => string | undefined;

/** The sentence that refuses the folder of a run, whose sample sheets are no data; nothing for other folders. */
export function runNotData(folder: string): string | undefined {
  const run = ['config.json', 'checkpoints'].every((name) => existsSync(join(folder, name)));
  return run
    ? `${folder} is a run, not data: give the data first, and the run to 'sample', 'cluster', 'evaluate' or 'train --resume'.`
    : undefined;
}

const store: Find = (folder, others) => {
  const has = (name: string) => existsSync(join(folder, name));
  if (['.zgroup', '.zarray', '.zattrs', 'zarr.json'].some(has)) {
    return `${folder} is a Zarr store: save it as one file, in Python by adata.write_h5ad('x.h5ad') or numpy.save('x.npy', x).`;
  }
  const pieces = others.filter((name) => /(^|\/)_(metadata|common_metadata|delta_log)/.test(name));
  return pieces.length > 0
    ? partsSentence(folder, others.filter((name) => PARQUET.test(name)).length)
    : undefined;
};

const tenx: Find = (folder, others) => {
  const matrix = others.find((name) => /(^|[/_])matrix\.mtx(\.gz)?$/.test(name));
  if (matrix === undefined) return undefined;
  return `${folder} holds a matrix of counts, genes x cells: give ${join(folder, matrix)} with --transpose.`;
};

const parquetParts: Find = (folder, others) => {
  const parts = others.filter((name) => PARQUET.test(name));
  return parts.length > 1 ? partsSentence(folder, parts.length) : undefined;
};

function partsSentence(folder: string, count: number): string {
  return `${folder} holds a table in ${count} Parquet files, and one file is read: join them, in Python by pandas.read_parquet('${folder}').to_parquet('table.parquet'), or give one of them.`;
}

const idx: Find = (folder, others) => {
  const files = others.filter((name) => /idx\d|ubyte/i.test(name));
  const images =
    files.find((name) => /train.*(images|idx3)/i.test(name)) ??
    files.find((name) => /images|idx[34]/i.test(name));
  if (files.length === 0) return undefined;
  return `${folder} holds IDX files: give that of the images, ${join(folder, images ?? files[0]!)}.`;
};

const tables: Find = (folder, others) => {
  const files = others.filter((name) => TABLE.test(name));
  if (files.length === 0) return undefined;
  if (files.length === 1) return `${folder} holds no images but a table: give ${join(folder, files[0]!)}.`;
  return `${folder} holds no images but ${files.length} files of data (${firstOf(files)}), and one is read at a time: give one of them.`;
};

/** Images whose names do not say so. */
const unnamed: Find = (folder, others) => {
  const found = others.slice(0, LOOKED_AT).filter((name) => beginsAsImage(join(folder, name)));
  if (found.length === 0) return undefined;
  const which = found.length === others.length ? `${others.length} file(s)` : `files`;
  return `${folder} holds ${which} that are images but are not named so (${firstOf(found)}): give their names the ending .png, .jpg or .webp.`;
};

const formats: Find = (folder, others) => {
  const { count, endings } = otherImages(others);
  if (count === 0) return undefined;
  return `${folder} holds ${count} image(s) of formats that are not read (${endings}): save them as PNG, JPEG or WebP.`;
};

/** The sentences on files beside the images: images of formats that are not read, and files that are none. */
export function filesBeside(folder: string, others: readonly string[]): string[] {
  const { count, endings } = otherImages(others);
  const rest = others.filter((name) => !OTHER_IMAGE.test(name));
  const sentences: string[] = [];
  if (count > 0) {
    sentences.push(
      `${count} image(s) of ${folder} are left out, because their formats are not read (${endings}): save them as PNG, JPEG or WebP.`,
    );
  }
  if (rest.length > 0)
    sentences.push(`${rest.length} other file(s) of ${folder} are no images: ${firstOf(rest)}.`);
  return sentences;
}

function otherImages(others: readonly string[]): { readonly count: number; readonly endings: string } {
  const files = others.filter((name) => OTHER_IMAGE.test(name));
  const endings = [...new Set(files.map((name) => extname(name).toLowerCase()))].join(', ');
  return { count: files.length, endings };
}

const archives: Find = (folder, others) => {
  const files = others.filter((name) => ARCHIVE.test(name));
  if (files.length === 0) return undefined;
  return `${folder} holds no images but ${files.length} packed archive(s) (${firstOf(files)}): unpack them.`;
};

const outside: Find = (folder, _, links) => {
  if (links.length === 0) return undefined;
  const [first] = links as [string];
  const target = readlinkSync(join(folder, first));
  return `${folder} holds ${links.length} symbolic link(s) that lead out of it, to a folder or to nothing (${first} to ${target}), and only links to files within it are followed: copy the images there, or give the folder that holds them.`;
};

function beginsAsImage(file: string): boolean {
  const bytes = Buffer.alloc(12);
  try {
    const fd = openSync(file, 'r');
    try {
      readSync(fd, bytes);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  const text = bytes.toString('latin1');
  const webp = text.startsWith('RIFF') && text.endsWith('WEBP');
  return text.startsWith('\x89PNG\r\n') || text.startsWith('\xff\xd8\xff') || webp;
}

function firstOf(names: readonly string[]): string {
  return names.slice(0, 3).join(', ') + (names.length > 3 ? ', ...' : '');
}
