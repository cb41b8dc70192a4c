/** @file A table as people keep it, with words, dates and gaps, from training to samples, in every format. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnCoding } from '../src/data/coding.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());
const mixed = (name: string) => join(import.meta.dirname, 'fixtures/mixed', name);
const TRAIN = ['--id', 'who', '--components', '3', '--batch', '32', '--seed', '3', '--threads', '1'];

interface Config {
  readonly data: Readonly<Record<string, unknown>>;
  readonly dataset: { readonly coding: readonly ColumnCoding[]; readonly columns: readonly string[] };
}

function config(run: string): Config {
  return JSON.parse(readFileSync(place.file(join(run, 'config.json')), 'utf8')) as Config;
}

async function clustered(run: string, file: string, ...options: string[]) {
  const { code, stdout, stderr } = await place.run('cluster', run, file, ...options);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return { rows: stdout.trim().split('\n'), told: stderr };
}

describe('a table of numbers, words, dates and gaps', () => {
  let told = '';
  beforeAll(async () => {
    const { code, stderr } = await place.run(
      ...['train', mixed('mixed.csv'), ...TRAIN, '--steps', '12', '--out', 'run'],
    );
    expect(code).toBe(0);
    told = stderr;
  }, 60_000);

  it('trains, and says in a line what became of its columns', () => {
    expect(told).toContain(
      'mixed.csv: 2 columns of words (city, active) became 7 columns of 0 and 1; 2 columns of dates (since, seen) became days; ' +
        '3 columns have missing values (age 7, visits 1, city 5), which stand at the median (or as no word) with a column ' +
        'that says so; left out: notes (96 different words in 96 rows).',
    );
    const { dataset } = config('run');
    expect(dataset.columns).toEqual([
      ...['age', 'age is missing', 'visits', 'visits is missing'],
      ...['city=Rome', 'city=Oslo', 'city=Paris', 'city=Bern', 'city is missing'],
      ...['active=true', 'active=false', 'since', 'seen', 'score'],
    ]);
    expect(dataset.coding.map(({ name }) => name)).toEqual([
      ...['age', 'visits', 'city', 'active', 'since', 'seen', 'score'],
    ]);
  });

  it('assigns the same rows to the same groups from every format, in any order of columns', async () => {
    const { rows } = await clustered('run', mixed('mixed.csv'));
    expect([rows.length, rows[0]]).toEqual([97, expect.stringContaining(',who,')]);
    for (const name of ['mixed.tsv', 'mixed.parquet', 'dictionary.parquet', 'reversed.csv']) {
      expect([name, (await clustered('run', mixed(name))).rows]).toEqual([name, rows]);
    }
  }, 60_000);

  it('takes truth that other programs write otherwise for the same', async () => {
    const { rows } = await clustered('run', mixed('mixed.csv'));
    const text = readFileSync(mixed('mixed.csv'), 'utf8');
    const forms = [
      ['TRUE', 'FALSE'],
      ['yes', 'no'],
      ['1', '0'],
      ['1.0', '0.0'],
      ['T', 'F'],
    ];
    for (const [yes = '', no = ''] of forms) {
      writeFileSync(place.file('said.csv'), text.replace(/\btrue\b/gi, yes).replace(/\bfalse\b/gi, no));
      const other = await clustered('run', 'said.csv');
      expect([yes, other.rows]).toEqual([yes, rows]);
      expect(other.told).not.toContain('does not know');
    }
  }, 60_000);

  it('puts measurements of the run beside the groups where they are asked for, too', async () => {
    const { rows } = await clustered('run', mixed('mixed.csv'));
    for (const name of ['mixed.csv', 'mixed.parquet']) {
      const beside = await clustered('run', mixed(name), '--id', 'who', '--keep', 'city,active');
      expect([name, beside.rows[0]]).toEqual([name, `${rows[0]},city,active`]);
      const without = beside.rows.slice(1).map((row) => row.split(',').slice(0, -2).join());
      expect(without).toEqual(rows.slice(1));
      const named = await clustered('run', mixed(name), '--id', 'city');
      const groups = named.rows.slice(1).map((row) => row.split(',')[2]);
      expect(groups).toEqual(rows.slice(1).map((row) => row.split(',')[2]));
    }
  }, 60_000);

  it('leaves out rows with gaps where that is asked, with the reason', async () => {
    const { rows } = await clustered('run', mixed('mixed.csv'), '--missing', 'drop-rows');
    expect([rows.length, rows[0]!.endsWith(',left_out')]).toEqual([97, true]);
    expect(rows[4]).toMatch(/^3,p003,,+no value in visits$/);
    const refused = await place.run('cluster', 'run', mixed('mixed.csv'), '--missing', 'refuse');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('mixed.csv has 13 missing values (age 7, visits 1, city 5; the first in row'),
    ]);
  }, 60_000);

  it('assigns rows of unknown words, which are counted', async () => {
    const [names = '', first = ''] = readFileSync(mixed('mixed.csv'), 'utf8').split('\n');
    writeFileSync(place.file('new.csv'), `${names}\n${first.replace('Paris', 'Wien')}\n`);
    const { rows, told: said } = await clustered('run', 'new.csv');
    expect(rows).toHaveLength(2);
    expect(said).toContain(
      'new.csv: 1 value of city (Wien) is a word that the run does not know, read as none of its words.',
    );
  }, 60_000);

  it('draws rows of words, dates and numbers, which can be assigned again', async () => {
    const drawn = await place.run('sample', 'run', '--count', '40', '--out', 'drawn.csv');
    expect(drawn.code).toBe(0);
    const [names, ...rows] = readFileSync(place.file('drawn.csv'), 'utf8').trim().split('\n');
    expect(names).toBe('age,visits,city,active,since,seen,score,group');
    expect(rows).toHaveLength(40);
    for (const row of rows) {
      expect(row).toMatch(
        /^(-?[\d.e-]+)?,(-?[\d.e-]+)?,(Rome|Oslo|Paris|Bern|),(true|false),\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,-?[\d.e-]+,\d$/,
      );
    }
    expect((await clustered('run', 'drawn.csv')).rows).toHaveLength(41);
  }, 60_000);

  it('is never written over by what is made of it, and by no CSV under the name of another format', async () => {
    writeFileSync(place.file('mine.csv'), readFileSync(mixed('mixed.csv')));
    symlinkSync('mine.csv', place.file('link.csv'));
    const gone = '--out is a file of the data (mine.csv), which would be gone; give another file.\n';
    for (const out of ['mine.csv', 'link.csv', './mine.csv']) {
      const { code, stderr } = await place.run('cluster', 'run', 'mine.csv', '--out', out);
      expect([out, code, stderr]).toEqual([out, 2, gone]);
    }
    const config = readFileSync(place.file('run/config.json'), 'utf8');
    cpSync(place.file('run'), place.file('own'), { recursive: true });
    writeFileSync(
      place.file('own/config.json'),
      config.replace(/"[^"]*mixed\.csv",/, `"${place.file('mine.csv')}",`),
    );
    expect(await place.run('sample', 'own', '--out', 'mine.csv')).toMatchObject({ code: 2 });
    for (const out of ['groups.xlsx', 'groups.csv.gz', 'run/groups.json']) {
      const { code, stderr } = await place.run('cluster', 'run', 'mine.csv', '--out', out);
      expect([code, stderr]).toEqual([
        2,
        `--out is '${out}'; give a file that ends in .csv, .tsv, .parquet or .h5ad.\n`,
      ]);
    }
    expect(readFileSync(place.file('mine.csv'))).toEqual(readFileSync(mixed('mixed.csv')));
  }, 60_000);

  it('goes on to the bits of a run without a break, and is scored', async () => {
    cpSync(place.file('run'), place.file('more'), { recursive: true });
    const resumed = await place.run(
      ...['train', '--resume', 'more', '--steps', '20', '--allow', 'steps', '--threads', '1'],
    );
    expect([resumed.code, resumed.stderr.includes('has changed')]).toEqual([0, false]);
    const whole = await place.run(
      ...['train', mixed('mixed.csv'), ...TRAIN, '--steps', '20', '--set', 'horizon=12', '--out', 'whole'],
    );
    expect(whole.code).toBe(0);
    const rows = await Promise.all(['more', 'whole'].map((run) => clustered(run, mixed('mixed.csv'))));
    expect(rows[0]!.rows).toEqual(rows[1]!.rows);
    expect((await place.run('evaluate', 'more')).code).toBe(0);
  }, 120_000);

  it('is refused, or its rows are left out, where that is the rule of the run', async () => {
    const refused = await place.run(
      ...['train', mixed('mixed.parquet'), ...TRAIN, '--missing', 'refuse', '--steps', '4', '--out', 'none'],
    );
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(
        /mixed\.parquet has 13 missing values \(age 7, visits 1, city 5; .*\): fill them in, or give --missing median or --missing drop-rows\.\n$/,
      ),
    ]);
    const dropped = await place.run(
      ...['train', mixed('mixed.csv'), ...TRAIN, '--missing', 'drop-rows', '--steps', '4', '--out', 'few'],
    );
    expect(dropped.code).toBe(0);
    expect(dropped.stderr).toContain('of 96 rows have a missing value and are left out');
    expect(config('few').dataset.columns).not.toContain('age is missing');
    const { rows } = await clustered('few', mixed('mixed.parquet'));
    expect(rows.filter((row) => row.includes('no value in'))).toHaveLength(
      Number(/(\d+) of 96 rows/.exec(dropped.stderr)![1]),
    );
  }, 60_000);

  it('takes its marks from the command line into the run, and refuses what is no mark or rule', async () => {
    const semicolons = await place.run(
      ...['train', mixed('reversed.csv'), ...TRAIN, '--steps', '4', '--out', 'marked'],
      ...['--delimiter', ';', '--decimal', ',', '--categories', '2', '--drop', 'seen'],
    );
    expect(semicolons.code).toBe(0);
    const { data, dataset } = config('marked');
    expect(data).toMatchObject({ delimiter: ';', decimal: ',', categories: 2 });
    expect(dataset.columns).toContain('city=(other)');
    const again = await clustered('marked', mixed('reversed.csv'));
    expect((await clustered('marked', mixed('mixed.parquet'))).rows).toEqual(again.rows);
    const wrong = async (...options: string[]) =>
      (await place.run('data', 'inspect', mixed('mixed.csv'), ...options)).stderr;
    expect(await wrong('--decimal', 'x')).toBe("--decimal is 'x'; give , or a point.\n");
    expect(await wrong('--missing', 'mean')).toBe("--missing is 'mean'; give median, refuse or drop-rows.\n");
    expect(await wrong('--delimiter', 'ab')).toBe(
      "--delimiter is 'ab'; give , ; | tab space or another single character.\n",
    );
    const parquet = await place.run('data', 'inspect', mixed('mixed.parquet'), '--decimal', ',');
    expect([parquet.code, parquet.stderr]).toEqual([
      2,
      `--decimal say how a text table is read, and ${mixed('mixed.parquet')} is none: leave them out.\n`,
    ]);
    const digits = await place.run('data', 'inspect', 'digits', '--missing', 'median', '--delimiter', ';');
    expect([digits.code, digits.stderr]).toEqual([
      2,
      '--delimiter, --missing say how a table is read, and digits is none: leave them out.\n',
    ]);
  }, 120_000);

  it('is listed by data inspect, column by column', async () => {
    const { stdout } = await place.run('data', 'inspect', mixed('mixed.parquet'), '--id', 'who');
    expect(stdout).toContain(
      [
        '  columns      9, read as 14 columns of numbers',
        '    who     id',
        '    age     number          18.7 to 72.6, mean 38.158; 7 missing',
        '    visits  number          0 to 28, mean 10.105; 1 missing',
        '    city    category        Rome 39, Oslo 24, Paris 15, Bern 13; 5 missing',
        '    active  category        true 49, false 47',
        '    since   date            2021-01-01 to 2021-09-14',
        '    seen    date            2021-01-01T13:27:00Z to 2021-09-14T02:59:00Z',
        '    notes   text, left out  96 different words in 96 rows',
        '    score   number          -2.9448 to 7.3244, mean 1.9912',
      ].join('\n'),
    );
  }, 60_000);
});
