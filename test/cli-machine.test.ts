/** @file The verbs that need no run: doctor, data, and every verb's help. */
import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

describe('the machine and its data', () => {
  it('doctor finds that this machine can train', async () => {
    const { ok, checks } = await place.json<{ ok: boolean; checks: { name: string; ok: boolean }[] }>(
      'doctor',
    );
    expect(ok).toBe(true);
    const failed = checks.filter((check) => !check.ok).map(({ name }) => name);
    expect(failed.filter((name) => !['CPU', 'memory', 'disk'].includes(name))).toEqual([]);
    expect(checks.map(({ name }) => name)).toContain('training step');
  });

  it('data lists the sets, inspects one, and tells where files are looked for', async () => {
    const { sets } = await place.json<{ sets: { name: string; here: boolean }[] }>('data');
    expect(Object.fromEntries(sets.map(({ name, here }) => [name, here]))).toMatchObject({
      digits: true,
      ring: true,
      mnist: false,
    });
    const summary = await place.json('data', 'inspect', 'digits', '--classes', '0,1', '--ratio', '2:1');
    expect(summary).toMatchObject({
      kind: 'image',
      shape: [1, 8, 8],
      classes: [{ name: '0' }, { name: '1' }],
    });
    expect(summary).toMatchObject({ format: 'named set', nonFinite: 0, duplicates: { count: 0 } });
    const { cache } = await place.json<{ cache: string }>('data', 'path');
    expect(cache).toBe(place.file('cache'));
  });

  it('data tells what constructed sets hold, gets what is there, and draws a sheet', async () => {
    interface Listed {
      name: string;
      place: string;
      samples: number;
      heldOut: number;
    }
    const { sets } = await place.json<{ sets: Listed[] }>('data', 'list');
    expect(sets.find(({ name }) => name === 'mnist-2')).toMatchObject({
      samples: 8461,
      heldOut: 1400,
      place: 'not here: made of mnist',
    });
    expect(sets.filter(({ name }) => name.startsWith('mnist-elastic-')).length).toBe(50);
    const lines = (await place.run('data', 'list')).stdout.split('\n');
    expect(lines.find((line) => line.includes('mnist-elastic'))).toContain(
      "mnist-elastic-00 ... 49  Elastic-InfoGAN's unequal MNIST, splits 00 to 49; 29640 to 48122 of 1x28x28 in 10 groups",
    );
    expect(await place.json('data', 'fetch', 'ring')).toEqual({ name: 'ring', files: [] });
    const { sheet } = await place.json<{ sheet: string }>('data', 'inspect', 'digits', '--out', 'sheet.png');
    expect(sheet).toBe('sheet.png');
    const { width, height } = decode(readFileSync(place.file('sheet.png')));
    expect([width > 10 * 32, height]).toEqual([true, 10 * 34 + 2]); // a row of 32 pixels a class
  });

  it('explains every verb, with an example', async () => {
    const overview = (await place.run('--help')).stdout;
    const verbs = Array.from(overview.matchAll(/^ {2}(\w+) {2,}/gm), (match) => match[1]!);
    expect(verbs).toEqual(
      expect.arrayContaining(['train', 'sample', 'cluster', 'evaluate', 'export', 'data', 'doctor']),
    );
    for (const verb of verbs) {
      const { code, stdout, stderr } = await place.run(verb, '--help');
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        new RegExp(`^mixtura ${verb}\\b[^]*--json [^]*\nExamples:\n {2}mixtura ${verb}`),
      );
    }
  });
});
