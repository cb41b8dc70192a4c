/** @file Names of genes and cells in files beside a MatrixMarket file, as 10x and others write them. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MixturaError } from '../../errors.js';
import type { Content, ReadOptions } from '../formats/content.js';
import { readLines } from '../formats/text-lines.js';

const FEATURES = ['features.tsv', 'genes.tsv'];
const CELLS = ['barcodes.tsv'];

/**
 * A matrix with the names that files beside it give, where they are as many as its rows and columns: `features.tsv` or
 * `genes.tsv`, and `barcodes.tsv`, plain or gzipped, with what the matrix has in front of `matrix.mtx` in front of theirs.
 * Where the cells are its columns, as 10x writes it, these are the samples.
 */
export async function withNamesBeside(
  path: string,
  content: Content,
  options: ReadOptions,
): Promise<Content> {
  if (options.reading === 1) return content;
  const [features, cells] = [await namesIn(path, FEATURES), await namesIn(path, CELLS)];
  if (!features || !cells) return content;
  const [rows, columns] = content.shape;
  const sizes = [features.names.length, cells.names.length].join();
  const turned = sizes === [rows, columns].join();
  if (!turned && sizes !== [columns, rows].join()) {
    const notice = `${path} is ${rows} x ${columns}, which does not fit the ${features.names.length} names of ${features.file} and ${cells.names.length} of ${cells.file}: they are left out.`;
    return { ...content, notices: [notice] };
  }
  const genes = unique(features.names) ? features.names : undefined;
  const which = turned ? 'columns' : 'rows';
  const told = `${path}: names are those of ${features.file} and ${cells.file} beside it; the cells (${which}) are the samples.`;
  return {
    ...content,
    columns: turned ? cells.names : genes,
    rows: turned
      ? genes && { id: { name: 'feature', values: genes } }
      : { id: { name: 'barcode', values: cells.names } },
    ...(turned && { samplesLast: true }),
    notices: [told],
  };
}

interface Names {
  readonly file: string;
  readonly names: readonly string[];
}

/** The first column of the first of these files that is there. */
async function namesIn(path: string, names: readonly string[]): Promise<Names | undefined> {
  const prefix = /^(.*)matrix\.mtx(\.gz)?$/i.exec(basename(path))?.[1] ?? '';
  const candidates = names.flatMap((name) => [name, `${name}.gz`]).map((name) => prefix + name);
  const file = candidates.find((name) => existsSync(join(dirname(path), name)));
  if (file === undefined) return undefined;
  const found: string[] = [];
  try {
    await readLines(join(dirname(path), file), file.endsWith('.gz'), (bytes, start, end) => {
      found.push(Buffer.from(bytes.subarray(start, end)).toString('utf8').split('\t', 1)[0]!);
    });
  } catch (cause) {
    // A matrix is readable without names.
    if (cause instanceof MixturaError) return undefined;
    throw cause;
  }
  return { file, names: found };
}

function unique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
