/** @file The contents of a folder of images: which files, of which class and part, and what is left out. */

import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { MixturaError } from '../../errors.js';
import { noImages, runNotData } from './no-images.js';

/** One image file. */
export interface ImageFile {
  /** Path relative to the folder, with slashes; by it images are sorted and named. */
  readonly path: string;
  readonly bytes: number;
  /** Time of the last change, milliseconds. */
  readonly changed: number;
  /** Index of its class, or -1 where the part has no classes. */
  readonly label: number;
}

/** The images of the training part or of what is held out. */
export interface ImagePart {
  readonly name: 'train' | 'test';
  readonly files: readonly ImageFile[];
}

/** The images of a folder, and what is left out. */
export interface ImageScan {
  /** The training part, and the held-out part if the folder has one. */
  readonly parts: readonly ImagePart[];
  /** Names of the sub-folders that make classes; those of the training part first. Absent: no classes. */
  readonly classNames?: readonly string[] | undefined;
  /** Files of other kinds. */
  readonly others: readonly string[];
  /** Symbolic links that are not followed: out of the folder, to a folder, or to nothing. */
  readonly links: readonly string[];
  /** Sentences on how the sub-folders were understood. */
  readonly notices: readonly string[];
}

const IMAGE = /\.(png|jpe?g|webp)$/i;
const MAX_DEPTH = 32;

interface Found extends Omit<ImageFile, 'label'> {
  /** Name of the sub-folder of the part, or '' for an image that lies in the part itself. */
  readonly group: string;
}

/** Sub-folders of these names are parts of a data set, in any case; the one that is held out is chosen in this order. */
const TRAINING: readonly string[] = ['train', 'training'];
const HELD_OUT: readonly string[] = ['test', 'testing', 'validation', 'valid', 'val'];

/**
 * Looks through a folder and its sub-folders for PNG, JPEG and WebP files (by name); hidden entries are left out.
 * Sub-folders named `train` or `training`, and `test`, `testing`, `val`, `valid` or `validation`, in any case, are parts
 * where both kinds hold images; the sub-folders of a part are its classes. Where there is a test and a validation part,
 * the test part is held out.
 *
 * @param onlyPlain whether the parts are `train` and `test` alone, as for runs of version 0.1.0.
 * @throws MixturaError if a folder cannot be read, there is no image, or parts lie beside something else.
 */
export function scanImages(folder: string, onlyPlain = false): ImageScan {
  const run = runNotData(folder);
  if (run !== undefined) throw new MixturaError(run);
  const walk = new Walk(folder);
  const found = walk.images();
  if (found.length === 0) throw new MixturaError(noImages(folder, walk));
  const { train, test, notices } = onlyPlain ? plainParts(folder, found) : namedParts(folder, found);
  const parts =
    train === undefined || test === undefined
      ? [['train', found] as const]
      : [['train', within(found, train)] as const, ['test', within(found, test)] as const];
  const classNames = classesOf(parts.map(([, files]) => files));
  const index = new Map(classNames?.map((name, k) => [name, k]));
  return {
    parts: parts.map(([name, files]) => ({
      name,
      files: files.map(({ group, ...file }) => ({ ...file, label: index.get(group) ?? -1 })),
    })),
    classNames,
    others: walk.others,
    links: walk.links,
    notices,
  };
}

interface Parts {
  /** The sub-folder of the training part, where there are parts. */
  readonly train?: string;
  readonly test?: string;
  readonly notices: readonly string[];
}

function plainParts(folder: string, found: readonly Found[]): Parts {
  const groups = new Set(found.map(({ group }) => group));
  if (!groups.has('train') || !groups.has('test')) return { notices: [] };
  requireNothingBeside(folder, found, ['train', 'test']);
  return { train: 'train', test: 'test', notices: [] };
}

