import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset, subset } from '../dataset.js';
import { balancedCounts } from './draw-labelled.js';
import { labelPaths, labelSpec, withLabelPaths } from './spec.js';
import { rowLabels, trainingLabels } from './training-labels.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COUNT = 12;
/** Classes b, a, b, b, a, b, ...: four of a and eight of b. */
const TRUTH = Int32Array.from({ length: COUNT }, (_, i) => (i % 3 === 1 ? 0 : 1));
const points = (more: Partial<Dataset> = {}): Dataset => ({
  ...arrayDataset({
    ...{ name: 'points', kind: 'points', shape: [2], range: 'real', source: 'a test' },
    values: new Float32Array(2 * COUNT),
  }),
  ...more,
});
const labelled = points({ labels: TRUTH, classNames: ['a', 'b'] });
const named = points({
  rows: {
    id: { name: 'file', values: Array.from({ length: COUNT }, (_, i) => `${i}.png`) },
    kept: [{ name: 'grade', values: ['x', ' y', 'NA', '', ...Array(COUNT - 4).fill('?')] }],
  },
});
const file = (name: string, ...lines: string[]) => {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  return join(folder, name);
};
const labelsOf = (dataset: Dataset, labels?: string, more = {}) =>
  trainingLabels(dataset, { labels, ...more })!;
const countsOf = ({ labels }: { labels: Int32Array }) =>
  [0, 1].map((k) => labels.filter((label) => label === k).length);

describe('what is written for labels', () => {
  it('is all, a share, a number, a file, or a column', () => {
    expect(labelSpec('all')).toEqual({ kind: 'all' });
    expect(labelSpec('1%')).toEqual({ kind: 'share', share: 0.01 });
    expect(labelSpec('0.5 %')).toEqual({ kind: 'share', share: 0.005 });
    expect(labelSpec('50')).toEqual({ kind: 'count', count: 50 });
    expect(labelSpec('not/there.csv')).toEqual({ kind: 'files', paths: ['not/there.csv'] });
    expect(labelSpec('a.csv, b.csv')).toEqual({ kind: 'files', paths: ['a.csv', 'b.csv'] });
    expect(labelSpec('height, cm')).toEqual({ kind: 'column', name: 'height, cm' });
    expect(labelSpec('grade')).toEqual({ kind: 'column', name: 'grade' });
  });

  it('has the paths of its files changed, and no other word', () => {
    expect(labelPaths('a.csv,b.csv')).toEqual(['a.csv', 'b.csv']);
    expect(withLabelPaths('a.csv, b.csv', (path) => `/data/${path}`)).toBe('/data/a.csv,/data/b.csv');
    for (const other of ['all', '1%', '50', 'height, cm']) {
      expect(labelPaths(other)).toEqual([]);
      expect(withLabelPaths(other, (path) => `/data/${path}`)).toBe(other);
    }
  });

  it.each(['0%', '101%', '1.2.3%'])('refuses %s', (text) => {
    expect(() => labelSpec(text)).toThrow(`--labels is '${text}'; give a share above 0% and at most 100%.`);
  });

  it('refuses no labels at all', () => {
    expect(() => labelSpec('0')).toThrow(
      "--labels is '0', so that no row would have a label; give all, a share of the rows such as 1%, a number of rows such as 50, a CSV file of rows and classes (several: A.csv,B.csv), or a column of the table.",
    );
  });
});

