import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { classCounts } from '../dataset.js';
import { summarize } from '../inspect/inspect.js';
import { namedSet } from './named.js';
import { pendigits } from './pendigits.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-pendigits-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const HEADER = `${Array.from({ length: 16 }, (_, i) => `${'xy'[i % 2]}${(i >> 1) + 1}`).join(',')},label\n`;
const row = (first: number | string, digit: number | string) => `${first},${'100,'.repeat(15)}${digit}\n`;

describe('pendigits', () => {
  it('reads the published form and the one with a header alike: x / 100, and the digits themselves', () => {
    const published = pendigits(
      file('pendigits.tra', ` ${row(' 47', ' 8')}${row(' 0', ' 3')}`),
      file('pendigits.tes', row(7, 8)),
    );
    const headed = pendigits(
      file('train.csv', HEADER + row(47, 8) + row(0, 3)),
      file('test.csv', HEADER + row(7, 8)),
    );
    expect(headed.fingerprint).toBe(published.fingerprint);
    expect([published.count, published.shape, published.range, published.kind, published.maximum]).toEqual([
      2,
      [16],
      'unit',
      'table',
      100,
    ]);
    expect([...published.labels!]).toEqual([8, 3]);
    expect([...headed.test!().labels!]).toEqual([8]); // not 0, though it is the only digit of its part
    const out = new Float32Array(32);
    published.read([0, 1], out);
    expect([out[0], out[1], out[16]]).toEqual([Math.fround(0.47), 1, 0]);
  });

  it.each([
    [HEADER + row(47, 8) + row(101, 3), 'row 2, column 1 is 101, not a whole number of 0 to 100'],
    [HEADER + row(4.5, 8), 'row 1, column 1 is 4.5, not a whole number of 0 to 100'],
    [HEADER + row('?', 8), 'row 1, column 1 is NaN, not a whole number of 0 to 100'],
    [HEADER + row('x', 8), 'row 1 (line 2), column 1 (x1) is "x", not a finite number'],
    [HEADER + row(47, 'eight'), 'has the label "eight" where a digit of 0 to 9 is expected in column 17'],
    ['1,2,3\n', 'has no column 17'],
    [`${'1,'.repeat(17)}3\n`, 'has 17 columns before the digit where 16 are expected'],
    ['', 'is empty'],
  ])('refuses %j', (content, message) => {
    expect(() => pendigits(file('bad.csv', content), 'none.csv')).toThrow(message);
  });

  it.runIf(existsSync(join(process.env.MIXTURA_DATA ?? '', 'pendigits')))(
    'reads the real files: the published counts, and mean and deviation as NumPy has them',
    async () => {
      const set = await namedSet('pendigits');
      expect([...classCounts(set)!]).toEqual([780, 779, 780, 719, 780, 720, 720, 778, 719, 719]);
      expect([...classCounts(set.test!())!]).toEqual([363, 364, 364, 336, 364, 335, 336, 364, 336, 336]);
      const { values, duplicates } = summarize(set);
      expect(values.mean).toBeCloseTo(0.5070195322925, 7);
      expect(values.deviation).toBeCloseTo(0.3453929261545, 7);
      expect(duplicates).toEqual({ count: 0 });
    },
  );
});
