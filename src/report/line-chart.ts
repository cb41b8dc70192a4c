/** @file Lines over steps: losses, metrics, group sizes with their true values dashed. */
import { groupColor, NEUTRAL } from './palette.js';
import {
  element,
  escapeText,
  estimateWidth,
  extent,
  formatNumber,
  formatPercent,
  label,
  linearScale,
  logScale,
  type Scale,
  svg,
} from './svg.js';
import { linePath, MAX_POINTS, spreadApart, summarise, unbrokenStretches } from './trace.js';

/** One line of a chart. */
export interface LineSeries {
  readonly label: string;
  readonly x: ArrayLike<number>;
  /** As long as `x`; values that are not finite (or not above zero on a logarithmic axis) leave a gap. */
  readonly y: ArrayLike<number>;
  /** `#rrggbb`; by default the palette in order. */
  readonly color?: string;
}

/** A dashed horizontal line, such as a group's true size. */
export interface ReferenceLine {
  readonly value: number;
  readonly color?: string;
}

/** What {@link lineChart} draws. */
export interface LineChart {
  /** Read out by screen readers; it is not drawn. */
  readonly title: string;
  readonly series: readonly LineSeries[];
  readonly references?: readonly ReferenceLine[];
  /** Drawn below the horizontal axis (default "step"). */
  readonly xLabel?: string;
  readonly logY?: boolean;
  /** How values on the vertical axis are written. */
  readonly format?: 'number' | 'percent';
  /** Bounds of the vertical axis; by default those of the data. */
  readonly domain?: readonly [number, number];
  /** Names above the plot (default), or at the right end of each line. */
  readonly names?: 'above' | 'end';
  readonly width?: number;
  readonly height?: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Draws a line chart as an SVG string. */
export function lineChart(chart: LineChart): string {
  const { width = 560, height = 260, names = 'above', title } = chart;
  const colors = chart.series.map(({ color }, index) => color ?? groupColor(index));
  const legend = names === 'above' ? legendAbove(chart.series, colors, width) : { markup: '', height: 0 };
  const longest = Math.max(0, ...chart.series.map((series) => estimateWidth(series.label)));
  const box: Box = {
    left: 52,
    right: width - (names === 'end' ? Math.min(width / 3, longest + 26) : 12),
    top: legend.height + 10,
    bottom: height - 38,
  };
  const logarithmic = chart.logY === true && chart.series.some(({ y }) => Array.from(y).some((v) => v > 0));
  const x = linearScale(extent(...chart.series.map((series) => series.x)), [box.left, box.right], 6);
  const y = verticalScale(chart, box, logarithmic);
  const lines = chart.series.map((series, index) => drawSeries(series, colors[index]!, x, y, logarithmic));
  return svg(
    width,
    height,
    title,
    legend.markup,
    axes(box, x, y, chart),
    ...(chart.references ?? []).map((line) => referenceLine(line, box, y)),
    ...lines,
    names === 'end' ? endNames(chart.series, colors, box, y) : '',
  );
}

/** What {@link groupSizesChart} draws. */
export interface GroupSizesChart {
  readonly title: string;
  /** Step of each record. */
  readonly steps: ArrayLike<number>;
  /** A list for each component: its size (0..1) at each step. */
  readonly sizes: readonly ArrayLike<number>[];
  /** True size of the group that each component stands for, where known. */
  readonly truth?: readonly (number | undefined)[];
  /** Names of the components (default "group 1", ...). */
  readonly names?: readonly string[];
  readonly width?: number;
  readonly height?: number;
}

/** Draws the learned size of each group over the steps, true sizes as dashed lines of the same colour. */
export function groupSizesChart(chart: GroupSizesChart): string {
  const { title, steps, sizes, truth = [], names = [] } = chart;
  const known = truth.flatMap((value, component) =>
    value === undefined ? [] : [{ value, color: groupColor(component) }],
  );
  const [, highest] = extent(
    ...sizes,
    known.map(({ value }) => value),
  );
  return lineChart({
    title,
    series: sizes.map((y, index) => ({
      label: names[index] ?? `group ${index + 1}`,
      x: steps,
      y,
      color: groupColor(index),
    })),
    references: known,
    format: 'percent',
    domain: [0, Math.min(1, highest * 1.08)],
    names: 'end',
    ...(chart.width === undefined ? {} : { width: chart.width }),
    // Names at the right need a line each, however many groups there are.
    height: chart.height ?? Math.max(260, 14 * sizes.length + 60),
  });
}

function verticalScale(chart: LineChart, box: Box, logarithmic: boolean): Scale {
  const values = chart.series.map(({ y }) => (logarithmic ? Array.from(y).filter((v) => v > 0) : y));
  const domain =
    chart.domain ??
    extent(
      ...values,
      (chart.references ?? []).map((line) => line.value),
    );
  const range = [box.bottom, box.top] as const;
  return logarithmic ? logScale(domain, range) : linearScale(domain, range, 6);
}

function axes(box: Box, x: Scale, y: Scale, { format, xLabel = 'step' }: LineChart): string {
  const vertical = y.ticks.map((tick) => {
    const text = format === 'percent' ? formatPercent(tick) : y.format(tick);
    const line = { x1: box.left, x2: box.right, y1: y(tick), y2: y(tick), stroke: NEUTRAL.faint };
    return element('line', line) + label(box.left - 8, y(tick) + 4, text, { 'text-anchor': 'end' });
  });
  const horizontal = x.ticks.map((tick) =>
    label(x(tick), box.bottom + 18, x.format(tick), { 'text-anchor': 'middle' }),
  );
  const ground = { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, stroke: NEUTRAL.line };
  const name = label((box.left + box.right) / 2, box.bottom + 34, xLabel, { 'text-anchor': 'middle' });
  return [...vertical, element('line', ground), ...horizontal, name].join('');
}

function referenceLine({ value, color = NEUTRAL.truth }: ReferenceLine, box: Box, y: Scale): string {
  return element('line', {
    x1: box.left,
    x2: box.right,
    y1: y(value),
    y2: y(value),
    stroke: color,
    'stroke-width': 1.5,
    'stroke-dasharray': '5 4',
    'stroke-opacity': 0.75,
  });
}

function drawSeries(
  { x: xs, y: ys, label: name }: LineSeries,
  color: string,
  x: Scale,
  y: Scale,
  logarithmic: boolean,
): string {
  const parts = unbrokenStretches(xs, ys, logarithmic).map((run) => {
    const drawn = summarise(run);
    const at = (values: readonly number[]) => drawn.x.map((value, i) => [x(value), y(values[i]!)] as const);
    const line = element('path', {
      d: linePath(at(drawn.mean)),
      fill: 'none',
      stroke: color,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
      'stroke-linecap': 'round',
    });
    if (run.x.length <= MAX_POINTS) return line;
    const band = linePath([...at(drawn.high), ...at(drawn.low).reverse()]);
    return element('path', { d: `${band}Z`, fill: color, 'fill-opacity': 0.16 }) + line;
  });
  const last = ys[ys.length - 1];
  const tip = last === undefined ? name : `${name}: ${formatNumber(last)} at the end`;
  return element('g', {}, element('title', {}, escapeText(tip)), ...parts);
}

/** Names with a dash of their colour, in as many rows as the width needs. */
function legendAbove(
  series: readonly LineSeries[],
  colors: readonly string[],
  width: number,
): { markup: string; height: number } {
  let [left, row] = [52, 0];
  const entries = series.map(({ label: name }, index) => {
    const needed = 22 + estimateWidth(name) + 18;
    if (left > 52 && left + needed > width) [left, row] = [52, row + 1];
    const y = 12 + row * 18;
    const dash = { x: left, y: y - 5.5, width: 14, height: 3, rx: 1.5, fill: colors[index] };
    const entry = element('rect', dash) + label(left + 20, y, name);
    left += needed;
    return entry;
  });
  return { markup: entries.join(''), height: series.length > 0 ? 12 + (row + 1) * 18 - 12 : 0 };
}

/** Names at the height where their lines end, moved apart where they would overlap. */
function endNames(series: readonly LineSeries[], colors: readonly string[], box: Box, y: Scale): string {
  const wanted = series.map(({ y: values }) => {
    const last = values[values.length - 1];
    return last !== undefined && Number.isFinite(last) ? y(last) : box.bottom;
  });
  return spreadApart(wanted, 14)
    .map((at, index) => {
      const dash = { x: box.right + 6, y: at - 1.5, width: 10, height: 3, rx: 1.5, fill: colors[index] };
      return element('rect', dash) + label(box.right + 21, at + 4, series[index]!.label);
    })
    .join('');
}
