import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../atomic-file.js';
import { groupOrder } from '../../cluster/group-order.js';
import { encodeNpy } from '../../data/formats/npy.js';
import { openDataset } from '../../data/sets/open.js';
import { Stream } from '../../math/random.js';
import { methodNamed, registerMethod } from '../../methods/index.js';
import type { slogan } from '../../methods/slogan.js';
import { RunFolder } from '../folder.js';
import { readCheckpoint } from '../formats/checkpoint.js';
import { resumeRun } from '../resume.js';
import { startRun } from '../start.js';
import { withTrained } from '../trained.js';
import { load, fit as trained } from './fit.js';
import type { FittedModel } from './model.js';
import { assign, draw, evaluate, exportRun, inspect } from './verbs.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-model-'));
const settings = { units: 8, latent: 4, relocate: 0 };
const options = { components: 2, steps: 40, batch: 16, seed: 3, settings };

/** Two groups of unequal size, far apart, of three columns with very different scales. */
function someRows(): number[][] {
  const values = Stream.root(1).fork('rows').normals(new Float64Array(360));
  return Array.from({ length: 120 }, (_, i) => [
    (i % 4 === 0 ? 9 : 0) + values[3 * i]!,
    1000 * (i % 4 === 0 ? 5 : -5) + 1000 * values[3 * i + 1]!,
    0.01 * values[3 * i + 2]!,
  ]);
}
const rows = someRows();

let model: FittedModel;
beforeAll(async () => {
  model = await trained(rows, options);
}, 60_000);
afterAll(async () => {
  await model.close();
  rmSync(place, { recursive: true, force: true });
});

function file(name: string): string {
  return join(place, name);
}

function lastTensors(folder: string) {
  return readCheckpoint(RunFolder.open(folder).latestCheckpoint());
}

it('says how unlike rows are to its own, in memory and from its folder', async () => {
  const far = [[1e4, -5000, 0.01]];
  const { unlike, groups } = await model.assign([...rows.slice(0, 20), ...far]);
  expect(groups.length).toBe(21);
  expect(unlike!.values.length).toBe(21);
  expect(Math.max(...unlike!.values.slice(0, 20))).toBeLessThan(3);
  expect(unlike!.values[20]).toBeGreaterThan(100);
  await model.save(file('unlike'));
  const loaded = await load(file('unlike'));
  const again = await loaded.assign([...rows.slice(0, 20), ...far]);
  expect(again.unlike).toEqual(unlike);
  await loaded.close();
});

