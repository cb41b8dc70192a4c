import { describe, expect, it } from 'vitest';
import { columnProfiles, GroupMoments, type ReportColumn } from './profile.js';
import { renderReport } from './report.js';
import type { ReportData, ReportGroup, ReportMembers } from './report-data.js';
import { headline, lead, runTime } from './report-summary.js';

const NASTY = `<img src=x onerror="alert('1')">&`;
const NUMBERS: readonly ReportColumn[] = [
  { name: 'height <cm>', kind: 'number' },
  { name: 'weight', kind: 'number' },
];

function group(number: number, size: number, more: Partial<ReportGroup> = {}): ReportGroup {
  return { number, size, ...more };
}

function members(size: number, ...ids: string[]): ReportMembers {
  return {
    rows: ids.map((id) => ({ id, probability: 0.9, second: 1 })),
    values: new Float32Array(ids.length * size),
  };
}

const images: ReportData = {
  run: {
    folder: 'runs/digits-0',
    method: 'SLOGAN',
    dataset: { name: 'digits', source: 'UCI optdigits, digits 0 and 1.', count: 1035 },
    seed: 3,
    steps: 3000,
    seconds: 96,
    command: 'npx mixtura train digits --seed 3',
    version: '0.1.0',
  },
  groups: [
    group(1, 0.872, {
      name: 'zeros',
      assigned: { share: 0.869, count: 899 },
      trueSize: 0.87,
      trueName: 'digit 0',
      typical: members(64, 'a/000.png', 'a/007.png'),
      samples: new Float32Array(20 * 64),
    }),
    group(2, 0.128, {
      assigned: { share: 0.131, count: 136 },
      trueSize: 0.13,
      trueName: 'digit 1',
      samples: new Float32Array(2 * 64),
    }),
  ],
  form: { kind: 'image', shape: [1, 8, 8], range: 'unit' },
  metrics: [{ name: 'nmi', value: 0.93123, explanation: 'Agreement.', protocol: 'How it was computed.' }],
  nmi: 0.93123,
  curves: [{ title: 'Losses', series: [{ label: 'critic', steps: [0, 1], values: [1, 0.5] }], folded: true }],
  sizes: {
    steps: [0, 3000],
    sizes: [
      [0.5, 0.872],
      [0.5, 0.128],
    ],
  },
  view: {
    kind: 'features',
    points: [0, 0, 1, 5, 1, 1, 2, 2, 1],
    dimensions: 3,
    responsibilities: [0.9, 0.1, 0.2, 0.8, 0.5, 0.5],
    ids: ['a/000.png', 'b/001.png', 'b/002.png'],
    pictures: { places: [1], values: new Float32Array(64) },
    centers: [0, 0, 0, 1, 1, 1],
  },
  settings: { batch: 64, 'method.lambda': null },
};

