import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ExitCode, type MixturaError } from '../errors.js';
import { methodNamed } from '../methods/index.js';
import { defaultPreset, presets } from './presets.js';
import { parse, presetNamed, type RunRequest, resolveRequest } from './resolve.js';
import { dataSchema, RUN_DEFAULTS, runSchema } from './schema.js';

const all = z.strictObject({ units: z.int().optional(), learningRate: z.number().positive().default(1e-4) });
const full = z.looseObject(
  Object.fromEntries(
    Object.values(presets)
      .flatMap((p) => Object.keys(p.settings))
      .map((k) => [k, z.unknown().optional()]),
  ),
);
const DEFAULT_PRESETS = [
  ['digits', 'digits'],
  ['ring', 'ring'],
  ['ring-0.05', 'ring'],
  ['grid', 'ring'],
  ['blobs', 'gold-toy'],
  ['mnist', 'robust-28x28'],
  ['mnist-2', 'mnist-2-fast'],
  ['mnist-rare-8', 'robust-28x28'],
  ['mnist-elastic-07', 'robust-28x28'],
  ['fmnist-5', 'robust-28x28'],
  ['cifar-2-pool', 'grouped'],
  ['constructor', 'grouped'],
] as const;

const resolve = (request: RunRequest) =>
  resolveRequest(request, (method) => (method === 'wgan' ? all : full));

function refusal(action: () => unknown): MixturaError {
  try {
    action();
  } catch (error) {
    return error as MixturaError;
  }
  throw new Error('nothing was refused');
}

describe('a request without a preset', () => {
  it('has the defaults, and those of the data set that has a preset of its own', () => {
    expect(resolve({ data: { name: 'rows.csv' } })).toEqual({
      ...RUN_DEFAULTS,
      steps: presets.grouped!.steps,
      batch: presets.grouped!.batch,
      data: { name: 'rows.csv', subsetSeed: 0 },
      settings: presets.grouped!.settings,
    });
    for (const [name, preset] of DEFAULT_PRESETS) {
      expect(defaultPreset(name)).toBe(preset);
      expect(resolve({ data: { name } }).settings).toEqual(presets[preset]!.settings);
    }
    expect(resolve({})).toEqual(resolve({ preset: 'digits' }));
  });
});

describe('data without a preset of their own', () => {
  const presetOf = (kind: 'image' | 'table', shape: number[], name = 'photos') =>
    resolveRequest({ data: { name } }, () => full, { kind, shape }).settings;

  it('get the convolutional one where they are images of 16 or more a side, and only there', () => {
    expect(presetOf('image', [3, 32, 32])).toEqual(presets['grouped-signs']!.settings);
    expect(presetOf('image', [1, 16, 16])).toEqual(presets['grouped-digits']!.settings);
    expect(presetOf('image', [1, 16, 15])).toEqual(presets.grouped!.settings);
    expect(presetOf('table', [784])).toEqual(presets.grouped!.settings);
    expect(presetOf('image', [1, 28, 28], 'digits')).toEqual(presets.digits!.settings);
    const named = resolveRequest({ preset: 'robust', data: { name: 'photos' } }, () => full, {
      kind: 'image',
      shape: [3, 32, 32],
    });
    expect(named.settings).toEqual(presets.robust!.settings);
  });
});

