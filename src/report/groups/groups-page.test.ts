import { describe, expect, it } from 'vitest';
import { columnProfiles, GroupMoments, type ReportColumn } from '../profile.js';
import { groupsPage } from './groups-page.js';
import { mergeCurveSvg } from './merge-curve-chart.js';
import type { GroupsPageData, PageGroup } from './page-data.js';
import { stabilityWord } from './words.js';

const NASTY = `<img src=x onerror="alert('1')">&`;

function columnsNamed(count: number): ReportColumn[] {
  return Array.from({ length: count }, (_, i) => ({
    name: i === 0 || i === 4 ? NASTY : `gene ${i}`,
    kind: 'number',
  }));
}

/** Profiles in which column j is higher in group j mod K. */
function profileOf(groups: number, columns: number) {
  const moments = new GroupMoments(groups, columns);
  for (let i = 0; i < 20 * groups; i++) {
    const values = Array.from(
      { length: columns },
      (_, j) => ((i * 7 + j) % 5) + (j % groups === i % groups ? 9 : 0),
    );
    moments.add(i % groups, values, 0);
  }
  return { columns: columnProfiles(moments, columnsNamed(columns)), rows: 20 * groups };
}

function group(number: number, of: number, size: number): PageGroup {
  const members = { rows: [{ id: NASTY, probability: 0.9, second: 1 }], values: new Float32Array(size) };
  return {
    ...{ group: number, rows: 10, share: 1 / of, interval: [0, 2 / of], stability: 0.8, confidence: 0.9 },
    shown: [
      { name: 'Middle', members },
      { name: 'Outliers', members },
    ],
  };
}

const BORDER = { border: 0.12, score: 0.894, cpuSeconds: 0.5 };

function page(groups: number, columns: number, more: Partial<GroupsPageData> = {}): GroupsPageData {
  return {
    data: { name: NASTY, source: 'Made.', kind: 'table', shape: [columns], count: 800, fingerprint: 'f00d' },
    headline: [`${groups} groups, repeatable.`, 'A second sentence.'],
    verdict: 'good',
    choice: {
      view: 'ranks',
      viewSentence: 'Ranks.',
      teacher: 'graph',
      teacherSentence: 'cells',
      reason: 'It is best.',
    },
    stability: 0.93,
    pairs: [{ groups: [1, 2], strength: 0.2, exchanged: 0.04, continuum: true }],
    cost: { seconds: 12, cpuSeconds: 14, memory: 3.2e8 },
    appearance: [],
    count: {
      ...{
        groups,
        least: groups,
        most: groups + 2,
        all: [groups, groups + 2],
        gap: Number.POSITIVE_INFINITY,
      },
      ...{ given: false, clear: 0.15, smallest: 20, bic: 12 },
      curve: [
        { groups: 60, strength: 2.5 },
        { groups: 2, strength: 0.02 },
      ],
    },
    fragments: [{ rows: 30, ids: [NASTY] }],
    looked: 500,
    unexplained: 4,
    groups: Array.from({ length: groups }, (_, g) => group(g + 1, groups, columns)),
    form: { kind: 'table', columns: columnsNamed(columns) },
    counts: false,
    profile: profileOf(groups, columns),
    map: { points: [0, 0, 1, 1, 2, 0], groups: [0, -1, 0], titles: [NASTY, undefined, 'row 2: group 1'] },
    tried: [
      { view: 'ranks', teacher: 'graph', groups, stability: 0.93, ...BORDER, agreement: 0.875 },
      { view: 'pca', teacher: 'spectral', groups, stability: 0.9, ...BORDER, agreement: 0.5 },
    ],
    origin: { command: 'npx mixtura groups t.csv', version: '0.1.0', seed: 3 },
    ...more,
  };
}

