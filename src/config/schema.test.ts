import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methodNamed, methodNames } from '../methods/index.js';
import { runSchema, settingsMarked } from './schema.js';

describe('marks of settings', () => {
  it('say which settings of a run are how it is executed, and whether they change its rounding', () => {
    expect(settingsMarked(runSchema, 'execution', 'same bits')).toEqual([
      'threads',
      'evaluateEvery',
      'checkpointEvery',
      'keepCheckpoints',
    ]);
    expect(settingsMarked(runSchema, 'execution', 'rounding')).toEqual(['device']);
  });

  it('are read from any schema, with its default and its description', () => {
    const schema = z.object({
      a: z.number(),
      b: z.number().default(1).describe('the rate').meta({ lower: true }),
    });
    expect(settingsMarked(schema, 'lower', true)).toEqual(['b']);
    expect(schema.shape.b.description).toBe('the rate');
    for (const { settings } of methodNames().map(methodNamed)) {
      expect(settingsMarked(settings, 'lower', true)).toEqual(['learningRate']);
    }
  });
});

it.each(methodNames())('every setting of %s says what it is', (name) => {
  const { shape } = methodNamed(name).settings;
  const silent = Object.entries(shape).filter(
    ([, field]) => !(field as { description?: string }).description,
  );
  expect(silent.map(([key]) => key)).toEqual([]);
});

it.each(methodNames())("Adam's decays of %s are below 1", (name) => {
  const { settings } = methodNamed(name);
  for (const key of ['beta1', 'beta2']) {
    expect(settings.safeParse({ [key]: 0.99 }).success).toBe(true);
    expect(settings.safeParse({ [key]: 1 }).success).toBe(false);
  }
});
