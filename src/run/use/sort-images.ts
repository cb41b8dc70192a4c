/** @file The images of a folder sorted into a folder a group, as links or copies. */
import fs from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { errorCode, writeError, writeFileAtomic } from '../../atomic-file.js';
import { DATASET_NAMES, isImageFolder } from '../../data/sets/open.js';
import { usageError } from '../../errors.js';
import { folderTarget } from '../../write-target.js';
import type { RunGroup } from '../groups.js';
import type { AssignedData } from './assign.js';
import { assignedRows } from './assignment-csv.js';

/** How {@link sortImages} puts images into their folders. */
export interface SortOptions {
  /** Copies instead of links. */
  readonly copy?: boolean | undefined;
  /** Called with a sentence on what went otherwise than asked. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** What says that links cannot be made there. */
const NO_LINKS = ['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'UNKNOWN'];
const MOST_LETTERS = 100;

/**
 * Refuses what {@link sortImages} could not do, before the work.
 *
 * @param data the folder of the images
 * @throws a usage error for data that are no folder of images, and a folder that is not empty or lies in them
 */
export function requireSortable(folder: string, data: string): void {
  if (DATASET_NAMES.includes(data) || !isImageFolder(data)) {
    throw usageError(
      `--out-folder sorts the images of a folder, and ${data} is none; give --out groups.csv.`,
    );
  }
  const target = folderTarget(folder);
  const inside = relative(fs.realpathSync(data), target);
  if (inside === '' || !(inside.startsWith('..') || resolve(inside) === inside)) {
    throw usageError(`The folder ${folder} lies in the data (${data}); choose another --out-folder.`);
  }
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (stat && (!stat.isDirectory() || fs.readdirSync(target).length > 0)) {
    throw usageError(`The folder ${folder} exists and is not empty; choose another --out-folder.`);
  }
}

/**
 * Makes a folder for each group that has images (`1`, or `1-name`), with links to them under the paths that they have in
 * the data, so that equal names in different folders stay apart. `left-out.txt` has the files that are in none, with the
 * reason. Where links cannot be made, files are copied, and that is told.
 *
 * @param folder a new or empty folder
 * @param data the folder of the images
 * @throws a MixturaError if a folder or file cannot be written
 */
export function sortImages(
  folder: string,
  data: string,
  assigned: Pick<AssignedData, 'parts' | 'groups' | 'group'>,
  { copy = false, onNotice }: SortOptions = {},
): void {
  const root = fs.realpathSync(data);
  const leftOut: string[] = [];
  let links = !copy;
  try {
    const target = folderTarget(folder);
    fs.mkdirSync(target, { recursive: true });
    for (const { id, at, leftOut: reason } of assignedRows(assigned)) {
      if (at === undefined) {
        leftOut.push(`${id}\t${reason}`);
        continue;
      }
      const from = join(root, id!);
      const to = join(target, folderName(assigned.groups[assigned.group[at]! - 1]!), id!);
      fs.mkdirSync(dirname(to), { recursive: true });
      if (links && !linked(from, to)) {
        links = false;
        onNotice?.(`Links cannot be made in ${folder}, so the images are copied.`);
      }
      if (!links) fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
    }
    if (leftOut.length > 0) writeFileAtomic(join(target, 'left-out.txt'), `${leftOut.join('\n')}\n`);
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Makes a link that holds also where both folders are moved together. @returns whether links can be made there. */
function linked(from: string, to: string): boolean {
  try {
    fs.symlinkSync(relative(fs.realpathSync(dirname(to)), from), to);
    return true;
  } catch (cause) {
    if (NO_LINKS.includes(errorCode(cause) ?? '')) return false;
    throw cause;
  }
}

/** The number and, in characters that every file system takes, the name. */
function folderName({ group, name }: RunGroup): string {
  const safe = [...(name ?? '').normalize('NFC').replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-')]
    .slice(0, MOST_LETTERS)
    .join('')
    .replace(/[. ]+$/, '');
  return safe === '' ? `${group}` : `${group}-${safe}`.replaceAll(sep, '-');
}
