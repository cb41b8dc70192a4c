import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { requestOfFile } from './request-file.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-request-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['first.csv', join(folder, 'first.csv')],
  ['first.csv, more/answers.csv', [join(folder, 'first.csv'), join(folder, 'more/answers.csv')].join(',')],
  ['/there/first.csv,answers.csv', ['/there/first.csv', join(folder, 'answers.csv')].join(',')],
  ['all', 'all'],
  ['5%', '5%'],
  ['height, cm', 'height, cm'],
])('labels of a config file, %s, are from its folder where they are files', async (labels, expected) => {
  const file = join(folder, 'run.yaml');
  writeFileSync(file, `labels: ${JSON.stringify(labels)}\n`);
  expect((await requestOfFile(file)).labels).toBe(expected);
});
