/** @file Which row and which column is which, from a file through training to what is written of new data. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../src/run/start.js';
import { type TrainedRun, withTrained } from '../src/run/trained.js';
import { type AssignedData, assignFile, groupCounts } from '../src/run/use/assign.js';
import { assignmentCsv } from '../src/run/use/assignment-csv.js';
import { exportRun } from '../src/run/use/export.js';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());

const typed = (name: string) => join(import.meta.dirname, 'fixtures/typed', name);
const TYPES = ['uint8', 'int16', 'int32', 'int64', 'float32', 'float64'];
const FILES = TYPES.flatMap((type) => ['npy', 'npz', 'csv', 'parquet'].map((format) => `${type}.${format}`));

const SMALL = { components: 3, steps: 30, batch: 16, threads: 1, settings: { network: 'mlp' } };

/** Trains on a file; returns its run folder. */
async function trained(name: string, folder: string, data = {}): Promise<string> {
  const run = place.file(folder);
  await startRun({ ...SMALL, data: { name, ...data } }, { folder: run });
  return run;
}

/** The groups of a file, and what is said of it. */
async function assigned(run: TrainedRun, file: string, options = {}) {
  const told: string[] = [];
  const data = await assignFile(run, file, { ...options, onNotice: (sentence) => told.push(sentence) });
  return { data, told };
}

const groups = ({ component }: AssignedData) => [...component];

describe('a run on a table of whole numbers', () => {
  let [named, unnamed] = ['', ''];
  beforeAll(async () => {
    named = await trained(typed('int64.csv'), 'named');
    unnamed = await trained(typed('uint8.npy'), 'unnamed');
  }, 120_000);

  it('is the same run, whatever its type and format', async () => {
    const last = async (run: string) =>
      withTrained(
        run,
        async ({ inference }) =>
          await inference.generate(new Float64Array(64).fill(0.1).subarray(0, inference.prior.width)),
      );
    expect([...(await last(unnamed))]).toEqual([...(await last(named))]);
  });

  it('gives the same groups to the same numbers of every type and format', async () => {
    for (const folder of [named, unnamed]) {
      await withTrained(folder, async (run) => {
        const first = await assigned(run, typed('int64.csv'));
        expect(new Set(groups(first.data)).size).toBeGreaterThan(1);
        for (const file of FILES) {
          const { data, told } = await assigned(run, typed(file));
          expect([file, [...data.probabilities]]).toEqual([file, [...first.data.probabilities]]);
          const matched = /csv|parquet/.test(file) === (folder === named);
          expect([file, told.length]).toEqual([file, matched ? 0 : 1]);
        }
      });
    }
  }, 120_000);

  it('finds its columns in any order, and names what is missing or too much', async () => {
    await withTrained(named, async (run) => {
      const first = await assigned(run, typed('int64.csv'));
      const turned = await assigned(run, typed('reversed.parquet'));
      expect(groups(turned.data)).toEqual(groups(first.data));
      expect(turned.told).toEqual([
        `${typed('reversed.parquet')}: 1 column(s) that the run was not trained on are left out (note).`,
      ]);
      const missing = place.file('missing.csv');
      writeFileSync(missing, 'a,b,x,d\n1,2,3,4\n');
      await expect(assigned(run, missing)).rejects.toThrow(
        'lacks 1 column(s) that the run was trained on (c)',
      );
    });
  });

  it('carries the names of its columns into samples and the export', async () => {
    const { dataset } = JSON.parse(readFileSync(join(named, 'config.json'), 'utf8'));
    expect([dataset.columns, dataset.reading]).toEqual([['a', 'b', 'c', 'd'], 2]);
    const sampled = await place.run('sample', named, '--count', '2', '--out', 'x.csv');
    expect(sampled.code).toBe(0);
    expect(readFileSync(place.file('x.csv'), 'utf8').split('\n')[0]).toBe('a,b,c,d,group');
    await withTrained(named, (run) => exportRun(run, place.file('exported')));
    const mixture = JSON.parse(readFileSync(place.file('exported/mixture.json'), 'utf8'));
    expect(mixture.dataset.columns).toEqual(['a', 'b', 'c', 'd']);
    expect(mixture.inputs.samples).toContain('in the order of columns');
  });

  it('writes the index of new rows, and columns that are to go with them, beside their groups', async () => {
    await withTrained(named, async (run) => {
      const { data } = await assigned(run, typed('text-index.parquet'));
      const [header, row] = assignmentCsv(data).split('\n');
      expect(header).toBe('index,__index_level_0__,group,probability,p1,p2,p3,unlike');
      expect(row).toMatch(/^0,s0,\d,/);
      const file = place.file('kept.csv');
      writeFileSync(file, 'who,d,c,b,a,note\n"x, y",1,2,3,4,"a ""b"""\nz,5,6,7,8,n\n');
      const kept = await assigned(run, file, { id: 'who', keep: 'note' });
      expect(kept.told).toEqual([]);
      const lines = assignmentCsv(kept.data).trim().split('\n');
      expect(lines[0]).toBe('index,who,group,probability,p1,p2,p3,unlike,note');
      expect(lines[1]).toMatch(/^0,"x, y",\d,.*,"a ""b"""$/);
      expect(lines[2]).toMatch(/^1,z,\d,.*,n$/);
    });
  });

  it('takes --id, --drop and --header from the command line, into the run and to new data', async () => {
    const csv = readFileSync(typed('int64.csv'), 'utf8').trim().split('\n');
    const more = csv.map((line, i) => (i === 0 ? `id,${line},extra` : `${i},${line},${i * i}`)).join('\n');
    writeFileSync(place.file('more.csv'), more);
    const trainedRun = await place.run(
      ...['train', 'more.csv', '--id', 'id', '--drop', 'extra', '--header', 'yes', '--components', '3'],
      ...['--steps', '4', '--batch', '16', '--out', 'more'],
    );
    expect(trainedRun).toMatchObject({ code: 0 });
    const clustered = await place.run('cluster', 'more', 'more.csv');
    expect([clustered.stderr, clustered.stdout.split('\n')[0]]).toEqual([
      '',
      'index,id,group,probability,p1,p2,p3,unlike',
    ]);
    expect((await place.run('data', 'inspect', 'more.csv', '--header', 'maybe')).stderr).toBe(
      "--header is 'maybe'; give yes or no.\n",
    );
    const inspected = await place.json<{ columns: { name: string; kind: string }[] }>(
      'data',
      'inspect',
      'more.csv',
      '--drop',
      'extra,id',
    );
    expect(inspected.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      ...['id dropped', 'a number', 'b number', 'c number', 'd number', 'extra dropped'],
    ]);
    const refused = await place.run('data', 'inspect', typed('int64.npy'), '--drop', 'a');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `--drop name columns, and those of ${typed('int64.npy')} have no names: leave them out.\n`,
    ]);
  }, 60_000);
});