/** The page without the bytes of pictures, in which any letters occur. */
function textOf(data: GroupsPageData): string {
  return groupsPage(data).replace(/base64,[^"]*/g, '');
}

describe('groupsPage', () => {
  it('begins with the headline, then the groups, the map, the curve, pairs, what was tried, and the cost', () => {
    const text = textOf(page(3, 4));
    const order = [
      '<h1>3 groups, repeatable.</h1>',
      'A second sentence.',
      '500</dd>',
      '>The groups<',
      '>Map<',
    ];
    order.push('>How many groups<', '>How separate', '>What was tried<', '>How this was made<');
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    for (const part of [
      '33.3\u202f% <span class="nowrap">(0.0\u202f% to 66.7\u202f%)',
      '10 rows; mostly stable (0.80); mean confidence 0.90',
      'No group explains 4 of the rows',
      '3 groups; all rows and subsamples give 3 to 5. No neighbours join the groups.',
      'prefers 12',
      'one continuum',
      '0.875',
      'data-name="link">0.12</td><td class="number" data-name="score">0.894</td>',
      'npx mixtura groups t.csv',
      '12 s, 14 s of CPU, 320 MB',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('needs nothing beside it, and shows names as they are', () => {
    const text = textOf(page(3, 4));
    expect(text).not.toContain('<img src=x');
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toMatch(/<script|<link|(src|href)="(?!data:)/);
  });

  it('says that a value is only in its group where no column varies, and why a number is out of its range', () => {
    const made = page(2, 3);
    const [first, ...others] = made.profile!.columns;
    const endless = first!.groups.map((own) => ({ ...own, effect: Number.NEGATIVE_INFINITY, telling: true }));
    const columns = [{ ...first!, groups: endless, telling: true }, ...others];
    const count = { ...made.count, least: 3, most: 4, limit: 2 };
    const text = textOf({ ...made, count, profile: { ...made.profile!, columns } });
    expect(text).toContain('<td class="number">only here</td>');
    expect(text).toContain(
      '2 groups; all rows and subsamples give 3 to 4, and no more than 2 were looked for.',
    );
    expect(text).not.toContain('∞');
  });

  it('calls one group neither stable nor divided, and a number clear only if all rows show it', () => {
    const tried = [{ view: 'ranks', teacher: 'graph', groups: 1, stability: 1, ...BORDER }];
    const one = groupsPage(page(1, 3, { tried, stability: 1, unexplained: 1 }));
    for (const word of ['No neighbours join', 'stable (', '1.000', 'Divided by', '(chosen)', '0.894'])
      expect(one).not.toContain(word);
    expect(one).toContain('data-name="groups">1 group</td>');
    expect(one).toContain('No group explains 1 of the rows: in group 0, it is in none.');
    const sections = groupsPage(page(2, 3));
    expect(sections).toContain('No neighbours join the groups.');
    const { count } = page(2, 3);
    expect(groupsPage(page(2, 3, { count: { ...count, all: [3, 2] } }))).not.toContain('No neighbours join');
  });

  it('is whole with 40 groups, one group, 2,000 columns of counts, nothing to show', () => {
    const bare = {
      pairs: [],
      fragments: [],
      tried: [],
      headline: [],
      map: { points: [], groups: [], titles: [] },
    };
    const curve = { ...page(1, 3).count, curve: [], all: [1], most: 1, gap: 0 };
    const pages = [
      page(40, 6),
      page(1, 3),
      page(1, 3, { ...bare, count: curve }),
      page(4, 2000, { counts: true }),
    ];
    for (const one of pages) {
      const text = textOf(one);
      expect(text).not.toMatch(/undefined|NaN|Infinity/);
      expect(text.match(/class="card"/g)?.length).toBe(one.groups.length);
      expect(text.length).toBeLessThan(5e5);
    }
  });

  it('ranks the genes of a group by name, those that it has more of first', () => {
    const text = textOf(page(4, 2000, { counts: true }));
    const [, first] = text.split('class="card"');
    expect(first).toContain('<b>More than the rest</b> (500): &lt;img');
    expect(first).toMatch(/More than the rest[^<]*<\/b>[^<]*gene 8, gene 12, gene 16/);
  });

  it('shows images on cards and on the map, and says when groups follow their brightness', () => {
    const form = { kind: 'image', shape: [1, 2, 2], range: 'unit' } as const;
    const images = page(2, 4, {
      form,
      groups: [group(1, 2, 4), group(2, 2, 4)],
      appearance: [{ property: 'brightness', explained: 0.41 }],
      map: { ...page(2, 4).map, pictures: { places: [1], values: new Float32Array(4) } },
    });
    const { profile: _, ...without } = images;
    const text = groupsPage(without);
    expect(text.match(/<img src="data:image\/png/g)?.length).toBe(4);
    expect(text.match(/<image /g)?.length).toBe(1);
    expect(text).toContain('These groups may follow brightness');
    expect(text).toContain('41.0\u202f%');
    expect(text.replace(/base64,[^"]*/g, '')).not.toMatch(/undefined|NaN/);
  });
});

describe('mergeCurveSvg', () => {
  it('has a dot for each merge, those below the threshold in colour, and one for each count', () => {
    const { count } = page(2, 3);
    const picture = mergeCurveSvg(count);
    expect(picture).toContain('2 groups: strength 0.020');
    expect(picture).toContain('threshold 0.15');
    expect(picture.match(/<circle/g)?.length).toBe(4);
    // One border, and two counts.
    expect(picture.match(/<circle[^>]*fill="#0072b2"/g)?.length).toBe(3);
  });
});

describe('stabilityWord', () => {
  it('follows the limits of its source', () => {
    expect([0.9, 0.8, 0.7, 0.3].map(stabilityWord)).toEqual([
      'stable',
      'mostly stable',
      'doubtful',
      'unstable',
    ]);
  });
});