describe('a preset', () => {
  it.each(Object.keys(presets))(
    '%s fills what the request leaves open, and yields to what it says',
    (name) => {
      const preset = presets[name]!;
      const data = { name: preset.data?.name ?? 'rows.csv' };
      const plain = resolve({ preset: name, data });
      expect(plain.data).toEqual({ subsetSeed: 0, ...data, ...preset.data });
      expect(plain.steps).toBe(preset.steps);
      expect(plain.batch).toBe(preset.batch ?? RUN_DEFAULTS.batch);
      expect(plain.horizon).toBe(preset.horizon);
      const changed = resolve({
        preset: name,
        steps: 7,
        seed: 3,
        settings: { units: 5, learningRate: 9 },
        data: { ...data, subsetSeed: 4 },
      });
      expect(changed).toEqual({
        ...plain,
        steps: 7,
        seed: 3,
        data: { ...plain.data, subsetSeed: 4 },
        settings: { ...plain.settings, units: 5, learningRate: 9 },
      });
    },
  );

  it("gives none to another method whose settings are its authors' own", () => {
    const own = all.clone().meta({ own: true });
    const of = (method: string) => resolveRequest({ preset: 'ring', method }, () => own).settings;
    expect(of('other')).toEqual({ learningRate: 1e-4 });
    expect(resolveRequest({ preset: 'ring', method: 'other' }, () => all).settings).toEqual({
      units: presets.ring!.settings.units,
      learningRate: presets.ring!.settings.learningRate,
    });
  });

  it('gives another method the settings that both have', () => {
    const run = resolve({ preset: 'ring', method: 'wgan', settings: { units: 8 } });
    expect(run.method).toBe('wgan');
    expect(run.steps).toBe(presets.ring!.steps);
    expect(run.settings).toEqual({ units: 8, learningRate: presets.ring!.settings.learningRate });
  });

  it('for other data is refused, whether or not that data has one too', () => {
    for (const name of ['mnist', 'digits']) {
      const error = refusal(() => resolve({ preset: 'ring', data: { name } }));
      expect(error.message).toBe(`The preset ring is made for ring, not for ${name}; leave one of them out.`);
      expect(error.exitCode).toBe(ExitCode.usage);
    }
    expect(resolve({ preset: 'ring', data: { name: 'ring' } })).toEqual(resolve({ preset: 'ring' }));
    // A selection is named with what is selected.
    expect(() => resolve({ preset: 'cifar-2-small', data: { name: 'mnist' } })).toThrow(
      'The preset cifar-2-small is made for classes 6,0 of cifar-10 at 7:3, not for mnist; leave one of them out.',
    );
  });

  it('slogan-small trains any data as the small presets of CIFAR-10 do, without mirroring', () => {
    const [any, own] = [{ name: 'signs.zip' }, {}].map((data, at) =>
      resolve({ preset: ['slogan-small', 'cifar-10-small'][at]!, data }),
    );
    expect(any!.settings).toEqual({ ...own!.settings, mirror: false });
    expect([any!.steps, any!.batch, own!.settings.mirror]).toEqual([own!.steps, own!.batch, true]);
  });

  it('takes a constructed set for the selection that it is', () => {
    const { data, settings } = resolve({ data: { name: 'mnist-2' } });
    expect(data).toEqual({ name: 'mnist', classes: '0,4', ratio: '7:3', subsetSeed: 0 });
    expect(settings).toEqual(presets['mnist-2-fast']!.settings);
    expect(resolve({ preset: 'mnist-2', data: { name: 'mnist-2', ratio: '9:1' } })).toEqual(
      resolve({ preset: 'mnist-2', data: { name: 'mnist', ratio: '9:1' } }),
    );
    const groups = '1;8;0,3;2,4,6;5,7,9';
    expect(resolve({ data: { name: 'fmnist-5' } }).data).toEqual({
      name: 'fashion-mnist',
      groups,
      subsetSeed: 0,
    });
    expect(refusal(() => resolve({ data: { name: 'fmnist-5', classes: '0,1' } })).message).toBe(
      'fmnist-5 is itself a choice of classes: leave out --classes, or give it with fashion-mnist.',
    );
  });

  it('leaves out its classes and their sizes where other classes are asked for', () => {
    expect(resolve({ data: { name: 'digits', classes: '0,1' } }).data).toEqual({
      name: 'digits',
      classes: '0,1',
      subsetSeed: 0,
    });
    expect(resolve({ data: { groups: '1;8;0,3' } }).data).toEqual({
      name: 'digits',
      groups: '1;8;0,3',
      subsetSeed: 0,
    });
    const { classes } = presets.digits!.data!;
    expect(resolve({ data: { ratio: '1:1:1:1' } }).data).toMatchObject({ classes, ratio: '1:1:1:1' });
  });

  it('of no such name: the names there are', () => {
    expect(refusal(() => presetNamed('ringg')).message).toBe(
      `There is no preset 'ringg' (did you mean ring?); choose one of ${Object.keys(presets).join(', ')}.`,
    );
    expect(refusal(() => presetNamed('constructor')).message).toContain("There is no preset 'constructor'");
  });
});

describe('what is not valid is named', () => {
  it.each<[RunRequest, string]>([
    [{ steps: 0 }, 'The option steps is not valid'],
    [{ batch: 1 }, 'The option batch is not valid'],
    [{ components: 0 }, 'The option components is not valid'],
    [{ threads: 1.5 }, 'The option threads is not valid'],
    [{ data: { subsetSeed: -1 } }, 'The option data.subsetSeed is not valid'],
    [{ sped: 3 } as RunRequest, "There is no option 'sped'"],
  ])('%j', (request, message) => {
    const error = refusal(() => resolve(request));
    expect(error.message).toContain(message);
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('more threads than 64 or four a core', () => {
    const most = Math.max(64, 4 * availableParallelism());
    expect(resolve({ threads: most }).threads).toBe(most);
    const error = refusal(() => resolve({ threads: most + 1 }));
    expect(error.message).toBe(`${most + 1} threads are too many; give --threads ${most} or less.`);
    expect(error.exitCode).toBe(ExitCode.usage);
  });

  it('an unknown setting and a wrong one, with the method', () => {
    expect(refusal(() => parse(all, { unitz: 3 }, 'setting of wgan')).message).toBe(
      "There is no setting of wgan 'unitz' (did you mean units?); choose of units, learningRate.",
    );
    expect(refusal(() => parse(all, { learningRate: 'fast' }, 'setting of wgan')).message).toContain(
      'The setting of wgan learningRate is not valid',
    );
    expect(parse(all, {})).toEqual({ learningRate: 1e-4 });
  });

  it('every option has its place in one schema', () => {
    for (const key of Object.keys(RUN_DEFAULTS)) expect(Object.keys(runSchema.shape)).toContain(key);
    for (const preset of Object.values(presets)) {
      const { summary, settings, data, ...rest } = preset;
      if (data) expect(dataSchema.partial().parse(data)).toMatchObject(data);
      expect(summary.length).toBeGreaterThan(10);
      expect(Object.keys(settings).length).toBeGreaterThan(0);
      expect(runSchema.partial().parse(rest)).toEqual(rest);
    }
  });
});

it.each(['ring', 'grid', 'digits', 'mnist-2'])('GM-GAN keeps the loss of the first GAN on %s', (name) => {
  const { settings } = resolveRequest(
    { data: { name }, method: 'gmgan' },
    (method) => methodNamed(method).settings,
  );
  expect(settings).toMatchObject({ critic: 'non-saturating', penalty: 'none' });
});
