/** @file `mixtura augment` and `sample --class` from end to end, on digits and on tables, in a few steps. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classCounts } from '../src/data/dataset.js';
import { decodePng } from '../src/data/formats/png.js';
import { openDataset } from '../src/data/sets/open.js';
import { augmentData } from '../src/run/augment/augment.js';
import type { Manifest } from '../src/run/augment/folder.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { drawSamples } from '../src/run/use/draw.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const SMALL = { network: 'mlp', units: 8, latent: 4 } as const;
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(place.file(folder, 'manifest.json'), 'utf8')) as Manifest;
/** Gives the groups of a run names, by their numbers. */
function name(run: string, names: readonly string[]): void {
  const file = place.file(run, 'groups.json');
  const groups = JSON.parse(readFileSync(file, 'utf8')) as { group: number; name?: string }[];
  const named = groups.map((group) => ({ ...group, name: names[group.group - 1] }));
  writeFileSync(file, JSON.stringify(named));
}

beforeAll(async () => {
  const digits = { data: { name: 'digits' }, steps: 4, batch: 16, threads: 1, settings: SMALL };
  await startRun(digits, { folder: place.file('run') });
  // Digits 2, 0, 6, 7 at 8:4:2:1.
  name('run', ['7', '6', '0', '2']);
}, 60_000);

describe('the run of digits', () => {
  it('fills up its classes: images in a folder a class, as the groups of these names draw them', async () => {
    const told = await place.run('augment', '--run', 'run', '--out', 'more', '--seed', '3');
    expect([told.code, told.stdout]).toEqual([
      0,
      expect.stringMatching(/\n808 samples in more, all of them generated\.\n$/),
    ]);
    const { parts, files, ...manifest } = manifestOf('more');
    expect(parts.map(({ name: own, groups, rows, generated }) => [own, groups, rows, generated])).toEqual([
      ['2', [], 380, 0],
      ['0', [3], 190, 190],
      ['6', [2], 95, 285],
      ['7', [1], 47, 333],
    ]);
    expect(manifest).toMatchObject({
      ...{ run: 'run', step: 4, seed: 3, by: 'class', to: 'balanced', target: 380, finished: true },
      data: { name: 'digits (2,0,6,7 at 8:4:2:1)', count: 712 },
    });
    const found = readdirSync(place.file('more'), { recursive: true, encoding: 'utf8' });
    expect(found.filter((file) => file.endsWith('.png')).sort()).toEqual([...files].sort());
    expect([...classCounts(await openDataset(place.file('more')))!]).toEqual([190, 285, 333]);
    const drawn = await withTrained(place.file('run'), (trained) =>
      drawSamples(trained, { group: 3, count: 190, seed: 3 }),
    );
    const last = decodePng(readFileSync(place.file('more/0/generated-190.png')));
    expect([last.width, last.height]).toEqual([8, 8]);
    expect([...last.data].filter((_, i) => i % 3 === 0)).toEqual(
      [...drawn.samples.subarray(189 * 64)].map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
    );
  }, 60_000);

  it('goes on where it was interrupted, and replaces nothing', async () => {
    const again = ['augment', '--run', 'run', '--out', 'more', '--seed', '3'];
    expect(await place.run(...again)).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/The folder more holds these samples already\.\n$/) },
    });
    const files = manifestOf('more').files.map((file) => place.file('more', file));
    const before = files.map((file) => readFileSync(file, 'base64'));
    writeFileSync(
      place.file('more/manifest.json'),
      JSON.stringify({ ...manifestOf('more'), finished: false }),
    );
    for (const file of files.slice(600)) rmSync(file);
    writeFileSync(files[0]!, 'changed by somebody');
    const { mtimeMs } = statSync(files[5]!);
    expect((await place.run(...again)).code).toBe(0);
    expect(readFileSync(files[0]!, 'utf8')).toBe('changed by somebody');
    expect(files.slice(1).map((file) => readFileSync(file, 'base64'))).toEqual(before.slice(1));
    expect([statSync(files[5]!).mtimeMs, manifestOf('more').finished]).toEqual([mtimeMs, true]);
    rmSync(files[7]!); // also where the manifest says that all are there
    expect((await place.run(...again)).code).toBe(0);
    expect(readFileSync(files[7]!, 'base64')).toBe(before[7]);
    const other = await place.run(...again.slice(0, -1), '4');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('The folder more exists and is not empty; choose another --out.'),
    ]);
  }, 60_000);

  it('is sampled by the name of a class, also where two groups have it', async () => {
    const files = ['class.npy', 'group.npy'];
    const count = ['--count', '9', '--seed', '2'];
    expect(await place.json('sample', 'run', '--class', '0', ...count, '--out', files[0]!)).toMatchObject({
      ...{ name: '0', groups: [3] },
    });
    await place.json('sample', 'run', '--group', '3', ...count, '--out', files[1]!);
    const [own, byNumber] = files.map((file) => readFileSync(place.file(file)));
    expect(own!.equals(byNumber!)).toBe(true);
    name('run', ['pair', 'other', 'pair', 'last']);
    const two = await place.json<{ groups: number[] }>(
      'sample',
      'run',
      '--class',
      'pair',
      ...count,
      '--out',
      'two.npy',
    );
    expect(two.groups).toEqual([1, 3]);
    const refused: [string[], string][] = [
      [
        ['--class', 'othr'],
        "No group of run is called 'othr' (did you mean other?); the names are pair, other, last.",
      ],
      [
        ['--class', 'last', '--group', '1'],
        '--class names groups, and --group gives the number of one; give one of both.',
      ],
    ];
    for (const [words, sentence] of refused) {
      const { code, stderr } = await place.run('sample', 'run', ...words, '--out', 'none.npy');
      expect([code, stderr]).toEqual([2, `${sentence}\n`]);
    }
    name('run', ['7', '6', '0', '2']);
  }, 60_000);
});