describe('renderReport', () => {
  it('begins with the sizes, which are a result, and the number of groups, which is none', () => {
    const page = renderReport(images);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<h1>2 groups (number given): 87.2\u202f%, 12.8\u202f%</h1>');
    expect(page).not.toContain('found');
    expect(page).toContain('SLOGAN was told to form 2 groups');
    expect(page).toContain(
      'NMI 0.931: near 1 the groups are the labels, near 0 they have nothing to do with them. The largest error of a learned size is 0.2',
    );
    expect(page.indexOf('(zeros)')).toBeLessThan(page.indexOf('digit 1'));
    for (const text of [
      '1,035',
      '3,000',
      '1.6 min',
      'SLOGAN',
      'UCI optdigits',
      'npx mixtura train digits --seed 3',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('puts what makes the sizes doubtful before everything else', () => {
    const page = renderReport({ ...images, warnings: ['They differ by 12 points.', 'Group 2 has no data.'] });
    expect(page).toContain(
      '<h1>2 groups (number given); their sizes are in doubt: 87.2\u202f%, 12.8\u202f%</h1>\n<p class="note">They differ by 12 points. Group 2 has no data.</p>',
    );
  });

  it('shows how often groups are right by their probability', () => {
    const reliability = [
      {
        label: 'new samples',
        error: 0.012,
        accuracy: 0.98,
        bins: [
          { count: 20, confidence: 0.5, accuracy: 0.4 },
          { count: 9, confidence: 0.7, accuracy: 0 },
          { count: 900, confidence: 0.95, accuracy: 0.96 },
        ],
      },
    ];
    expect(renderReport(images)).not.toContain('What the probabilities are worth');
    const page = renderReport({ ...images, reliability });
    expect(page).toContain(
      'Of new samples 98.0\u202f% are in the right group, and the probabilities are off by 1.2\u202f% on average. Points of fewer than 10 data are left out.',
    );
    const chart = page.slice(page.indexOf('Share of right groups by their probability'));
    expect(chart).toContain('probability of the most probable group');
    expect(chart).toContain('new samples: 0.960 at the end');
  });

  it('shows no borderline members where probabilities are flat, and says so', () => {
    const of = (id: string, probability: number) => ({
      ...members(64, id),
      rows: [{ id, probability, second: 2 }],
    });
    const page = (probability: number) =>
      renderReport({
        ...images,
        groups: [
          group(1, 0.6, { typical: of('t', 0.57), borderline: of('b', probability) }),
          group(2, 0.4, { typical: members(64, 'u') }),
        ],
      });
    expect(page(0.54)).toContain(
      'The probabilities of its members are flat (0.54 to 0.57), so they do not tell which of them are borderline.',
    );
    expect(page(0.54)).not.toContain('<p>Borderline</p>');
    expect(page(0.4)).toContain('<p>Borderline</p>');
    expect(page(0.4)).not.toContain('are flat');
  });

  it('writes each share in one way, learned beside assigned and true ones', () => {
    const page = renderReport(images);
    for (const share of [
      '87.2\u202f%',
      '86.9\u202f% (899)',
      '87.0\u202f%',
      '12.8\u202f%',
      '13.1\u202f% (136)',
    ]) {
      expect(page).toContain(share);
    }
    expect(page).not.toMatch(/[^.\d](87|13)\u202f%/);
    expect(page).toContain('title="group 1 (zeros): assigned 86.9\u202f%"');
  });

  it('needs nothing beside it: no script, no address, pictures inside', () => {
    const page = renderReport(images).replaceAll('http://www.w3.org/2000/svg', '');
    expect(page).not.toMatch(/<script|https?:|<link|url\(|@import/);
    // Two members in the list and on their card, two sheets of new samples.
    expect(page.match(/src="data:image\/png;base64,iVBOR/g)).toHaveLength(6);
    expect(page.match(/href="data:image\/png;base64,iVBOR/g)).toHaveLength(1);
    expect(page.match(/<img(?![^>]* alt="[^"]+")/g)).toBeNull();
    // Sizes over time, bars, latents, losses.
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });

  it('shows real data with their names before new samples', () => {
    const page = renderReport(images);
    expect(page).toContain('<figcaption>007.png</figcaption>');
    expect(page).toContain('alt="a/007.png: probability 0.900, next group 1"');
    expect(page.indexOf('Most typical')).toBeLessThan(page.indexOf('New samples</p>'));
  });

  it('escapes every text that comes from outside', () => {
    const page = renderReport({
      ...images,
      run: {
        ...images.run,
        folder: NASTY,
        method: NASTY,
        dataset: { name: NASTY, source: NASTY, count: 1 },
        command: NASTY,
        version: NASTY,
      },
      groups: images.groups.map((one) => ({
        ...one,
        name: NASTY,
        trueName: NASTY,
        typical: members(64, NASTY),
      })),
      metrics: [{ name: NASTY, value: 1, explanation: NASTY, protocol: NASTY }],
      curves: [{ title: NASTY, series: [{ label: NASTY, steps: [0], values: [1] }] }],
      view: { ...images.view!, ids: [NASTY, NASTY, NASTY] },
      settings: { [NASTY]: NASTY },
      notes: [NASTY],
      interventions: { summary: NASTY, list: [NASTY], unsettled: true },
      warnings: [NASTY],
    });
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain(`"alert('1')"`);
    expect(
      page.match(/&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;&amp;/g)!.length,
    ).toBeGreaterThan(20);
  });

  it('leaves out what is unknown', () => {
    const { run, form } = images;
    const page = renderReport({ run, form, groups: [group(1, 0.6), group(2, 0.4)], metrics: [], curves: [] });
    expect(page).toContain('2 groups (number given): 60.0\u202f%, 40.0\u202f%');
    expect(page).not.toMatch(/true size|NMI|Metrics|Training|Map|assigned|Members|settings/);
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it('says when a run is not at its end, and folds what happened in training', () => {
    const run = { ...images.run, unfinished: { plannedSteps: 20000 } };
    const interventions = { summary: 'Relocation moved components once.', list: ['One.'], unsettled: false };
    const page = renderReport({ ...images, run, notes: ['One remark.'], interventions });
    expect(page).toContain('This run has done 3,000 of 20,000 steps');
    expect(page).toContain('One remark.');
    expect(page).toContain(
      '<details class="small"><summary>Relocation moved components once.</summary><ul><li>One.</li></ul></details>',
    );
    const many = renderReport({ ...images, notes: ['a', 'b', 'c'] });
    expect(many).toContain('<summary>3 remarks on the training</summary>');
    expect(renderReport(images)).toContain('<details><summary>Losses</summary>');
  });

  it('shows points over the plane, and rows with their names', () => {
    const points = renderReport({
      ...images,
      form: { kind: 'points', columns: NUMBERS },
      groups: [
        group(1, 0.5, { samples: [0, 0, 1, 1] }),
        group(2, 0.5, { samples: [2, 2], typical: members(2, 'row 7') }),
      ],
      view: {
        kind: 'data',
        points: [0, 0, 2, 2],
        dimensions: 2,
        responsibilities: [1, 0, 0, 1],
        generated: { points: [1, 1], groups: [0] },
      },
    });
    expect(points.match(/<svg /g)).toHaveLength(7);
    expect(points).toContain('New samples, by group');
    expect(points).toContain('>row 7</td>');
  });

  it('bears one group, no groups, and a latent of one dimension', () => {
    const view = { kind: 'features', points: [1, 2, 3], dimensions: 1, responsibilities: [1, 1, 1] } as const;
    const { sizes: _, ...rest } = images;
    const one = renderReport({ ...rest, groups: [group(1, 1, { typical: members(64, 'x') })], view });
    expect(one).toContain('<h1>One group, which holds all data</h1>');
    expect(one).toContain('<p>Members</p>');
    expect(one).not.toMatch(/NaN|undefined|Borderline/);
    const { view: __, ...none } = rest;
    expect(renderReport({ ...none, groups: [] })).toContain('No groups');
  });
});

describe('the report of a table', () => {
  const table = (rows: readonly number[][], groups: readonly number[], columns: readonly ReportColumn[]) => {
    const k = Math.max(...groups) + 1;
    const moments = new GroupMoments(k, columns.length);
    rows.forEach((row, i) => {
      moments.add(groups[i]!, row, 0);
    });
    const { view: _, ...rest } = images;
    return renderReport({
      ...rest,
      form: { kind: 'table', columns },
      groups: Array.from({ length: k }, (_, g) =>
        group(g + 1, 1 / k, {
          assigned: { share: 1 / k, count: moments.count[g]! },
          typical: { rows: [{ id: `C${g}`, probability: 0.8 }], values: rows[g]! },
        }),
      ),
      profile: columnProfiles(moments, columns),
    });
  };

  it('shows means of real rows, effects beside the rest, and ids', () => {
    const rows = Array.from({ length: 80 }, (_, i) => [i % 2 ? 10 + (i % 3) : 20 + (i % 3), i % 4]);
    const page = table(
      rows,
      rows.map(([x]) => (x! < 15 ? 1 : 0)),
      NUMBERS,
    );
    expect(page).toContain('height &lt;cm&gt;');
    expect(page).toContain(
      '20.98 <span class="soft">± 0.83</span></td>\n<td class="number soft">11</td><td class="number">+12</td>',
    );
    expect(page).toContain('>C1</td>');
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it('bears 400 columns in 20 groups: small, nothing cut, the rest in a fold', () => {
    const columns = Array.from(
      { length: 400 },
      (_, j): ReportColumn => ({ name: `gene${j}`, kind: 'number' }),
    );
    const rows = Array.from({ length: 400 }, (_, i) =>
      columns.map((_, j) => Math.sin(i * 7 + j) + (j === i % 20 ? 9 : 0)),
    );
    const page = table(
      rows,
      rows.map((_, i) => i % 20),
      columns,
    );
    expect(page.length).toBeLessThan(800_000);
    expect(page).toContain('All 400 columns in all groups');
    for (const name of ['gene0', 'gene19', 'gene399']) expect(page).toContain(`<th>${name}</th>`);
    // Every wide table scrolls in a box of its own.
    expect(page.match(/<table class="(all|rows)"/g)!.length).toBe(
      page.match(/<div class="scroll"><table class="(all|rows)"/g)!.length,
    );
    expect(page.match(/<tr[^>]*><th>gene\d+<\/th>/g)).toHaveLength(400);
  });
});

describe('headline', () => {
  it('names at most eight sizes', () => {
    const groups = Array.from({ length: 10 }, (_, g) => group(g + 1, 0.1));
    expect(headline({ run: images.run, groups })).toMatch(
      /^10 groups \(number given\): (10\.0\u202f%, ){8}…$/,
    );
  });

  it('says whether the number of groups was found or given', () => {
    const groups = [group(1, 0.6), group(2, 0.4)];
    const { run } = images;
    const found = { run: { ...run, countFound: true as const }, groups };
    expect([headline({ run, groups }), headline(found)].map((text) => text.split(':')[0])).toEqual([
      '2 groups (number given)',
      '2 groups (number found)',
    ]);
    expect([lead({ run, groups }), lead(found)]).toEqual(
      ['was told to form', 'found'].map((formed) =>
        expect.stringMatching(
          `^SLOGAN ${formed} 2 groups, and learned them and their sizes from 1,035 unlabelled`,
        ),
      ),
    );
  });

  it('writes times for people', () => {
    expect([38.4, 96, 5400 * 2].map(runTime)).toEqual(['38 s', '1.6 min', '3.0 h']);
  });
});