describe('labels that are drawn', () => {
  it('are those of all rows by default, and of no data without any', () => {
    expect(labelsOf(labelled)).toMatchObject({
      labels: TRUTH,
      labelled: COUNT,
      sentence: 'Training sees the labels of all 12 rows.',
      notices: [],
    });
    expect(labelsOf(labelled, 'all')).toEqual(labelsOf(labelled));
    expect(trainingLabels(points(), {})).toBeUndefined();
  });

  it('are of each class alike, true, and the same for a seed', () => {
    const six = labelsOf(labelled, '6');
    expect(countsOf(six)).toEqual([3, 3]);
    expect(six.labels.every((label, row) => label === -1 || label === TRUTH[row])).toBe(true);
    expect(six.sentence).toBe(
      'Training sees the labels of 6 of 12 rows, drawn of each class alike with seed 0.',
    );
    expect(labelsOf(labelled, '50%')).toEqual(six);
    const seeds = [0, 1, 2, 3].map((labelSeed) => labelsOf(labelled, '6', { labelSeed }).labels.join());
    expect(seeds[0]).toBe(six.labels.join());
    expect(new Set(seeds).size).toBeGreaterThan(1);
  });

  it('take all of a class that has too few, and more of the others', () => {
    expect(balancedCounts([4, 8], 11)).toEqual([4, 7]);
    expect(balancedCounts([1, 9, 9], 8)).toEqual([1, 4, 3]);
    expect(balancedCounts([2, 2], 4)).toEqual([2, 2]);
    expect(countsOf(labelsOf(labelled, '11'))).toEqual([4, 7]);
  });

  it('are whatever comes, if that is asked for', () => {
    const seen = Array.from({ length: 40 }, (_, labelSeed) => {
      try {
        return countsOf(labelsOf(labelled, '6', { labelDraw: 'random', labelSeed })).join();
      } catch {
        return 'none of a class';
      }
    });
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect(labelsOf(labelled, '11', { labelDraw: 'random', labelSeed: 2 }).sentence).toBe(
      'Training sees the labels of 11 of 12 rows, drawn at random with seed 2.',
    );
  });

  it('are read by the rows of a batch', () => {
    const { labels } = rowLabels(labelsOf(labelled, '6'))!;
    const all = labelsOf(labelled, '6').labels;
    expect([...labels([5, 0])]).toEqual([all[5], all[0]]);
    expect(rowLabels(undefined)).toBeUndefined();
  });

  it('say in one sentence that there are too few, too many, or none', () => {
    expect(() => labelsOf(labelled, '1')).toThrow(
      '--labels is 1, which is 1 row for 2 classes; give 2 or more.',
    );
    expect(() => labelsOf(labelled, '1%')).toThrow(
      '--labels is 1%, which is 1 row for 2 classes; give 2 or more.',
    );
    expect(() => labelsOf(labelled, '13')).toThrow(
      '--labels is 13, but points has 12 rows; give 12 or less, or all.',
    );
    expect(() => labelsOf(points(), '6')).toThrow(
      'points has no labels that could be drawn; name their column by --label, or give --labels a CSV file of rows and classes.',
    );
    expect(() => labelsOf(points({ labels: new Int32Array(COUNT), classNames: ['a'] }))).toThrow(
      'All labels of points are of class a; give labels of two classes or more.',
    );
  });

  it('say that a class has one labelled row, or none', () => {
    expect(labelsOf(labelled, '2').notices).toEqual([
      'Classes a, b have one labelled row each, so what is generated of them rests on that alone; label more.',
    ]);
    expect(labelsOf(labelled, '3').notices).toEqual([
      'Class b has one labelled row, so what is generated of it rests on that alone; label more.',
    ]);
    const three = points({ labels: TRUTH, classNames: ['a', 'b', 'c'] });
    expect(() => labelsOf(three)).toThrow(
      'Of the 12 labelled rows of points class c has none; label one of each class, or choose classes by --classes.',
    );
    const random = [0, 1, 2, 3, 4, 5, 6, 7].map((labelSeed) => () => {
      labelsOf(labelled, '2', { labelDraw: 'random', labelSeed });
    });
    const refused = random.findIndex((draw) => {
      try {
        draw();
        return false;
      } catch {
        return true;
      }
    });
    expect(random[refused]).toThrow(
      `Of the 2 labelled rows of points class a has none (drawn at random with seed ${refused}); label one of each class, or choose classes by --classes.`,
    );
  });
});

