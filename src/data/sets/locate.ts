/** @file Where the files of published sets are: the user's folder, then the cache; downloads into the cache. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, type Environment } from '../../cache-folder.js';
import { MixturaError } from '../../errors.js';
import { type DownloadOptions, download } from './download.js';
import { findZippedOrNot } from './idx-dataset.js';
import { type DownloadedSet, IDX_FILES, type IdxFile, type LocalSet } from './published-sets.js';

/** Where the files of a set are looked for, and how missing ones are downloaded. */
export interface LocateOptions extends DownloadOptions {
  /** Where `MIXTURA_DATA`, `MIXTURA_CACHE`, `MIXTURA_OFFLINE` are looked up (default `process.env`). */
  readonly environment?: Environment | undefined;
}

/** Which files of a set are on this machine. */
export interface Presence {
  /** Folders that are looked through, in this order. */
  readonly folders: readonly string[];
  readonly missing: readonly string[];
  /** Bytes that a download of what is missing takes; 0 where it cannot be downloaded. */
  readonly missingBytes: number;
  /** Where it is, or the first of its files; absent where something is missing. */
  readonly found?: string;
  /** How to get it, as a sentence; absent where it is there. */
  readonly advice?: string;
}

/** Which IDX files of a set are on this machine, each in any of the folders. */
export function downloadedPresence(name: string, set: DownloadedSet, environment: Environment): Presence {
  const folders = roots(environment).map((root) => join(root, name));
  const missing = IDX_FILES.filter((file) => find(folders, file) === undefined);
  if (missing.length === 0) {
    return { folders, missing, missingBytes: 0, found: dirname(find(folders, IDX_FILES[0])!) };
  }
  const missingBytes = missing.reduce((sum, file) => sum + set.files[file].bytes, 0);
  const advice = `mixtura data fetch ${name} downloads ${(missingBytes / 1e6).toFixed(1)} MB.`;
  return { folders, missing, missingBytes, advice };
}

/** Which files are on this machine of a set that the user puts in place. */
export function localPresence(set: LocalSet, environment: Environment): Presence {
  const { layouts } = set;
  const names = [...new Set(layouts.map(({ folder }) => folder))];
  const folders = roots(environment).flatMap((root) => names.map((name) => join(root, name)));
  const found = findLayout(set, environment)?.[0];
  if (found !== undefined) return { folders, missing: [], missingBytes: 0, found };
  const begun = folders.find((folder) => existsSync(folder));
  const wanted = layouts[0]!.files;
  const absent = begun === undefined ? wanted : wanted.filter((file) => !existsSync(join(begun, file)));
  const missing = absent.length > 0 ? absent : [`${layouts[0]!.folder}/`];
  return {
    folders,
    missing,
    missingBytes: 0,
    advice: `${set.advice} into ${begun ?? where(set, environment)}.`,
  };
}

/** Paths of the files of the first complete layout, in its order, after the folder itself. */
export function findLayout(set: LocalSet, environment: Environment): readonly string[] | undefined {
  for (const root of roots(environment)) {
    for (const { folder, files } of set.layouts) {
      const paths = [join(root, folder), ...files.map((file) => join(root, folder, file))];
      if (paths.every((path) => existsSync(path))) return paths;
    }
  }
  return undefined;
}

/** {@link findLayout}. @throws MixturaError that says which files to put where. */
export function requireLayout(name: string, set: LocalSet, environment: Environment): readonly string[] {
  const found = findLayout(set, environment);
  if (found) return found;
  const { missing, advice } = localPresence(set, environment);
  throw new MixturaError(
    `The data set ${name} is not on this machine (missing ${missing.join(', ')}): ${advice}`,
  );
}

/**
 * Paths of the four files: each from `$MIXTURA_DATA/<name>/`, else from the cache, else downloaded into the cache.
 *
 * @throws MixturaError saying which files to put where, if they are nowhere and cannot be downloaded.
 */
export async function requireFiles(
  name: string,
  set: DownloadedSet,
  options: LocateOptions,
): Promise<Readonly<Record<IdxFile, string>>> {
  const environment = options.environment ?? process.env;
  const folders = roots(environment).map((root) => join(root, name));
  const cache = join(cacheFolder(environment), name);
  const missing = IDX_FILES.filter((file) => find(folders, file) === undefined);
  try {
    if (missing.length > 0 && environment.MIXTURA_OFFLINE) throw new MixturaError('MIXTURA_OFFLINE is set.');
    for (const file of missing) {
      await download({ url: set.mirror + file, ...set.files[file] }, join(cache, file), options);
    }
  } catch (cause) {
    throw notHere(name, missing, environment, cause);
  }
  return Object.fromEntries(
    IDX_FILES.map((file) => [file, find(folders, file) ?? join(cache, file)] as const),
  ) as Record<IdxFile, string>;
}

/** The first of the folders' files of that name, zipped or not. */
function find(folders: readonly string[], file: IdxFile): string | undefined {
  for (const folder of folders) {
    const found = findZippedOrNot(join(folder, file));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Folders that hold a folder for each set. */
function roots(environment: Environment): string[] {
  return [...(environment.MIXTURA_DATA ? [environment.MIXTURA_DATA] : []), cacheFolder(environment)];
}

function where({ layouts }: LocalSet, environment: Environment): string {
  const { folder } = layouts[0]!;
  const own = environment.MIXTURA_DATA;
  return own
    ? `${join(own, folder)} (MIXTURA_DATA) or ${join(cacheFolder(environment), folder)}`
    : `${join(cacheFolder(environment), folder)}, or into a folder ${folder} within $MIXTURA_DATA`;
}

function notHere(
  name: string,
  missing: readonly string[],
  environment: Environment,
  cause: unknown,
): MixturaError {
  const why = (cause instanceof Error ? cause.message : String(cause))
    .replace(/[.]$/, '')
    .replace(/: (try|get) .*$/, '');
  const cache = join(cacheFolder(environment), name);
  const own = environment.MIXTURA_DATA ? join(environment.MIXTURA_DATA, name) : undefined;
  const place = own
    ? `${own} (MIXTURA_DATA) or ${cache}`
    : `${cache}, or in a folder ${name} within $MIXTURA_DATA`;
  return new MixturaError(
    `The data set ${name} is not on this machine, and ${why}; put ${missing.join(', ')} in ${place}.`,
    { cause },
  );
}
