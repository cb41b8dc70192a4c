/** @file Methods of a program's own: once registered, their runs are like those of any other. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methodNames, registerMethod } from '../src/method/index.js';
import { defineMethod } from '../src/method/method.js';
import { buildSlogan } from '../src/method/slogan.js';
import { sloganSettings } from '../src/method/slogan-settings.js';
import { wgan } from '../src/method/wgan.js';
import { resumeRun } from '../src/run/resume.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { exportRun } from '../src/run/use/export.js';
import { learnedMeans } from './support/toy-methods.js';

const place = mkdtempSync(path.join(tmpdir(), 'mixtura-own-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const brighter = registerMethod(
  defineMethod({
    name: 'slogan-brighter',
    title: 'SLOGAN, brighter',
    source: 'a test',
    settings: sloganSettings.extend({
      brightness: z.number().default(0).describe('weight of the mean pixel'),
    }),
    build: (config, context) =>
      buildSlogan(config, context, (_, { generated }) => generated.mean().mul(-config.brightness)),
  }),
);
registerMethod(learnedMeans);

const request = { data: { name: 'digits' }, steps: 20, settings: { units: 16, latent: 4 } };
const bytes = ({ files }: { readonly files: { readonly checkpoint: string } }) =>
  readFileSync(files.checkpoint);

const bright = { ...request, method: brighter.name, settings: { ...request.settings, brightness: 500 } };

describe('SLOGAN plus a term', () => {
  let whole: ReturnType<typeof startRun>;

  it('is SLOGAN, bit for bit, where the weight is 0, and something else where it is not', async () => {
    whole = startRun(bright, { folder: path.join(place, 'whole') });
    const changed = await whole;
    const plain = await startRun(request, { folder: path.join(place, 'plain') });
    const zero = await startRun({ ...request, method: brighter.name }, { folder: path.join(place, 'zero') });
    expect(bytes(zero).equals(bytes(plain))).toBe(true);
    expect(bytes(changed).equals(bytes(plain))).toBe(false);
    const brightness = (folder: string) =>
      withTrained(folder, async ({ inference }) => {
        const { samples } = await inference.sampleMixture(200, 'test');
        return samples.reduce((sum, value) => sum + value, 0) / samples.length;
      });
    expect(await brightness(changed.folder)).toBeGreaterThan((await brightness(zero.folder)) + 0.02);
  });

  it('is interrupted and resumed with the same bytes, and exported', async () => {
    const stop = new AbortController();
    const half = await startRun(bright, {
      folder: path.join(place, 'half'),
      signal: stop.signal,
      onEvent: (event) => event.kind === 'step' && event.event.step === 10 && stop.abort(),
    });
    expect([half.step, half.finished]).toEqual([10, false]);
    const resumed = await resumeRun(half.folder);
    expect(bytes(resumed).equals(bytes(await whole))).toBe(true);
    const exported = await withTrained(resumed.folder, (trained) => exportRun(trained));
    expect(exported.every(({ file }) => existsSync(file))).toBe(true);
    expect(exported.length).toBe(3);
  });
});

describe('a prior that back-propagation trains', () => {
  it('is opened from a checkpoint as it was saved, and samples by it', async () => {
    const { folder } = await startRun(
      { data: { name: 'ring' }, method: learnedMeans.name, steps: 20, components: 3 },
      { folder: path.join(place, 'learned') },
    );
    await withTrained(folder, async ({ inference }) => {
      const { learned } = inference.prior as unknown as { learned: Float32Array };
      const samples = await inference.sampleComponent(2, 4);
      for (let i = 0; i < 4; i++) {
        expect(samples[2 * i]).toBeCloseTo(learned[4]!, 6);
        expect(samples[2 * i + 1]).toBeCloseTo(learned[5]!, 6);
      }
    });
  });
});

describe('registering', () => {
  it('takes a name once, and only names that can be typed', () => {
    expect(methodNames()).toEqual(expect.arrayContaining([brighter.name, 'slogan']));
    expect(registerMethod(brighter)).toBe(brighter);
    expect(() => registerMethod({ ...wgan, name: 'slogan' })).toThrow(
      "There is a method 'slogan' already, SLOGAN; give yours another name.",
    );
    expect(() => registerMethod({ ...wgan, name: 'My method' })).toThrow("'My method' cannot name a method");
  });
});