/** The parts by the names of the sub-folders. @throws MixturaError where they are not clear. */
function namedParts(folder: string, found: readonly Found[]): Parts {
  const groups = [...new Set(found.map(({ group }) => group))];
  const of = (names: readonly string[]) => groups.filter((group) => names.includes(group.toLowerCase()));
  const [training, held] = [of(TRAINING), of(HELD_OUT)];
  const named = [...training, ...held];
  // One part alone is the whole, and a train beside a bus is a class.
  if (named.length < 2) {
    const beside = named.length === 1 && groups.length > 1 && !groups.includes('');
    return {
      notices: beside
        ? [`${folder}: ${named[0]} is read as a class, because no other sub-folder is a part.`]
        : [],
    };
  }
  requireNothingBeside(folder, found, named);
  const place = (name: string) => HELD_OUT.indexOf(name.toLowerCase());
  const [test, ...others] = [...held].sort((a, b) => place(a) - place(b));
  const clash = training.length > 1 || others.some((name) => isTest(name) === isTest(test!));
  if (clash || training.length === 0 || test === undefined) {
    throw new MixturaError(
      `${folder} has the parts ${named.join(', ')}, of which one for training and one to be held out cannot be told: give one of them as the folder, such as ${join(folder, named[0]!)}, or rename them train and test.`,
    );
  }
  const notices = others.map(
    (name) =>
      `${folder}: ${training[0]} is trained on and ${test} held out; the images of ${name} are left out.`,
  );
  return { train: training[0]!, test, notices };
}

function isTest(name: string): boolean {
  return name.toLowerCase().startsWith('test');
}

function requireNothingBeside(folder: string, found: readonly Found[], parts: readonly string[]): void {
  const outside = found.filter(({ group }) => !parts.includes(group));
  if (outside.length === 0) return;
  throw new MixturaError(
    `${folder} has the parts ${parts.join(' and ')}, and ${outside.length} image(s) beside them (${outside[0]!.path}): move those into a part, or give another folder.`,
  );
}

class Walk {
  readonly others: string[] = [];
  readonly links: string[] = [];
  readonly #root: string;
  readonly #real: string;

  constructor(root: string) {
    this.#root = root;
    this.#real = reading(root, () => realpathSync(root));
  }

  /** Images in the order of their paths. */
  images(): Found[] {
    const found: Found[] = [];
    this.#visit('', 0, found);
    return found;
  }

  #visit(relative: string, depth: number, found: Found[]): void {
    const folder = join(this.#root, relative);
    if (depth > MAX_DEPTH) {
      throw new MixturaError(
        `${folder} lies more than ${MAX_DEPTH} folders deep: give a folder nearer to the images.`,
      );
    }
    const entries = reading(folder, () => readdirSync(folder, { withFileTypes: true }));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) this.#visit(path, depth + 1, found);
      else this.#file(entry, path, found);
    }
  }

  #file(entry: Dirent, path: string, found: Found[]): void {
    const stats = entry.isSymbolicLink()
      ? this.#target(path)
      : entry.isFile()
        ? this.#stats(path)
        : undefined;
    if (entry.isSymbolicLink() && !stats) this.links.push(path);
    else if (!stats || !IMAGE.test(entry.name)) this.others.push(path);
    else {
      const group = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
      found.push({ path, bytes: stats.size, changed: stats.mtimeMs, group });
    }
  }

  /** What a link leads to, if that is a file within the folder. */
  #target(path: string): Stats | undefined {
    try {
      const real = realpathSync(join(this.#root, path));
      const stats = real.startsWith(this.#real + sep) ? statSync(real) : undefined;
      return stats?.isFile() ? stats : undefined;
    } catch {
      return undefined;
    }
  }

  #stats(path: string): Stats | undefined {
    return statSync(join(this.#root, path), { throwIfNoEntry: false });
  }
}

/** The images of a part, with paths and classes as seen from the whole folder and from the part. */
function within(found: readonly Found[], part: string): Found[] {
  return found
    .filter(({ group }) => group === part)
    .map((file) => {
      const rest = file.path.slice(part.length + 1);
      return { ...file, group: rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : '' };
    });
}

/**
 * Names of the classes, those of the first part first; numbers in their order, other names alphabetically. A single sub-folder
 * says nothing about classes, nor do sub-folders beside images that lie in none.
 */
function classesOf(parts: readonly (readonly Found[])[]): string[] | undefined {
  const names: string[] = [];
  for (const files of parts) {
    const fresh = [...new Set(files.map(({ group }) => group))].filter((name) => !names.includes(name));
    const numeric = fresh.every((name) => /^\d+$/.test(name));
    names.push(...fresh.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1)));
  }
  return names.length < 2 || names.includes('') ? undefined : names;
}

function reading<T>(folder: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw new MixturaError(`${folder} cannot be read (${(cause as Error).message}): check its permissions.`, {
      cause,
    });
  }
}
