import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ExitCode, type MixturaError } from '../errors.js';
import { defaultPreset, presets } from './presets.js';
import { parse, presetNamed, type RunRequest, resolveRequest } from './resolve.js';
import { dataSchema, RUN_DEFAULTS, runSchema } from './schema.js';

const all = z.strictObject({ units: z.int().optional(), learningRate: z.number().positive().default(1e-4) });
const full = z.looseObject(
  Object.fromEntries(
    Object.values(presets)
      .flatMap((p) => Object.keys(p.settings))
      .map((k) => [k, z.unknown()]),
  ),
);
const resolve = (request: RunRequest) =>
  resolveRequest(request, (method) => (method === 'slogan' ? full : all));

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
      steps: presets.robust!.steps,
      data: { name: 'rows.csv', subsetSeed: 0 },
      settings: presets.robust!.settings,
    });
    for (const [name, preset] of Object.entries(defaultPreset)) {
      expect([undefined, name, name.replace(/-.*/, '')]).toContain(presets[preset]!.data?.name);
      expect(resolve({ data: { name } }).settings).toEqual(presets[preset]!.settings);
    }
    expect(resolve({})).toEqual(resolve({ preset: 'digits' }));
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
        settings: { units: 5, lambda: 9 },
        data: { ...data, subsetSeed: 4 },
      });
      expect(changed).toEqual({
        ...plain,
        steps: 7,
        seed: 3,
        data: { ...plain.data, subsetSeed: 4 },
        settings: { ...plain.settings, units: 5, lambda: 9 },
      });
    },
  );

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
      `There is no preset 'ringg'; choose one of ${Object.keys(presets).join(', ')}.`,
    );
    expect(refusal(() => presetNamed('constructor')).message).toContain("There is no preset 'constructor'");
  });
});

describe('the settings of the literature', () => {
  it('on the ring', () => {
    const run = resolve({ preset: 'ring-paper' });
    expect(run).toMatchObject({ method: 'slogan', data: { name: 'ring' }, steps: 100_000, batch: 128 });
    expect(run.horizon).toBeUndefined();
    expect(run.settings).toMatchObject({
      critic: 'hinge',
      latent: 64,
      learningRate: 1e-3,
      priorRate: 1e-2,
      lambda: 4,
      scale: 2,
      margin: 0.5,
      temperature: 0.1,
      decayEnd: -4,
    });
  });

  it('on MNIST-2', () => {
    const run = resolve({ preset: 'mnist-2' });
    expect(run).toMatchObject({ method: 'slogan', batch: 64, horizon: 100_000 });
    expect(run.data).toMatchObject({ name: 'mnist', classes: '0,4', ratio: '7:3' });
    expect(run.settings).toMatchObject({
      latent: 64,
      learningRate: 1e-4,
      priorRate: 2e-3,
      lambda: 4,
      scale: 4,
      margin: 0.5,
      temperature: 0.01,
    });
    expect(run.settings).not.toHaveProperty('decayEnd');
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
      "There is no setting of wgan 'unitz'; choose of units, learningRate.",
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
      if (data) expect(dataSchema.parse(data)).toMatchObject(data);
      expect(summary.length).toBeGreaterThan(10);
      expect(Object.keys(settings).length).toBeGreaterThan(0);
      expect(runSchema.partial().parse(rest)).toEqual(rest);
    }
  });
});
