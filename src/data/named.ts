/** @file Sets known by name (`mnist`, `fashion-mnist`): from the user's folder, the cache, or their publishers. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { MixturaError, usageError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { type DownloadOptions, download, type RemoteFile } from './download.js';
import { findZippedOrNot, idxDataset } from './idx-dataset.js';

interface NamedSet {
  readonly title: string;
  readonly mirror: string;
  readonly files: Readonly<Record<FileName, Omit<RemoteFile, 'url'>>>;
  readonly classNames: readonly string[];
}

const FILE_NAMES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
] as const;
type FileName = (typeof FILE_NAMES)[number];

const SETS: Readonly<Record<string, NamedSet>> = {
  mnist: {
    title: 'MNIST handwritten digits (LeCun, Cortes, Burges)',
    mirror: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    files: {
      'train-images-idx3-ubyte.gz': {
        bytes: 9912422,
        sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      },
      'train-labels-idx1-ubyte.gz': {
        bytes: 28881,
        sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      },
      't10k-images-idx3-ubyte.gz': {
        bytes: 1648877,
        sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      },
      't10k-labels-idx1-ubyte.gz': {
        bytes: 4542,
        sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      },
    },
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST (Zalando Research, MIT)',
    mirror: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    classNames: [
      'T-shirt/top',
      'Trouser',
      'Pullover',
      'Dress',
      'Coat',
      'Sandal',
      'Shirt',
      'Sneaker',
      'Bag',
      'Ankle boot',
    ],
    files: {
      'train-images-idx3-ubyte.gz': {
        bytes: 26421880,
        sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      },
      'train-labels-idx1-ubyte.gz': {
        bytes: 29515,
        sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      },
      't10k-images-idx3-ubyte.gz': {
        bytes: 4422102,
        sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      },
      't10k-labels-idx1-ubyte.gz': {
        bytes: 5148,
        sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      },
    },
  },
};

/** Names that {@link namedSet} knows. */
export const NAMED_SETS: readonly string[] = Object.keys(SETS);

export interface NamedSetOptions extends DownloadOptions {
  /** Where `MIXTURA_DATA`, `MIXTURA_CACHE`, `MIXTURA_OFFLINE` are looked up (default `process.env`). */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * A published set of 28x28 images: each of its four files from `$MIXTURA_DATA/<name>/`, else from the cache, else
 * downloaded into the cache from the publisher's mirror and checked (SHA-256). `MIXTURA_OFFLINE=1` forbids that.
 *
 * @throws MixturaError saying which files to put where, if they are nowhere and cannot be downloaded.
 */
export async function namedSet(name: string, options: NamedSetOptions = {}): Promise<Dataset> {
  const set = SETS[name];
  if (!set) throw usageError(`${name} is not a known set: the known ones are ${NAMED_SETS.join(', ')}.`);
  const environment = options.environment ?? process.env;
  const own = environment.MIXTURA_DATA ? join(environment.MIXTURA_DATA, name) : undefined;
  const cache = join(cacheFolder(environment), name);
  const locate = (file: FileName) =>
    (own && findZippedOrNot(join(own, file))) ?? findZippedOrNot(join(cache, file));
  const missing = FILE_NAMES.filter((file) => !locate(file));
  try {
    if (missing.length > 0 && environment.MIXTURA_OFFLINE) throw new MixturaError('MIXTURA_OFFLINE is set.');
    for (const file of missing) {
      await download({ url: set.mirror + file, ...set.files[file] }, join(cache, file), options);
    }
  } catch (cause) {
    throw notHere(name, missing, own, cache, cause);
  }
  const path = (file: FileName) => locate(file) ?? join(cache, file);
  const load = (images: FileName, labels: FileName, split: string, test?: () => Dataset) =>
    idxDataset({
      name,
      images: path(images),
      labels: path(labels),
      classNames: set.classNames,
      source: `${set.title}, ${split} part.`,
      test,
    });
  return load(FILE_NAMES[0], FILE_NAMES[1], 'train', () => load(FILE_NAMES[2], FILE_NAMES[3], 'test'));
}

export interface NamedSetPresence {
  readonly name: string;
  readonly title: string;
  /** Folders that are looked through, in this order. */
  readonly folders: readonly string[];
  readonly missing: readonly string[];
  /** Bytes that a download of what is missing takes. */
  readonly missingBytes: number;
}

/** Which files of a published set are on this machine; nothing is read or downloaded. */
export function namedSetPresence(
  name: string,
  environment: NonNullable<NamedSetOptions['environment']> = process.env,
): NamedSetPresence {
  const set = SETS[name];
  if (!set) throw usageError(`${name} is not a known set: the known ones are ${NAMED_SETS.join(', ')}.`);
  const roots = [...(environment.MIXTURA_DATA ? [environment.MIXTURA_DATA] : []), cacheFolder(environment)];
  const folders = roots.map((root) => join(root, name));
  const missing = FILE_NAMES.filter((file) => !folders.some((folder) => findZippedOrNot(join(folder, file))));
  const missingBytes = missing.reduce((sum, file) => sum + set.files[file].bytes, 0);
  return { name, title: set.title, folders, missing, missingBytes };
}

/** The folder of downloaded sets: `$MIXTURA_CACHE`, else where this system keeps such things. */
export function cacheFolder(environment: NonNullable<NamedSetOptions['environment']> = process.env): string {
  if (environment.MIXTURA_CACHE) return environment.MIXTURA_CACHE;
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'mixtura');
  if (process.platform === 'win32' && environment.LOCALAPPDATA)
    return join(environment.LOCALAPPDATA, 'mixtura');
  return join(environment.HOME ?? homedir(), '.cache', 'mixtura');
}

/** A progress line for a terminal, rewritten in place; on anything else one line when a file is complete. */
export function downloadLine(
  stream: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
): NonNullable<DownloadOptions['progress']> {
  let shown = '';
  return ({ file, received, total }) => {
    const done = received >= total;
    const text = `Downloading ${file}: ${(received / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
    if (!(done || (stream.isTTY && text !== shown))) return;
    stream.write(`${stream.isTTY ? '\r' : ''}${text}${done ? '\n' : ''}`);
    shown = text;
  };
}

function notHere(
  name: string,
  missing: readonly string[],
  own: string | undefined,
  cache: string,
  cause: unknown,
): MixturaError {
  const why = (cause instanceof Error ? cause.message : String(cause))
    .replace(/[.]$/, '')
    .replace(/: (try|get) .*$/, '');
  const where = own
    ? `${own} (MIXTURA_DATA) or ${cache}`
    : `${cache}, or in a folder ${name} within $MIXTURA_DATA`;
  return new MixturaError(
    `The data set ${name} is not on this machine, and ${why}; put ${missing.join(', ')} in ${where}.`,
    { cause },
  );
}
