/** @file Tables whose samples are columns, and files that hold several matrices, as `data inspect` shows them. */
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../src/data/formats/npy.js';
import { Scratch } from './support/cli.js';
import { zip } from './support/zip.js';

const place = new Scratch();
afterAll(() => place.remove());

describe('a table of genes x cells', () => {
  it.each(['gene', '', 'symbol'])(
    'whose first column is called %j has names of genes and of cells',
    async (name) => {
      const genes = Array.from({ length: 6 }, (_, g) => [
        `G${g}`,
        ...Array.from({ length: 9 }, (_, c) => (g * c) % 5),
      ]);
      const head = [name, ...Array.from({ length: 9 }, (_, c) => `c${c}`)].join();
      writeFileSync(place.file('g.csv'), `${head}\n${genes.map((row) => row.join()).join('\n')}\n`);
      const summary = await place.json<{
        count: number;
        shape: number[];
        columns: { name: string }[];
        id: string;
      }>(...['data', 'inspect', 'g.csv', '--transpose']);
      expect([summary.count, summary.shape]).toEqual([9, [6]]);
      expect(
        summary.columns.filter(({ name: column }) => /^G\d$/.test(column)).map(({ name: column }) => column),
      ).toEqual(Array.from({ length: 6 }, (_, g) => `G${g}`));
    },
  );
});

it('data inspect lists the matrices of a file that holds several', async () => {
  const array = (columns: number) =>
    encodeNpy({ shape: [5, columns], data: Float32Array.from({ length: 5 * columns }, (_, i) => i % 7) });
  writeFileSync(
    place.file('two.npz'),
    zip([
      { name: 'a.npy', content: array(3) },
      { name: 'b.npy', content: array(4) },
    ]),
  );
  const { stdout } = await place.run('data', 'inspect', 'two.npz', '--key', 'a');
  expect(stdout).toContain('  matrices     a (5 x 3), b (5 x 4) (--key)\n');
  const summary = await place.json<{ matrices: object[] }>('data', 'inspect', 'two.npz', '--key', 'b');
  expect(summary.matrices).toEqual([
    { name: 'a', shape: [5, 3] },
    { name: 'b', shape: [5, 4] },
  ]);
});
