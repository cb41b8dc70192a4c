import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { labelCsv, readLabelCsv } from './label-csv.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = { kind: 'file', names: ['a.png', 'b, c.png', 'd.png'] };
const written = (text: string) => {
  const path = join(folder, 'labels.csv');
  writeFileSync(path, text);
  return path;
};

describe('labels as CSV', () => {
  it('are written to be filled in, and read as they were filled in', () => {
    const text = labelCsv(keys, [2, 1]);
    expect(text).toBe('file,class\nd.png,\n"b, c.png",\n');
    const filled = text.replace('d.png,', 'd.png,cat');
    expect(readLabelCsv(written(filled), keys)).toEqual(new Map([[2, 'cat']]));
    expect(labelCsv(keys, [2], new Map([[2, 'cat']]))).toBe('file,class\nd.png,cat\n');
  });

  it('may be parted by semicolons or tabs, with further columns, and the same class twice', () => {
    expect(readLabelCsv(written('file;note;class\na.png;x;dog\na.png;y;dog\n'), keys)).toEqual(
      new Map([[0, 'dog']]),
    );
    expect(readLabelCsv(written('file\tCLASS\r\nd.png\tdog\r\n'), keys)).toEqual(new Map([[2, 'dog']]));
  });

  it.each([
    [
      'file,class\nno.png,1\n',
      "labels.csv, line 2: there is no row 'no.png' in the data, whose rows are named by their file; correct it.",
    ],
    [
      'file,class\na.png,1\nd.png,1\na.png,2\n',
      "labels.csv, line 4: row 'a.png' is of class '2' here, and of class '1' in line 2; leave one of them.",
    ],
    [
      'a.png,1\n',
      "labels.csv holds no labels of rows; it needs a header such as 'file,class', and then a row and its class in each line.",
    ],
    ['', 'labels.csv holds no labels of rows;'],
  ])('refuses %j in one sentence', (text, sentence) => {
    expect(() => readLabelCsv(written(text), keys)).toThrow(sentence);
  });

  it('refuses a file that is not there', () => {
    expect(() => readLabelCsv(join(folder, 'none.csv'), keys)).toThrow(
      /cannot be read; give a CSV file that is there/,
    );
  });
});