describe('labels of a file', () => {
  it('are by the place of a row, with or without names of columns; empty cells are no labels', () => {
    const expected = [1, -1, 0, -1, -1, 1, ...Array(6).fill(-1)];
    for (const lines of [
      ['index,label', '0,b', '2,a', '3,', '5,b'],
      ['0;b', '5;b', '2;a', '4;NA'],
      ['class\tprobability\tindex', 'b\t0.5\t5', 'a\t0.7\t2', 'b\t0.1\t0'],
    ]) {
      const found = labelsOf(labelled, file('rows.csv', ...lines));
      expect([...found.labels]).toEqual(expected);
      expect(found.sentence).toBe('Training sees the labels of 3 of 12 rows, from rows.csv.');
    }
  });

  it('are by the name of a row, where rows have names; classes are their own', () => {
    const found = labelsOf(named, file('names.csv', 'file,label', '3.png,10', '11.png,9', '0.png,10'));
    expect(found.classNames).toEqual(['9', '10']);
    expect([found.labels[0], found.labels[3], found.labels[11]]).toEqual([1, 1, 0]);
    expect(found.labels.filter((label) => label >= 0)).toHaveLength(3);
    expect([
      ...labelsOf(named, file('places.csv', 'index,label', '3,x', '4,y')).labels.subarray(3, 5),
    ]).toEqual([0, 1]);
  });

  it('are by the place in the whole, where rows were selected', () => {
    const rows = Uint32Array.of(1, 4, 6, 9);
    const part = subset(points(), rows, { name: 'part', source: 'a test', selection: 'some' });
    expect([...labelsOf(part, file('part.csv', '4,u', '9,v')).labels]).toEqual([-1, 0, -1, 1]);
    const some = labelsOf(part, file('part.csv', '4,u', '2,v', '9,v', '3,v'));
    expect([...some.labels]).toEqual([-1, 0, -1, 1]);
    expect(some.notices[0]).toBe('The labels of 2 rows are not used: they were not selected.');
    expect(() => labelsOf(part, file('part.csv', '4,u', '12,v'))).toThrow(
      /part\.csv, line 2: there is no row 12 in part, whose rows are 0 to 11\.$/,
    );
  });

  it('of rows that are no samples are passed over, and told by the reason', () => {
    const rows = Uint32Array.of(0, 3, 6);
    const test = () => points({ rows: { id: { name: 'file', values: ['held/0.png'] } } });
    const part = subset(
      { ...named, rows: { ...named.rows, leftOut: [{ index: 3, id: 'bad.png', reason: 'damaged' }] } },
      rows,
      {
        ...{ name: 'part', source: 'a test', selection: 'some', test },
      },
    );
    const lines = ['file,class', '0.png,u', '3.png,v', '5.png,w', 'held/0.png,u', '11.png,w'];
    const found = labelsOf(part, file('apart.csv', ...lines));
    expect([...found.labels]).toEqual([0, 1, -1]);
    expect(found.notices.slice(0, 2)).toEqual([
      'The labels of 2 rows are not used: they were not selected.',
      'The labels of 1 row are not used: they are held out, where training never looks.',
    ]);
    const dropped = points({ rows: { leftOut: [{ index: 1, id: '1', reason: 'no value in y' }] } });
    const rest = labelsOf(dropped, file('rest.csv', 'index,class', '0,u', '1,u', '2,v', '12,v'));
    // Row 2 of the file is sample 1, and the last row of the file is the last sample.
    expect([rest.labels[0], rest.labels[1], rest.labels[11]]).toEqual([0, 1, 1]);
    expect(rest.notices[0]).toBe('The labels of 1 row are not used: they are left out of the data.');
  });

  it('know names in either form of letters with marks, and guess none that differs in a digit', () => {
    const marked = points({
      rows: { id: { name: 'file', values: Array.from({ length: COUNT }, (_, i) => `ü ${i}.png`) } },
    });
    const found = labelsOf(marked, file('nfd.csv', 'file,class', 'u\u0308 0.png,a', 'ü 1.png,b'));
    expect([...found.labels.subarray(0, 3)]).toEqual([0, 1, -1]);
    expect(() => labelsOf(marked, file('far.csv', 'file,class', 'ü 17.png,a'))).toThrow(
      /no row of points is called ü 17\.png; rows are known by their file\.$/,
    );
  });

  it('may be of a class None; other words for nothing are told', () => {
    const found = labelsOf(points(), file('none.csv', '0,None', '1,scratch', '2,NA', '3,NA', '4,', '5,none'));
    expect(found.classNames).toEqual(['None', 'none', 'scratch']);
    expect(found.notices[0]).toBe(
      '2 rows have NA for a class, which is read as none; if it is one, call it otherwise.',
    );
  });

  it('of classes that the data do not have are told', () => {
    const found = labelsOf(
      points({ labels: TRUTH, classNames: ['circle', 'square'] }),
      file('typo.csv', '0,circle', '1,square', '2,circel'),
    );
    expect(found.classNames).toEqual(['circel', 'circle', 'square']);
    expect(found.notices[0]).toBe(
      'No class of points is called circel (did you mean circle?); training has it as a class of its own.',
    );
  });

  it.each([
    [['index,label', '0,a', '12,b'], 'line 3: there is no row 12 in points, whose rows are 0 to 11.'],
    [['index,label', '0,a', '-1,b'], 'line 3: there is no row -1 in points, whose rows are 0 to 11.'],
    [['0,a', '1,b', '0,b'], 'line 3 gives row 0 the label b, and line 1 gave it a; keep one of them.'],
  ])('of rows that do not exist, or with two labels, are refused: %j', (lines, sentence) => {
    const path = file('wrong.csv', ...lines);
    expect(() => labelsOf(labelled, path)).toThrow(`${path}, ${sentence}`);
  });

  it('of names that do not exist are refused', () => {
    const path = file('wrong.csv', 'file,label', '0.png,a', '10.pnh,b');
    expect(() => labelsOf(named, path)).toThrow(
      `${path}, line 3: no row of points is called 10.pnh (did you mean 10.png?); rows are known by their file.`,
    );
  });

  it('are taken together where there are several files', () => {
    const first = file('first.csv', 'file,class', '3.png,u', '5.png,v');
    const answers = file('answers.csv', 'file,class', '0.png,v', '5.png,v', '7.png,');
    const found = labelsOf(named, `${first},${answers}`);
    expect([...found.labels]).toEqual([1, -1, -1, 0, -1, 1, -1, -1, -1, -1, -1, -1]);
    expect(found.sentence).toBe('Training sees the labels of 3 of 12 rows, from first.csv and answers.csv.');
    const other = file('other.csv', 'file,class', '9.png,u', '5.png,u');
    expect(() => labelsOf(named, `${first},${other}`)).toThrow(
      `${other}, line 3 gives row 5.png the label u, and ${first}, line 3 gave it v; keep one of them.`,
    );
  });

  it('that label nothing, or nothing of a class, are refused', () => {
    expect(() => labelsOf(labelled, file('none.csv', 'index,label', '0,', '1,?'))).toThrow(
      'No row of points has a label that training may see (from none.csv); give some rows their class.',
    );
    expect(() => labelsOf(labelled, file('one.csv', '0,b', '2,b'))).toThrow(
      'Of the 2 labelled rows of points class a has none (from one.csv); label one of each class, or choose classes by --classes.',
    );
    expect(() => labelsOf(points(), file('one.csv', '0,u', '2,u'))).toThrow(
      'All labels of points are of class u; give labels of two classes or more.',
    );
  });
});

