/** @file Rounds of training by the command line, in which labels are asked for. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const ROWS = 40;
const classOf = (i: number) => (i % 3 === 0 ? 'far' : 'near');
const answers = Array.from({ length: ROWS }, (_, i) => `r${i},${classOf(i)}`);
const SIZES = ['network=mlp', 'units=8', 'layers=1', 'noise=3'].flatMap((setting) => ['--set', setting]);
const rounds = (out: string, ...more: string[]) => [
  ...['train', 'rows.csv', '--id', 'row', '--method', 'acgan', '--batch', '8', '--steps', '4', ...SIZES],
  ...[
    '--labels',
    'first.csv',
    '--oracle',
    'oracle.csv',
    '--rounds',
    '2',
    '--per-round',
    '3',
    '--out',
    out,
    ...more,
  ],
];

beforeAll(() => {
  const rows = answers.map((_, i) => `r${i},${Math.sin(i)},${Math.cos(2 * i)},${i % 3}`);
  writeFileSync(place.file('rows.csv'), `row,a,b,c\n${rows.join('\n')}\n`);
  writeFileSync(place.file('first.csv'), 'row,class\nr0,far\nr1,near\nr2,near\n');
  writeFileSync(place.file('oracle.csv'), `row,class\n${answers.join('\n')}\n`);
});

interface Rounds {
  readonly finished: boolean;
  readonly asked: readonly string[][];
  readonly runs: readonly { readonly labels: { readonly rows: number } }[];
}

const labelled = (file: string) =>
  readFileSync(place.file(file), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('rounds', () => {
  it('train with more labels each, those that the run before asked for, and go on with the same', async () => {
    const { finished, asked, runs } = await place.json<Rounds>(...rounds('by-gold'));
    expect(finished).toBe(true);
    expect(runs.map(({ labels }) => labels.rows)).toEqual([3, 6, 9]);
    expect(asked.map((names) => names.length)).toEqual([3, 3]);
    // No row is asked for twice, and the answers are the oracle's.
    expect(new Set(['r0', 'r1', 'r2', ...asked.flat()]).size).toBe(9);
    const last = labelled('by-gold/labels-2.csv');
    expect(last).toHaveLength(9);
    for (const [row, label] of last) expect(label).toBe(classOf(Number(row!.slice(1))));
    // What each run would suggest is what was asked for.
    const next = await place.json<{ rows: { row: string }[] }>('suggest', 'by-gold/round-0', '--count', '3');
    expect(next.rows.map(({ row }) => row).sort()).toEqual([...asked[0]!].sort());

    // As if it had been killed in the last round: it is trained again with the same labels.
    rmSync(place.file('by-gold', 'round-2'), { recursive: true });
    const again = await place.json<Rounds>('train', '--resume', 'by-gold');
    expect(again.runs).toHaveLength(1);
    expect(again.asked.map((names) => [...names].sort())).toEqual(asked.map((names) => [...names].sort()));
    expect(labelled('by-gold/labels-2.csv')).toEqual(last);
  }, 120_000);

  it.each([
    [
      'oracle.csv',
      `row,class\n${answers.join('\n')}\nr5,far\n`,
      'oracle.csv, line 42 gives row r5 the label far, and line 7 gave it near; keep one of them.',
    ],
    [
      'oracle.csv',
      'row,class\nr0,near\n',
      'By oracle.csv row r0 is of class near, and its label says far; correct one of them.',
    ],
    [
      'oracle.csv',
      'row,class\nr3,other\n',
      'By oracle.csv a row is of class other, of which no row has a label at the beginning; label one of each class.',
    ],
    [
      'oracle.csv',
      'row,class\nr3,far\nr4,near\n',
      '6 rows are to be asked for, and of those without a label oracle.csv knows 2; ask for fewer by --rounds or --per-round.',
    ],
  ])(
    'an oracle that contradicts itself or the labels, or knows too little, is one sentence: %#',
    async (file, text, sentence) => {
      writeFileSync(place.file(file), text);
      const { code, stderr } = await place.run(...rounds('none', '--quiet'));
      expect([code, stderr.trim().split('\n').at(-1)]).toEqual([1, sentence]);
      expect(existsSync(place.file('none'))).toBe(false);
    },
  );

  it('by GOLD of a method that has none are refused before they train', async () => {
    const words = [
      'train',
      'rows.csv',
      '--id',
      'row',
      '--method',
      'gmgan-supervised',
      '--batch',
      '8',
      '--steps',
      '4',
    ];
    const asks = [
      '--labels',
      'first.csv',
      '--oracle',
      'oracle.csv',
      '--rounds',
      '1',
      '--out',
      'none',
      '--quiet',
    ];
    const { code, stderr } = await place.run(...words, ...asks);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        'Supervised GM-GAN has not both; give --ask random, or another method, such as acgan.',
      ),
    ]);
    expect(existsSync(place.file('none'))).toBe(false);
  });
});
