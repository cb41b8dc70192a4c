/** @file The folder of added samples: a PNG file a sample in a folder a class, or one table; and what says how they were made. */
import fs from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { encode } from 'fast-png';
import { writeError, writeFileAtomic } from '../../atomic-file.js';
import type { ResolvedRun } from '../../config/schema.js';
import type { WrittenColumn } from '../../data/formats/parquet/write.js';
import { DATASET_NAMES, isImageFolder } from '../../data/sets/open.js';
import { restoredColumns } from '../../data/tables/restore.js';
import { usageError } from '../../errors.js';
import { folderTarget } from '../../write-target.js';
import { columnsText } from '../use/assignment-csv.js';
import type { DrawnSamples } from '../use/draw.js';
import { withDateText } from '../use/sample-file.js';

/** What one class or group has got. */
export interface ManifestPart {
  readonly name: string;
  /** Numbers of the groups whose samples it gets. */
  readonly groups: readonly number[];
  /** Rows of the training data. */
  readonly rows: number;
  readonly generated: number;
  readonly purity?: number;
  /** Share of new samples that the model itself sees as those of its groups, where it can tell. */
  readonly recognised?: number;
  /** Folder of its images, in the folder of the manifest. */
  readonly folder?: string;
}

/** Content of `manifest.json`. */
export interface Manifest {
  readonly version: string;
  /** Path of the run, and the steps of its checkpoint. */
  readonly run: string;
  readonly step: number;
  readonly data: { readonly name: string; readonly fingerprint: string; readonly count: number };
  readonly seed: number;
  readonly spread?: number;
  readonly by: 'class' | 'group';
  readonly to: 'balanced' | number;
  readonly target: number;
  readonly parts: readonly ManifestPart[];
  /** Column of the table that holds the class or group. */
  readonly column?: string;
  /** Whether all files are written. */
  readonly finished: boolean;
  /** Every file that was generated: all in the folder but the manifest. */
  readonly files: readonly string[];
}

/** Name of the file that says how the samples were made. */
export const MANIFEST = 'manifest.json';
/** Name of the table of added rows. */
export const TABLE = 'generated.csv';
const MOST_LETTERS = 100;

/**
 * Makes the folder, or goes on with one that holds the same manifest and lacks files.
 *
 * @param data name or path of the data that are filled up
 * @throws a usage error for a folder that holds anything else, or lies in a folder of images that it fills up
 */
export function beginFolder(folder: string, manifest: Manifest, data: string): void {
  requireOutside(folder, data);
  const target = folderTarget(folder);
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) throw usageError(`${folder} is a file; choose another --out.`);
  if (stat && fs.readdirSync(target).length > 0) {
    const before = savedManifest(join(target, MANIFEST));
    if (!before || !sameSamples(before, manifest)) {
      throw usageError(`The folder ${folder} exists and is not empty; choose another --out.`);
    }
    const whole = before.files?.every((file) => fs.existsSync(join(target, file)));
    if (before.finished && whole) throw usageError(`The folder ${folder} holds these samples already.`);
    return;
  }
  try {
    fs.mkdirSync(target, { recursive: true });
  } catch (cause) {
    throw writeError(folder, cause);
  }
  writeManifest(folder, manifest);
}

/** Writes the manifest anew, whole or not at all. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileAtomic(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** Samples in the data's own folder would be data of the next opening. */
function requireOutside(folder: string, data: string): void {
  if (DATASET_NAMES.includes(data) || !isImageFolder(data)) return;
  const inside = relative(fs.realpathSync(data), folderTarget(folder));
  if (inside !== '' && (inside.startsWith('..') || resolve(inside) === inside)) return;
  throw usageError(`The folder ${folder} lies in the data (${data}); choose another --out.`);
}

function savedManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Whether two manifests are of the same samples, wherever the run lies now. */
function sameSamples(one: Manifest, other: Manifest): boolean {
  const plain = ({ version: _, run: __, finished: ___, files: ____, ...rest }: Manifest) =>
    JSON.parse(JSON.stringify(rest)) as unknown;
  return isDeepStrictEqual(plain(one), plain(other));
}

/** A name in characters that every file system takes, and that no other of `taken` has. */
export function safeName(name: string, taken: ReadonlySet<string>): string {
  const letters = [...name.normalize('NFC').replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-')].slice(0, MOST_LETTERS);
  const safe =
    letters
      .join('')
      .replace(/[. ]+$/, '')
      .replace(/^\.+/, '') || 'class';
  for (let n = 1; ; n++) {
    const own = n === 1 ? safe : `${safe}-${n}`;
    if (!taken.has(own) && own !== MANIFEST) return own;
  }
}

/** The names of the images of a class, in the folder of the manifest. */
export function imageFiles({ folder, generated }: ManifestPart): string[] {
  const digits = String(generated).length;
  return Array.from(
    { length: generated },
    (_, i) => `${folder!}/generated-${String(i + 1).padStart(digits, '0')}.png`,
  );
}

/** Writes the images of a class that are not there yet: 8 bits a channel. */
export function writeImages(
  folder: string,
  files: readonly string[],
  { shape, range }: Pick<ResolvedRun['dataset'], 'shape' | 'range'>,
  samples: Float32Array,
): void {
  const [channels, height, width] = shape as readonly [1 | 3, number, number];
  const size = channels * height * width;
  try {
    for (const [i, file] of files.entries()) {
      const path = join(folder, file);
      if (fs.existsSync(path)) continue;
      fs.mkdirSync(join(path, '..'), { recursive: true });
      const data = bytesOf(samples.subarray(i * size, (i + 1) * size), channels, range === 'signed');
      // A file that was begun when the process was killed must not be taken for a whole one.
      fs.writeFileSync(`${path}.part`, encode({ width, height, channels, data }));
      fs.renameSync(`${path}.part`, path);
    }
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** [channels, height, width] to [height, width, channels], 0 to 255. */
function bytesOf(values: Float32Array, channels: number, signed: boolean): Uint8Array {
  const pixels = values.length / channels;
  const out = new Uint8Array(values.length);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < pixels; p++) {
      const value = values[c * pixels + p]!;
      out[p * channels + c] = Math.round(255 * Math.min(1, Math.max(0, signed ? (value + 1) / 2 : value)));
    }
  }
  return out;
}

/** Writes all added rows as a table: the columns of the data, and last the one of the class or group. */
export function writeTable(
  folder: string,
  dataset: ResolvedRun['dataset'],
  column: string,
  drawn: readonly { readonly name: string; readonly samples: DrawnSamples['samples'] }[],
): void {
  const size = dataset.shape.reduce((product, n) => product * n, 1);
  const samples = new Float32Array(drawn.reduce((sum, part) => sum + part.samples.length, 0));
  const names: string[] = [];
  for (const part of drawn) {
    samples.set(part.samples, names.length * size);
    names.push(...new Array<string>(part.samples.length / size).fill(part.name));
  }
  const columns: WrittenColumn[] = restoredColumns(samples, dataset).map(withDateText);
  const last: WrittenColumn = { name: column, kind: 'text', values: names };
  writeFileAtomic(join(folder, TABLE), columnsText([...columns, last]));
}

/** The name of the column of classes or groups: as the data's own, unless a measurement has it. */
export function labelName(wanted: string, dataset: ResolvedRun['dataset']): string {
  const columns = restoredColumns(new Float32Array(0), dataset).map(({ name }) => name);
  return columns.includes(wanted) ? `mixtura_${wanted}` : wanted;
}
