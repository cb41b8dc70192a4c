import { describe, expect, it } from 'vitest';
import { inFileUnits } from '../tables/file-units.js';
import { tableDataset } from '../tables/table.js';
import { matchColumns } from './columns.js';
import { parseCsv } from './csv/csv.js';
import { fromTriplets, sparseColumns } from './sparse.js';

const former = { columns: 3, names: ['a', 'b', 'c'] };
const read = (text: string, options = {}) => parseCsv(text, 'f.csv', options);
const again = (text: string, more = {}) => read(text, { former: { ...former, ...more } });

describe('columns of new data', () => {
  it('are put into the order of the run by their names', () => {
    const table = again('c,a,b\n3,1,2\n6,4,5\n');
    expect([table.columns, [...table.values], table.notices]).toEqual([
      ['a', 'b', 'c'],
      [1, 2, 3, 4, 5, 6],
      [],
    ]);
  });

  it('that the run did not have are left out, of text or not, and named', () => {
    const table = again('c,when,a,x,b\n3,2020-01-01,1,9,2\n');
    expect([...table.values]).toEqual([1, 2, 3]);
    expect(table.notices).toEqual([
      'f.csv: 2 column(s) that the run was not trained on are left out (when, x).',
    ]);
  });

  it('that are missing are named', () => {
    expect(() => again('a,X,d\n1,2,3\n')).toThrow(
      'f.csv lacks 2 column(s) that the run was trained on (b, c): add them, or rename those that it has (a, X, d).',
    );
  });

  it('are known by their names in other capitals too, unless two names differ in these alone', () => {
    expect([...again('C, A,B\n3,1,2\n').values]).toEqual([1, 2, 3]);
    expect(() => again('a,A,c\n1,2,3\n')).toThrow('lacks 1 column(s) that the run was trained on (b)');
  });

  it('are paired by place, which is told, where names are missing on a side, or all differ', () => {
    const by = (text: string) => again(text).notices[0];
    expect(by('1,5,3\n4,5,6\n')).toContain(
      'has no names of columns, so they are paired with those of the run',
    );
    expect(by('x,y,z\n4,5,6\n')).toContain("none of its columns has a name of the run's (a, b, c)");
    expect(read('x,y,z\n4,5,6\n', { former: { columns: 3 } }).notices[0]).toContain(
      'The run knows no names of columns',
    );
    expect(read('x,y,z\n4,5,6\n', { former: { columns: 3 }, reading: 1 }).notices).toEqual([]);
    expect(read('1,5,3\n4,5,6\n', { former: { columns: 3 } }).notices).toEqual([]);
  });

  it('may bear a name of labels or of an index where the run was trained on it', () => {
    const names = { names: ['id', 'target', 'x'] };
    const table = again('x,id,target\n3,1,2\n6,2,5\n', names);
    expect([table.columns, table.label, [...table.values]]).toEqual([
      ['id', 'target', 'x'],
      undefined,
      [1, 2, 3, 2, 5, 6],
    ]);
  });

  it('that the run left out, kept, or took for labels or ids, are so again', () => {
    const table = again('who,a,note,b,c,junk,kind\nann,1,n,2,3,9,k\nbob,4,m,5,6,9,l\n', {
      id: 'who',
      keep: 'note',
      drop: 'junk',
      label: 'kind',
    });
    expect([[...table.values], table.notices]).toEqual([[1, 2, 3, 4, 5, 6], []]);
    expect([table.id, table.kept]).toEqual([
      { name: 'who', values: ['ann', 'bob'] },
      [{ name: 'note', values: ['n', 'm'] }],
    ]);
  });

  it('of matrices are chosen likewise, dense or sparse, and keep their units', () => {
    const options = { former, scaling: { shift: [1, 2, 3], scale: [2, 2, 2] } };
    const columns = ['c', 'x', 'b', 'a'];
    const dense = Float32Array.of(5, 9, 4, 3, 3, 9, 0, 1);
    const sparse = fromTriplets(2, 4, {
      row: Uint32Array.of(0, 0, 0, 0, 1, 1, 1),
      column: Uint32Array.of(0, 1, 2, 3, 0, 1, 3),
      value: Float32Array.of(5, 9, 4, 3, 3, 9, 1),
    });
    for (const values of [dense, sparse]) {
      const told: string[] = [];
      const data = tableDataset(
        'f',
        { ...options, notice: (s) => told.push(s) },
        { shape: [2, 4], values, columns },
      );
      const out = new Float32Array(6);
      data.read([0, 1], out);
      expect([...out]).toEqual([1, 1, 1, 0, -1, 0]);
      expect([...inFileUnits(out, data)]).toEqual([3, 4, 5, 1, 0, 3]);
      expect([data.columns, told]).toEqual([
        ['a', 'b', 'c'],
        ['f: 1 column(s) that the run was not trained on are left out (x).'],
      ]);
    }
    expect([...sparseColumns(sparse, [2, 0]).indices]).toEqual([0, 1, 1]);
    expect(matchColumns('f', ['a', 'b', 'c'], 3, { former }).order).toBeUndefined();
  });
});

