/** @file Methods of a program's own: once registered, their runs are like those of any other. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tensor } from '../src/graph/tensor.js';
import { defineMethod } from '../src/method/method.js';
import { methodNames, registerMethod } from '../src/methods/index.js';
import { sloganSettings } from '../src/methods/slogan/slogan-settings.js';
import { buildSlogan } from '../src/methods/slogan.js';
import { wgan } from '../src/methods/wgan.js';
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

describe('a method that rejects samples', () => {
  it('trains also where it keeps none of an untrained network, and says that the sheet is missing', async () => {
    let trained = false;
    const picky = registerMethod(
      defineMethod({
        ...wgan,
        name: 'picky',
        build(config, context) {
          const model = wgan.build(config, context);
          const rejection = {
            score: (samples: Tensor) => samples.reshape([samples.shape[0]!, 64]).sum([1], true),
            accept: (scores: Float32Array) => scores.map(() => (trained ? 1 : 0)),
          };
          return { ...model, inference: { ...model.inference, rejection } };
        },
      }),
    );
    const notes: string[] = [];
    const { step, files } = await startRun(
      { data: { name: 'digits' }, method: picky.name, steps: 4, settings: { units: 4 } },
      {
        folder: path.join(place, 'picky'),
        onEvent(event) {
          if (event.kind === 'step') trained = true;
          if (event.kind === 'note') notes.push(event.note);
        },
      },
    );
    expect(step).toBe(4);
    expect(notes).toEqual([
      'There is no sample sheet of step 0. Of 200 generated samples the method keeps only 0, and 10 were asked for; train longer.',
    ]);
    expect(existsSync(files.samples!)).toBe(true);
    expect(existsSync(path.join(place, 'picky', 'samples', 'step-00000000.png'))).toBe(false);
    expect(existsSync(path.join(place, 'picky', 'samples', 'step-00000004.png'))).toBe(true);
  });
});
