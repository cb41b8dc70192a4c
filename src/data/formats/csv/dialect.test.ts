import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.js';
import { decodeText } from './decode.js';
import { delimiterOf } from './dialect.js';

const read = (text: string, options = {}) => {
  const { columns, values, notices } = parseCsv(text, 'f.csv', options);
  return { columns, values: [...values], notices };
};

describe('the dialect of a text table', () => {
  it.each([
    ['semicolons and decimal commas', 'x;y\n1,5;2\n3;4,25\n'],
    ['tabs and decimal commas', 'x\ty\n1,5\t2\n3\t4,25\n'],
    ['quoted decimal commas among commas', 'x,y\n"1,5",2\n3,"4,25"\n'],
    ['decimal commas with thousands', 'x;y\n1,5;2,0\n3;4,25\n'],
  ])('is found out and told: %s', (_, text) => {
    const { columns, values, notices } = read(text);
    expect([columns, values, notices.length]).toEqual([['x', 'y'], [1.5, 2, 3, 4.25], 1]);
    expect(notices[0]).toMatch(/^f\.csv: read with cells apart by \w+ and decimal commas; --delimiter/);
  });

  it('is found out where all commas of all lines are decimal ones', () => {
    expect(read('1,5;2,5\n3,5;4,5\n', { header: 'no' }).values).toEqual([1.5, 2.5, 3.5, 4.5]);
    expect(read('1,5;2\n3,5;4\n', { header: 'no' }).values).toEqual([1.5, 2, 3.5, 4]);
  });

  it('has vertical bars where the first line has most of them, which is told', () => {
    expect(read('x|y\n1|2\n')).toEqual({
      columns: ['x', 'y'],
      values: [1, 2],
      notices: ['f.csv: read with cells apart by vertical bars; --delimiter changes that.'],
    });
    expect(() => parseCsv('x|y\n1|2\n', 'f.csv', { reading: 1 })).toThrow('is "1|2", not a finite number');
  });

  it.each([
    ['x y\n1  2\n3 4\n', { delimiter: 'space' }],
    ['x:y\n1:2\n3:4\n', { delimiter: ':' }],
    ['x\ty\n1\t2\n3\t4\n', { delimiter: '\\t' }],
    ['x;y\n1;2\n3;4\n', { delimiter: 'semicolon' }],
    ['x:y\n1:2\n3:4\n', { former: { columns: 2, names: ['x', 'y'], delimiter: ':' } }],
    ['x;y\n1;2\n3;4\n', { former: { columns: 2, names: ['x', 'y'], delimiter: ':' } }],
  ])('is what is asked for, or what the run had: %j', (text, options) => {
    expect(read(text, options)).toEqual({ columns: ['x', 'y'], values: [1, 2, 3, 4], notices: [] });
  });

  it('parts thousands by the mark that is no decimal one', () => {
    const { values } = read('x;y\n1.234,5;2\n-12.000;,5\n', { decimal: ',' });
    expect(values).toEqual([1234.5, 2, -12000, 0.5]);
    expect(read('x;y\n1,234.5;2\n-12,000;.5\n', { decimal: '.' }).values).toEqual([1234.5, 2, -12000, 0.5]);
  });

  it('is not guessed where a comma may part thousands, or some numbers have a point', () => {
    expect(() => read('x;y\n1,234;2\n1,500;3\n')).toThrow(
      'f.csv, row 1 (line 2), column 1 (x) is "1,234", not a finite number: give --decimal ,',
    );
    expect(() => read('x;y\n1,5;2.5\n3;4\n')).toThrow('is "1,5", not a finite number');
    expect(
      read('x;y\n1,234;2\n', { former: { columns: 2, names: ['x', 'y'], decimal: ',' } }).values,
    ).toEqual([1.234, 2]);
  });

  it('is named where one column holds several numbers', () => {
    expect(() => read('x y\n1 2\n3 4\n')).toThrow(
      'f.csv has one column of cells such as "1 2", which are 2 numbers: give --delimiter space.',
    );
    expect(() => read('x^y\n1^2\n3^4\n')).toThrow("give --delimiter '^'.");
    expect(read('x\n1\n3\n').values).toEqual([1, 3]);
  });

  it('is refused where decimal commas would part the one column into two', () => {
    for (const text of ['a\n0,991\n0,26\n', 'price\n12,5\n3,75\n-1,25\n', 'a\n0,5\n']) {
      expect(() => read(text)).toThrow("give --delimiter ';' --decimal , if these are decimal commas");
    }
    expect(read('a\n0,991\n0,26\n', { delimiter: ';', decimal: ',' }).values).toEqual([0.991, 0.26]);
  });

  it('leaves names of rows, which R writes without a name over them, only where no two are alike', () => {
    expect(read('x,y\nr1,1,2\nr2,3,4\n').values).toEqual([1, 2, 3, 4]);
    expect(read('"x"\n"1",0.5\n"2",0.7\n').values).toEqual([0.5, 0.7]);
    expect(() => read('x,y\n7,1,2\n7,3,4\n')).toThrow('has 3 cell(s) where 2 are expected');
  });

  it('cannot part cells by what numbers or words are made of', () => {
    for (const mark of ['', '::', '"', '.', '1', 'a', '-', '\n']) {
      expect(() => delimiterOf(mark)).toThrow('--delimiter is');
    }
    expect([delimiterOf('tab'), delimiterOf('|'), delimiterOf('pipe')]).toEqual(['\t', '|', '|']);
  });
});

