/** @file `mixtura groups` from end to end: what it prints, what it writes, how it ends. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../src/data/formats/npy.js';
import { openDataset } from '../src/data/sets/open.js';
import { lower } from '../src/graph/onnx/lower.js';
import { concat, input } from '../src/graph/tensor.js';
import type { GroupFindings } from '../src/groups/findings.js';
import { Stream } from '../src/math/random.js';
import { nmi } from '../src/metrics/nmi.js';
import { findGroups } from '../src/run/model/find-groups.js';
import { groupColumns } from '../src/run/use/write-groups.js';
import { Scratch } from './support/cli.js';
import { fiveGroups } from './support/made-data.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());

const ROWS = 1000;
const made = fiveGroups(Stream.root(4), { rows: ROWS });
const QUICK = ['--view', 'standardised', '--teacher', 'mixture', '--components', '5'];
const TABLE = ['groups', 'five.csv', '--id', 'name', '--label', 'kind', '--keep', 'note'];

beforeAll(() => {
  const { columns, values } = made.x;
  const names = Array.from({ length: columns }, (_, j) => `x${j}`);
  const lines = Array.from(made.labels, (label, i) => {
    const row = values.subarray(i * columns, (i + 1) * columns);
    return [`r${i}`, ...Array.from(row, (value) => value.toPrecision(8)), `kind ${label}`, i % 7].join(',');
  });
  writeFileSync(place.file('five.csv'), `name,${names.join(',')},kind,note\n${lines.join('\n')}\n`);
  writeFileSync(
    place.file('bare.npy'),
    encodeNpy({ shape: [20, 2], data: new Float32Array(40).map((_, i) => i) }),
  );
  for (let i = 0; i < 90; i++) {
    const stream = Stream.root(9).fork('image', i);
    const samples = Array.from({ length: 3 * 16 * 16 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % 16, Math.floor(at / 48)];
      const on = i % 3 === 0 ? x % 8 < 4 : (x - 8) ** 2 + (y - 8) ** 2 < 30;
      return Math.round((on ? 180 : 40) + 30 * stream.uniform());
    });
    const file = place.file('photos', `${i % 2 ? 'b' : 'a'}`, `${String(i).padStart(2, '0')}.png`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, encodePng({ width: 16, height: 16, colour: 2, depth: 8, samples }));
  }
});

/** The cells of a CSV file without quotes, by the names of its columns. */
function read(file: string, separator = ','): Record<string, string>[] {
  const [head, ...lines] = readFileSync(place.file(file), 'utf8').trimEnd().split('\n');
  const names = head!.split(separator);
  return lines.map((line) => Object.fromEntries(line.split(separator).map((cell, at) => [names[at]!, cell])));
}