describe('fit', () => {
  it('trains the same bits on rows in memory as a run on a file of them', async () => {
    writeFileAtomic(file('rows.npy'), encodeNpy({ shape: [120, 3], data: Float64Array.from(rows.flat()) }));
    const { batch, components, seed, steps } = options;
    const request = { data: { name: file('rows.npy') }, batch, components, seed, steps, settings };
    await startRun(request, { folder: file('of-file') });
    await model.save(file('of-rows'));
    expect(lastTensors(file('of-rows'))).toEqual(lastTensors(file('of-file')));
    const [own, other] = ['of-rows', 'of-file'].map((name) => RunFolder.open(file(name)).readConfig());
    expect(own!.dataset.fingerprint).toBe(other!.dataset.fingerprint);
    expect(own!.dataset.scaling).toEqual(other!.dataset.scaling);
    expect(own!.data.name).toBe('(in memory)');
  });

  it('numbers the groups by their learned size, and answers by these numbers', async () => {
    const { weights, labels, means } = model;
    expect(weights[0]! >= weights[1]!).toBe(true);
    expect(weights[0]! + weights[1]!).toBeCloseTo(1, 12);
    expect(Array.from(await model.predict(rows))).toEqual(Array.from(labels));
    const probabilities = await model.predictProba(rows);
    probabilities.forEach((row, i) => {
      expect(row[0]! + row[1]!).toBeCloseTo(1, 5);
      expect(row[labels[i]! - 1]).toBe(Math.max(...row));
    });
    // Means are those of the rows themselves, in their own units.
    for (const g of [1, 2]) {
      const members = rows.filter((_, i) => labels[i] === g);
      if (members.length === 0) continue;
      const mean = members.reduce((sum, row) => sum + row[1]!, 0) / members.length;
      expect(means[g - 1]![1]! / mean).toBeCloseTo(1, 4);
    }
    expect(model.finished).toBe(true);
    expect(model.step).toBe(40);
  });

  it('draws in the units of the rows, of the group that is asked for', async () => {
    const drawn = await model.sample(50, { group: 2, seed: 7 });
    expect(drawn.shape).toEqual([50, 3]);
    expect(new Set(drawn.groups)).toEqual(new Set([2]));
    expect(drawn.rows[1]).toEqual(drawn.data.subarray(3, 6));
    const largest = Math.max(...drawn.data.map(Math.abs));
    expect(largest).toBeGreaterThan(100);
    const { sizes } = RunFolder.open(file('of-rows')).readMetrics().at(-1)!;
    const component = groupOrder(sizes)[1]!;
    const raw = await model.withRun(({ inference }) => inference.sampleComponent(component, 50, 'drawn', 7));
    const { shift, scale } = model.run.dataset.scaling!;
    expect(drawn.rows[3]![1]).toBe(Math.fround(shift[1]! + scale[1]! * raw[3 * 3 + 1]!));
    expect((await model.predict(drawn)).length).toBe(50);
    await expect(model.sample(5, { group: 3 })).rejects.toThrow('There is no group 3; choose one of 1..2.');
    await expect(model.sample(1, { seed: -1 })).rejects.toThrow(
      '`seed` is -1; give a whole number of at least 0.',
    );
    await expect(model.sample(0)).rejects.toThrow('The number of samples is 0; give a whole number');
  });

  it('tells how far it is, and ends early by a signal', async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const stopped = await trained(rows, {
      ...options,
      signal: abort.signal,
      onProgress: ({ step, steps, weights, losses }) => {
        seen.push(step);
        expect(steps).toBe(40);
        expect(weights).toHaveLength(2);
        expect(Object.keys(losses).length).toBeGreaterThan(0);
        if (step === 7) abort.abort();
      },
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([stopped.step, stopped.finished, stopped.labels.length]).toEqual([7, false, 120]);
    await stopped.close();
  });

  it('of a name: is saved, and goes on from the command line with the same bits', async () => {
    const asked = { steps: 30, batch: 16, settings: { units: 8, latent: 4 } };
    const abort = new AbortController();
    const onProgress = ({ step }: { step: number }) => step === 11 && abort.abort();
    const part = await trained('digits', { ...asked, signal: abort.signal, onProgress });
    await part.save(file('part'));
    await part.close();
    await resumeRun(file('part'));
    const whole = await trained('digits', asked);
    await whole.save(file('whole'));
    expect(lastTensors(file('part'))).toEqual(lastTensors(file('whole')));
    expect(whole.labels).toHaveLength(712);
    await whole.close();
  });

  it('takes images, and gives new ones in their units', async () => {
    const shape = [40, 6, 6];
    const data = Uint8Array.from({ length: 40 * 36 }, (_, i) => (i * 37) % 251);
    const images = await trained({ data, shape }, { ...options, steps: 4 });
    expect(images.run.dataset).toMatchObject({
      kind: 'image',
      shape: [1, 6, 6],
      maximum: 255,
      range: 'unit',
    });
    const drawn = await images.sample(3);
    expect(drawn.shape).toEqual([3, 1, 6, 6]);
    expect(Math.max(...drawn.data)).toBeGreaterThan(1);
    expect(await images.predict({ data, shape })).toEqual(images.labels);
    expect(await images.predict({ data, shape: [40, 1, 6, 6] })).toEqual(images.labels);
    await images.close();
  });

  it('says plainly what is not valid, without options of the command line', async () => {
    const message = (given: Parameters<typeof trained>[0], more = {}) =>
      trained(given, { ...options, ...more }).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await message(rows, { preset: 'robust', components: undefined })).toMatch(
      /^How many groups .* is not known; say how many to find by `components`\.$/,
    );
    expect(await message(rows.slice(0, 5))).toMatch(/give `batch` 5 or less\.$/);
    expect(await message(rows, { threads: 1e6 })).toMatch(/too many; give `threads` \d+ or less\.$/);
    expect(await message(rows, { settings: { unitz: 3 } })).toContain('did you mean units?');
    expect(await message([[1, 2], [3]])).toBe(
      'rows, row 2 has 1 numbers, and row 1 has 2; give rows of equal length.',
    );
    expect(
      await message([
        [1, 2],
        [3, Number.NaN],
      ]),
    ).toBe('rows, row 2, column 2 is missing; fill it in, or leave the row out.');
    expect(await message([{ a: 1, b: 2 }, { a: 3 }] as { a: number; b: number }[])).toBe(
      'rows, row 2, column b is missing; fill it in, or leave the row out.',
    );
    expect(await message([['x', 1]] as unknown as number[][])).toBe(
      "rows, row 1, column 1 is the text 'x'; give numbers.",
    );
    expect(await message([1, 2] as unknown as number[][])).toBe(
      'rows, row 1 is 1; give one list of numbers a row, or one object with names a row.',
    );
    expect(await message(undefined as unknown as number[][])).toMatch(/^The data are undefined; give rows/);
    expect(await message(rows, { step: 3 })).toMatch(/^There is no option 'step' \(did you mean steps\?\)/);
    expect(await message([])).toBe('There are no rows; give at least one.');
    expect(await message({ data: [1, 2, 3], shape: [2, 2] })).toBe(
      'rows hold 3 numbers, which do not make 2 x 2; give the shape that they have.',
    );
  });
});