describe('a run on folders of images', () => {
  const picture = (seed: number) =>
    encodePng({
      width: 4,
      height: 4,
      colour: 0,
      depth: 8,
      samples: Array.from({ length: 16 }, (_, i) => (i * 37 + seed * 91) % 256),
    });
  const put = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(join(place.file(path), '..'), { recursive: true });
    writeFileSync(place.file(path), bytes);
  };

  beforeAll(async () => {
    for (let i = 0; i < 40; i++) {
      put(`photos/${String(i).padStart(2, '0')}.png`, picture(i));
      put(`parts/${i % 4 === 0 ? 'Val' : 'Train'}/a/${i}.png`, picture(i));
    }
    put('photos/00.png', 'no image');
    put('photos/21.png', 'no image');
    const { code, stderr } = await place.run(
      ...['train', 'photos', '--components', '2', '--steps', '4', '--batch', '8', '--out', 'images'],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 image(s)')]);
  }, 60_000);

  it('names the file of every row, and why one is left out, in its place', async () => {
    const { stdout } = await place.run('cluster', 'images', 'photos');
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(41);
    expect(lines[0]).toBe('index,file,group,probability,p1,p2,unlike,left_out');
    expect(lines[1]).toBe('0,00.png,,,,,,"it is neither PNG, JPEG nor WebP"');
    expect(lines[2]).toMatch(/^1,01.png,[12],0\.\d+,0\.\d+,0\.\d+,[\d.]+,$/);
    expect(lines[22]).toMatch(/^21,21.png,,,,,,"it is/);
    expect(lines[40]).toMatch(/^39,39.png,[12],/);
    const { count, leftOut, rows } = await place.json<{
      count: number;
      leftOut: object[];
      rows: { index: number; file: string }[];
    }>('cluster', 'images', 'photos');
    expect([count, rows.length, rows[0]]).toEqual([
      38,
      38,
      expect.objectContaining({ index: 1, file: '01.png' }),
    ]);
    expect(leftOut[1]).toEqual({
      part: 'train',
      index: 21,
      id: '21.png',
      reason: 'it is neither PNG, JPEG nor WebP',
    });
  });

  it('assigns both parts, or the one that is asked for', async () => {
    const { stdout } = await place.run('cluster', 'images', 'parts');
    const lines = stdout.trim().split('\n');
    expect([lines.length, lines[0]]).toEqual([41, 'index,part,file,group,probability,p1,p2,unlike']);
    expect(lines[1]).toMatch(/^0,train,Train\/a\/1.png,/);
    expect(lines[31]).toMatch(/^0,test,Val\/a\/0.png,/);
    const test = await place.run('cluster', 'images', 'parts', '--split', 'test');
    expect(test.stdout.trim().split('\n')).toHaveLength(11);
    const out = await place.run('cluster', 'images', 'parts', '--out', 'parts.csv');
    expect(out.stderr).toContain('40 rows (30 of train, 10 of test) in parts.csv');
    expect((await place.run('cluster', 'images', 'photos', '--split', 'test')).stderr).toContain(
      '\nphotos has no held-out part; leave out --split.\n',
    );
  });

  it('counts the groups of all parts', async () => {
    await withTrained(place.file('images'), async (run) => {
      const { data } = await assigned(run, place.file('parts'));
      expect([data.count, groupCounts(data).reduce((a, b) => a + b, 0)]).toEqual([40, 40]);
    });
  });
});