describe('columns that are no measurements', () => {
  it.each([
    ['a pandas index', ',a,b\n0,5,6\n1,7,8\n2,9,9\n'],
    ['one from 1, in quotes, as R writes it', '"","a","b"\n"1",5,6\n"2",7,8\n"3",9,9\n'],
    ['an index that pandas wrote twice', 'Unnamed: 0,a,b\n0,5,6\n1,7,8\n2,9,9\n'],
    ['the index of some rows', ',a,b\n41,5,6\n3,7,8\n18,9,9\n'],
    ['times', ',a,b\n2020-01-01,5,6\n2020-01-02,7,8\n2020-01-03,9,9\n'],
    ['names of rows', ',a,b\nMazda RX4,5,6\nFiat 128,7,8\nVolvo,9,9\n'],
    ['a column of words named id', 'a,sample_id,b\n5,s1,6\n7,s2,8\n9,s3,9\n'],
  ])('are left out, told, and name the rows: %s', (_, text) => {
    const table = read(text);
    expect([table.columns, [...table.values]]).toEqual([
      ['a', 'b'],
      [5, 6, 7, 8, 9, 9],
    ]);
    expect(table.id?.values).toHaveLength(3);
    expect(table.notices).toHaveLength(1);
    expect(table.notices[0]).toMatch(/names the rows and is left out\.$/);
  });

  it('are told where they may be some: whole numbers that rise under such a name', () => {
    for (const name of ['id', 'Id', 'index', 'PassengerId', 'user_id']) {
      const table = read(`${name},a\n1,5\n2,7\n5,9\n`);
      expect([table.columns, table.notices]).toEqual([
        [name, 'a'],
        [
          `f.csv: the column ${name} (1 to 5) rises like a number of the row and is read as a measurement; --id ${name} or --drop ${name} leaves it out.`,
        ],
      ]);
      expect(read(`${name},a\n1,5\n7,7\n5,9\n`).notices).toEqual([]);
    }
  });

  it('are left out, kept beside, or name the rows, as is asked', () => {
    const text = 'id,date,a,b\n1,mon,5,6\n2,tue,7,8\n';
    const table = read(text, { id: 'id', keep: 'date', drop: 'b' });
    expect([table.columns, [...table.values], table.notices]).toEqual([['a'], [5, 7], []]);
    expect([table.id?.values, table.kept[0]?.values]).toEqual([
      ['1', '2'],
      ['mon', 'tue'],
    ]);
    expect(read('1,5,x\n2,7,y\n', { drop: '1,3' }).columns).toEqual(['2']);
    expect(() => read(text, { drop: 'dates' })).toThrow('f.csv has no column dates (did you mean date?)');
    expect(() => read('a,b\n1,2\n', { drop: 'a,b' })).toThrow('has no columns besides the labels');
  });

  it('were trained on in version 0.1.0', () => {
    expect(read(',a\n0,5\n1,7\n', { reading: 1 })).toMatchObject({ columns: ['', 'a'], notices: [] });
  });
});

describe('labels by name', () => {
  it.each(['label', 'labels', 'class', 'Classes', 'target', 'Targets', 'y'])('are found under %s', (name) => {
    const table = read(`a,${name},b\n1,u,2\n3,v,4\n`);
    expect([table.classNames, [...table.values], table.label]).toEqual([['u', 'v'], [1, 2, 3, 4], name]);
    expect(table.notices).toHaveLength(/^(label|class)$/i.test(name) ? 0 : 1);
  });

  it('are none where y is a coordinate, and label and class win over the others', () => {
    expect(read('x,y\n1,2\n3,4\n')).toMatchObject({ columns: ['x', 'y'], notices: [] });
    expect(read('target,label\n1,2\n3,4\n').label).toBe('label');
    expect(read('a,target\n1,2\n3,4\n', { reading: 1 }).label).toBeUndefined();
  });
});
