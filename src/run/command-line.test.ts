import { expect, it } from 'vitest';
import type { ResolvedRun } from '../config/schema.js';
import { commandLine } from './command-line.js';

const run: ResolvedRun = {
  version: '0',
  method: 'slogan',
  data: { name: '/data/my rows.csv', label: "it's", ratio: '7:3', groups: '1;8', subsetSeed: 4 },
  components: 2,
  steps: 10,
  horizon: 10,
  batch: 4,
  seed: 3,
  threads: 1,
  evaluateEvery: 5,
  checkpointEvery: 5,
  keepCheckpoints: 3,
  settings: { network: 'mlp', decayEnd: -4, freeze: ['means', 'mixing'], baseline: true },
  dataset: {
    name: 'my rows.csv',
    source: '',
    count: 10,
    shape: [2],
    kind: 'points',
    range: 'real',
    fingerprint: '',
  },
};

it('is quoted where a shell would read it otherwise', () => {
  expect(commandLine(run)).toBe(
    "mixtura train '/data/my rows.csv' --method slogan --components 2 --ratio 7:3 --groups '1;8' " +
      "--label 'it'\\''s' --steps 10 --batch 4 --seed 3 --threads 1 --set subsetSeed=4 --set network=mlp --set decayEnd=-4 " +
      `--set 'freeze=["means","mixing"]' --set baseline=true`,
  );
});

it('tells how a table was read', () => {
  const data = { name: 'a.h5ad', key: 'layers/raw', transpose: true, counts: true, subsetSeed: 0 };
  expect(commandLine({ ...run, data })).toContain(
    'train a.h5ad --method slogan --components 2 --key layers/raw --transpose --counts --steps 10',
  );
});

it('names the device where it is not the CPU', () => {
  expect(commandLine({ ...run, device: 'cpu' })).toBe(commandLine(run));
  expect(commandLine({ ...run, device: 'webgpu' })).toContain(' --threads 1 --device webgpu --set ');
});

it('says how many groups there are to be, or that they are found, and what decides when a calm run ends', () => {
  expect(commandLine({ ...run, auto: true })).toContain(' --components auto ');
  expect(commandLine({ ...run, untilCalm: true })).toContain(' --until-calm --set evaluateEvery=5 ');
  expect(commandLine({ ...run, data: { ...run.data, subsetSeed: 0 } })).not.toContain('subsetSeed');
});

it('names the horizon where it is not the end, and keeps a value apart from an option', () => {
  const command = commandLine({ ...run, horizon: 99, data: { ...run.data, label: '-x' } });
  expect(command).toContain(' --label=-x ');
  expect(command).toContain(' --set horizon=99 ');
});
