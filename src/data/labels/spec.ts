/** @file Which labels training may see, as it is written: `all`, `1%`, `50`, files or a column. */
import { existsSync, statSync } from 'node:fs';
import { usageError } from '../../errors.js';

/** Which labels training may see. */
export type LabelSpec =
  | { readonly kind: 'all' }
  /** A part of the rows, above 0 and at most 1. */
  | { readonly kind: 'share'; readonly share: number }
  /** So many rows. */
  | { readonly kind: 'count'; readonly count: number }
  /** Text tables of rows and their classes, which are taken together. */
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  /** A column of the table of data, in which rows may be without a label. */
  | { readonly kind: 'column'; readonly name: string };

const TEXT_TABLE = /\.(csv|tsv|txt)(\.gz)?$/i;

/** What `--labels` takes, as a part of a sentence. */
export const LABEL_SPECS =
  'all, a share of the rows such as 1%, a number of rows such as 50, a CSV file of rows and classes (several: A.csv,B.csv), or a column of the table';

/** Reads what was written for labels. @throws a usage error for a share or a number of rows that is none */
export function labelSpec(text: string): LabelSpec {
  if (text === 'all') return { kind: 'all' };
  const share = /^([\d.]+)\s?%$/.exec(text);
  if (share) {
    const value = Number(share[1]) / 100;
    if (value > 0 && value <= 1) return { kind: 'share', share: value };
    throw usageError(`--labels is '${text}'; give a share above 0% and at most 100%.`);
  }
  if (/^[+-]?\d+$/.test(text)) {
    const count = Number(text);
    if (count > 0) return { kind: 'count', count };
    throw usageError(`--labels is '${text}', so that no row would have a label; give ${LABEL_SPECS}.`);
  }
  const paths = existsSync(text) ? [text] : text.split(',').map((path) => path.trim());
  if (paths.every(isFile)) return { kind: 'files', paths };
  return isFile(text) ? { kind: 'files', paths: [text] } : { kind: 'column', name: text };
}

/** The files of what was written for labels; none where it names none. */
export function labelPaths(text: string): readonly string[] {
  const spec = labelSpec(text);
  return spec.kind === 'files' ? spec.paths : [];
}

/** What was written for labels, with the paths of files as `change` gives them; other labels as they are. */
export function withLabelPaths(text: string, change: (path: string) => string): string {
  const paths = labelPaths(text);
  return paths.length > 0 ? paths.map(change).join(',') : text;
}

/** A file, or what would be one by its name where nothing is there. */
function isFile(path: string): boolean {
  return existsSync(path) ? statSync(path).isFile() : TEXT_TABLE.test(path);
}
