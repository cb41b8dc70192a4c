/** @file The file of `mixtura train --config`: JSON or YAML. */
import { readFileSync } from 'node:fs';
import { errorCode } from '../atomic-file.js';
import { MixturaError } from '../errors.js';
import { requestOfContent } from './request.js';
import type { RunRequest } from './resolve.js';

/** The request of a file. @throws a MixturaError that names the file, and the line or the key that is wrong */
export async function requestOfFile(file: string): Promise<RunRequest> {
  return requestOfContent(await contentOf(file), file);
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
