/** @file Rows of classes that a run has never seen, told by `mixtura cluster` where the data are gone. */
import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { openDataset } from '../src/data/sets/open.js';
import { auc } from '../src/metrics/two-sample/auc.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

interface Clustered {
  readonly unlike?: { readonly usual: number; readonly beyond: number };
  readonly rows: readonly { readonly unlike?: number; readonly probabilities: readonly number[] }[];
}

it('six classes that were left out of four are told, which their probabilities do not', async () => {
  await place.json('train', 'digits', '--steps', '12', '--threads', '1', '--out', 'run');
  const cluster = () => place.json<Clustered>('cluster', 'run', 'digits', '--split', 'test');
  const { rows, unlike } = await cluster();
  const { labels } = (await openDataset('digits')).test!();
  const unknown = Array.from(labels!, (label) => ![0, 2, 6, 7].includes(label));
  const values = rows.map((row) => row.unlike!);
  expect(auc(values, unknown)).toBeGreaterThan(0.97);
  expect(unlike!.beyond).toBe(values.filter((value) => value > unlike!.usual).length);
  const known = values.filter((_, i) => !unknown[i]).sort((a, b) => a - b);
  expect(Math.abs(known[known.length >> 1]! - 1)).toBeLessThan(0.2);
  const csv = (await place.run('cluster', 'run', 'digits', '--split', 'test')).stdout.split('\n');
  expect(csv[0]).toMatch(/,p4,unlike$/);
  expect(Number(csv[1]!.split(',').at(-1))).toBeCloseTo(values[0]!, 3);
  // A run without the file, as those before had none.
  rmSync(place.file('run', 'known-rows.safetensors'));
  const older = await cluster();
  expect(older.unlike).toBeUndefined();
  expect(older.rows[0]!.unlike).toBeUndefined();
}, 60_000);