describe('labels of a column', () => {
  it('are its words, but for those that hold no value', () => {
    const found = labelsOf(named, 'grade');
    expect([...found.labels.subarray(0, 5)]).toEqual([0, 1, -1, -1, -1]);
    expect(found.classNames).toEqual(['x', 'y']);
    expect(found.sentence).toBe('Training sees the labels of 2 of 12 rows, from the column grade.');
  });

  it('are refused where there are nearly as many words as rows', () => {
    const values = Array.from({ length: 30 }, (_, i) => String(i));
    const base = arrayDataset({
      ...{ name: 'points', kind: 'points', shape: [2], range: 'real', source: 'a test' },
      values: new Float32Array(60),
    });
    const many = { ...base, rows: { kept: [{ name: 'weight', values }] } };
    expect(() => labelsOf(many, 'weight')).toThrow(
      'The column weight of points has 30 different words in 30 rows, which are no classes; name a column of classes by --labels.',
    );
  });

  it('are asked for in one sentence where there is no such column', () => {
    expect(() => labelsOf(named, 'grad')).toThrow(
      'points has no column grad to be read as labels; give all, a share of the rows such as 1%, a number of rows such as 50, a CSV file of rows and classes (several: A.csv,B.csv), or a column of the table.',
    );
  });
});
