import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../data/dataset.js';
import { openDataset } from '../data/sets/open.js';
import { columnsOf, rowName } from '../report/real-rows.js';
import { chooseMembers } from '../report/typical.js';
import { countsOf, lookAt, lookedAtSentence, membersOf, profileOf, viewOf } from './report-rows.js';

/** Rows whose first value says their component, and the second how surely. */
function tableOf(count: number, more: Partial<Parameters<typeof arrayDataset>[0]> = {}): Dataset {
  const values = Float32Array.from({ length: 3 * count }, (_, at) => {
    const i = Math.floor(at / 3);
    return [i % 3, 0.4 + 0.5 * (i / count), i][at % 3]!;
  });
  return arrayDataset({ name: 't', kind: 'table', shape: [3], range: 'real', values, source: 's', ...more });
}

const inference = {
  assigns: true,
  async assign(data: Pick<Dataset, 'read'>, indices: ArrayLike<number>) {
    const rows = new Float32Array(3 * indices.length);
    data.read(indices, rows);
    return Float32Array.from({ length: rows.length }, (_, at) => {
      const [component, p] = [rows[at - (at % 3)]!, rows[at - (at % 3) + 1]!];
      return at % 3 === component ? p : (1 - p) / 2;
    });
  },
  async features(_: unknown, indices: ArrayLike<number>) {
    return Float32Array.from({ length: 4 * indices.length }, (__, at) => at);
  },
};

describe('lookAt', () => {
  it('puts components into the order of their groups', async () => {
    const looked = (await lookAt(inference, tableOf(6), [2, 0, 1]))!;
    // Component 0 is the second group, 1 the third, 2 the first.
    expect([...looked.first]).toEqual([1, 2, 0, 1, 2, 0]);
    expect(countsOf(looked)).toEqual([2, 2, 2]);
    expect(lookedAtSentence(looked)).toBeUndefined();
    expect(await lookAt({ ...inference, assigns: false }, tableOf(6), [0, 1, 2])).toBeUndefined();
  });

  it('looks at 20,000 rows of more, each once, the same at every call, and at fewer in a hurry', async () => {
    const data = tableOf(50_000);
    const looked = (await lookAt(inference, data, [0, 1, 2]))!;
    expect(looked.rows.length).toBe(20_000);
    expect(new Set(looked.rows).size).toBe(20_000);
    expect([...looked.rows]).toEqual([...looked.rows].sort((a, b) => a - b));
    expect((await lookAt(inference, data, [0, 1, 2]))!.rows).toEqual(looked.rows);
    expect(lookedAtSentence(looked)).toBe('among 20,000 of 50,000 rows, chosen at random');
    expect((await lookAt(inference, data, [0, 1, 2], true))!.rows.length).toBe(2000);
  });
});

describe('rowName', () => {
  it('is the id, or the number with the rows that were left out', () => {
    const id = { name: 'file', values: ['a.png', ''] };
    expect(rowName({ rows: { id } }, 0)).toBe('a.png');
    expect(rowName({ rows: { id } }, 1)).toBe('row 1');
    expect(rowName({}, 7)).toBe('row 7');
    const leftOut = [1, 2, 5].map((index) => ({ index, id: '', reason: 'bad' }));
    expect([0, 1, 2, 3].map((index) => rowName({ rows: { leftOut } }, index))).toEqual([
      'row 0',
      'row 3',
      'row 4',
      'row 6',
    ]);
  });

  it('is the number in the whole of the data where only some rows were selected', async () => {
    const digits = await openDataset('digits', { classes: '2,0', ratio: '2:1' });
    const all = await openDataset('digits');
    const size = 64;
    const read = (from: typeof all, row: number) => {
      const out = new Float32Array(size);
      from.read([row], out);
      return [...out];
    };
    for (const row of [0, 41, digits.count - 1]) {
      const place = Number(rowName(digits, row).replace('row ', ''));
      expect(place).toBeGreaterThan(row - 1);
      expect(read(all, place)).toEqual(read(digits, row));
    }
    expect(rowName(digits, digits.count - 1)).not.toBe(`row ${digits.count - 1}`);
  });
});

describe('members', () => {
  it('carry their ids, probabilities, second groups, and values in the units of the file', async () => {
    const scaling = { shift: [0, 0, 100], scale: [1, 1, 10] };
    const data = tableOf(9, { scaling, rows: { id: { name: 'id', values: [...'abcdefghi'] } } });
    const looked = (await lookAt(inference, data, [0, 1, 2]))!;
    const [first] = membersOf(looked, chooseMembers(looked.probabilities, 3, 1));
    expect(first!.typical!.rows).toEqual([
      { id: 'g', probability: expect.closeTo(0.4 + 3 / 9, 6), second: 2 },
    ]);
    expect(first!.borderline!.rows[0]!.id).toBe('a');
    expect(first!.least!.rows[0]!.id).toBe('d');
    expect(first!.typical!.values[2]).toBe(160);
  });

  it('have the 0 and 1 of the file where standardised ones do not cancel exactly', async () => {
    const values = Float32Array.from([0, 0.9, -0.6 / 0.49, 0, 0.8, 0.4 / 0.49]);
    const scaling = { shift: [0, 0, 0.6], scale: [1, 1, 0.49] };
    const looked = (await lookAt(inference, tableOf(2, { values, scaling }), [0, 1, 2]))!;
    const [first] = membersOf(looked, chooseMembers(looked.probabilities, 3, 2));
    expect([first!.typical!.values[2], first!.typical!.values[5]]).toEqual([0, 1]);
  });
});