describe('columns with names', () => {
  it('are matched whatever their order; missing ones are named, further ones left out', async () => {
    const columns = ['width', 'weight', 'depth'];
    const named = await trained({ columns, rows }, options);
    expect(named.labels).toEqual(model.labels);
    expect(named.columns).toEqual(columns);
    const turned = rows.map(([a, b, c]) => ({ depth: c!, weight: b!, more: 5, width: a! }));
    const notices: string[] = [];
    const found = await named.predict(turned, { onNotice: (sentence) => notices.push(sentence) });
    expect(found).toEqual(named.labels);
    expect(notices.join()).toContain('left out (more)');
    await expect(named.predict(turned.map(({ weight: _, ...rest }) => rest))).rejects.toThrow(
      'rows lacks 1 column(s) that the run was trained on (weight)',
    );
    expect((await named.sample(4)).columns).toEqual(columns);
    const objects = await trained(
      rows.map(([a, b, c]) => ({ width: a!, weight: b!, depth: c! })),
      options,
    );
    expect(objects.run.dataset.columns).toEqual(columns);
    expect(objects.weights).toEqual(named.weights);
    await Promise.all([named.close(), objects.close()]);
  });
});

describe('a saved model', () => {
  it('is the same when it is loaded, and can be saved elsewhere', async () => {
    await model.save(file('saved'));
    expect(readdirSync(file('saved')).sort()).toEqual([
      'calibration.json',
      'checkpoints',
      'config.json',
      'groups.json',
      'known-rows.safetensors',
      'metrics.jsonl',
      'samples',
    ]);
    const same = await load(file('saved'));
    expect(same.path).toBe(file('saved'));
    expect(same.weights).toEqual(model.weights);
    expect(await same.predict(rows)).toEqual(model.labels);
    expect(await same.sample(9)).toEqual(await model.sample(9));
    expect(() => same.labels).toThrow('was loaded, and does not know the rows');
    await same.save(file('again'));
    for (const name of [
      'calibration.json',
      'config.json',
      'known-rows.safetensors',
      'metrics.jsonl',
      'checkpoints/step-00000040.safetensors',
    ]) {
      expect(readFileSync(file(`again/${name}`))).toEqual(readFileSync(file(`saved/${name}`)));
    }
    await expect(same.save(file('saved'))).rejects.toThrow('exists and is not empty');
    await same.close();
    await expect(load(file('none'))).rejects.toThrow('is not a run');
  });

  it('goes on only where its data can be read again', async () => {
    await model.save(file('memory'));
    await expect(resumeRun(file('memory'), { steps: 50 }, { allow: ['steps'] })).rejects.toThrow(
      /^The data of this run were arrays in the memory of a program/,
    );
  });

  it('is disposed of with its scope', async () => {
    const one = await trained(rows, { ...options, steps: 2 });
    await one[Symbol.asyncDispose]();
    await expect(one.predict(rows)).rejects.toThrow('The model has been closed; load it, or fit it again.');
  });
});