describe('mixtura groups of a table', () => {
  it('says first what matters, then groups, what was tried with the best row by labels, and the cost', async () => {
    const { code, stdout, stderr } = await place.run(...TABLE, ...QUICK);
    expect([code, stderr.split('\n').find((line) => line.startsWith('First look'))]).toEqual([
      0,
      expect.stringContaining('view standardised'),
    ]);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/5 groups/);
    expect(stdout).toMatch(/5 groups, as asked for; the merge curve finds/);
    expect(stdout).toMatch(/ group +rows +share +interval +stability +confidence\n/);
    expect(
      lines.filter((line) => /^ +\d +\d+ +[\d.]+ % +[\d.]+ % to [\d.]+ % +[\d.]+ +[\d.]+$/.test(line)),
    ).toHaveLength(5);
    expect(lines.filter((line) => line.includes('best by labels'))).toHaveLength(1);
    expect(lines.filter((line) => /^ {2}\* +standardised/.test(line))).toHaveLength(1);
    expect(stdout).toMatch(/\d+ s, [\d.]+ CPU seconds, at most \d+ MiB\.\n$/);
  });

  it('writes every row with its group, those of findGroups, the same bytes each time', async () => {
    const { code, stderr } = await place.run(...TABLE, ...QUICK, '--out', 'groups.csv');
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${ROWS} rows in groups.csv`)]);
    const rows = read('groups.csv');
    expect(Object.keys(rows[0]!)).toEqual([
      ...['index', 'name', 'group', 'second', 'confidence', 'outlier', 'note'],
    ]);
    expect(rows).toHaveLength(ROWS);
    expect(rows[17]).toMatchObject({ index: '17', name: 'r17', note: '3' });
    const groups = rows.map(({ group }) => Number(group));
    expect(nmi(made.labels, groups)).toBeGreaterThan(0.95);
    const options = { id: 'name', label: 'kind', keep: 'note' };
    const dataset = await openDataset(place.file('five.csv'), { ...options, scaling: 'standardize' });
    const found = await findGroups(dataset, {
      ...{ views: ['standardised'], teachers: ['mixture'], groups: 5 },
    });
    expect(groups).toEqual([...found.rows.group]);
    expect(rows.map(({ outlier }) => Number(outlier))).toEqual(
      groupColumns(dataset, found).find(({ name }) => name === 'outlier')!.values,
    );
    await place.run(...TABLE, ...QUICK, '--out', 'again.csv');
    expect(readFileSync(place.file('again.csv'))).toEqual(readFileSync(place.file('groups.csv')));
  });

  it('writes all columns of the file beside the groups, which stay the same', async () => {
    expect((await place.run(...TABLE, ...QUICK, '--columns', 'all', '--out', 'all.csv')).code).toBe(0);
    expect((await place.run(...TABLE, ...QUICK, '--out', 'some.csv')).code).toBe(0);
    const [rows, some, own] = [read('all.csv'), read('some.csv'), read('five.csv')];
    const added = ['index', 'name', 'group', 'second', 'confidence', 'outlier'];
    const columns = Object.keys(own[0]!).filter((name) => name !== 'name');
    expect(Object.keys(rows[0]!)).toEqual([...added, ...columns]);
    for (const at of [0, 17, ROWS - 1]) {
      expect(rows[at]).toEqual({ ...some[at], ...own[at] });
    }
  });

  it('writes TSV, Parquet and JSON, and prints one JSON object', async () => {
    for (const out of ['groups.tsv', 'groups.parquet', 'groups.json']) {
      expect((await place.run(...TABLE, ...QUICK, '--out', out, '--quiet')).code).toBe(0);
    }
    const groups = read('groups.tsv', '\t').map(({ group }) => Number(group));
    const json = JSON.parse(readFileSync(place.file('groups.json'), 'utf8')) as {
      readonly rows: readonly { readonly name: string; readonly group: number }[];
    };
    expect(json.rows.map(({ group }) => group)).toEqual(groups);
    const parquet = await openDataset(place.file('groups.parquet'), { id: 'name', keep: 'group' });
    expect(parquet.rows!.kept![0]!.values.map(Number)).toEqual(groups);
    type Result = Pick<GroupFindings, 'groups' | 'count' | 'tried' | 'verdict'> & typeof json;
    const printed = await place.json<Result>(...TABLE, ...QUICK);
    expect(printed.rows.map(({ group }) => group)).toEqual(groups);
    expect(printed.rows[3]!.name).toBe('r3');
    expect(printed.count).toMatchObject({ groups: 5, given: true });
    expect(printed.tried).toHaveLength(1);
    expect(printed.tried[0]).toMatchObject({ nmi: nmi(made.labels, groups) });
    const inFile = await place.json<object>(...TABLE, ...QUICK, '--out', 'groups.csv');
    expect(inFile).not.toHaveProperty('rows');
  });

  it('writes the page, and prints plain methods beside the groups, each scored by the labels', async () => {
    const words = ['--report', 'found.html', '--compare'];
    const { code, stdout, stderr } = await place.run(...TABLE, ...QUICK, ...words);
    expect([code, stderr]).toEqual([0, expect.stringContaining('The page is found.html')]);
    const page = readFileSync(place.file('found.html'), 'utf8');
    expect(page).toContain('mixtura groups five.csv --id name');
    expect(page).toContain('r17');
    const lines = stdout.split('\n');
    expect(
      lines.filter((line) => /^ {2}(k-means|PCA \+ Gaussian mixture|spectral clustering) +5 /.test(line)),
    ).toHaveLength(3);
    const ours = lines.find((line) => line.startsWith('  these groups (standardised, mixture)'))!;
    expect(Number(/ 5 +([\d.]+)/.exec(ours)![1])).toBeGreaterThan(0.95);
  });

  it('refuses what it cannot do before the work, with what it can', async () => {
    const refusals: readonly (readonly [words: readonly string[], sentence: RegExp])[] = [
      [['--view', 'pixels'], /no view 'pixels' for these data: choose of standardised/],
      [['--teacher', 'leiden'], /no teacher 'leiden' for these data: choose of spectral, graph/],
      [['--components', 'many'], /--components is 'many'; give a whole number of at least 1, or auto/],
      [['--components', '2000'], /There are 1000 rows for 2000 groups/],
      [['--out', 'groups.xlsx'], /give a file that ends in \.csv, \.tsv, \.parquet, \.json or \.h5ad/],
      [['--out', 'groups.h5ad'], /five\.csv\) are no \.h5ad file/],
      [['--out', 'five.csv'], /five\.csv/],
      [['--out-folder', 'sorted'], /--out-folder sorts the images of a folder/],
      [['--report', 'found.pdf'], /give a file that ends in \.html/],
      [['--columns', 'all'], /--columns goes with --out/],
      [
        ['--columns', 'x1', '--out', 'some.csv'],
        /--columns is 'x1'; give all, or name single columns by --keep/,
      ],
      [['--copy'], /--copy goes with --out-folder/],
      [['--size', '32'], /say how a folder of images is read/],
    ];
    for (const [words, sentence] of refusals) {
      const { code, stdout, stderr } = await place.run(...TABLE, ...words);
      expect([words, code, stdout, stderr]).toEqual([words, 2, '', expect.stringMatching(sentence)]);
    }
  });

  it('ends by an interrupt, with its exit code and nothing written', async () => {
    const running = place.start(...TABLE, '--out', 'never.csv');
    await new Promise<void>((resolve) => {
      running.process.stderr!.on('data', (text: Buffer | string) => {
        if (String(text).includes('First look')) resolve();
      });
    });
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.finished;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain('Stopped; nothing was written.');
    expect(existsSync(place.file('never.csv'))).toBe(false);
  });
});

describe('mixtura groups of a folder of images', () => {
  it('compares with nothing where there are no labels', async () => {
    const { code, stderr } = await place.run('groups', 'bare.npy', '--compare');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--compare needs labels, and bare.npy has none'),
    ]);
  });

  it('lists the files with their groups, and sorts them into folders', async () => {
    const words = ['groups', 'photos', '--components', '2', '--out', 'photos.csv', '--out-folder', 'sorted'];
    const { code, stderr } = await place.run(...words);
    expect([code, stderr]).toEqual([0, expect.stringContaining('90 rows in photos.csv and sorted')]);
    const rows = read('photos.csv');
    expect(rows).toHaveLength(90);
    for (const { file, group } of rows) {
      const number = Number(/(\d+)\.png$/.exec(file!)![1]);
      expect([file, group]).toEqual([file, number % 3 === 0 ? '2' : '1']);
      expect(existsSync(place.file('sorted', group!, file!))).toBe(true);
    }
    expect(readdirSync(place.file('sorted'))).toEqual(['1', '2']);
  });

  it('goes on without images that do not decode, and lists them with the reason', async () => {
    cpSync(place.file('photos'), place.file('damaged'), { recursive: true });
    const damaged = Array.from({ length: 10 }, (_, i) => `a/${String(2 * i).padStart(2, '0')}.png`);
    for (const file of damaged) writeFileSync(place.file('damaged', file), 'none');
    const words = ['groups', 'damaged', '--components', '2', '--out', 'damaged.csv'];
    const { code, stderr } = await place.run(...words);
    expect([code, stderr]).toEqual([0, expect.stringContaining('10 image(s) of damaged do not decode')]);
    const rows = read('damaged.csv');
    expect(rows).toHaveLength(90);
    expect(rows.filter(({ left_out }) => left_out !== '').map(({ file, group }) => [file, group])).toEqual(
      damaged.map((file) => [file, '']),
    );
  });
});

describe('mixtura groups in the features of an encoder', () => {
  it('reads images in its size, finds their groups in its features, and shows the images', async () => {
    const net = input('pixels', ['N', 3, 16, 16]).mean([2]).reshape(['N', 48]);
    writeFileSync(place.file('net.onnx'), lower({ y: net }).bytes);
    const words = ['groups', 'photos', '--features', 'net.onnx', '--components', '2'];
    const unread = await place.run(...words);
    expect([unread.code, unread.stderr]).toEqual([
      1,
      expect.stringContaining('Nothing says how net.onnx reads images'),
    ]);
    const how = ['--input', 'range=0..1', '--out', 'encoded.csv', '--report', 'encoded.html'];
    const { code, stdout } = await place.run(...words, ...how);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^View cosine/m)]);
    for (const { file, group } of read('encoded.csv')) {
      expect([file, group]).toEqual([file, Number(/(\d+)\.png$/.exec(file!)![1]) % 3 === 0 ? '2' : '1']);
    }
    expect(readFileSync(place.file('encoded.html'), 'utf8')).toContain('data:image/png');
    const alone = await place.run('groups', 'photos', '--input', 'range=0..1');
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--input goes with --features')]);
  });
});

describe('mixtura train on groups in the features of an encoder', () => {
  // What an encoder of one number sees: how bright the left half of an image is.
  const bright = () => {
    const left = input('pixels', ['N', 3, 16, 16]).slice(3, 0, 8).mean([1, 2, 3], true).reshape(['N', 1]);
    writeFileSync(place.file('bright.net.onnx'), lower({ y: concat([left, left.neg().add(1)], 1) }).bytes);
  };
  const small = ['--size', '16', '--components', '2', '--steps', '2', '--batch', '16', '--threads', '1'];
  const settings = ['pretextSteps=2', 'studentSteps=2'].flatMap((setting) => ['--set', setting]);
  const WORDS = ['train', 'photos', ...small, ...settings, '--features', 'bright.net.onnx'];

  it('teaches those groups, generates pixels, and says how the run is made again', async () => {
    bright();
    const { code, stderr } = await place.run(...WORDS, '--input', 'range=0..1', '--out', 'taught');
    expect([code, stderr]).toEqual([0, expect.stringContaining('in the view features of bright.net.onnx')]);
    const { encoder, dataset } = JSON.parse(readFileSync(place.file('taught', 'config.json'), 'utf8')) as {
      encoder: unknown;
      dataset: { shape: number[] };
    };
    expect([encoder, dataset.shape]).toEqual([
      { file: place.file('bright.net.onnx'), input: 'range=0..1' },
      [3, 16, 16],
    ]);
  });

  it('goes on with no other encoder than it began with', async () => {
    const { dataset } = JSON.parse(readFileSync(place.file('taught', 'config.json'), 'utf8')) as {
      dataset: { encoder: string };
    };
    expect(dataset.encoder).toMatch(/^[0-9a-f]{64}$/);
    // As if the run had been killed while it looked for groups.
    for (const part of ['checkpoints', 'stages']) rmSync(place.file('taught', part), { recursive: true });
    const other = input('pixels', ['N', 3, 16, 16]).mean([2]).reshape(['N', 48]);
    writeFileSync(place.file('bright.net.onnx'), lower({ y: other }).bytes);
    const { code, stderr } = await place.run('train', '--resume', 'taught');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('bright.net.onnx has changed since the run began; put the old file back'),
    ]);
    bright();
    expect((await place.run('train', '--resume', 'taught')).code).toBe(0);
    // Its groups are found: another encoder would change nothing.
    writeFileSync(place.file('other.onnx'), lower({ y: other }).bytes);
    const asked = [
      '--features',
      'other.onnx',
      '--input',
      'range=0..1',
      '--steps',
      '3',
      '--allow',
      'steps,encoder',
    ];
    const after = await place.run('train', '--resume', 'taught', ...asked);
    expect([after.code, after.stderr]).toEqual([
      2,
      expect.stringContaining('learned before its first step stays as it is, so encoder cannot change'),
    ]);
  });

  it('refuses an encoder that nothing is looked for in, that is not there, or beside probes', async () => {
    const names = readdirSync(place.file('photos'), { recursive: true }).map(String);
    const marked = names.filter((name) => name.endsWith('.png')).slice(0, 2);
    writeFileSync(place.file('marked.csv'), `file,group\n${marked[0]},bright\n${marked[1]},dark\n`);
    const refusals: readonly (readonly [words: readonly string[], sentence: string])[] = [
      [['train', 'photos', ...small, '--input', 'range=0..1'], '--input goes with --features'],
      [[...WORDS, '--features', 'gone.onnx'], 'gone.onnx is no file; give the path of an encoder'],
      [
        ['train', 'photos', ...small, '--method', 'wgan', '--features', 'bright.net.onnx'],
        'where a run looks for groups first, and this one does not.',
      ],
      [[...WORDS, '--set', 'teacher=none'], 'this one does not; give --set teacher=groups, or leave it out.'],
      [[...WORDS, '--probes', 'marked.csv'], 'in the training; leave one of them out.'],
    ];
    for (const [words, sentence] of refusals) {
      const { code, stderr } = await place.run(...words, '--dry-run');
      expect([words, code, stderr]).toEqual([words, 2, expect.stringContaining(sentence)]);
    }
  });
});

describe('mixtura groups of a set known by name', () => {
  it('looks at the selection that is trained on', async () => {
    type Result = Pick<GroupFindings, 'groups' | 'verdict'>;
    const { groups, verdict } = await place.json<Result>(
      'groups',
      'digits',
      '--view',
      'pixels',
      '--teacher',
      'graph',
    );
    expect(groups.map(({ rows }) => rows)).toEqual([381, 191, 94, 46]);
    expect(verdict).toBe('good');
  });
});
