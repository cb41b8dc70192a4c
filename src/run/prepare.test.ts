import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodePng } from '../../test/support/png.js';
import { classifier } from '../../test/support/toy-methods.js';
import { type Preset, presets } from '../config/presets.js';
import { parse, type RunRequest, resolveRequest } from '../config/resolve.js';
import { isOwn, RUN_DEFAULTS } from '../config/schema.js';
import { ExitCode, type MixturaError } from '../errors.js';
import { methodNamed, methodNames, registerMethod } from '../methods/index.js';
import { reopenData } from './data/run-data.js';
import { countNotice, prepareRun } from './prepare.js';

let folder = '';
const table = () => path.join(folder, 'rows.csv');
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mixtura-prepare-'));
  writeFileSync(table(), `x,y\n${Array.from({ length: 10 }, (_, i) => `${i},${i * i}`).join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const settingsOf = (name: string) => methodNamed(name).settings;
const refusal = async (request: RunRequest): Promise<MixturaError> => {
  const error = await prepareRun(request).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(Error);
  return error as MixturaError;
};

/** The data of a preset, or a file for one that takes any. */
const nameOf = ({ data }: Preset) => ({ name: data?.name ?? 'rows.csv' });

describe('presets', () => {
  it.each(Object.keys(presets))('every setting of %s is one of its method, with a valid value', (name) => {
    const preset = presets[name]!;
    const { settings, method } = resolveRequest({ preset: name, data: nameOf(preset) }, settingsOf);
    // A misspelled key would be refused here.
    const complete = parse(settingsOf(method), preset.settings);
    expect(settings).toEqual(complete);
    expect(complete).toMatchObject(preset.settings);
  });

  it.each(Object.keys(presets).flatMap((name) => methodNames().map((method) => [name, method] as const)))(
    '%s gives %s settings that it accepts',
    (preset, method) => {
      const { settings } = resolveRequest({ preset, method, data: nameOf(presets[preset]!) }, settingsOf);
      expect(parse(settingsOf(method), settings)).toMatchObject(settings);
      // A method in its authors' setting has its own, and its presets are for it alone.
      const { method: made = RUN_DEFAULTS.method, settings: given } = presets[preset]!;
      const apart = made !== method && [made, method].some((name) => isOwn(settingsOf(name)));
      const { learningRate } = { ...parse(settingsOf(method), {}), ...(apart ? {} : given) };
      expect(settings.learningRate).toBe(learningRate);
    },
  );
});

describe('a method that needs labels', () => {
  registerMethod(classifier([]));
  const request = { method: 'classifier', components: 3, batch: 5 };

  it('is refused before anything is computed where the data have none', async () => {
    const error = await refusal({ ...request, data: { name: table() } });
    expect(error.exitCode).toBe(ExitCode.usage);
    expect(error.message).toBe(
      `Classifier learns from labels, but ${table()} has none; name those of a table by --label, give train some by --labels, or use another method.`,
    );
  });

  it('takes data that have some', async () => {
    const { method } = await prepareRun({ ...request, data: { name: table(), label: 'x' }, components: 2 });
    expect(method.supervision).toBe('required');
  });
});

describe('a run that can start', () => {
  it('has every setting, the facts of its data, and K from the classes', async () => {
    const { run, method, dataset } = await prepareRun({
      data: { name: 'digits', classes: '0,1,5', ratio: '4:2:1' },
    });
    expect(method).toBe(methodNamed('slogan'));
    expect(run.components).toBe(3);
    expect(run.horizon).toBe(run.steps);
    expect(run.settings).toMatchObject({
      ...presets.digits!.settings,
      temperature: 0.01,
      critic: 'wasserstein',
    });
    expect(run.dataset).toMatchObject({
      count: dataset.count,
      shape: [1, 8, 8],
      kind: 'image',
      range: 'unit',
      maximum: 16,
    });
    expect(run.dataset.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(run))).toEqual(run);
    expect((await reopenData(run)).fingerprint).toBe(dataset.fingerprint);
  });

  it.each([
    [20, 20, undefined],
    [20, 19, undefined],
    [24, 13, undefined],
    [24, 12, 12],
    [20, 10, 10],
    [20, 3, 3],
    [3, 3, undefined],
  ])('of %i rows with %i different labels takes K of these: %s', async (rows, classes, components) => {
    const name = path.join(folder, `labels-${rows}-${classes}.csv`);
    const lines = Array.from({ length: rows }, (_, i) => `${i % 7},${i % 5},w${i % classes}`);
    writeFileSync(name, `a,b,label\n${lines.join('\n')}\n`);
    const prepared = await prepareRun({ data: { name }, batch: 2 });
    expect(prepared.run.auto).toBe(components === undefined ? true : undefined);
    if (components !== undefined) expect(prepared.run.components).toBe(components);
    else {
      // Without looking for groups the number must be known.
      await expect(prepareRun({ data: { name }, batch: 2, preset: 'robust' })).rejects.toThrow(
        `How many groups ${name} has is not known by its ${classes} different labels for ${rows} samples; say how many to find by --components.`,
      );
    }
  });

  it('of unlabelled rows takes K as told, and finds its scaled data again', async () => {
    const { run } = await prepareRun({ data: { name: table() }, components: 2, batch: 4 });
    expect([run.components, run.dataset.count, run.dataset.shape]).toEqual([2, 10, [2]]);
    expect(run.dataset.scaling!.shift[0]).toBeCloseTo(4.5, 12);
    const saved = JSON.parse(JSON.stringify(run)) as typeof run;
    expect((await reopenData(saved)).fingerprint).toBe(run.dataset.fingerprint);
  });
});

describe('a run of counts', () => {
  const name = path.join(import.meta.dirname, '../../test/fixtures/tables/genes.mtx');

  it('records how its table is read, and finds it again', async () => {
    const data = { name, transpose: true, counts: true };
    const { run, dataset } = await prepareRun({ data, components: 2, batch: 2 });
    expect(run.data).toEqual({ ...data, subsetSeed: 0 });
    expect(run.dataset).toMatchObject({ count: 7, shape: [5], range: 'unit', largestCount: 31 });
    const saved = JSON.parse(JSON.stringify(run)) as typeof run;
    expect((await reopenData(saved)).fingerprint).toBe(dataset.fingerprint);
    const other = { ...saved, data: { ...saved.data, counts: undefined } };
    await expect(reopenData(other)).rejects.toThrow('has changed since the run began');
  });
});

describe('opening data of a run', () => {
  it('reports to the listener, and to nobody else', async () => {
    vi.stubEnv('MIXTURA_CACHE', path.join(folder, 'cache'));
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const images = path.join(folder, 'images');
      mkdirSync(images);
      for (const name of ['a', 'b']) {
        const samples = Uint8Array.from({ length: 64 }, (_, i) => 4 * i);
        const png = encodePng({ width: 8, height: 8, colour: 0, depth: 8, samples });
        writeFileSync(path.join(images, `${name}.png`), png);
      }
      writeFileSync(path.join(images, 'notes.txt'), 'no image');
      const request = { data: { name: images }, components: 2, batch: 2 };
      const sentence = `1 other file(s) of ${images} are no images: notes.txt.`;
      const notes: string[] = [];
      const { run } = await prepareRun(request);
      await prepareRun(request, { onNotice: (note) => notes.push(note) });
      await reopenData(run, { onNotice: (note) => notes.push(note) });
      expect(notes).toEqual([sentence, sentence]);
      expect(write).not.toHaveBeenCalled();
    } finally {
      write.mockRestore();
      vi.unstubAllEnvs();
    }
  });
});

describe('a method without groups', () => {
  it('says that a number of groups changes nothing', async () => {
    const notices: string[] = [];
    const request: RunRequest = { method: 'wgan', components: 4, data: { name: table() } };
    await prepareRun(request, { onNotice: (sentence) => notices.push(sentence) });
    expect(notices).toContain(
      'WGAN learns no groups, so --components 4 changes nothing in its training; leave it out, or use another method, such as slogan.',
    );
  });

  it('needs none', async () => {
    const notices: string[] = [];
    const request: RunRequest = { method: 'wgan', data: { name: table() } };
    const { run } = await prepareRun(request, { onNotice: (sentence) => notices.push(sentence) });
    expect(run.components).toBe(1);
    expect(notices.join()).not.toContain('--components');
  });
});

it('takes all data as a batch where there are fewer than a batch of the default size, and says so', async () => {
  const notes: string[] = [];
  const { run } = await prepareRun(
    { data: { name: table() }, components: 2 },
    { onNotice: (note) => notes.push(note) },
  );
  expect([run.batch, notes]).toEqual([
    10,
    ['There are only 10 samples, so a batch is all of them, and not 256.'],
  ]);
});

describe('a run that cannot start says why', () => {
  it('one class only', async () => {
    const one = path.join(folder, 'one.csv');
    writeFileSync(one, 'x,y,label\n1,2,a\n2,3,a\n3,4,a\n');
    const error = await refusal({ batch: 2, preset: 'robust', data: { name: one } });
    expect(error.message).toContain('has is not known; say how many to find by --components.');
    expect((await prepareRun({ batch: 2, data: { name: one } })).run.auto).toBe(true);
    const { run } = await prepareRun({ batch: 2, components: 2, data: { name: one } });
    expect(run.components).toBe(2);
  });

  it.each<[string, RunRequest, string]>([
    ['K unknown', { batch: 4, preset: 'robust' }, 'has is not known; say how many to find by --components.'],
    [
      'K to be found where groups are not looked for',
      { batch: 4, preset: 'robust', auto: true },
      'The number of groups is found where groups are looked for first, and this run does not; give --components K',
    ],
    [
      'K > data',
      { batch: 4, components: 11 },
      'There are 10 samples for 11 groups; give --components 10 or less.',
    ],
    [
      'batch > data',
      { batch: 11, components: 2 },
      'A batch of 11 is larger than the data (10 samples); give --batch 10 or less.',
    ],
    [
      'an unknown setting',
      { batch: 4, components: 2, settings: { lamda: 1 } },
      "There is no setting of slogan 'lamda'",
    ],
    [
      'a wrong value',
      { batch: 4, components: 2, settings: { scale: -1 } },
      'The setting of slogan scale is not valid',
    ],
    ['an unknown method', { method: 'gan' }, "There is no method 'gan'"],
  ])('%s', async (_, request, message) => {
    const error = await refusal({ ...request, data: { name: table() } });
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('data that has changed since', async () => {
    const { run } = await prepareRun({ data: { name: table() }, components: 2, batch: 4 });
    const { fingerprint } = run.dataset;
    const changed = { ...run, dataset: { ...run.dataset, fingerprint: `0000${fingerprint.slice(4)}` } };
    await expect(reopenData(changed)).rejects.toThrow(
      `has changed since the run began (fingerprint ${fingerprint.slice(0, 12)}, was 0000${fingerprint.slice(4, 12)}); put the old data back.`,
    );
  });
});

it.each([
  [
    3,
    'digits has labels of 4 classes, and 3 groups are looked for, so some groups will hold several classes; labels only score.',
  ],
  [
    6,
    'digits has labels of 4 classes, and 6 groups are looked for, so some classes will be parted; labels only score.',
  ],
  [4, undefined],
])('says what %i groups of digits of four classes mean', async (components, sentence) => {
  const request = { data: { name: 'digits' }, preset: 'digits', components };
  expect(countNotice(await prepareRun(request))).toBe(sentence);
});