describe('other methods', () => {
  it('that a program has registered are trained, saved and loaded', async () => {
    registerMethod({ ...(methodNamed('slogan') as typeof slogan), name: 'slogan-of-mine' });
    const own = await trained(rows, { ...options, method: 'slogan-of-mine' });
    expect(own.weights).toEqual(model.weights);
    await own.save(file('own'));
    const same = await load(file('own'));
    expect(same.run.method).toBe('slogan-of-mine');
    expect(await same.predict(rows)).toEqual(own.labels);
    await Promise.all([own.close(), same.close()]);
  });

  it('without groups generate, and say that they assign nothing', async () => {
    const wgan = await trained(rows, { ...options, method: 'wgan', steps: 3, settings: { units: 8 } });
    expect((await wgan.sample(4)).shape).toEqual([4, 3]);
    expect(() => wgan.labels).toThrow('The method wgan does not assign data to groups');
    await expect(wgan.predict(rows)).rejects.toThrow('does not assign data to groups');
    await wgan.close();
  });
});

describe('a program', () => {
  it('ends though it does not close its models, also where they run in a thread', () => {
    const entry = pathToFileURL(join(import.meta.dirname, '../../../dist/entries/index.js')).href;
    const program = `
      import { fit } from '${entry}';
      const data = Uint8Array.from({ length: 40 * 256 }, (_, i) => (i * 37) % 251);
      const options = { components: 2, batch: 16, steps: 2, settings: { network: 'dcgan' } };
      const model = await fit({ data, shape: [40, 16, 16] }, options);
      console.log(model.labels.length);
      console.log((await model.sample(2)).shape.join());`;
    const args = ['--input-type=module', '--eval', program];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 50_000 });
    expect(printed).toBe('40\n2,1,16,16\n');
  });
});

describe('the verbs as functions', () => {
  it('take a path or a model', async () => {
    await model.save(file('verbs'));
    const found = await assign(file('verbs'), rows);
    expect(found.groups).toEqual(model.labels);
    expect(await assign(model, rows)).toEqual(found);
    expect(await assign(model, file('rows.npy'))).toEqual(found);
    expect(await draw(file('verbs'), 6, { group: 1 })).toEqual(await draw(model, 6, { group: 1 }));
    const files = await exportRun(file('verbs'));
    expect(files.map(({ file: path }) => path)).toContain(file('verbs/export/assign.onnx'));
    await exportRun(model, file('onnx'));
    expect(existsSync(file('onnx/assign.onnx'))).toBe(true);
    expect(await withTrained(file('verbs'), (trained) => exportRun(trained, file('onnx-2')))).toHaveLength(3);
    const loose = await trained(rows, { ...options, steps: 2 });
    await expect(exportRun(loose)).rejects.toThrow('the model is in no folder; give a folder.');
    expect(await exportRun(loose, file('onnx-3'))).toHaveLength(3);
    await loose.close();
  });

  it('score a model in memory on its own rows, with labels that were given', async () => {
    const labels = rows.map((_, i) => (i % 4 === 0 ? 'rare' : 'common'));
    const { components: _, ...counted } = options;
    const labelled = await trained(rows, { ...counted, labels });
    expect(labelled.run.components).toBe(2);
    const { scores, evaluations } = await evaluate(labelled);
    expect(scores.map(({ metric }) => metric)).toContain('nmi');
    expect(evaluations.train!.summary.nmi).toBeGreaterThanOrEqual(0);
    await labelled.close();
    await expect(evaluate(file('verbs'))).rejects.toThrow('were arrays in the memory of a program');
  });

  it('inspect rows, names and data sets', async () => {
    expect(await inspect(rows)).toMatchObject({ count: 120, shape: [3], kind: 'table' });
    // Values are those of the rows, not standardised.
    expect((await inspect(rows)).values.max).toBeCloseTo(Math.max(...rows.flat()), 2);
    const digits = await inspect('digits');
    expect(await inspect(await openDataset('digits'))).toEqual(digits);
  });
});
