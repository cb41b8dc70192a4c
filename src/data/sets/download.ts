/** @file Downloads one file into a folder: it is checked, and in place only when it is whole. */

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeLeftovers, temporaryName } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';

/** A file on a server, and what it must be. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** How far a download is. */
export interface DownloadProgress {
  /** Path of the file. */
  readonly file: string;
  /** Bytes that have arrived. */
  readonly received: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/** How a file is downloaded. */
export interface DownloadOptions {
  /** Takes the place of the global `fetch`. */
  readonly fetch?: ((url: string, init: { signal: AbortSignal }) => Promise<Response>) | undefined;
  /** Called whenever a part of a file has arrived. */
  readonly progress?: ((progress: DownloadProgress) => void) | undefined;
  /** Give up when nothing arrives for so long (default 30 s). */
  readonly idleMs?: number | undefined;
}

/**
 * Downloads a file to `path`: written under a temporary name, compared with size and SHA-256, flushed to disk,
 * then renamed, so that `path` is never a part of a file.
 *
 * @throws MixturaError if the network, the check, or the disk fails; nothing is left behind.
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions = {}): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  await toDisk(path, async () => void (await mkdir(dirname(path), { recursive: true })));
  removeLeftovers(path);
  try {
    const handle = await toDisk(path, () => open(temporary, 'wx'));
    try {
      await receive(file, handle, path, options);
      await toDisk(path, () => handle.sync());
    } finally {
      await handle.close();
    }
    await toDisk(path, () => rename(temporary, path));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function receive(
  file: RemoteFile,
  handle: FileHandle,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const hash = createHash('sha256');
  let received = 0;
  const abort = new AbortController();
  const idleMs = options.idleMs ?? 30_000;
  const idle = () =>
    setTimeout(() => abort.abort(new Error(`nothing arrived for ${idleMs / 1000} s`)), idleMs);
  let timer = idle();
  try {
    for await (const chunk of body(file, abort.signal, options.fetch ?? fetch)) {
      clearTimeout(timer);
      received += chunk.length;
      if (received > file.bytes) break;
      hash.update(chunk);
      await toDisk(path, () => handle.write(chunk));
      options.progress?.({ file: path, received, total: file.bytes });
      timer = idle();
    }
  } finally {
    clearTimeout(timer);
  }
  check(file, received, hash);
}

async function* body(
  file: RemoteFile,
  signal: AbortSignal,
  get: NonNullable<DownloadOptions['fetch']>,
): AsyncGenerator<Uint8Array> {
  try {
    const response = await get(file.url, { signal });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    throw new MixturaError(`${file.url} cannot be downloaded (${reason(cause)}): try again later.`, {
      cause,
    });
  }
}

function check(file: RemoteFile, received: number, hash: Hash): void {
  if (received < file.bytes) {
    throw new MixturaError(`${file.url} ended after ${received} of ${file.bytes} bytes: try again.`);
  }
  const found = hash.digest('hex');
  if (received > file.bytes || found !== file.sha256) {
    throw new MixturaError(
      `${file.url} gave another file than its publisher's (SHA-256 should be ${file.sha256}): get it elsewhere.`,
    );
  }
}

/** Runs a step that writes, and says which file it was for if it fails (a full disk, a folder without rights). */
async function toDisk<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new MixturaError(
      `${path} cannot be written (${reason(cause)}): free some space or set MIXTURA_CACHE to another folder.`,
      { cause },
    );
  }
}

/** The innermost cause: `fetch failed` alone does not say what is wrong. */
function reason(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code;
  const message = inner instanceof Error ? inner.message : String(inner);
  return message || code || 'unknown reason';
}
