/** @file The file of `mixtura train --config`: JSON or YAML. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { errorCode } from '../atomic-file.js';
import { labelPaths } from '../data/labels/spec.js';
import { DATASET_NAMES } from '../data/sets/open.js';
import { MixturaError } from '../errors.js';
import { requestOfContent } from './request.js';
import type { RunRequest } from './resolve.js';

/**
 * The request of a file. Its data, labels, probes and encoder are paths from the folder of the file, so that all can be moved together and used
 * from anywhere.
 *
 * @throws a MixturaError that names the file, and the line or the key that is wrong
 */
export async function requestOfFile(file: string): Promise<RunRequest> {
  const request = requestOfContent(await contentOf(file), file);
  const { data, labels, probes, encoder } = request;
  return {
    ...request,
    ...(data?.name !== undefined && { data: { ...data, name: fromFile(file, data.name) } }),
    ...(labels !== undefined && { labels: labelsFromFile(file, labels) }),
    ...(probes !== undefined && { probes: fromFile(file, probes) }),
    ...(encoder && { encoder: { ...encoder, file: fromFile(file, encoder.file) } }),
  };
}

/** Files of labels from the folder of the file; other labels as they are. */
function labelsFromFile(file: string, labels: string): string {
  const paths = labels.split(',').map((path) => {
    const name = path.trim();
    return isAbsolute(name) ? name : join(dirname(file), name);
  });
  const text = paths.join(',');
  return labelPaths(text).length > 0 ? text : labels;
}

/** A path from the folder of the file; a name that is no path, and is nowhere, stays as it is. */
function fromFile(file: string, name: string): string {
  if (DATASET_NAMES.includes(name) || isAbsolute(name)) return name;
  const path = join(dirname(file), name);
  return /[/\\.]/.test(name) || existsSync(path) || existsSync(name) ? path : name;
}

/** JSON is YAML, too, so one reader serves both. */
async function contentOf(file: string): Promise<unknown> {
  // Imported here, so that verbs that read no such file start without it.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readText(file));
  const [error] = document.errors;
  if (!error) return document.toJS() as unknown;
  const line = error.linePos?.[0].line;
  throw new MixturaError(
    `${file}${line === undefined ? '' : `, line ${line}`} is neither JSON nor YAML (${error.code.toLowerCase().replaceAll('_', ' ')}); correct it.`,
    { cause: error },
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new MixturaError(`The file of settings ${file} ${whyUnread(cause)}.`, { cause });
  }
}

function whyUnread(cause: unknown): string {
  const code = errorCode(cause);
  if (code === 'ENOENT') return 'does not exist; check --config';
  if (code === 'EISDIR') return 'is a folder; give a file in it, such as the config.json of a run';
  return `cannot be read (${code ?? String(cause)}); check --config`;
}
