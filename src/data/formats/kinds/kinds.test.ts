import { describe, expect, it } from 'vitest';
import { dateReader } from './dates.js';
import { decideColumn, readAsCoded } from './decide.js';
import { isMissing, isNumberLike, NUMBER } from './words.js';

const column = (words: readonly string[]) => ({
  path: 'f.csv',
  name: 'c',
  words,
  place: (row: number) => `row ${row + 1}, column c`,
});
const repeat = (words: readonly string[], times: number) => Array.from({ length: times }, () => words).flat();
const decide = (words: readonly string[]) => decideColumn(column(words));

describe('words', () => {
  it.each([
    '',
    'NA',
    'na',
    'N/A',
    'n/a',
    '#N/A',
    '<NA>',
    'NaN',
    'nan',
    'null',
    'NULL',
    'None',
    '?',
    '-',
    '.',
  ])('holds no value: %j', (word) => expect(isMissing(word)).toBe(true));

  it.each(['0', 'no', 'nano', '--', 'x', 'nulls', 'inf'])('holds a value: %j', (word) =>
    expect(isMissing(word)).toBe(false),
  );

  it.each(['12,5', '1,234', '1,234.50', '1.234,5', '12 %', '$5', '€ 1,000', 'inf', '-Infinity', "1'000"])(
    'is a number that is written in another way: %j',
    (word) => expect([isNumberLike(word), NUMBER.test(word)]).toEqual([true, false]),
  );

  it.each(['12 kg', '192.168.1.1', '1.2.3', 'a1', '5-6', '', '%'])('is no number: %j', (word) =>
    expect(isNumberLike(word)).toBe(false),
  );
});

describe('dates', () => {
  it.each([
    ['1970-01-02', 1],
    ['2020/01/01', 18262],
    ['2020-01-01T06:00:00Z', 18262.25],
    ['2020-01-01 06:00', 18262.25],
    ['2020-01-01T06:00:00+06:00', 18262],
    ['2020-01-01T12:00:00.000-0600', 18262.75],
    ['31.12.1969', -1],
    ['13/01/1970', 12],
  ])('%s is day %d', (word, day) => {
    const reader = dateReader([word]);
    expect(reader === 'ambiguous' ? reader : reader.days(word)).toBe(day);
  });

  it('have the order that one of the column shows, and none where none does or two differ', () => {
    const days = (...words: string[]) => {
      const reader = dateReader(words);
      return reader === 'ambiguous' ? reader : reader.days(words[0]!);
    };
    expect(days('02/01/1970', '13/01/1970')).toBe(1);
    expect(days('01/02/1970', '1/13/1970')).toBe(1);
    expect(days('02/01/1970', '03/04/1970')).toBe('ambiguous');
    expect(days('13/01/1970', '01/13/1970')).toBe('ambiguous');
    expect(days('2020-02-30')).toBeNaN();
    expect(days('2020-01-01T25:00')).toBeNaN();
  });
});

describe('decideColumn', () => {
  it('reads numbers, and what is missing as NaN', () => {
    expect(decide(['1', 'NA', '2.5'])).toEqual({
      column: { kind: 'number', name: 'c' },
      values: Float64Array.of(1, Number.NaN, 2.5),
    });
  });

  it('refuses a word among numbers, by place, share and cure, however few words there are', () => {
    const numbers = repeat(['1', '2', '3'], 333);
    expect(() => decide([...numbers, 'abc'])).toThrow(
      'f.csv, row 1000, column c is "abc", not a finite number, in a column where 999 of 1000 values are numbers: ' +
        'correct it, leave the cell empty if the value is missing (see --missing), leave the column out by --drop c, ' +
        'or take it for labels by --label c.',
    );
    expect(() => decide([...numbers, '12,5'])).toThrow(
      'correct it, or give --decimal , if the numbers have decimal commas.',
    );
    expect(() => decide(repeat(['1,234', '2,500'], 3))).toThrow(
      'row 1, column c is "1,234", not a finite number: give --decimal , if its comma is a decimal one, or --decimal . if commas part thousands.',
    );
    expect(() => decide(['1', '2', 'inf'])).toThrow('is "inf", not a finite number');
    expect(() => decide(['5 %', '6 %'])).toThrow('write plain numbers, or leave the column out by --drop c.');
    expect(() => decide(['1', '1e99'])).toThrow('is "1e99", larger than a float32 number can be');
  });

  it('takes few words for categories, numbers among them too', () => {
    expect(decide(repeat(['b', 'a', '', 'b'], 2))).toEqual({
      column: { kind: 'category', name: 'c', words: ['b', 'a'] },
      values: Float64Array.of(0, 1, Number.NaN, 0, 0, 1, Number.NaN, 0),
    });
    expect(decide(repeat(['low', 'high', '3'], 2))).toMatchObject({
      column: { kind: 'category', words: ['low', 'high', '3'] },
    });
  });

  it('takes truth in any case for the same two words', () => {
    expect(decide(['True', 'FALSE', 'true', 'False'])).toMatchObject({
      column: { words: ['true', 'false'] },
      values: Float64Array.of(0, 1, 0, 1),
    });
  });

  it('takes words that are all different, or mostly, or long, for text', () => {
    const different = Array.from({ length: 40 }, (_, i) => `w${i}`);
    expect(decide(['ann', 'bob', 'cid'])).toEqual({ text: '3 different words in 3 rows' });
    expect(decide([...different, ...different.slice(0, 39)])).toEqual({
      text: '40 different words in 79 rows',
    });
    expect(decide(repeat(different, 3))).toMatchObject({ column: { kind: 'category' } });
    expect(
      decide(
        repeat(
          different.map((word) => word.repeat(30)),
          3,
        ),
      ),
    ).toHaveProperty('text');
  });

  it('reads dates, refuses what is none among them, and leaves out days that could be months', () => {
    expect(decide(['1970-01-02', '', '1970-01-03T12:00'])).toEqual({
      column: { kind: 'date', name: 'c', times: true },
      values: Float64Array.of(1, Number.NaN, 2.5),
    });
    expect(() => decide(['1970-01-02', '1970-01-03', 'soon'])).toThrow(
      'f.csv, row 3, column c is "soon", not a date, in a column where 2 of 3 values are dates: write it as 2020-12-31',
    );
    expect(decide(['01/02/2020', '03/04/2020'])).toEqual({
      text: 'day and month of its dates, such as 01/02/2020, cannot be told apart: write them as 2020-12-31',
    });
  });

  it('reads a column as that of a run: words as numbers, numbers as words', () => {
    expect(readAsCoded(column(['1', '2', '1']), { kind: 'category' }).column).toMatchObject({
      words: ['1', '2'],
    });
    expect(() => readAsCoded(column(['a', 'b']), { kind: 'number' })).toThrow(
      'row 1, column c is "a", not a',
    );
    expect(() => readAsCoded(column(['a', 'b']), { kind: 'date' })).toThrow(
      'row 1, column c is "a", not a date:',
    );
    expect(() => readAsCoded(column(['01/02/2020']), { kind: 'date' })).toThrow('cannot be told apart');
  });
});
