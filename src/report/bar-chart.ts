/** @file Learned sizes of groups as horizontal bars, true sizes as marks across them. */
import { groupColor, NEUTRAL } from './palette.js';
import { element, escapeText, estimateWidth, formatPercent, label, linearScale, svg } from './svg.js';

/** The learned size of a group, beside the true one where it is known. */
export interface SizeBar {
  readonly label: string;
  /** Learned share of the group, 0..1. */
  readonly size: number;
  /** True share where known, 0..1. */
  readonly trueSize?: number;
  readonly color?: string;
}

/** What {@link sizeBarsChart} draws. */
export interface SizeBarsChart {
  readonly title: string;
  readonly bars: readonly SizeBar[];
  readonly width?: number;
}

const ROW = 30;

/** Draws a bar for each group's learned size with a mark where the true size is, as an SVG string. */
export function sizeBarsChart({ title, bars, width = 560 }: SizeBarsChart): string {
  const known = bars.some(({ trueSize }) => trueSize !== undefined);
  const names = Math.min(width / 3, Math.max(0, ...bars.map((bar) => estimateWidth(bar.label))) + 12);
  const largest = Math.max(1e-9, ...bars.flatMap(({ size, trueSize = 0 }) => [size, trueSize]));
  const x = linearScale([0, largest], [names, width - (known ? 132 : 52)]);
  const rows = bars.map((bar, index) => sizeBar(bar, index, x));
  const height = bars.length * ROW + (known ? 24 : 4);
  const legendTop = bars.length * ROW + 8;
  const legend = known
    ? truthMark(names + 1, legendTop, 12) + label(names + 10, legendTop + 10, 'true size')
    : '';
  return svg(width, height, title, ...rows, legend);
}

function sizeBar(
  { label: name, size, trueSize, color }: SizeBar,
  index: number,
  x: (v: number) => number,
): string {
  const top = index * ROW;
  const middle = top + ROW / 2 + 4;
  const bar = {
    x: x(0),
    y: top + 6,
    width: Math.max(1, x(size) - x(0)),
    height: ROW - 12,
    rx: 3,
    fill: color ?? groupColor(index),
  };
  const truth = trueSize === undefined ? '' : ` (true ${formatPercent(trueSize, 1)})`;
  const end = Math.max(x(size), trueSize === undefined ? 0 : x(trueSize)) + 8;
  const spoken = `${name}: ${formatPercent(size, 1)}${truth}`;
  return element(
    'g',
    {},
    element('title', {}, escapeText(spoken)),
    label(x(0) - 10, middle, name, { 'text-anchor': 'end' }),
    element('rect', bar),
    trueSize === undefined ? '' : truthMark(x(trueSize), top + 2, ROW - 4),
    label(end, middle, `${formatPercent(size, 1)}${truth}`),
  );
}

function truthMark(x: number, top: number, height: number): string {
  return element('rect', { x: x - 1.25, y: top, width: 2.5, height, rx: 1, fill: NEUTRAL.truth });
}
