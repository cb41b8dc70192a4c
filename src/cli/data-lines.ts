/** @file What is said on standard error while data are opened. */
import type { DownloadOptions } from '../data/sets/download.js';
import type { DataListeners } from '../run/data/run-data.js';
import { note, writeStatus } from './screen/output.js';

/** Downloads as a line that renews itself, remarks as a line each. */
export function dataLines(): DataListeners {
  return { onDownload: downloadLine(), onNotice: note };
}

/** A progress line for a terminal, rewritten in place; on anything else one line when a file is complete. */
export function downloadLine(
  stream: { readonly isTTY?: boolean; write(text: string): unknown } = {
    isTTY: process.stderr.isTTY,
    write: writeStatus,
  },
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
