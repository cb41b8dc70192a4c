import { expect, it } from 'vitest';
import { openDataset } from '../../data/sets/open.js';
import { findGroups } from '../../groups/find.js';
import { plainFindings } from './write-groups.js';

it('names rows by their places in the whole of the data, where only some were selected', async () => {
  const dataset = await openDataset('digits', { classes: '0,1', ratio: '5:1' });
  const findings = await findGroups(dataset, { groups: 2, views: ['pixels'], teachers: ['graph'] });
  const plain = plainFindings(dataset, findings) as {
    readonly groups: readonly Record<'exemplars' | 'border' | 'outliers', number[]>[];
    readonly rows: readonly { readonly index: number; readonly group: number }[];
  };
  const groupOf = new Map(plain.rows.map(({ index, group }) => [index, group]));
  expect(Math.max(...groupOf.keys())).toBeGreaterThan(dataset.count);
  for (const [at, { exemplars, border, outliers }] of plain.groups.entries()) {
    expect(exemplars.length).toBeGreaterThan(0);
    for (const row of [...exemplars, ...border, ...outliers]) expect(groupOf.get(row)).toBe(at + 1);
  }
});