describe('lines above a table', () => {
  it("are Excel's mark, which says what parts the cells", () => {
    expect(read('sep=,\nx,y\n1,2\n').values).toEqual([1, 2]);
    expect(read('sep=;\r\nx;y\r\n1;2\r\n').values).toEqual([1, 2]);
    expect(() => read('sep=;\nx;y\n1;2\n1;2;3\n')).toThrow('row 2 (line 4) has 3 cell(s)');
  });

  it('are comments, but not the names that NumPy marks', () => {
    expect(read('# made by X; on Monday, 2 May\n# v2\nx,y,z\n1,2,3\n')).toMatchObject({
      values: [1, 2, 3],
      notices: ['f.csv: 2 lines that begin with # are left out.'],
    });
    expect(read('# a note\n# x;y\n1;2\n3;4\n').values).toEqual([1, 2, 3, 4]);
    expect(read('# x,y\n1,2\n').values).toEqual([1, 2]);
    expect(read('#x\n1\n2\n').values).toEqual([1, 2]);
    expect(read('# note\n#,x\na,1\nb,2\n').values).toEqual([1, 2]);
  });

  it('are blank, whatever parts the cells', () => {
    expect(read('\n \nx;y\n1,5;2\n').values).toEqual([1.5, 2]);
  });
});

describe('the text of a file', () => {
  const utf16 = (text: string, big: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return big ? bytes.swap16() : bytes;
  };

  it('may be UTF-16 with its mark', () => {
    expect([false, true].map((big) => decodeText(utf16('x,é\n1,2\n', big), 'f.csv'))).toEqual([
      'x,é\n1,2\n',
      'x,é\n1,2\n',
    ]);
    expect(() => decodeText(utf16('ab', false).subarray(0, 5), 'f.csv')).toThrow('f.csv is damaged UTF-16');
    expect(() => decodeText(utf16('x,y\n', false).subarray(2), 'f.csv')).toThrow(
      'f.csv holds zero bytes, as UTF-16 without its mark and files that are no text do: save it as UTF-8.',
    );
  });

  it('of another encoding is told with its line and the cure', () => {
    expect(() => decodeText(Buffer.from('x,y\n1,2\nstädte,3\n', 'latin1'), 'f.csv')).toThrow(
      'f.csv is not UTF-8 text (line 3): if it is of Windows-1252 or Latin-1, convert it by iconv -f WINDOWS-1252 -t UTF-8',
    );
  });
});
