/** @file Methods that group data by themselves, by the command line from training to exported networks, in a few steps. */
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

interface MethodCase {
  readonly method: string;
  readonly data: string;
  readonly settings: readonly string[];
  /** Whether it assigns data to groups. */
  readonly assigns: boolean;
}

const CASES: readonly MethodCase[] = [
  { method: 'scgan', data: 'digits', settings: ['reclusterEvery=3', 'embedding=4'], assigns: true },
  { method: 'cdgan', data: 'digits', settings: ['features=5'], assigns: true },
  {
    method: 'pgmgan',
    data: 'digits',
    settings: ['pretextSteps=2', 'partitionerSteps=3', 'embedding=4', 'rejection=false'],
    assigns: true,
  },
];

const set = (settings: readonly string[]) => settings.flatMap((setting) => ['--set', setting]);

describe('a method by the command line', () => {
  it.each(CASES)('$method: trains, samples, clusters, is evaluated and exported', async (given) => {
    const { method, data, settings, assigns } = given;
    const train = ['train', data, '--method', method, '--steps', '8', '--batch', '16', '--out', method];
    await place.json(...train, ...set(['units=8', 'latent=6', ...settings]));
    await place.json('sample', method, '--count', '5', '--out', `${method}.npy`);
    expect(existsSync(place.file(`${method}.npy`))).toBe(true);
    const evaluated = await place.json<{ metrics: Record<string, number> }>('evaluate', method);
    const scores = Object.keys(evaluated.metrics).filter((name) => name.startsWith('nmi-'));
    expect(scores.some((name) => name.startsWith('nmi-kmeans-'))).toBe(true);
    expect(scores.some((name) => name.startsWith('nmi-assign-'))).toBe(assigns);
    await place.json('export', method, '--out', `${method}-onnx`);
    expect(existsSync(place.file(`${method}-onnx`, 'generator.onnx'))).toBe(true);
    expect(existsSync(place.file(`${method}-onnx`, 'assign.onnx'))).toBe(assigns);
    const clustered = await place.run('cluster', method, '--out', `${method}.csv`);
    expect(clustered.code, clustered.stderr).toBe(assigns ? 0 : 1);
    if (!assigns) expect(clustered.stderr).toMatch(/[.]\n$/);
  });

  it('says in the names of metrics that samples were rejected', async () => {
    const sizes = ['units=16', 'latent=4', 'pretextSteps=2', 'partitionerSteps=40', 'partitionerRate=0.001'];
    const train = ['train', 'digits', '--method', 'pgmgan', '--components', '2', ...set(sizes)];
    const guided = ['--steps', '60', ...set(['guideWeight=100', 'learningRate=0.003'])];
    await place.json(...train, ...guided, '--out', 'guided');
    const words = ['evaluate', 'guided', '--features', 'raw', '--samples', '40'];
    const { metrics } = await place.json<{ metrics: Record<string, number> }>(...words);
    expect(metrics['fd40-raw-rejection-train']).toBeGreaterThan(0);
    expect(Object.keys(metrics).some((name) => /^[a-z-]+40-raw-(train|test)$/.test(name))).toBe(false);
    expect(metrics['nmi-kmeans-encoder-train']).toBeDefined();
  });

  it('refuses a table where a method needs images, in one sentence', async () => {
    const train = ['train', 'ring', '--method', 'cdgan', '--steps', '2', '--out', 'no'];
    const { code, stderr } = await place.run(...train);
    expect([code, stderr.trim().split('\n').at(-1)]).toEqual([
      2,
      'CD-GAN compares crops of images, and these data are none; give images, or compare rows with noise instead by --set viewNoise=0.1.',
    ]);
    expect(existsSync(place.file('no'))).toBe(false);
  });
});
