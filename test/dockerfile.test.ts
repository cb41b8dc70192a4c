/** @file The Dockerfile names what is there; no image is built by it here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const steps = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '));
const of = (name: string) => steps.filter(([word]) => word === name).map(([, ...words]) => words);
const manifest = JSON.parse(read('package.json')) as {
  bin: { mixtura: string };
  files: string[];
  engines: { node: string };
};

it('copies files that are there and are not ignored, and all of the package that runs', () => {
  const kept = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = of('COPY')
    .filter(([first]) => !first!.startsWith('--from'))
    .flatMap((words) => words.slice(0, -1));
  for (const name of copied)
    expect([name, existsSync(join(ROOT, name)), kept.includes(name)]).toEqual([name, true, true]);
  expect([...new Set(copied)].sort()).toEqual([...kept].sort());
  const stage = of('COPY').flatMap((words) => words.filter((word) => word.startsWith('/mixtura/')));
  // Of what the package ships, documents and examples stay outside.
  for (const name of manifest.files.filter((file) => !/^(docs|examples|!|.*\.md$)/.test(file)))
    expect([...stage, ...copied].some((path) => path.endsWith(name))).toBe(true);
});

it('builds as the README does, without scripts of packages, and starts the command without root', () => {
  const runs = of('RUN').map((words) => words.join(' '));
  expect(runs.slice(0, 3)).toEqual([
    'npm ci --ignore-scripts',
    'npm run build',
    'npm prune --omit=dev --ignore-scripts',
  ]);
  expect(runs[3]).toContain(`ln -s /mixtura/${manifest.bin.mixtura} /usr/local/bin/mixtura`);
  expect(of('ENTRYPOINT')).toEqual([['["mixtura"]']]);
  const order = steps.map(([word]) => word);
  expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'));
  expect(of('USER')).toEqual([['node']]);
  const [image] = of('FROM').at(-1)!;
  expect(Number(/^node:(\d+)/.exec(image!)![1])).toBeGreaterThanOrEqual(
    Number(/\d+/.exec(manifest.engines.node)![0]),
  );
});

it('keeps data and runs outside of the image', () => {
  expect(of('VOLUME')).toEqual([['["/data",', '"/work"]']]);
  expect(of('ENV')[0]).toEqual(['NODE_ENV=production', 'MIXTURA_DATA=/data', 'MIXTURA_CACHE=/cache']);
});
