import { expect, it } from 'vitest';
import { folderStem } from './start.js';

it.each([
  ['digits', 'digits'],
  ['/data/my table.v2.csv', 'my-table-v2'],
  ['/data/Messungen größe.csv', 'Messungen-größe'],
  ['数据.csv', '数据'],
  ['данные 2024.parquet', 'данные-2024'],
  ['आँकड़े.csv', 'आँकड़े'.normalize('NFC')],
  ['cafe\u0301.csv', 'caf\u00e9'],
  ['--help.csv', 'help'],
  ['(draft) x.csv', 'draft-x'],
  ['🙂.csv', 'data'],
  ['.csv', 'data'],
  ['/', 'data'],
  ['..', 'data'],
  ['a_b-c', 'a_b-c'],
])('the run of %s is named %s', (name, stem) => expect(folderStem(name)).toBe(stem));

it('is named as briefly as file systems want', () => {
  expect(folderStem(`${'x'.repeat(300)}.csv`)).toBe('x'.repeat(180));
  expect(folderStem(`${'語'.repeat(80)}.csv`)).toBe('語'.repeat(60));
});