describe('a value that was missing', () => {
  it('is missing among the members and in the profile, where the median stands for it in training', async () => {
    const values = Float32Array.from([0, 0.9, -0.5, 0, 0.8, 0.5]);
    const scaling = { shift: [0, 0, 0.5], scale: [1, 1, 1] };
    const coding = [
      { kind: 'number', name: 'which' },
      { kind: 'number', name: 'sure', fill: 0.8, indicator: true },
    ] as const;
    const looked = (await lookAt(inference, tableOf(2, { values, scaling, coding }), [0, 1, 2]))!;
    const [first] = membersOf(looked, chooseMembers(looked.probabilities, 3, 2));
    expect(Array.from(first!.typical!.values, (x) => Number(x.toFixed(4)))).toEqual([
      0,
      0.9,
      0,
      0,
      Number.NaN,
      1,
    ]);
    const sure = profileOf(looked).find(({ index }) => index === 1)!;
    expect(sure.groups[0]!.mean).toBeCloseTo(0.9, 6);
  });
});

describe('the profile of the real rows', () => {
  it('has names, units and kinds of the columns', async () => {
    const data = tableOf(300, {
      columns: ['which', 'sure', 'born'],
      scaling: { shift: [0, 0, 10], scale: [1, 1, 2] },
    });
    const profile = profileOf((await lookAt(inference, data, [1, 0, 2]))!);
    expect(profile[0]!.name).toBe('which');
    const born = profile.find(({ name }) => name === 'born')!;
    expect(profile[0]!.groups.map(({ mean }) => mean)).toEqual([1, 0, 2]);
    expect(profile[0]!.separation).toBe(1);
    // The mean of 10 + 2 i over i = 1, 4, ..., 298.
    expect(born.groups[0]!.mean).toBeCloseTo(10 + 2 * 149.5, 3);
  });

  it('takes dates from the coding, and names what has no names', () => {
    const coding = [{ kind: 'date', name: 'born' } as const];
    expect(columnsOf({ shape: [2], columns: ['born', 'age'], coding }).map(({ kind }) => kind)).toEqual([
      'date',
      'number',
    ]);
    expect(columnsOf({ shape: [3] }).map(({ name }) => name)).toEqual(['column 1', 'column 2', 'column 3']);
    expect(columnsOf({ shape: [2] }).map(({ name }) => name)).toEqual(['x', 'y']);
  });
});

describe('the map', () => {
  it('has some points of every group, however small, and says how they were chosen', async () => {
    const count = 30_000;
    const values = new Float32Array(3 * count);
    // A group of 60 rows in 30,000, of which a sample of 2,000 would hold four.
    for (let i = 0; i < count; i++) values.set([i % 500 === 0 ? 1 : 0, 0.9, i], 3 * i);
    const looked = (await lookAt(inference, tableOf(count, { values }), [0, 1, 2]))!;
    const view = await viewOf(looked, inference, chooseMembers(looked.probabilities, 3, 1));
    expect(view.points.length).toBe(4 * 2000);
    expect(view.dimensions).toBe(4);
    const rare = Array.from({ length: 2000 }, (_, i) => view.responsibilities[3 * i + 1]!).filter(
      (p) => p > 0.5,
    );
    expect(rare.length).toBe(Math.min(40, countsOf(looked)[1]!));
    expect(view.chosen).toBe(
      '2,000 of 30,000 rows, chosen at random, with at least 40 of every group that has so many.',
    );
    expect(view.ids!.length).toBe(2000);
    expect(view.pictures).toBeUndefined();
  });

  it('has pictures of the members that it shows', async () => {
    const data = tableOf(30, { kind: 'image', shape: [3, 1, 1] });
    const looked = (await lookAt(inference, data, [0, 1, 2]))!;
    const view = await viewOf(looked, inference, chooseMembers(looked.probabilities, 3, 1));
    expect(view.chosen).toBeUndefined();
    expect(view.pictures!.places.map((place) => view.ids![place])).toEqual(
      expect.arrayContaining(['row 27', 'row 28', 'row 29']),
    );
    expect(view.pictures!.values.length).toBe(3 * view.pictures!.places.length);
  });
});
