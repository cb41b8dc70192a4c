import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { sizeBarsChart } from './bar-chart.js';
import { groupSizesChart, lineChart } from './line-chart.js';
import { groupColor } from './palette.js';
import { scatterBounds, scatterPng, scatterSvg } from './scatter.js';
import { spreadApart, summarise, unbrokenStretches } from './trace.js';

/** The numbers of every path's `d` with a stroke. */
function strokes(svg: string): string[] {
  return [...svg.matchAll(/<path d="([^"]*)" fill="none"/g)].map((match) => match[1]!);
}

/** Opening and closing tags match, so the picture is well-formed. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (!rest!.endsWith('/')) open.push(name!);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
}

describe('lineChart', () => {
  it('draws points where the axes say', () => {
    const svg = lineChart({
      title: 't',
      series: [{ label: 'a', x: [0, 50, 100], y: [0, 1, 0.5] }],
      width: 264,
      height: 148,
    });
    // Plot area: x 52..252, y 28..110 below one row of names.
    expect(strokes(svg)).toEqual(['M52 110L152 28L252 69']);
    expectWellFormed(svg);
  });

  it('leaves gaps where a value is missing and drops what a logarithm cannot show', () => {
    const x = [0, 1, 2, 3, 4];
    const y = [1, Number.NaN, 10, -1, 100];
    const linear = lineChart({ title: 't', series: [{ label: 'a', x, y }] });
    expect(strokes(linear)).toHaveLength(2);
    const logarithmic = lineChart({ title: 't', series: [{ label: 'a', x, y }], logY: true });
    expect(strokes(logarithmic)).toHaveLength(3);
    expectWellFormed(logarithmic);
  });

  it('survives empty and constant series, and a logarithm of nothing positive', () => {
    for (const y of [[], [3], [0, 0, 0], [Number.NaN, Number.NaN]]) {
      for (const logY of [false, true]) {
        expectWellFormed(lineChart({ title: 't', series: [{ label: 'a', x: [...y.keys()], y }], logY }));
      }
    }
    expectWellFormed(lineChart({ title: 'nothing', series: [] }));
  });

  it('draws long series as a mean in a band', () => {
    const x = Array.from({ length: 6000 }, (_, i) => i);
    const svg = lineChart({ title: 't', series: [{ label: 'a', x, y: x.map((i) => i % 7) }] });
    expect(strokes(svg)[0]!.split('L')).toHaveLength(300);
    expect(svg).toContain('fill-opacity="0.16"');
    expect(svg.length).toBeLessThan(30_000);
  });

  it('escapes names', () => {
    const svg = lineChart({ title: '<b>', series: [{ label: '</svg><script>', x: [0], y: [1] }] });
    expect(svg).not.toMatch(/<script|<b>/);
    expect(svg).toContain('&lt;/svg&gt;&lt;script&gt;');
    expectWellFormed(svg);
  });
});

describe('groupSizesChart', () => {
  it('dashes the truth in the colour of its component, only where it is known', () => {
    const svg = groupSizesChart({
      title: 't',
      steps: [0, 10],
      sizes: [
        [0.5, 0.7],
        [0.5, 0.3],
      ],
      truth: [undefined, 0.25],
    });
    const dashed = [...svg.matchAll(/<line[^>]*stroke="([^"]*)"[^>]*dasharray/g)].map((match) => match[1]);
    expect(dashed).toEqual([groupColor(1)]);
    expect(svg).toContain('group 2');
    expectWellFormed(svg);
  });
});

describe('sizeBarsChart', () => {
  it('makes bars as long as sizes, and marks at true sizes', () => {
    const svg = sizeBarsChart({
      title: 't',
      bars: [
        { label: 'a', size: 0.5, trueSize: 0.4 },
        { label: 'b', size: 0.25, trueSize: 0.5 },
      ],
    });
    const rectangles = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    const [a, markA, b, markB] = rectangles.map((match) => [Number(match[1]), Number(match[2])] as const);
    expect(a![1] / b![1]).toBeCloseTo(2, 3);
    expect((markA![0] + 1.25 - a![0]) / a![1]).toBeCloseTo(0.8, 2);
    expect((markB![0] + 1.25 - b![0]) / b![1]).toBeCloseTo(2, 2);
    expect(svg).toContain('25.0\u202f% (true 50.0\u202f%)');
    expectWellFormed(svg);
    expectWellFormed(sizeBarsChart({ title: 'none', bars: [] }));
  });
});

describe('traces', () => {
  it('cuts series into unbroken runs', () => {
    expect(unbrokenStretches([0, 1, 2, 3], [1, Infinity, 2, 3])).toEqual([
      { x: [0], y: [1] },
      { x: [2, 3], y: [2, 3] },
    ]);
    expect(unbrokenStretches([0, 1], [0, 5], true)).toEqual([{ x: [1], y: [5] }]);
  });

  it('summarises neighbours by mean, least and largest', () => {
    expect(summarise({ x: [0, 1, 2, 3, 4], y: [1, 3, 5, 5, 7] }, 3)).toEqual({
      x: [0.5, 2.5, 4],
      mean: [2, 5, 7],
      low: [1, 5, 7],
      high: [3, 5, 7],
    });
  });

  it('spreads labels apart, keeps their order and the centre of what touches', () => {
    expect(spreadApart([10, 12, 100], 10)).toEqual([6, 16, 100]);
    expect(spreadApart([], 10)).toEqual([]);
    const positions = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(positions, (wanted) => {
        const placed = spreadApart(wanted, 14);
        const sorted = [...placed].sort((a, b) => a - b);
        for (let i = 1; i < sorted.length; i++)
          expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThan(14 - 1e-6);
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(placed)).toBeCloseTo(sum(wanted), 6);
      }),
    );
  });
});

describe('scatter', () => {
  const points = [0, 0, 10, 0, 10, 10, 0, 10];

  it('draws each group as one path in its colour, with one unit on both axes', () => {
    const svg = scatterSvg({ title: 't', points, groups: [0, 0, 1, -1], width: 120 });
    expect(svg).toContain(`stroke="${groupColor(0)}"`);
    expect(svg).toContain(`stroke="${groupColor(1)}"`);
    expect(svg).toContain('viewBox="0 0 120 120"');
    const first = strokes(svg).find((d) => d.split('M').length === 3)!;
    const [x1, y1, x2, y2] = first.match(/[\d.]+ [\d.]+/g)!.flatMap((pair) => pair.split(' ').map(Number));
    expect(y1).toBe(y2);
    expect(x2! - x1!).toBeCloseTo(100 / 1.08, 0);
    expectWellFormed(svg);
  });

  it('is never higher than wide nor lower than half its width', () => {
    expect(scatterBounds([0, 0, 100, 0])).toEqual([-4, 104, -27, 27]);
    const [left, right, low, high] = scatterBounds([0, 0, 0, 100]);
    expect(right - left).toBeCloseTo(high - low, 9);
    expectWellFormed(scatterSvg({ title: 'nothing', points: [] }));
    expectWellFormed(scatterSvg({ title: 'one', points: [5, 5] }));
  });

  it('draws uncertain points paler and leaves out what is not finite', () => {
    const svg = scatterSvg({
      title: 't',
      points: [...points, Number.NaN, 1],
      groups: [0, 0, 0, 0, 0],
      certainty: [1, 1, 0.3, 0.3, 1],
    });
    const colors = [...svg.matchAll(/<path d="[^"]*" fill="none" stroke="([^"]*)"/g)].map(
      (match) => match[1],
    );
    expect(colors).toHaveLength(2);
    expect(colors[1]).toBe(groupColor(0));
    expect(colors[0]).not.toBe(groupColor(0));
    expectWellFormed(svg);
  });

  it('draws small groups above large ones, whatever their order and certainty', () => {
    const many = Array.from({ length: 12 }, (_, i) => i);
    const svg = scatterSvg({
      title: 't',
      points: many.flatMap((i) => [i, i % 5]),
      groups: many.map((i) => (i === 3 ? 0 : i < 6 ? 1 : 2)),
      certainty: many.map((i) => (i === 3 ? 0.9 : 1)),
    });
    const colors = [...svg.matchAll(/<path [^>]*stroke="([^"]*)"/g)].map((match) => match[1]);
    expect(colors).toEqual([2, 1, 0].map(groupColor));
  });

  it('says of each point what it is, and names each group in its middle', () => {
    const svg = scatterSvg({
      title: 't',
      points,
      groups: [0, 0, 1, 1],
      titles: ['a', 'b', '<c>', 'd'],
      labels: ['1', '2'],
    });
    expect([...svg.matchAll(/<circle[^>]*><title>([^<]*)/g)].map((match) => match[1])).toEqual([
      'a',
      'b',
      '&lt;c&gt;',
      'd',
    ]);
    expect([...svg.matchAll(/class="place"[^>]*>([^<]*)/g)].map((match) => match[1])).toEqual(['1', '2']);
    expectWellFormed(svg);
  });

  it('puts images beside their points, none over another, none over the rim', () => {
    const picture = (place: number) => ({ place, side: 20, source: `data:${place}` });
    const close = [0, 0, 1, 1, 50, 50, 100, 0];
    const svg = scatterSvg({ title: 't', points: close, width: 200, pictures: [0, 1, 2, 3].map(picture) });
    // Point 1 is beside point 0, and point 3 in the corner; point 0 lies at the bottom, with no room below.
    expect([...svg.matchAll(/href="data:(\d)"/g)].map((match) => match[1])).toEqual(['2']);
    expectWellFormed(svg);
  });

  it('puts the same dots into pixels', () => {
    const { width, height, data } = decode(
      scatterPng({ title: 't', points, groups: [0, 1, 2, 3], width: 128, radius: 3 }),
    );
    expect([width, height]).toEqual([128, 128]);
    const at = (x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];
    // (0, 0) is 4 units of 108 from the left and the bottom of an area with a margin of 10.
    const inset = 10 + Math.round((0.4 / 10.8) * 108);
    expect(at(inset, 127 - inset)).toEqual([51, 142, 193, 255]);
    expect(at(64, 64)).toEqual([255, 255, 255, 255]);
  });

  it('refuses half a pair', () => {
    expect(() => scatterSvg({ title: 't', points: [1, 2, 3] })).toThrow('there are 3 numbers');
  });
});
