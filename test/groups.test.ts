/** @file The groups of a run by their numbers: names that people give, the run's own data, and the files of assigned data. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm, { type Dataset, type Group } from 'h5wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../src/data/sets/open.js';
import type { RunGroup } from '../src/run/groups.js';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());

const groupsOf = (run: string) =>
  JSON.parse(readFileSync(place.file(run, 'groups.json'), 'utf8')) as (RunGroup & { name?: string })[];
const rename = (run: string, name: string) => {
  const [first, ...others] = groupsOf(run);
  writeFileSync(place.file(run, 'groups.json'), JSON.stringify([{ ...first, name }, ...others]));
};

describe('a run on some classes of a set', () => {
  beforeAll(async () => {
    const train = ['train', 'digits', '--steps', '12', '--batch', '32', '--out', 'digits'];
    const { code, stdout } = await place.run(...train);
    expect(code).toBe(0);
    // The sentence comes before the table, and the protocol behind the scores.
    expect(stdout).toMatch(
      /^\n(?:[A-Z].*\n)+\n {2}group {4}learned {3}assigned {7}true {3}name\n {6}1 {5}\d+\.\d %/,
    );
    expect(stdout).toMatch(
      /\n {2}NMI [\d.]+ · ARI .* · size error [\d.]+ \(most probable group, training data\)\n/,
    );
  }, 60_000);

  it('leaves its groups in order, with the names of the classes that most of their rows have', () => {
    const groups = groupsOf('digits');
    expect(groups.map(({ group }) => group)).toEqual([1, 2, 3, 4]);
    const names = groups.flatMap(({ name }) => name ?? []);
    expect(names.length).toBeGreaterThan(0);
    expect(['0', '2', '6', '7']).toEqual(expect.arrayContaining(names));
    expect(groups.reduce((sum, { count }) => sum + count!, 0)).toBe(712);
    for (const { assigned, count } of groups) expect(assigned).toBeCloseTo(count! / 712, 12);
  });

  it('assigns its own selection without data, with the rows of the whole set, and tells when all are assigned', async () => {
    const own = await place.run('cluster', 'digits');
    expect(own.stderr).toBe('');
    const lines = own.stdout.trim().split('\n');
    expect(lines[0]).toBe('index,part,group,name,probability,p1,p2,p3,p4,unlike');
    const rows = lines.slice(1).map((line) => line.split(','));
    const whole = await openDataset('digits', {});
    const train = rows.filter(([, part]) => part === 'train');
    expect(train).toHaveLength(712);
    const labels = train.map(([index]) => whole.classNames![whole.labels![Number(index)]!]);
    expect(new Set(labels)).toEqual(new Set(['0', '2', '6', '7']));
    const all = await place.run('cluster', 'digits', 'digits');
    expect(all.stderr).toBe(
      'The run was trained on classes 2,0,6,7 of digits at 8:4:2:1; all of digits is assigned here, and without digits only what the run was trained on.\n',
    );
    const everywhere = new Set(all.stdout.split('\n'));
    // The same row has the same line, whether it was selected or came with all.
    expect(lines.every((line) => everywhere.has(line))).toBe(true);
  }, 60_000);

  it('shows edited names everywhere, and keeps them when the run goes on', async () => {
    rename('digits', 'round ones');
    const { component } = groupsOf('digits')[0]!;
    const sampled = await place.run('sample', 'digits', '--group', '1', '--count', '2', '--out', 'a.npy');
    expect(sampled.stdout).toBe('2 samples of group 1 (round ones) in a.npy\n');
    const { stdout } = await place.run('evaluate', 'digits', '--split', 'train', '--features', 'none');
    expect(stdout).toMatch(/\n {6}1 .* % {3}round ones\n/);
    const { rows } = await place.json<{ rows: { group: number; name: string }[] }>('cluster', 'digits');
    expect(rows.filter(({ group }) => group === 1).every(({ name }) => name === 'round ones')).toBe(true);
    const more = ['train', '--resume', 'digits', '--steps', '14', '--allow', 'steps'];
    expect(await place.run(...more)).toMatchObject({ code: 0 });
    const named = groupsOf('digits').find((group) => group.component === component);
    expect(named!.name).toBe('round ones');
  }, 60_000);

  it('says in one sentence what is wrong with names that were edited badly, and works without the file', async () => {
    const file = place.file('digits', 'groups.json');
    const good = readFileSync(file, 'utf8');
    const said = async (text: string) => {
      writeFileSync(file, text);
      const { code, stderr } = await place.run('cluster', 'digits');
      expect(code).toBe(1);
      return stderr.replace(/^.*digits\/groups.json/, '');
    };
    const end = ': mend it, or remove it, which loses only the names of the groups.\n';
    expect(await said('[{')).toBe(` is damaged (it is not JSON)${end}`);
    const parsed = JSON.parse(good) as object[];
    expect(await said(JSON.stringify([{ ...parsed[0], name: ' ' }, ...parsed.slice(1)]))).toBe(
      ` is damaged (name of group 1: is empty)${end}`,
    );
    expect(await said(JSON.stringify(parsed.slice(1)))).toBe(
      ` is damaged (it does not hold each of the 4 components once)${end}`,
    );
    writeFileSync(file, good.replaceAll('"name"', '"noname"'));
    expect((await place.run('cluster', 'digits')).stdout.split('\n')[0]).toBe(
      'index,part,group,probability,p1,p2,p3,p4,unlike',
    );
    writeFileSync(file, `\uFEFF${good}`);
    expect((await place.run('cluster', 'digits')).stdout.split('\n')[0]).toContain(',name,');
    writeFileSync(file, good);
  }, 60_000);

  it('tells where groups.json cannot be written, and ends with the rest', async () => {
    mkdirSync(place.file('blocked', 'groups.json'), { recursive: true });
    // A folder in its place makes the run folder one that is not empty, so the run goes on with a copy of another.
    const config = readFileSync(place.file('digits', 'config.json'), 'utf8');
    writeFileSync(place.file('blocked', 'config.json'), config);
    const { code, stdout, stderr } = await place.run('train', '--resume', 'blocked');
    expect(code).toBe(1);
    expect(stderr).toContain('groups.json');
    expect(stdout).toContain('report: blocked/report.html');
  }, 60_000);

  it('writes Parquet with the columns of CSV', async () => {
    await place.json('cluster', 'digits', '--out', 'groups.parquet');
    const table = await openDataset(place.file('groups.parquet'), { drop: 'part,name', label: 'group' });
    const csv = (await place.run('cluster', 'digits')).stdout.trim().split('\n').slice(1);
    expect([table.count, table.columns]).toEqual([
      csv.length,
      ['index', 'probability', 'p1', 'p2', 'p3', 'p4', 'unlike'],
    ]);
    const values = new Float32Array(7);
    const row = 500;
    table.read([row], values);
    const [index, , group, , ...rest] = csv[row]!.split(',');
    expect(table.classNames![table.labels![row]!]).toBe(group);
    expect([...values]).toEqual([index, ...rest].map((text) => Math.fround(Number(text))));
    const { stdout } = await place.run('cluster', 'digits');
    await place.json('cluster', 'digits', '--out', 'groups.tsv');
    expect(readFileSync(place.file('groups.tsv'), 'utf8')).toBe(stdout.replaceAll(',', '\t'));
  }, 60_000);
});

describe('a run without labels', () => {
  beforeAll(() => {
    const rows = Array.from({ length: 60 }, (_, i) => `${(i % 3) * 5 + (i % 7) / 10},${(i % 5) / 3}`);
    writeFileSync(place.file('plain.csv'), `u,v\n${rows.join('\n')}\n`);
  });

  it('has its learned and assigned sizes shown by evaluate', async () => {
    const train = ['train', 'plain.csv', '--components', '3', '--steps', '6', '--batch', '16'];
    expect(await place.run(...train, '--out', 'plain')).toMatchObject({ code: 0 });
    const { stdout } = await place.run('evaluate', 'plain', '--features', 'none');
    expect(stdout).toMatch(/ {2}group {4}learned {5}taught {3}assigned\n {6}1 {5}\d/);
    expect(stdout).toMatch(
      /There are no labels and no known modes that the groups could be compared with.\n$/,
    );
    const scores = await place.json<{ groups: RunGroup[] }>('evaluate', 'plain', '--features', 'none');
    expect(scores.groups.map(({ group }) => group)).toEqual([1, 2, 3]);
    expect(scores.groups.reduce((sum, { count }) => sum + count!, 0)).toBe(60);
    await place.json('sample', 'plain', '--count', '9', '--out', 'new.csv');
    const lines = readFileSync(place.file('new.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('u,v,group');
    expect(lines.slice(1).every((line) => /,[123]$/.test(line))).toBe(true);
  }, 60_000);

  it('of a method without groups is sampled without --group', async () => {
    const train = ['train', 'plain.csv', '--components', '3', '--steps', '4', '--batch', '16'];
    expect(await place.run(...train, '--method', 'wgan', '--out', 'wgan')).toMatchObject({ code: 0 });
    const refused = await place.run('sample', 'wgan', '--group', '1', '--out', 'no.csv');
    expect(refused).toMatchObject({
      code: 2,
      stderr: 'The run was trained by wgan, which learns no groups; leave out --group.\n',
    });
    expect(await place.run('sample', 'wgan', '--out', 'yes.csv')).toMatchObject({ code: 0 });
    // What is asked of the run comes before where the samples go.
    expect((await place.run('sample', 'nowhere', '--group', '1')).stderr).toBe(
      "nowhere is not a run: it has no config.json; give the folder that 'train' wrote.\n",
    );
  }, 60_000);
});

describe('an AnnData file', () => {
  it('is copied with the groups of its cells, everything else as it was', async () => {
    const { FS } = await h5wasm.ready;
    const source = join(import.meta.dirname, 'fixtures/tables/csr.h5ad');
    const train = ['train', source, '--components', '2', '--steps', '4', '--batch', '4', '--out', 'cells'];
    expect(await place.run(...train)).toMatchObject({ code: 0 });
    rename('cells', 'B cells');
    expect(await place.run('cluster', 'cells', source, '--out', 'grouped.h5ad')).toMatchObject({ code: 0 });
    const { rows } = await place.json<{
      rows: { group: number; probabilities: number[]; unlike: number }[];
    }>(...['cluster', 'cells', source]);
    FS.writeFile('grouped.h5ad', readFileSync(place.file('grouped.h5ad')));
    const file = new h5wasm.File('grouped.h5ad', 'r');
    const value = (path: string) => (file.get(path) as Dataset).value;
    expect(value('obs/mixtura/categories')).toEqual(['1 B cells', '2']);
    expect([...(value('obs/mixtura/codes') as Int32Array)]).toEqual(rows.map(({ group }) => group - 1));
    (value('obs/mixtura_probability') as Float64Array).forEach((probability, i) => {
      expect(probability).toBeCloseTo(Math.max(...rows[i]!.probabilities), 6);
    });
    (value('obs/mixtura_unlike') as Float64Array).forEach((unlike, i) => {
      expect(unlike).toBeCloseTo(rows[i]!.unlike, 5);
    });
    expect((file.get('obsm/X_mixtura') as Dataset).shape![0]).toBe(rows.length);
    expect(value('uns/mixtura/method')).toBe('slogan');
    const order = (file.get('obs') as Group).attrs['column-order']!.value as string[];
    expect(order.slice(-3)).toEqual(['mixtura', 'mixtura_probability', 'mixtura_unlike']);
    file.close();
    // What was read before is read still, the run's own matrix and the labels among it.
    const [before, after] = [
      await openDataset(source, { label: 'cell_type' }),
      await openDataset(place.file('grouped.h5ad'), { label: 'cell_type' }),
    ];
    expect(after.fingerprint).toBe(before.fingerprint);
    const labelled = await openDataset(place.file('grouped.h5ad'), { label: 'mixtura' });
    expect(labelled.count).toBe(rows.length);
    const twice = await place.run('cluster', 'cells', 'grouped.h5ad', '--out', 'twice.h5ad');
    expect(twice.stderr).toContain(
      'grouped.h5ad has obs/mixtura already; give the file as it was without it.',
    );
    const other = await place.run('cluster', 'cells', 'digits', '--out', 'twice.h5ad');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('the data (digits) are no .h5ad'),
    ]);
  }, 60_000);
});

describe('a folder of images', () => {
  it('is sorted into a folder a group, as links or copies, equal names apart', async () => {
    for (let i = 0; i < 24; i++) {
      const samples = Array.from({ length: 16 }, (_, j) => (j * 37 + i * 91) % 256);
      const folder = place.file('photos', i % 2 ? 'a' : 'b');
      mkdirSync(folder, { recursive: true });
      const png = encodePng({ width: 4, height: 4, colour: 0, depth: 8, samples });
      writeFileSync(join(folder, `${Math.floor(i / 2)}.png`), png);
    }
    writeFileSync(place.file('photos/a/99.png'), 'no image');
    const train = ['train', 'photos', '--components', '2', '--steps', '4', '--batch', '8', '--out', 'images'];
    expect(await place.run(...train)).toMatchObject({ code: 0 });
    rename('images', 'odd/ones');
    const sorted = await place.run('cluster', 'images', 'photos', '--out-folder', 'sorted');
    expect(sorted).toMatchObject({ code: 0, stdout: '' });
    await place.json('cluster', 'images', 'photos', '--out-folder', 'copied', '--copy');
    const { rows } = await place.json<{ rows: { group: number; file: string }[] }>(
      ...['cluster', 'images', 'photos'],
    );
    expect(rows).toHaveLength(24);
    for (const { group, file } of rows) {
      // The second group has the name of the class, which is that of a folder.
      const under = join(group === 1 ? '1-odd-ones' : `2-${groupsOf('images')[1]!.name}`, file);
      expect(readlinkSync(place.file('sorted', under))).toBe(join('../../../photos', file));
      const image = readFileSync(place.file('photos', file));
      expect(readFileSync(place.file('sorted', under)).equals(image)).toBe(true);
      expect(lstatSync(place.file('copied', under)).isFile()).toBe(true);
      expect(readFileSync(place.file('copied', under)).equals(image)).toBe(true);
    }
    const listed = readdirSync(place.file('sorted'), { recursive: true }) as string[];
    expect(listed.filter((name) => name.endsWith('.png'))).toHaveLength(24);
    expect(readFileSync(place.file('sorted', 'left-out.txt'), 'utf8')).toBe(
      'a/99.png\tit is neither PNG, JPEG nor WebP\n',
    );
    const refused = async (data: string, folder: string) =>
      (await place.run('cluster', 'images', data, '--out-folder', folder)).stderr;
    expect(await refused('photos', 'sorted')).toBe(
      'The folder sorted exists and is not empty; choose another --out-folder.\n',
    );
    expect(await refused('photos', 'photos/sorted')).toBe(
      'The folder photos/sorted lies in the data (photos); choose another --out-folder.\n',
    );
    expect(await refused('digits', 'new')).toBe(
      '--out-folder sorts the images of a folder, and digits is none; give --out groups.csv.\n',
    );
  }, 60_000);
});
