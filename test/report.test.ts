/** @file The report of tables, images and points from the command line, and made again from the run folder. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunFolder, reportRun } from '../src/entries/index.js';
import { Stream } from '../src/math/random.js';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());
const pageOf = (...parts: string[]) => readFileSync(place.file(...parts), 'utf8');

const cells = (file: string) =>
  pageOf(file)
    .trim()
    .split('\n')
    .map((line) => line.split(','));

/** 300 customers in groups of 200 and 100, who differ in income and in having a card; the rest is noise. */
function customers(file: string): void {
  const stream = Stream.root(4);
  const lines = Array.from({ length: 300 }, (_, i) => {
    const rich = i % 3 === 0;
    const card = stream.uniform() < (rich ? 0.9 : 0.1) ? 1 : 0;
    const income = (rich ? 90_000 : 30_000) + 5000 * stream.normal();
    return [`C${i}`, income.toFixed(0), (rich ? 60 : 30) + 4 * stream.normal(), card, stream.normal()].join(
      ',',
    );
  });
  writeFileSync(place.file(file), `customer,income,age,card,noise\n${lines.join('\n')}\n`);
}

function photos(folder: string): void {
  for (let i = 0; i < 24; i++) {
    const samples = Array.from({ length: 3 * 64 }, (_, at) => (at % 3 === i % 3 ? 250 - i : 20));
    const path = place.file(folder, `photo-${i}.png`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, encodePng({ width: 8, height: 8, colour: 2, depth: 8, samples }));
  }
}

beforeAll(async () => {
  customers('customers.csv');
  photos('photos');
  const table = [
    'train',
    'customers.csv',
    '--id',
    'customer',
    '--components',
    '2',
    '--steps',
    '400',
    '--seed',
    '1',
    '--batch',
    '32',
  ];
  await place.json(...table, '--out', 'table');
  const images = [
    'train',
    'photos',
    '--components',
    '3',
    '--steps',
    '4',
    '--batch',
    '8',
    '--set',
    'network=mlp',
  ];
  await place.json(...images, '--out', 'images');
  await place.json('train', 'ring', '--steps', '4', '--batch', '8', '--out', 'ring');
}, 120_000);

