/** @file A table of one's own: three groups of very unequal size in five columns, found without further settings. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { Stream } from '../src/math/random.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const SIZES = { common: 600, second: 150, rare: 50 };
const CENTRES: Readonly<Record<string, readonly number[]>> = {
  common: [0, 0, 0, 0, 0],
  second: [5, 0, 3, 0, -4],
  rare: [0, 6, -3, 4, 0],
};

/** Gaussian blobs of deviation 1 in columns of unlike units. */
function writeTable(file: string): void {
  const stream = Stream.root(11);
  const units = [1, 100, 0.01, 5, 1];
  const rows = Object.entries(SIZES).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => [
      ...CENTRES[kind]!.map((centre, j) => ((centre + stream.normal()) * units[j]!).toFixed(6)),
      kind,
    ]),
  );
  const order = stream.permutation(rows.length);
  const lines = Array.from(order, (i) => rows[i]!.join());
  writeFileSync(file, `a,b,c,d,e,kind\n${lines.join('\n')}\n`);
}

interface Result {
  readonly groups: readonly { readonly size: number; readonly trueSize: number }[];
  readonly metrics: Readonly<Record<string, number>>;
}

it('finds groups of 600, 150 and 50 rows, and assigns rows with or without the label column', async () => {
  writeTable(place.file('own.csv'));
  const { groups, metrics } = await place.json<Result>(
    ...['train', 'own.csv', '--label', 'kind', '--components', '3', '--threads', '1'],
    // Groups are found before the steps, so fewer than the preset's 8,000 do for them.
    ...['--steps', '1500', '--out', 'run'],
  );
  expect(groups.map(({ trueSize }) => trueSize).sort((a, b) => b - a)).toEqual([0.75, 0.1875, 0.0625]);
  expect(metrics.nmi).toBeGreaterThanOrEqual(0.85);
  expect(metrics.sizeError).toBeLessThanOrEqual(0.05);

  const text = readFileSync(place.file('own.csv'), 'utf8');
  writeFileSync(place.file('bare.csv'), text.replace(/,[^,\n]*$/gm, ''));
  const [labelled, bare] = await Promise.all(
    ['own.csv', 'bare.csv'].map((f) => place.run('cluster', 'run', f)),
  );
  expect(labelled!.stderr).toBe('');
  expect(labelled!.stdout.split('\n')).toHaveLength(802);
  expect(bare!.stdout).toBe(labelled!.stdout);
}, 120_000);
