import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { presets } from './presets.js';
import { requestJsonSchema, requestOfContent } from './request.js';

const BUILT = path.join(import.meta.dirname, '../../dist/config.schema.json');

describe('the published schema', () => {
  const published = JSON.parse(readFileSync(BUILT, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0];

  it('is that of the sources', () => {
    expect(published).toEqual(requestJsonSchema());
  });

  it('takes what --config takes, and nothing else', () => {
    const schema = z.fromJSONSchema(published);
    const good = [
      {},
      { preset: 'robust', steps: 100 },
      { $schema: './config.schema.json', data: { name: 'rows.csv', label: 'kind' }, components: 3 },
      { method: 'wgan', settings: { units: 64 }, seed: 0, threads: 2, device: 'cpu' },
      ...Object.values(presets).map(({ summary: _, ...preset }) => preset),
    ];
    const bad = [{ step: 100 }, { steps: 0 }, { data: { nam: 'x' } }, { preset: 'none' }, { device: 'gpu' }];
    for (const content of good) {
      expect(schema.safeParse(content).success).toBe(true);
      const { $schema: _, ...rest } = content as Record<string, unknown>;
      expect(requestOfContent(content, 'file')).toEqual(rest);
    }
    for (const content of bad) {
      expect(schema.safeParse(content).success).toBe(false);
      expect(() => requestOfContent(content, 'file')).toThrow('file');
    }
  });
});

describe('the content of a file', () => {
  it('names what is not valid, with the nearest key', () => {
    const message = (content: unknown) => {
      try {
        requestOfContent(content, 'mine.yaml');
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(message({ stesp: 3 })).toMatch(
      /^There is no setting in mine\.yaml 'stesp' \(did you mean steps\?\); choose of method, data, .*\.$/,
    );
    expect(message({ data: { lable: 'a' } })).toMatch(/'lable' \(did you mean label\?\)/);
    expect(message({ steps: 'many' })).toBe(
      "The setting in mine.yaml steps is not valid: it is 'many'; give a number.",
    );
    expect(message({ preset: 'robst' })).toMatch(/it is 'robst' \(did you mean robust\?\); give digits, /);
    expect(message([1])).toBe('The setting in mine.yaml is not valid: it is [1]; give names with values.');
    expect(message('steps')).toContain("it is 'steps'; give names with values.");
  });

  it('of a run leaves out what describes its data', () => {
    const run = { version: '0.1.0', method: 'slogan', steps: 3, dataset: { name: 'x' }, data: { name: 'x' } };
    expect(requestOfContent(run, 'config.json')).toEqual({
      method: 'slogan',
      steps: 3,
      data: { name: 'x' },
    });
  });
});
