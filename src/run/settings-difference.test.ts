import { describe, expect, it } from 'vitest';
import type { RunRequest } from '../config/resolve.js';
import type { ResolvedRun } from '../config/schema.js';
import { ExitCode, type MixturaError } from '../errors.js';
import { settingsDifference } from './settings-difference.js';

const saved: ResolvedRun = {
  version: '0.1.0',
  method: 'slogan',
  data: { name: 'mnist', classes: '0,4', ratio: '7:3', subsetSeed: 0 },
  components: 2,
  steps: 1000,
  horizon: 1000,
  batch: 64,
  seed: 0,
  threads: 2,
  evaluateEvery: 500,
  checkpointEvery: 1000,
  keepCheckpoints: 3,
  settings: { learningRate: 1e-4, freeze: ['means'], lambda: 4 },
  dataset: {
    name: 'mnist',
    source: '',
    count: 100,
    shape: [1, 28, 28],
    kind: 'image',
    range: 'unit',
    fingerprint: 'f',
  },
};

function refusal(request: RunRequest, allow: readonly string[] = []): MixturaError {
  try {
    settingsDifference(saved, request, allow);
  } catch (error) {
    return error as MixturaError;
  }
  throw new Error('nothing was refused');
}

describe('a resume', () => {
  it('that asks for nothing, or for what the run has, is the saved run', () => {
    expect(settingsDifference(saved, {}, [])).toBe(saved);
    const same = {
      steps: 1000,
      data: { name: 'mnist', ratio: '7:3' },
      settings: { lambda: 4, freeze: ['means'] },
    };
    expect(settingsDifference(saved, same, [])).toBe(saved);
  });

  it('has the default of a setting that the method had no name for when the run was started', () => {
    expect(settingsDifference(saved, { settings: { penalty: 'lp' } }, [])).toBe(saved);
    expect(refusal({ settings: { penalty: 'gp' } }).message).toContain(
      'penalty: the run has "lp", you asked for "gp"',
    );
  });

  it('that asks for something else is refused with every difference, was and now', () => {
    const error = refusal({
      steps: 2000,
      data: { name: 'moved' },
      settings: { learningRate: 0.01, freeze: [], lambda: 4 },
    });
    expect(error.exitCode).toBe(ExitCode.usage);
    expect(error.message.split('\n')).toEqual([
      'The settings differ from those of the run:',
      '  steps: the run has 1000, you asked for 2000',
      '  learningRate: the run has 0.0001, you asked for 0.01',
      '  freeze: the run has ["means"], you asked for []',
      '  name: the run has "mnist", you asked for "moved"',
      'Leave them out, or allow the change by --allow steps,learningRate,freeze,name.',
    ]);
  });

  it('may change what is allowed by name, and still nothing else', () => {
    const request = { steps: 2000, settings: { lambda: 5 } };
    const run = settingsDifference(saved, request, ['lambda', 'steps']);
    expect(run).toEqual({ ...saved, steps: 2000, settings: { ...saved.settings, lambda: 5 } });
    expect(saved.steps).toBe(1000);
    expect(refusal(request, ['lambda']).message.split('\n')).toEqual([
      'The settings differ from those of the run:',
      '  steps: the run has 1000, you asked for 2000',
      'Leave them out, or allow the change by --allow steps.',
    ]);
  });

  it('is checked like a new run where it changes what is allowed', () => {
    expect(refusal({ settings: { lambda: 'much' } }, ['lambda']).message).toContain(
      'The setting of slogan lambda is not valid',
    );
    expect(refusal({ settings: { lamda: 1 } }, ['lamda']).message).toContain(
      "There is no setting of slogan 'lamda'",
    );
    expect(refusal({ device: 'gpu' as 'cpu' }).message).toContain('The option device is not valid');
    expect(refusal({ threads: 0 }).message).toContain('The option threads is not valid');
  });

  it('cannot change the method, the number of groups, or how its data are read', () => {
    const request = { components: 3, data: { ratio: '9:1', groups: '1;2' } };
    expect(refusal(request, ['components', 'ratio', 'groups']).message).toBe(
      `A run cannot go on with other components (the run has ${saved.components}, you asked for 3), ratio (the run has "7:3", you asked for "9:1"), groups (the run has none, you asked for "1;2"); leave that out, or train a new run.`,
    );
    expect(refusal({ auto: true }, ['auto']).message).toContain(
      'auto (the run has none, you asked for true)',
    );
    expect(refusal({ settings: { penalty: 'nonsense' } }).message).toContain('penalty is not valid');
  });

  it('may always change how the run is executed', () => {
    const free = {
      threads: 8,
      device: 'webgpu' as const,
      keepCheckpoints: 1,
      checkpointEvery: 10,
      evaluateEvery: 20,
    };
    expect(settingsDifference(saved, free, [])).toEqual({ ...saved, ...free });
  });
});
