/** @file The text of a file: UTF-8, or UTF-16 that begins with its mark. */

import { MixturaError } from '../../../errors.js';
import { MAX_TEXT } from '../gunzip.js';

/** Bytes in which zeros are looked for, which no text has. */
const LOOKED = 4096;

/** @throws MixturaError saying how to convert text of another encoding. */
export function decodeText(bytes: Uint8Array, path: string): string {
  if (bytes.length > MAX_TEXT) {
    throw new MixturaError(
      `${path} has more than ${MAX_TEXT >> 20} MiB of text: save it as .npy or Parquet, or split it.`,
    );
  }
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8' && bytes.subarray(0, LOOKED).includes(0)) {
    throw new MixturaError(
      `${path} holds zero bytes, as UTF-16 without its mark and files that are no text do: save it as UTF-8.`,
    );
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new MixturaError(notUtf8(bytes, path, encoding), { cause });
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-8' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function notUtf8(bytes: Uint8Array, path: string, encoding: string): string {
  if (encoding !== 'utf-8') return `${path} is damaged UTF-16 text: save it again, as UTF-8.`;
  const text = Buffer.from(bytes).toString('utf8');
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
  return (
    `${path} is not UTF-8 text (line ${line}): if it is of Windows-1252 or Latin-1, convert it by ` +
    `iconv -f WINDOWS-1252 -t UTF-8, or save it as "CSV UTF-8".`
  );
}
