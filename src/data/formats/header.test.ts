import { describe, expect, it } from 'vitest';
import type { ReadOptions } from './content.js';
import { parseCsv } from './csv/csv.js';

/** Names, number of rows, and what is told of a table. */
function read(text: string, options: ReadOptions = {}) {
  const { columns, named, rows, notices } = parseCsv(text, 'f.csv', options);
  return { columns, named, rows, notices };
}

const asNames = (shown: string) =>
  `f.csv: the first line (${shown}) is read as the names of columns; --header no reads it as a row.`;

describe('the first line of a text table', () => {
  it.each([
    ['0 to n - 1, as pandas numbers columns', '0,1,2\n1.5,2.5,0.1\n3,4,5\n', '0, 1, 2'],
    ['0 to n - 1 over whole numbers', '0,1,2,3\n7,0,9,1\n3,4,5,2\n', '0, 1, 2, ...'],
    ['1 to n', '1,2,3\n0.5,0.25,7\n1,1,1\n', '1, 2, 3'],
    ['n consecutive years', '1990,1991,1992\n0.5,0.25,7\n1,1,1\n', '1990, 1991, 1992'],
    ['wavelengths in equal steps', '400,405,410,415,420\n.1,.2,.3,.4,.5\n', '400, 405, 410, ...'],
    ['two names over numbers with a decimal point', '0,1\n-1.5,2.5\n0.1,0.2\n', '0, 1'],
    ['one name', '0\n1.5\n2.5\n', '0'],
    ['a word over numbers', '1.5,width,3\n1,2,3\n4,5,6\n', '1.5, width, 3'],
    ['quoted numbers over plain ones', '"10","30"\n1,2\n3,4\n', '10, 30'],
    ['names between tabs', '0\t1\t2\n1.5\t2\t3\n', '0, 1, 2'],
  ])('is names: %s', (_, text, shown) => {
    const { named, rows, notices } = read(text);
    expect([named, rows]).toEqual([true, text.trim().split('\n').length - 1]);
    expect(notices).toEqual([asNames(shown)]);
  });

  it('is names where a cell is the name of labels, and these are found', () => {
    const numbered = parseCsv('0,1,label\n1.5,2,1\n3,4,0\n', 'f.csv');
    expect([numbered.columns, [...numbered.labels!], [...numbered.values]]).toEqual([
      ['0', '1'],
      [1, 0],
      [1.5, 2, 3, 4],
    ]);
    const worded = parseCsv('0,1,kind\n1.5,2,cat\n3,4,ant\n', 'f.csv', { label: 'kind' });
    expect(worded.classNames).toEqual(['ant', 'cat']);
    expect(parseCsv('0,1,label\n1.5,2,1\n3,4,0\n', 'f.csv', { label: '3' }).classNames).toEqual(['0', '1']);
  });

  it('is names over an index that has none, and where R gives none to the names of rows', () => {
    expect(read(',0,1\n0,1.5,2\n1,3,4\n')).toMatchObject({ columns: ['0', '1'], rows: 2 });
    const cars = parseCsv(`"mpg","cyl"\n"Mazda",21,6\n"Fiat",32.4,4\n`, 'f.csv');
    expect([cars.columns, cars.id?.values, [...cars.values]]).toEqual([
      ['mpg', 'cyl'],
      ['Mazda', 'Fiat'],
      [21, 6, 32.4, 4],
    ]);
  });

  it('is names without a word where no cell is a number, as NumPy marks them too', () => {
    expect(read('# a,b\n1,2\n3,4\n')).toEqual({ columns: ['a', 'b'], named: true, rows: 2, notices: [] });
  });

  it.each([
    ['of measurements', '5.1,3.5,1.4\n4.9,3,1.4\n'],
    ['of whole numbers', '3,1,2\n4,5,6\n'],
    ['with a label', '1,2,cat\n3,4,ant\n'],
    ['of two whole numbers over whole ones', '5,6\n3,4\n'],
    ['of numbers with a decimal point', '0.0,1.0,2.0\n3,4,5\n'],
    ['that is all there is', '0,1,2\n'],
  ])('is a row, without a word: %s', (_, text) => {
    const options = text.includes('cat') ? { label: '3' } : {};
    const { named, rows, notices } = read(text, options);
    expect([named, rows, notices]).toEqual([false, text.trim().split('\n').length, []]);
  });

  it('is a row, and told, where it may be names', () => {
    const { named, notices } = read('1,2\n3,4\n');
    expect([named, notices]).toEqual([
      false,
      ['f.csv: the first line (1, 2) is read as a row; --header yes reads it as the names of columns.'],
    ]);
    expect(read('100,102,107,110,150\n3,1,2,5,4\n').notices).toHaveLength(1);
  });

  it('is what it is said to be', () => {
    expect(read('0,1,2\n1.5,2,3\n', { header: 'no' })).toMatchObject({ rows: 2, notices: [] });
    expect(read('5,7,2\n1.5,2,3\n', { header: 'yes' })).toMatchObject({
      columns: ['5', '7', '2'],
      rows: 1,
      notices: [],
    });
  });

  it('is names where they are those of the run, and else as its own was said to be', () => {
    const former = { columns: 2, names: ['7', '9'] };
    expect(read('9,7\n1,2\n3,4\n', { former })).toMatchObject({ columns: ['7', '9'], rows: 2 });
    const plain = { columns: 3, header: 'no' } as const;
    expect(read('0,1,2\n1.5,2,3\n', { former: plain }).rows).toBe(2);
  });

  it('was no header of numbers for runs of version 0.1.0', () => {
    expect(read('0,1,2\n1.5,2,3\n', { reading: 1 })).toMatchObject({ named: false, rows: 2, notices: [] });
  });

  it('is names over columns in which something is missing', () => {
    expect(read('1,x,2019\n5,NA,3\n6,2,4\n')).toMatchObject({ columns: ['1', 'x', '2019'], rows: 2 });
    expect(read('39,red,7\n50,blue,8\n38,red,9\n').rows).toBe(3);
  });

  it('does not hide that its values are missing', () => {
    expect(read('1.5,NA,3\n1,2,3\n')).toMatchObject({ named: false, rows: 2 });
    expect([...parseCsv('1.5,NA,3\n1,2,3\n', 'f.csv').values]).toEqual([1.5, Number.NaN, 3, 1, 2, 3]);
  });
});
