import { afterAll, beforeAll, expect, it } from 'vitest';
import { findGroups } from './find-groups.js';
import { fit as trained } from './fit.js';
import type { FittedModel } from './model.js';
import { evaluate } from './verbs.js';

const rows = Array.from({ length: 40 }, (_, i) => [Math.sin(i) + (i % 2 === 0 ? 5 : 0), Math.cos(3 * i)]);
let model: FittedModel;
beforeAll(async () => {
  model = await trained(rows, { components: 2, steps: 1, batch: 8, preset: 'robust' });
}, 60_000);
afterAll(() => model.close());

it.each([
  ['findGroups', (options: object) => findGroups(rows, options), 'groups, most'],
  ['fit', (options: object) => trained(rows, options), 'preset, method'],
  ['sample', (options: object) => model.sample(3, options), 'group, seed'],
  ['evaluate', (options: object) => evaluate(model, options), 'features, convention'],
])('%s refuses an option that it does not have', async (_, call, known) => {
  await expect(call({ bogus: 5 })).rejects.toThrow(`There is no option 'bogus'; choose of ${known}`);
});
