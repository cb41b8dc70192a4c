import { describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../../data/dataset.js';
import type { GroupFindings } from '../../groups/findings.js';
import { groupsPageData } from './build-page-data.js';

const ORIGIN = { command: 'npx mixtura groups t.csv', version: '0.1.0', seed: 3 };

/** Eight rows of two columns in the units of a file (10 + 2 x): four of group 1, three of group 2, one of none. */
function table(more: Partial<Parameters<typeof arrayDataset>[0]> = {}): Dataset {
  return arrayDataset({
    ...{ name: 't', kind: 'table', shape: [2], range: 'real', source: 'Made.' },
    values: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 5, 0, 5, 1, 5, 0, 50, 50),
    scaling: { shift: [10, 0], scale: [2, 1] },
    columns: ['height', 'weight'],
    rows: { id: { name: 'id', values: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] } },
    ...more,
  });
}

function findings(more: Partial<GroupFindings> = {}): GroupFindings {
  const group = Int32Array.of(1, 1, 1, 1, 2, 2, 2, 0);
  const one = (number: number, rows: number, exemplars: number[]) => ({
    ...{
      group: number,
      rows,
      share: rows / 8,
      interval: [0.1, 0.9] as const,
      stability: 0.9,
      confidence: 0.8,
    },
    ...{ exemplars: Uint32Array.from(exemplars), border: Uint32Array.of(), outliers: Uint32Array.of() },
  });
  return {
    data: { name: 't', source: 'Made.', kind: 'table', shape: [2], count: 8, fingerprint: 'abc' },
    headline: ['Two groups.'],
    verdict: 'good',
    groups: [one(1, 4, [2, 0]), one(2, 3, [5])],
    count: {
      ...{ groups: 2, least: 2, most: 3, all: [2, 2, 3], gap: 4, given: false, clear: 0.15, smallest: 2 },
      curve: [{ groups: 2, strength: 0.01 }],
      fragments: [Uint32Array.of(7)],
    },
    choice: {
      view: 'v',
      viewSentence: 'As it is.',
      teacher: 'graph',
      teacherSentence: 'cells',
      reason: 'Best.',
    },
    tried: [
      {
        view: 'v',
        teacher: 'graph',
        groups: 2,
        stability: 0.9,
        border: 0.1,
        score: 0.87,
        cpuSeconds: 1,
        group,
      },
    ],
    stability: 0.9,
    pairs: [],
    appearance: [],
    rows: {
      group,
      second: Int32Array.of(2, 0, 2, 2, 1, 1, 1, 0),
      confidence: Float32Array.of(0.75, 1, 1, 1, 1, 1, 1, 0),
      outlier: new Float32Array(8).fill(1.25),
    },
    looked: Uint32Array.of(0, 2, 4, 5, 7),
    map: Float32Array.of(0, 0, 1, 0, 5, 5, 6, 5, 9, 9),
    cost: { seconds: 2, cpuSeconds: 3, memory: 1e8 },
    ...more,
  };
}

describe('groupsPageData', () => {
  const page = groupsPageData(findings(), table(), { ...ORIGIN, agreement: [0.5] });

  it('reads the real rows of each group with their names, in the units of the file', () => {
    expect(page.groups[0]!.shown).toEqual([
      {
        name: 'Middle',
        members: {
          rows: [
            { id: 'c', probability: 1, second: 2 },
            { id: 'a', probability: 0.75, second: 2 },
          ],
          values: Float64Array.of(10, 0, 10, 0),
        },
      },
    ]);
    expect(Array.from(page.groups[1]!.shown[0]!.members.values)).toEqual([20, 1]);
  });

  it('has profiles of the rows that were looked at, without those in no group', () => {
    const height = page.profile!.columns.find(({ name }) => name === 'height')!;
    expect([page.profile!.rows, height.groups.map(({ mean }) => mean)]).toEqual([5, [10, 20]]);
    expect(height.separation).toBe(1);
  });

  it('maps the rows that were looked at, grey where no group explains them', () => {
    expect(Array.from(page.map.groups)).toEqual([0, 0, 1, 1, -1]);
    expect(page.map.titles[0]).toBe('a: group 1, confidence 0.750, outlier factor 1.25');
    expect(page.map.titles[4]).toBe('h: no group explains it, confidence 0, outlier factor 1.25');
    expect(page.map.pictures).toBeUndefined();
  });

  it('keeps counts, fragments by name, what no group explains, and agreement with labels', () => {
    expect([page.looked, page.unexplained, page.counts]).toEqual([5, 1, false]);
    expect(page.fragments).toEqual([{ rows: 1, ids: ['h'] }]);
    expect(page.tried).toEqual([
      {
        view: 'v',
        teacher: 'graph',
        groups: 2,
        stability: 0.9,
        border: 0.1,
        score: 0.87,
        cpuSeconds: 1,
        agreement: 0.5,
      },
    ]);
    expect(page.origin).toEqual(ORIGIN);
  });

  it('knows counts by their scale, or by the view that was chosen', () => {
    const counted = { ...findings().choice, view: 'counts' };
    expect(groupsPageData(findings({ choice: counted }), table(), ORIGIN).counts).toBe(true);
    const scaled = table({ scaling: undefined, largestCount: 50 });
    expect(groupsPageData(findings(), scaled, ORIGIN).counts).toBe(true);
  });

  it('names some points of many, and all of a small group', () => {
    const rows = 9000;
    const group = Int32Array.from({ length: rows }, (_, i) => (i < 5 ? 2 : 1));
    const many = {
      group,
      second: group,
      confidence: new Float32Array(rows),
      outlier: new Float32Array(rows),
    };
    const found = findings({
      rows: many,
      looked: Uint32Array.from(group.keys()),
      map: new Float32Array(2 * rows),
      groups: findings().groups.map((one) => ({ ...one, exemplars: Uint32Array.of() })),
      count: { ...findings().count, fragments: [] },
    });
    const points = arrayDataset({
      ...{ name: 'p', kind: 'points', shape: [2], range: 'real', source: 'Made.' },
      values: new Float32Array(2 * rows),
    });
    const { map, profile } = groupsPageData(found, points, ORIGIN);
    expect(map.titles.slice(0, 5).every((title) => title?.includes('group 2'))).toBe(true);
    // Every ninth of 8,995: a third of 3,000 titles is for each of two groups and for none.
    expect(map.titles.slice(5).filter((title) => title !== undefined).length).toBe(1000);
    expect(profile).toBeUndefined();
  });

  it('shows images as they are read, on cards and on the map', () => {
    const images = arrayDataset({
      ...{ name: 'i', kind: 'image', shape: [1, 2, 2], range: 'unit', source: 'Made.' },
      values: Float32Array.from({ length: 32 }, (_, i) => i / 32),
    });
    const { form, groups, map, profile } = groupsPageData(findings(), images, ORIGIN);
    expect(form).toEqual({ kind: 'image', shape: [1, 2, 2], range: 'unit' });
    expect(Array.from(groups[1]!.shown[0]!.members.values)).toEqual([20 / 32, 21 / 32, 22 / 32, 23 / 32]);
    // The middle rows 2, 5 and 0 lie at the places 1, 3 and 0 of those that were looked at.
    expect(map.pictures!.places).toEqual([1, 3, 0]);
    expect(profile).toBeUndefined();
  });
});
