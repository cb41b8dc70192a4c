import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatColor, groupColor, mix, parseColor } from './palette.js';
import {
  element,
  escapeText,
  extent,
  formatNumber,
  formatPercent,
  linearScale,
  logScale,
  niceStep,
} from './svg.js';

describe('text', () => {
  it('escapes what could end an element or an attribute, and drops what XML forbids', () => {
    expect(escapeText(`<a href="x" b='y'>&</a>\u0000\u001b\t`)).toBe(
      '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;\t',
    );
    expect(element('text', { x: 1.23456, class: '"', fill: undefined }, 'a')).toBe(
      '<text x="1.23" class="&quot;">a</text>',
    );
    expect(element('rect', { x: -0.001 })).toBe('<rect x="0"/>');
  });

  it.each([
    [0, '0'],
    [-0.0001, '−0.0001'],
    [20000, '20,000'],
    [1234567, '1,234,567'],
    [0.93123, '0.931'],
    [12.345, '12.3'],
    [-1234.5, '−1,235'],
    [0.00012, '0.00012'],
    [0.000012, '1.20e-5'],
    [Number.NaN, 'not a number'],
    [-Infinity, '−∞'],
  ])('writes the number %s as %s', (value, text) => {
    expect(formatNumber(value).replace(/(\.\d*[1-9])0+$/, '$1')).toBe(text);
  });

  it.each([
    [0.5284, 0, '53\u202f%'],
    [0.5284, 1, '52.8\u202f%'],
    [0.004, 0, '<1\u202f%'],
    [0, 0, '0\u202f%'],
    [-0.0001, 1, '0.0\u202f%'],
  ])('writes the share %s with %s decimals as %s', (share, decimals, text) => {
    expect(formatPercent(share, decimals)).toBe(text);
  });
});

describe('scales', () => {
  it('puts linear ticks on multiples of 1, 2 or 5', () => {
    const scale = linearScale([0, 1], [0, 200]);
    expect(scale.ticks.map(scale.format)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(scale(0.25)).toBe(50);
    const steps = linearScale([0, 20000], [0, 100]);
    expect(steps.ticks.map(steps.format)).toEqual(['0', '5,000', '10k', '15k', '20k']);
    const negative = linearScale([-0.7, 0.7], [0, 1]);
    expect(negative.ticks.map(negative.format)).toEqual(['−0.5', '0.0', '0.5']);
  });

  it('widens a domain without extent', () => {
    const scale = linearScale([2, 2], [0, 100]);
    expect(scale(2)).toBeCloseTo(50, 9);
    expect(scale.ticks.length).toBeGreaterThan(1);
    expect(linearScale([0, 0], [0, 100])(0)).toBe(50);
  });

  it('has few ticks, evenly spaced, inside any domain', () => {
    const bounds = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(bounds, fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (low, extra) => {
        const high = low + Math.max(extra, Math.abs(low) * 1e-6);
        const { ticks } = linearScale([low, high], [0, 100]);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        const slack = (high - low) * 1e-6;
        for (const tick of ticks) expect(tick >= low - slack && tick <= high + slack).toBe(true);
      }),
    );
  });

  it.each([
    [0.013, 0.02],
    [0.2, 0.2],
    [0.21, 0.5],
    [7, 10],
    [1, 1],
    [3000, 5000],
  ])('rounds the step %s up to %s', (raw, nice) => {
    expect(niceStep(raw)).toBeCloseTo(nice, 12);
  });

  it('puts logarithmic ticks on powers of ten', () => {
    const scale = logScale([0.001, 10], [0, 400]);
    expect(scale.ticks.map(scale.format)).toEqual(['0.001', '0.01', '0.1', '1', '10']);
    expect(scale(0.1)).toBeCloseTo(200, 9);
    expect(logScale([1, 40], [0, 1]).ticks).toEqual([1, 2, 5, 10, 20]);
    expect(logScale([1, 1e12], [0, 1]).ticks).toEqual([1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12]);
  });

  it('finds the extent of what is finite', () => {
    expect(extent([3, Number.NaN, -1], [Infinity, 2])).toEqual([-1, 3]);
    expect(extent([], [Number.NaN])).toEqual([0, 1]);
  });
});

describe('palette', () => {
  it('gives 30 components different colours', () => {
    const colors = Array.from({ length: 30 }, (_, component) => groupColor(component));
    expect(new Set(colors).size).toBe(30);
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('keeps the first 16 apart from each other and from grey', () => {
    const colors = ['#a3a8b0', ...Array.from({ length: 16 }, (_, group) => groupColor(group))].map(
      parseColor,
    );
    const apart = colors.flatMap((a, i) =>
      colors.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
    );
    expect(Math.min(...apart)).toBeGreaterThan(60);
  });

  it('parses, formats and mixes', () => {
    expect(formatColor(parseColor('#01a0ff'))).toBe('#01a0ff');
    expect(mix([0, 100, 200], [100, 0, 200], 0.25)).toEqual([25, 75, 200]);
  });
});
