import { describe, expect, it } from 'vitest';
import { renderReport } from './report.js';
import type { ReportData, ReportGroup } from './report-data.js';
import { headline, roundShares, runTime } from './report-summary.js';

const NASTY = `<img src=x onerror="alert('1')">&`;

function group(component: number, size: number, more: Partial<ReportGroup> = {}): ReportGroup {
  return { component, size, ...more };
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
    group(0, 0.128, {
      trueSize: 0.13,
      trueName: 'digit 1',
      samples: new Float32Array(2 * 64),
      assigned: new Float32Array(64),
    }),
    group(1, 0.872, { trueSize: 0.87, trueName: 'digit 0', samples: new Float32Array(20 * 64) }),
  ],
  form: { kind: 'image', shape: [1, 8, 8], range: 'unit' },
  metrics: [{ name: 'nmi', value: 0.93123, meaning: 'Agreement.' }],
  nmi: 0.93123,
  curves: [{ title: 'Losses', series: [{ label: 'critic', steps: [0, 1], values: [1, 0.5] }] }],
  sizes: {
    steps: [0, 3000],
    sizes: [
      [0.5, 0.128],
      [0.5, 0.872],
    ],
  },
  view: {
    kind: 'latent',
    points: [0, 0, 1, 5, 1, 1, 2, 2, 1],
    dimensions: 3,
    responsibilities: [0.9, 0.1, 0.2, 0.8, 0.5, 0.5],
    centers: [0, 0, 0, 1, 1, 1],
  },
  settings: { batch: 64, 'method.lambda': null },
};

describe('renderReport', () => {
  it('begins with the answer, largest group first, and how good it is', () => {
    const page = renderReport(images);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<h1>2 groups found: 87\u202f%, 13\u202f%</h1>');
    expect(page).toContain(
      'Agreement with the true groups is NMI 0.931. Every learned size is within 0.2 percentage points',
    );
    expect(page.indexOf('digit 0')).toBeLessThan(page.indexOf('digit 1'));
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

  it('needs nothing beside it: no script, no address, pictures inside', () => {
    const page = renderReport(images).replaceAll('http://www.w3.org/2000/svg', '');
    expect(page).not.toMatch(/<script|https?:|<link|url\(|@import/);
    // Two strips, two sheets of new samples, one of assigned data.
    expect(page.match(/src="data:image\/png;base64,iVBOR/g)).toHaveLength(5);
    // Sizes over time, bars, latents, losses.
    expect(page.match(/<svg /g)).toHaveLength(4);
    expect(page).not.toMatch(/undefined|NaN|\[object/);
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
      groups: images.groups.map((one) => ({ ...one, trueName: NASTY })),
      metrics: [{ name: NASTY, value: 1, meaning: NASTY }],
      curves: [{ title: NASTY, series: [{ label: NASTY, steps: [0], values: [1] }] }],
      settings: { [NASTY]: NASTY },
      notes: [NASTY],
    });
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain(`"alert('1')"`);
    expect(
      page.match(/&lt;img src=x onerror=&quot;alert\(&#39;1&#39;\)&quot;&gt;&amp;/g)!.length,
    ).toBeGreaterThan(12);
  });

  it('leaves out what is unknown', () => {
    const { run, form } = images;
    const page = renderReport({ run, form, groups: [group(0, 0.6), group(1, 0.4)], metrics: [], curves: [] });
    expect(page).toContain('2 groups found: 60\u202f%, 40\u202f%');
    expect(page).not.toMatch(/true size|NMI|Metrics|Training|latent space|Samples of each|settings/);
    expect(page).not.toMatch(/undefined|NaN/);
  });

  it('says when a run is not at its end, and repeats notes', () => {
    const run = { ...images.run, unfinished: { plannedSteps: 20000 } };
    const page = renderReport({ ...images, run, notes: ['One component has died.'] });
    expect(page).toContain('This run has done 3,000 of 20,000 steps');
    expect(page).toContain('One component has died.');
  });

  it('shows points as scatters and tables as columns', () => {
    const responsibilities = [1, 0, 0, 1];
    const points = renderReport({
      ...images,
      form: { kind: 'points' },
      groups: [
        group(0, 0.5, { samples: [0, 0, 1, 1] }),
        group(1, 0.5, { samples: [2, 2], assigned: [2, 3] }),
      ],
      view: {
        kind: 'data',
        points: [0, 0, 2, 2],
        dimensions: 2,
        responsibilities,
        generated: { points: [1, 1], components: [0] },
      },
    });
    expect(points.match(/<svg /g)).toHaveLength(7);
    expect(points).toContain('New samples, by component');
    const table = renderReport({
      ...images,
      form: { kind: 'table', columns: ['height <cm>', 'weight'] },
      groups: [group(0, 0.5, { samples: [10, 1, 14, 3] }), group(1, 0.5, { samples: [0, 7] })],
    });
    expect(table).toContain('height &lt;cm&gt;');
    expect(table).toMatch(/>12 <span class="hint">± 2</);
    expect(table).not.toContain('<img');
  });

  it('bears one group, no groups, and a latent of one dimension', () => {
    const view = { kind: 'latent', points: [1, 2, 3], dimensions: 1, responsibilities: [1, 1, 1] } as const;
    const one = renderReport({ ...images, groups: [group(0, 1)], view });
    expect(one).toContain('1 group found: 100\u202f%');
    expect(one).not.toMatch(/NaN|undefined/);
    const { view: _, ...rest } = images;
    expect(renderReport({ ...rest, groups: [] })).toContain('0 groups found');
  });
});

describe('headline', () => {
  it('rounds shares so that they add up to 100', () => {
    expect(roundShares([1 / 3, 1 / 3, 1 / 3])).toEqual([34, 33, 33]);
    expect(roundShares([0.5284, 0.2711, 0.1342, 0.0663])).toEqual([53, 27, 13, 7]);
    expect(roundShares([0.5, 0.3])).toEqual([50, 30]);
  });

  it('names at most eight sizes', () => {
    const groups = Array.from({ length: 10 }, (_, component) => group(component, 0.1));
    expect(headline(groups)).toMatch(/^10 groups found: (10\u202f%, ){8}…$/);
  });

  it('writes times for people', () => {
    expect([38.4, 96, 5400 * 2].map(runTime)).toEqual(['38 s', '1.6 min', '3.0 h']);
  });
});
