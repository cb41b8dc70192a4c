/** @file Probes from end to end: by the command line and in a program, kept, told, resumed, and refused in one sentence. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProbes } from '../src/run/labels/probes-file.js';
import { fit as train } from '../src/run/model/fit.js';
import { resumeRun } from '../src/run/resume.js';
import { startRun } from '../src/run/start.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

const rows = Array.from({ length: 60 }, (_, i) => [(i % 2) * 4 + (i % 7) / 10, (i % 5) / 3]);
const SMALL = ['units=8', 'latent=4', 'probeMixup=2'].flatMap((item) => ['--set', item]);

beforeAll(() => {
  writeFileSync(place.file('plain.csv'), `u,v\n${rows.map((row) => row.join()).join('\n')}\n`);
  writeFileSync(place.file('marked.csv'), 'row,group\n1,right\n0,left\n2,left\n5,right\n');
});

interface TrainJson {
  readonly probes: { readonly source: string; readonly groups: readonly { readonly name: string }[] };
}

describe('a run with probes', () => {
  it('has as many groups as are marked, names them, keeps the probes, and says which labels training saw', async () => {
    const train = [
      'train',
      'plain.csv',
      '--probes',
      'marked.csv',
      ...SMALL,
      '--steps',
      '30',
      '--batch',
      '16',
    ];
    const { probes } = await place.json<TrainJson>(...train, '--out', 'run');
    expect(probes.source).toMatch(/marked\.csv$/);
    expect(probes.groups).toMatchObject([
      { name: 'left', component: 0, count: 2 },
      { name: 'right', component: 1, count: 2 },
    ]);
    const config = JSON.parse(readFileSync(place.file('run', 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ components: 2, settings: { teacher: 'none', probeWeight: 8 } });
    expect(config).toHaveProperty('probes', expect.stringMatching(/marked\.csv$/));
    const groups = JSON.parse(readFileSync(place.file('run', 'groups.json'), 'utf8')) as object[];
    expect(groups).toHaveLength(2);
    expect(groups).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ component: 0, name: 'left' }),
        expect.objectContaining({ component: 1, name: 'right' }),
      ]),
    );
    // In the order of the rows.
    expect([...readProbes(place.file('run'))!.component]).toEqual([0, 1, 0, 1]);
    const report = readFileSync(place.file('run', 'report.html'), 'utf8');
    expect(report).toContain('from 60 samples of plain.csv and 4 probes in 30 steps');
    expect(report).toMatch(
      /Training saw the groups of 4 probes of \S+ \(left 2, right 2\) and no other labels/,
    );
    expect(report).toContain('--probes');
    await place.json('export', 'run', '--hub', 'card');
    const card = readFileSync(place.file('card', 'README.md'), 'utf8');
    expect(card).toContain('for 30 steps with probes, marked examples of its groups.');
    const published = JSON.parse(readFileSync(place.file('card', 'config.json'), 'utf8')) as object;
    expect(published).toMatchObject({ probes: 'marked.csv', data: { name: 'plain.csv' } });
    const losses = readFileSync(place.file('run', 'metrics.jsonl'), 'utf8');
    expect(losses).toContain('"probes":');
  }, 60_000);

  it('goes on with the same bytes though the file is gone, and not without what it kept', async () => {
    const request = {
      data: { name: place.file('plain.csv') },
      ...{ probes: place.file('marked.csv'), steps: 8, batch: 16 },
      settings: { units: 8, latent: 4 },
    };
    const whole = await startRun(request, { folder: place.file('whole') });
    const stop = new AbortController();
    const half = await startRun(request, {
      folder: place.file('half'),
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.event.step === 4 && stop.abort(),
    });
    expect([half.step, half.finished]).toEqual([4, false]);
    writeFileSync(place.file('other.csv'), '0,left\n1,right\n');
    await expect(resumeRun(half.folder, { probes: place.file('other.csv') })).rejects.toThrow(
      /probes: the run has/,
    );
    const resumed = await resumeRun(half.folder);
    const bytes = ({ files }: typeof whole) => readFileSync(files.checkpoint);
    expect(bytes(resumed).equals(bytes(whole))).toBe(true);
    const without = await startRun(
      { ...request, probes: undefined, components: 2 },
      { folder: place.file('without') },
    );
    expect(bytes(without).equals(bytes(whole))).toBe(false);

    const later = { steps: 10 };
    const allowed = { allow: ['steps', 'probes'] };
    const changed = await resumeRun(half.folder, { ...later, probes: place.file('other.csv') }, allowed);
    expect(changed.probes!.groups).toMatchObject([{ count: 1 }, { count: 1 }]);
    writeFileSync(place.file('whole', 'probes.safetensors'), '');
    await expect(resumeRun(whole.folder, later, allowed)).rejects.toThrow(/probes\.safetensors/);
  }, 60_000);

  it('is the same in a program, by numbers of rows', async () => {
    const probes = { rows: [1, 0, 2, 5], groups: ['right', 'left', 'left', 'right'] };
    const model = await train(rows, { probes, steps: 3, batch: 16, settings: { units: 8, latent: 4 } });
    expect(model.weights).toHaveLength(2);
    await model.save(place.file('saved'));
    await model.close();
    expect(readProbes(place.file('saved'))!.groups).toEqual(['left', 'right']);
  }, 60_000);
});

describe('probes are refused', () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await place.run('train', 'plain.csv', '--steps', '2', '--out', 'no', ...args);
    expect(existsSync(place.file('no'))).toBe(false);
    return [code, stderr.trimEnd().split('\n').at(-1)];
  };

  it('by methods without them, by groups that are found first, and where there are more groups than K', async () => {
    writeFileSync(place.file('three.csv'), '0,a\n1,b\n2,c\n');
    for (const file of ['marked.csv', 'none.csv']) {
      expect(await refused('--probes', file, '--method', 'wgan')).toEqual([
        2,
        'WGAN does not learn from probes; leave out --probes, or use a method that does: slogan.',
      ]);
    }
    expect(await refused('--probes', 'marked.csv', '--preset', 'grouped')).toEqual([
      2,
      'Probes turn the groups of an encoder that is trained, and with groups that are found first it is not; give --set teacher=none.',
    ]);
    const [code, sentence] = await refused('--probes', 'three.csv', '--components', '2');
    expect(code).toBe(2);
    expect(sentence).toMatch(
      /^The probes of .*three\.csv are of 3 groups \(a, b, c\), and the run has 2; give --components 3 or more\.$/,
    );
    expect(await refused('--probes', 'nowhere.csv')).toEqual([
      2,
      'nowhere.csv is not there; give by --probes a CSV of rows and groups, or a folder with a sub-folder of images for each group.',
    ]);
  }, 60_000);
});
