import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.js';

describe('parseCsv', () => {
  it('reads numbers without a header', () => {
    const table = parseCsv('1,2.5\n-3e2,.5\n', 'f.csv');
    expect([...table.values]).toEqual([1, 2.5, -300, 0.5]);
    expect(table.columns).toEqual(['1', '2']);
    expect(table.labels).toBeUndefined();
  });

  it.each([
    ['tabs', 'x\ty\n1\t2\n3\t4'],
    ['semicolons', 'x;y\n1;2\n3;4\n'],
    ['CRLF and a byte order mark', '\uFEFFx,y\r\n1,2\r\n3,4\r\n'],
    ['quotes', '"x","y"\n"1",2\n3,"4"\n'],
    ['blank lines and spaces', 'x, y\n\n1, 2\n 3 ,4\n\n\n'],
  ])('reads %s', (_, text) => {
    const table = parseCsv(text, 'f.csv');
    expect(table.columns).toEqual(['x', 'y']);
    expect([...table.values]).toEqual([1, 2, 3, 4]);
  });

  it('takes a quoted cell with delimiters, doubled quotes and line ends as one', () => {
    const table = parseCsv('a,label\n1,"x, ""y""\nz"\n2,w\n', 'f.csv');
    expect(table.classNames).toEqual(['w', 'x, "y"\nz']);
    expect([...table.labels!]).toEqual([1, 0]);
  });

  it('splits off the label column of a former table where the table has one', () => {
    const former = { label: 'kind', columns: 1 };
    const classes = (text: string) => parseCsv(text, 'f.csv', { former }).classNames;
    expect(classes('kind,x\ncat,1\nant,2\n')).toEqual(['ant', 'cat']);
    expect(classes('x\n1\n2\n')).toBeUndefined();
    expect(classes('x,class\n1,b\n2,a\n')).toEqual(['a', 'b']);
    const numbered = { former: { label: '1', columns: 2 } };
    expect(parseCsv('1,2\n3,4\n', 'f.csv', numbered).columns).toEqual(['1', '2']);
    expect(parseCsv('5,1,2\n6,3,4\n', 'f.csv', numbered).columns).toEqual(['2', '3']);
  });

  it('splits off labels by usual name, by given name, and by number', () => {
    const usual = parseCsv('x,Class,y\n1,9,2\n3,10,4\n5,9,6\n', 'f.csv');
    expect([...usual.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(usual.columns).toEqual(['x', 'y']);
    expect(usual.classNames).toEqual(['9', '10']);
    expect([...usual.labels!]).toEqual([0, 1, 0]);
    const given = parseCsv('kind,x\ncat,1\nant,2\n', 'f.csv', { label: 'kind' });
    expect(given.classNames).toEqual(['ant', 'cat']);
    const numbered = parseCsv('1,2,cat\n3,4,ant\n', 'f.csv', { label: '3' });
    expect([...numbered.values]).toEqual([1, 2, 3, 4]);
    expect([...numbered.labels!]).toEqual([1, 0]);
  });

  it('refuses a row of more cells than any table has, whether it is the first or not', () => {
    const wide = ','.repeat(2 ** 20);
    expect(() => parseCsv(wide, 'f.csv')).toThrow('f.csv, line 1 has more than 1048576 cells');
    expect(() => parseCsv(`1,2\n${wide}`, 'f.csv')).toThrow('f.csv, line 2 has more than 1048576 cells');
  });

  it('takes a column named Na for a name, not for a missing value', () => {
    expect(parseCsv('RI,Na,Mg\n1,2,3\n', 'f.csv').columns).toEqual(['RI', 'Na', 'Mg']);
  });

  it('reads what is missing as NaN, by columns that are numbers all the same', () => {
    const values = (text: string) => {
      const { values, found } = parseCsv(text, 'f.csv');
      return [[...values], found];
    };
    expect(values('x,y\n1,NaN\n')).toEqual([[1, Number.NaN], undefined]);
    expect(values('nan,1\n2,3\n')).toEqual([[Number.NaN, 1, 2, 3], undefined]);
    expect(values('1,2\n\n3,\n')).toEqual([[1, 2, 3, Number.NaN], undefined]);
  });

  it('says of every column what it is', () => {
    const text =
      'who,when,city,n,k,memo,class\nann,2020-01-01,Rome,1,5,a,u\nbob,2020-01-02,Oslo,?,6,b,v\ncid,2020-01-03,Rome,3,7,c,u\n';
    const table = parseCsv(text, 'f.csv', { id: 'who', drop: 'k' });
    expect(table.columns).toEqual(['when', 'city', 'n']);
    expect(table.found).toEqual([
      { kind: 'date', name: 'when', times: false },
      { kind: 'category', name: 'city', words: ['Rome', 'Oslo'] },
      { kind: 'number', name: 'n' },
    ]);
    expect([...table.values]).toEqual([18262, 0, 1, 18263, 1, Number.NaN, 18264, 0, 3]);
    expect(table.aside).toEqual([
      { name: 'who', at: 0, role: 'id' },
      { name: 'k', at: 4, role: 'dropped' },
      { name: 'memo', at: 5, role: 'text', reason: '3 different words in 3 rows' },
      { name: 'class', at: 6, role: 'label' },
    ]);
    expect(() => parseCsv('a,b\nx,y\nz,w\n', 'f.csv')).toThrow(
      'f.csv has no columns of numbers, dates or few words: all are text (a, b), of which every row has its own.',
    );
  });

  it('takes a column named id for words where they come again', () => {
    const table = parseCsv('store_id,x\nA,1\nB,2\nA,3\n', 'f.csv');
    expect([table.columns, table.id]).toEqual([['store_id', 'x'], undefined]);
  });

  it.each([
    ['x,y\n1,2\n3,abc\n', 'f.csv, row 2 (line 3), column 2 (y) is "abc", not a finite number'],
    ['1,2\n3,1e99\n', 'row 2 (line 2), column 2 is "1e99"'],
    ['1,2\n3,0x10\n', 'column 2 is "0x10"'],
    ['1,2\n3,Infinity\n', 'column 2 is "Infinity"'],
    ['1,2\n3\n', 'row 2 (line 2) has 1 cell(s) where 2 are expected'],
    ['', 'f.csv is empty'],
    ['\n \n', 'f.csv is empty'],
    ['x,y\n', 'has a header but no rows'],
    ['label\n1\n', 'has no columns besides the labels'],
    ['x,label\n1,a\n2,\n', 'row 2 has no label'],
    ['1,"2\n', 'f.csv, line 1 opens a quote that is never closed'],
    ['1,"2"3\n', 'f.csv, line 1 has text after a closing quote'],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsv(text, 'f.csv')).toThrow(message);
  });

  it('refuses a label column that is not there, suggesting one that is', () => {
    expect(() => parseCsv('x,kind\n1,a\n', 'f.csv', { label: 'kinds' })).toThrow(
      'f.csv has no column kinds (did you mean kind?): its columns are x, kind.',
    );
  });
});

it('gives columns of one name numbers that no other column has', () => {
  const { columns } = parseCsv('a,a,a.1,a,b\n1,2,3,4,5\n6,7,8,9,0\n', 'f.csv', {});
  expect(columns).toEqual(['a', 'a.2', 'a.1', 'a.3', 'b']);
});
