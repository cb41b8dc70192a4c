import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ResolvedRun } from '../../config/schema.js';
import { requireNotOwn } from './own-files.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-own-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (...parts: string[]) => join(root, ...parts);
mkdirSync(at('run', 'checkpoints'), { recursive: true });
for (const name of ['data.csv', 'marked.csv', 'answers.csv', 'run/labels.csv', 'run/new.csv'])
  writeFileSync(at(name), 'a\n');
const trained = {
  run: {
    data: { name: at('data.csv') },
    labels: `${at('marked.csv')},${at('answers.csv')}`,
  } as unknown as ResolvedRun,
  folder: { path: at('run') },
};

it.each(['config.json', 'labels.csv', 'groups.json', 'probes.safetensors', 'checkpoints/step-1.safetensors'])(
  'the file %s of a run is not written over',
  (name) => {
    expect(() => requireNotOwn(at('run', name), trained)).toThrow(
      `--out is a file of the run ${at('run')}, which would be gone; give another file.`,
    );
  },
);

it.each(['data.csv', 'marked.csv', 'answers.csv'])('nor is %s, which it was made from', (name) => {
  expect(() => requireNotOwn(at(name), trained)).toThrow('which would be gone');
});

it.each(['new.csv', 'run/new.csv', 'run/report.html', 'run/samples.png'])('%s is written', (name) => {
  expect(() => requireNotOwn(at(name), trained)).not.toThrow();
});