describe('a table', () => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const kind = i % 6 === 0 ? 'rare' : 'often';
    return `${kind === 'rare' ? 9 : 1}.${i % 10},${i % 4},${kind}`;
  });
  const request = { batch: 16, steps: 4, threads: 1, components: 2, preset: 'robust', settings: SMALL };

  beforeAll(async () => {
    writeFileSync(place.file('kinds.csv'), `u,v,kind\n${rows.join('\n')}\n`);
    await startRun(
      { ...request, data: { name: place.file('kinds.csv'), label: 'kind' } },
      { folder: place.file('table') },
    );
    name('table', ['often', 'rare']);
  }, 60_000);

  it('gets rows in the form of the data, with the class in a column of its name', async () => {
    const added = await withTrained(place.file('table'), (trained) =>
      augmentData(trained, { folder: place.file('rows'), to: 30 }),
    );
    expect([added.files, added.parts.map(({ generated }) => generated)]).toEqual([
      ['generated.csv'],
      [0, 20],
    ]);
    const [header, ...lines] = readFileSync(place.file('rows/generated.csv'), 'utf8').trim().split('\n');
    expect([header, lines.length]).toEqual(['u,v,kind', 20]);
    // One decimal of u, whole numbers of v.
    for (const line of lines) expect(line).toMatch(/^-?\d+(\.\d)?,-?\d+,rare$/);
    writeFileSync(place.file('all.csv'), `u,v,kind\n${[...rows, ...lines].join('\n')}\n`);
    const joined = await openDataset(place.file('all.csv'), { label: 'kind' });
    expect([...classCounts(joined)!]).toEqual([50, 30]);
  });

  it('without labels is filled up by group', async () => {
    const plain = rows.map((row) => row.split(',').slice(0, 2).join(','));
    writeFileSync(place.file('plain.csv'), `u,v\n${plain.join('\n')}\n`);
    const added = await withTrained(place.file('table'), (trained) =>
      augmentData(trained, { folder: place.file('by-group'), data: place.file('plain.csv') }),
    );
    const [first, second] = added.parts;
    expect([added.by, first!.rows + second!.rows]).toEqual(['group', 60]);
    expect([first!.rows + first!.generated, second!.rows + second!.generated]).toEqual([
      added.target,
      added.target,
    ]);
    const missing = Math.abs(first!.rows - second!.rows);
    const written = missing === 0 ? '' : readFileSync(place.file('by-group/generated.csv'), 'utf8');
    expect(written.trim().split('\n').length).toBe(missing + 1);
    expect(written.startsWith('u,v,group\n')).toBe(true);
  });
});

describe('what cannot be added', () => {
  it('is refused in one sentence, and nothing is written', async () => {
    mkdirSync(place.file('full'));
    writeFileSync(place.file('full/x'), '');
    const request = { batch: 16, steps: 2, threads: 1, settings: SMALL };
    await startRun({ ...request, data: { name: 'digits' }, method: 'wgan' }, { folder: place.file('wgan') });
    const run = ['--run', 'run', '--out', 'none'];
    const refused: [string[], number, string][] = [
      [['--out', 'none'], 2, 'No run is given; give --run,'],
      [['--run', 'run'], 2, 'Where the samples go is not said; give --out,'],
      [
        [...run, '--to', 'equal'],
        2,
        "--to is 'equal'; give balanced, or the rows that each class is to have.",
      ],
      [
        [...run, '--class', '5'],
        2,
        "digits (2,0,6,7 at 8:4:2:1) has no class or group '5'; choose of 2, 0, 6, 7.",
      ],
      [['kinds.csv', '--label', 'kind', ...run], 1, 'kinds.csv has samples of shape'],
      [['--run', 'wgan', '--out', 'none'], 2, 'was trained by wgan, which learns no groups,'],
      [
        ['--run', 'run', '--out', 'full'],
        2,
        'The folder full exists and is not empty; choose another --out.',
      ],
      [
        [...run, '--label', 'x'],
        2,
        "The run's own data are read as the run did; leave out --label, or give DATA.",
      ],
      [
        ['digits', ...run, '--class', '5'],
        2,
        "The class 5 needs samples. No group of run is called '5'; the names are 7, 6, 0, 2. Name a group so in",
      ],
    ];
    for (const [words, code, sentence] of refused) {
      const result = await place.run('augment', ...words);
      const last = result.stderr.trim().split('\n').at(-1);
      expect([words, result.code, last]).toEqual([words, code, expect.stringContaining(sentence)]);
    }
    const enough = await place.run('augment', ...run, '--to', '40');
    expect([enough.code, enough.stdout]).toEqual([
      0,
      expect.stringContaining('All have 40 rows or more, so nothing is added and none is not made.'),
    ]);
    expect(existsSync(place.file('none'))).toBe(false);
  }, 60_000);

  it('is what would lie in the data', async () => {
    await withTrained(place.file('run'), async (trained) => {
      const inside = { folder: place.file('more/2'), data: place.file('more') };
      await expect(augmentData(trained, inside)).rejects.toThrow(
        /lies in the data \(.*more\); choose another --out/,
      );
    });
  });
});