describe('the report', () => {
  it('of a table profiles real rows by the names of their columns, and puts noise below', async () => {
    const page = pageOf('table', 'report.html');
    expect(page).toContain('2 groups (number given)');
    expect(page).toMatch(/These say little about the groups: noise\./);
    expect(page).toMatch(/<td class="name">income<\/td>/);
    // The groups are far apart, so rows may be certain.
    expect(page).toMatch(/<td title="C\d+: probability (?:0\.\d+|1), next group [12]">C\d+<\/td>/);
    expect(page).toMatch(/<title>C\d+: group 1, probability/);
    // The same means as of the rows that `cluster` assigns: in the units of the file, a column of 1 and 0 as a share.
    await place.run('cluster', 'table', 'customers.csv', '--out', 'groups.csv');
    const [head, ...assigned] = cells('groups.csv');
    const at = head!.indexOf('component') < 0 ? head!.indexOf('group') : head!.indexOf('component');
    const rows = cells('customers.csv').slice(1);
    for (const group of new Set(assigned.map((row) => row[at]))) {
      const own = rows.filter((_, i) => assigned[i]![at] === group);
      const mean = (column: number) => own.reduce((sum, row) => sum + Number(row[column]), 0) / own.length;
      const income = Math.round(Number(mean(1).toPrecision(5))).toLocaleString('en-US');
      expect(page).toContain(`<td>income</td><td class="number">${income} `);
      expect(page).toContain(`<td>card</td><td class="number">${(100 * mean(3)).toFixed(1)}\u202f% `);
      expect(page).toContain(`\u202f% (${own.length})`);
    }
  });

  it('of images shows files by name: typical, borderline, least typical, then new ones', () => {
    const page = pageOf('images', 'report.html');
    expect(page).toMatch(/alt="photo-\d+\.png: probability 0\.\d+, next group [123]"/);
    // After few steps probabilities may be flat: then members are not told apart by them.
    const at = [/(Most typical|Members)<\/p>/, /New samples<\/p>/].map((title) => page.search(title));
    expect(at[0]).toBeGreaterThan(0);
    expect(at[0]).toBeLessThan(at[1]!);
    const typical = (page.match(/Most typical<\/p>/g) ?? []).length;
    const flat = (page.match(/The probabilities of its members are flat/g) ?? []).length;
    expect([typical > 0 || flat > 0, (page.match(/Members<\/p>/g) ?? []).length]).toEqual([true, flat]);
    expect(page).toMatch(/<image [^>]*href="data:image\/png/);
    expect(page.length).toBeLessThan(1_000_000);
  });

  it('of points looks at 20,000 of 80,000 rows, and says so', () => {
    const page = pageOf('ring', 'report.html');
    expect(page).toContain('among 20,000 of 80,000 rows, chosen at random');
    expect(page.match(/<circle /g)!.length).toBeGreaterThanOrEqual(2000);
    expect(page).toMatch(/<title>row \d+: group \d, probability/);
    expect(page.length).toBeLessThan(1_000_000);
  });

  it('numbers groups from the largest on, and says what an editor named them', () => {
    const again = place.file('named');
    rmSync(again, { recursive: true, force: true });
    const sizes = JSON.parse(pageOf('table', 'metrics.jsonl').trim().split('\n').at(-1)!).sizes as number[];
    const largest = sizes[0]! >= sizes[1]! ? 0 : 1;
    const file = place.file('table', 'groups.json');
    const before = existsSync(file) ? readFileSync(file) : undefined;
    const named = JSON.parse(readFileSync(file, 'utf8')) as { component: number; name?: string }[];
    named.find(({ component }) => component === largest)!.name = 'the many';
    writeFileSync(file, JSON.stringify(named));
    return reportRun(place.file('table'), { out: place.file('named.html') }).then(() => {
      expect(pageOf('named.html')).toContain('title="group 1 (the many): learned');
      if (before) writeFileSync(file, before);
      else rmSync(file);
    });
  });
});

describe('mixtura report', () => {
  it('makes the same page again, from the run folder', async () => {
    for (const run of ['table', 'images', 'ring']) {
      const before = pageOf(run, 'report.html');
      rmSync(place.file(run, 'report.html'));
      expect(await place.json('report', run)).toEqual({ run, file: `${run}/report.html` });
      const words = (page: string) => page.replace(/<dt>Time<\/dt><dd>[^<]*/, '');
      expect(words(pageOf(run, 'report.html')) === words(before), run).toBe(true);
      expect(existsSync(place.file(run, '.lock'))).toBe(false);
    }
  }, 60_000);

  it('writes elsewhere, and leaves the run alone', async () => {
    const { stdout, code } = await place.run('report', 'table', '--out', 'elsewhere.html');
    expect([code, stdout]).toEqual([0, '  report: elsewhere.html\n']);
    expect(pageOf('elsewhere.html') === pageOf('table', 'report.html')).toBe(true);
  });

  it('takes names of columns from the data where the run kept none, or says so', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      [i % 2 ? 9 + (i % 5) : i % 7, (i * 7) % 11, i % 3].join(),
    );
    writeFileSync(place.file('old.csv'), `height,weight,depth\n${rows.join('\n')}\n`);
    const train = ['train', 'old.csv', '--components', '2', '--steps', '2', '--batch', '8', '--out', 'old'];
    expect((await place.run(...train)).code).toBe(0);
    const config = JSON.parse(pageOf('old', 'config.json'));
    expect(config.dataset.columns).toEqual(['height', 'weight', 'depth']);
    const { columns: _, reading: __, ...dataset } = config.dataset;
    writeFileSync(
      place.file('old', 'config.json'),
      JSON.stringify({ ...config, version: '0.1.0', dataset: { ...dataset } }),
    );
    expect(await place.run('report', 'old')).toMatchObject({ code: 0 });
    const page = pageOf('old', 'report.html');
    expect(page).toContain('weight');
    expect(page).not.toContain('column 1');
    expect(page).not.toContain('columns are numbered');
    expect(await place.run('report', 'old', '--no-data')).toMatchObject({ code: 0 });
    expect(pageOf('old', 'report.html')).toContain('its data were not opened: columns are numbered.');
  });

  it('says in a sentence that the data are gone, takes them elsewhere, or does without', async () => {
    renameSync(place.file('customers.csv'), place.file('moved.csv'));
    const gone = await place.run('report', 'table', '--out', 'x.html');
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(
      /^The data of the run, .*customers\.csv, are not there; say where they are by --data, or leave them out by --no-data\.\n$/,
    );
    expect(existsSync(place.file('x.html'))).toBe(false);
    await place.json('report', 'table', '--data', 'moved.csv', '--out', 'x.html');
    expect(pageOf('x.html')).toMatch(/>C\d+<\/td>/);
    await place.json('report', 'table', '--no-data', '--out', 'bare.html');
    expect(pageOf('bare.html')).toContain('2 groups (number given)');
    expect(pageOf('bare.html')).not.toMatch(/Members of each group|assigned data<|Map of the data/);
    renameSync(place.file('moved.csv'), place.file('customers.csv'));
  }, 60_000);

  it('refuses other data, both options at once, and what is no run', async () => {
    writeFileSync(place.file('other.csv'), pageOf('customers.csv').replace('C1,', 'C1,1'));
    const other = await place.run('report', 'table', '--data', 'other.csv', '--out', 'x.html');
    expect(other.stderr).toContain('has changed since the run began');
    const both = await place.run('report', 'table', '--data', 'x.csv', '--no-data');
    expect([both.code, both.stderr]).toEqual([
      2,
      '--data and --no-data exclude each other; give one of them.\n',
    ]);
    expect((await place.run('report', 'photos')).stderr).toContain('photos is not a run');
  }, 60_000);

  it('waits for nobody: a run that is being written gives its report elsewhere', async () => {
    const folder = RunFolder.open(place.file('table'));
    folder.lock();
    try {
      const { code, stderr } = await place.run('report', 'table');
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^[^\n]*\.lock[^\n]*; or write the report elsewhere by --out FILE\.\n$/),
      ]);
      await place.json('report', 'table', '--out', 'locked.html');
      expect(pageOf('locked.html')).toContain('2 groups (number given)');
    } finally {
      folder.unlock();
    }
  }, 60_000);

  it.skipIf(process.getuid?.() === 0)('asks for --out where the folder cannot be written', async () => {
    chmodSync(place.file('table'), 0o555);
    const { code, stderr } = await place.run('report', 'table');
    chmodSync(place.file('table'), 0o755);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/; or write the report elsewhere by --out FILE\.\n$/),
    ]);
  });
});
