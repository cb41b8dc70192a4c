import fs, { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import type { AssignedData } from './assign.js';
import { assignmentCsv } from './assignment-csv.js';
import { sortImages } from './sort-images.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mixtura-sort-')));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const NAMES = ['x/1.png', 'y/1.png', 'y/2.png'];
const assigned: AssignedData = {
  count: 3,
  parts: [{ name: 'train', count: 3, rows: { id: { name: 'file', values: NAMES } } }],
  components: 2,
  groups: [
    { group: 1, component: 1, name: 'a, b: ..', size: 0.6 },
    { group: 2, component: 0, size: 0.4 },
  ],
  group: Int32Array.of(1, 2, 1),
  component: Int32Array.of(1, 0, 1),
  probabilities: Float32Array.of(0.25, 0.75, 0.5, 0.5, 0.125, 0.875),
};

it('copies where links cannot be made, and tells it once', () => {
  const data = join(folder, 'data');
  for (const name of NAMES) {
    mkdirSync(join(data, name, '..'), { recursive: true });
    writeFileSync(join(data, name), name);
  }
  vi.spyOn(fs, 'symlinkSync').mockImplementation(() => {
    throw Object.assign(new Error('no'), { code: 'EPERM' });
  });
  const told: string[] = [];
  const out = join(folder, 'sorted');
  sortImages(out, data, assigned, { onNotice: (sentence) => told.push(sentence) });
  expect(told).toEqual([`Links cannot be made in ${out}, so the images are copied.`]);
  expect(readFileSync(join(out, '1-a, b-/x/1.png'), 'utf8')).toBe('x/1.png');
  expect(readFileSync(join(out, '2/y/1.png'), 'utf8')).toBe('y/1.png');
  expect(readFileSync(join(out, '1-a, b-/y/2.png'), 'utf8')).toBe('y/2.png');
});

it('writes probabilities in the order of the groups, and columns of the data under names of their own', () => {
  const parts: AssignedData['parts'] = [
    {
      name: 'train',
      count: 2,
      rows: {
        id: { name: 'name', values: ['r', 's'] },
        kept: [{ name: 'group', values: ['old', 'new'] }],
        leftOut: [{ index: 1, id: 'q', reason: 'damaged' }],
      },
    },
    { name: 'test', count: 1 },
  ];
  expect(assignmentCsv({ ...assigned, parts })).toBe(
    [
      'index,part,data_name,group,name,probability,p1,p2,data_group,left_out',
      '0,train,r,1,"a, b: ..",0.75,0.75,0.25,old,',
      '1,train,q,,,,,,,damaged',
      '2,train,s,2,,0.5,0.5,0.5,new,',
      '0,test,,1,"a, b: ..",0.875,0.875,0.125,,',
      '',
    ].join('\n'),
  );
});
