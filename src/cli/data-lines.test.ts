import { expect, it } from 'vitest';
import { downloadLine } from './data-lines.js';

it('rewrites one line on a terminal, and writes one line a file elsewhere', () => {
  const record = (isTTY: boolean) => {
    const written: string[] = [];
    const line = downloadLine({ isTTY, write: (text: string) => written.push(text) });
    for (const received of [1e6, 1.001e6, 2e6]) line({ file: 'f', received, total: 2e6 });
    return written;
  };
  const last = 'Downloading f: 2.0 of 2.0 MB\n';
  expect(record(true)).toEqual(['\rDownloading f: 1.0 of 2.0 MB', `\r${last}`]);
  expect(record(false)).toEqual([last]);
});
