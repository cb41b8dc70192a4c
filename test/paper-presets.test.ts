/** @file The presets of SLOGAN's experiments against its table of hyper-parameters, resolved as a run is. */
import { describe, expect, it } from 'vitest';
import { paperPresets } from '../src/config/paper-presets.js';
import { presets } from '../src/config/presets.js';
import { resolveRequest } from '../src/config/resolve.js';
import { methodNamed } from '../src/methods/index.js';

const settingsOf = (method: string) => methodNamed(method).settings;

/** What a run gets in the end: the preset, and the method's defaults where the preset says nothing. */
function resolved(preset: string, name?: string) {
  const run = resolveRequest({ preset, ...(name !== undefined && { data: { name } }) }, settingsOf);
  return { ...run, settings: settingsOf(run.method).parse(run.settings) };
}

/** SLOGAN, appendix, table of hyper-parameters: d, lambda, eta, gamma, s, m. */
const TABLE = {
  'ring-paper': [64, 4, 1e-3, 1e-2, 2, 0.5],
  'ring-paper-0.05': [64, 4, 1e-3, 1e-2, 2, 0.5],
  'ring-paper-0.10': [64, 4, 1e-3, 1e-2, 2, 0.5],
  mnist: [64, 10, 1e-4, 2e-3, 8, 0.5],
  'mnist-2': [64, 4, 1e-4, 2e-3, 4, 0.5],
  'mnist-rare-8': [64, 10, 1e-4, 2e-3, 8, 0.5],
  'mnist-rare-8-0.2': [64, 10, 1e-4, 2e-3, 8, 0.5],
  'fashion-mnist': [64, 10, 1e-4, 1e-3, 1, 0],
  'fmnist-5': [64, 1, 2e-4, 4e-3, 4, 0.5],
  '10x': [64, 10, 1e-4, 4e-3, 4, 0],
  pendigits: [64, 10, 1e-4, 4e-3, 4, 0],
} as const;

const DATA = {
  'ring-paper': { name: 'ring' },
  'ring-paper-0.05': { name: 'ring-0.05' },
  'ring-paper-0.10': { name: 'ring-0.10' },
  mnist: { name: 'mnist' },
  'mnist-2': { name: 'mnist', classes: '0,4', ratio: '7:3' },
  'mnist-rare-8': { name: 'mnist', classes: '0,1,2,3,4,5,6,7,8,9', ratio: '1:1:1:1:1:1:1:1:0.1:1' },
  'mnist-rare-8-0.2': { name: 'mnist', classes: '0,1,2,3,4,5,6,7,8,9', ratio: '1:1:1:1:1:1:1:1:0.2:1' },
  'fashion-mnist': { name: 'fashion-mnist' },
  'fmnist-5': { name: 'fashion-mnist', groups: '1;8;0,3;2,4,6;5,7,9' },
  '10x': { name: 'counts.csv', counts: true },
  pendigits: { name: 'pendigits' },
} as const;

describe('the settings of the literature', () => {
  it('are one preset a row', () => {
    expect(Object.keys(paperPresets).sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.keys(TABLE) as (keyof typeof TABLE)[])('%s', (name) => {
    const [latent, lambda, learningRate, priorRate, scale, margin] = TABLE[name];
    const run = resolved(name, name === '10x' ? 'counts.csv' : undefined);
    expect(run.method).toBe('slogan');
    expect(run.data).toEqual({ ...DATA[name], subsetSeed: 0 });
    expect(run.components).toBeUndefined(); // as many as there are classes
    expect([run.steps, run.horizon ?? run.steps]).toEqual([100_000, 100_000]);
    // The one-sided Lipschitz penalty, Adam (0, 0.9), the critic's rate, 10 gamma for the means: of every row.
    expect(run.settings).toMatchObject({ latent, lambda, learningRate, priorRate, scale, margin });
    expect(run.settings).toMatchObject({ lipschitz: 10, beta1: 0, beta2: 0.9, criticRate: 4, meanRate: 10 });
    expect(run.settings).toMatchObject({ mixingRate: 1, baseline: false, start: 'gaussian', relocate: 0 });
    const ring = name.startsWith('ring');
    const network = ring ? 'mlp' : /mnist/.test(name) ? 'dcgan' : 'mlp-plain';
    expect([run.settings.network, run.batch]).toEqual([network, ring ? 128 : 64]);
    expect([run.settings.critic, run.settings.temperature, run.settings.decayEnd]).toEqual(
      ring ? ['hinge', 0.1, -4] : ['wasserstein', 0.01, 0],
    );
    if (network !== 'dcgan') expect(run.settings.units).toBe(ring ? 128 : 256);
  });
});

describe('the same, sooner', () => {
  const images = [
    'mnist',
    'mnist-2',
    'mnist-rare-8',
    'mnist-rare-8-0.2',
    'fashion-mnist',
    'fmnist-5',
  ] as const;
  it.each(images)('%s keeps the networks, the rates and the data', (name) => {
    const [paper, fast] = [paperPresets[name], presets[`${name}-fast`]!];
    expect(fast.data).toEqual(paper.data);
    expect(fast.settings).toEqual({
      ...paper.settings,
      scale: 1,
      margin: 0,
      mixingRate: 10,
      baseline: true,
      start: 'simplex',
      relocate: 20,
      relocateSizes: true,
    });
    expect(fast.horizon).toBe(2 * fast.steps!);
    expect(/untested/.test(fast.summary)).toBe(name !== 'mnist-2');
  });
});
