/** @file The merge curve as a picture: how strong the next merge is at each number of groups. */
import type { CountFinding } from '../../groups/findings.js';
import { groupColor, NEUTRAL } from '../palette.js';
import { coordinate, element, label, linearScale, logScale, svg } from '../svg.js';

const [WIDTH, HEIGHT] = [480, 300];
const BOX = { left: 44, right: WIDTH - 14, top: 26, bottom: HEIGHT - 76 };
/** Strengths above so many times the threshold are drawn at the rim: they are all within groups. */
const HIGHEST = 6;
const CHOSEN = groupColor(0);

/**
 * Strength of the next merge over the number of groups (logarithmic), the threshold dashed, the chosen number a line, its
 * range a band, and below the axis a dot for each number that all rows and the subsamples have.
 */
export function mergeCurveSvg({
  curve,
  clear,
  groups,
  least,
  most,
  all,
}: Pick<CountFinding, 'curve' | 'clear' | 'groups' | 'least' | 'most' | 'all'>): string {
  const points = curve.filter((at) => at.groups >= 1 && Number.isFinite(at.strength));
  const last = Math.max(2, groups, most, ...points.map((at) => at.groups));
  const x = logScale([1, last], [BOX.left + 8, BOX.right - 8]);
  const rim = HIGHEST * clear;
  const highest = Math.min(rim, Math.max(2 * clear, ...points.map(({ strength }) => strength)));
  const y = linearScale([0, highest], [BOX.bottom, BOX.top], 4);
  const at = (strength: number) => y(Math.min(strength, highest));
  const sorted = [...points].sort((a, b) => a.groups - b.groups);
  const path = sorted
    .map((p, i) => `${i === 0 ? 'M' : 'L'}${coordinate(x(p.groups))} ${coordinate(at(p.strength))}`)
    .join('');
  const dots = sorted.map((p) =>
    element(
      'circle',
      {
        ...{ cx: x(p.groups), cy: at(p.strength), r: 3 },
        ...{ fill: p.strength < clear ? CHOSEN : NEUTRAL.line },
      },
      element('title', {}, `${p.groups} groups: strength ${p.strength.toFixed(3)}`),
    ),
  );
  return svg(
    WIDTH,
    HEIGHT,
    `Merge curve: ${groups} groups`,
    band(x(least), x(most)),
    axes(x, y),
    line(BOX.left, BOX.right, y(clear), y(clear), { 'stroke-dasharray': '5 4', stroke: NEUTRAL.truth }),
    label(BOX.right, y(clear) - 5, `threshold ${clear}`, { 'text-anchor': 'end', 'font-size': 11 }),
    path === '' ? '' : element('path', { d: path, fill: 'none', stroke: NEUTRAL.line, 'stroke-width': 1.5 }),
    ...dots,
    line(x(groups), x(groups), BOX.top, BOX.bottom, { stroke: CHOSEN, 'stroke-width': 2 }),
    label(
      Math.min(x(groups), BOX.right - 40),
      BOX.top - 8,
      `${groups} ${groups === 1 ? 'group' : 'groups'}`,
      {
        'text-anchor': x(groups) < BOX.left + 40 ? 'start' : 'middle',
        'font-weight': 600,
      },
    ),
    ...counts(all, x),
  );
}

function band(from: number, to: number): string {
  const half = 5;
  return element('rect', {
    ...{ x: from - half, y: BOX.top, width: to - from + 2 * half, height: BOX.bottom - BOX.top },
    ...{ fill: CHOSEN, 'fill-opacity': 0.12 },
  });
}

function axes(x: ReturnType<typeof logScale>, y: ReturnType<typeof linearScale>): string {
  const vertical = y.ticks.map((tick) =>
    label(BOX.left - 8, y(tick) + 4, y.format(tick), { 'text-anchor': 'end', 'font-size': 11 }),
  );
  const horizontal = x.ticks.map((tick) =>
    label(x(tick), BOX.bottom + 16, x.format(tick), { 'text-anchor': 'middle', 'font-size': 11 }),
  );
  const middle = (BOX.left + BOX.right) / 2;
  return [
    ...vertical,
    ...horizontal,
    line(BOX.left, BOX.right, BOX.bottom, BOX.bottom, { stroke: NEUTRAL.line }),
    label(middle, HEIGHT - 6, 'number of groups', { 'text-anchor': 'middle' }),
  ].join('');
}

/** A dot for each number, equal ones below each other. */
function counts(all: readonly number[], x: (value: number) => number): string[] {
  const times = new Map<number, number>();
  return all.map((count) => {
    const before = times.get(count) ?? 0;
    times.set(count, before + 1);
    const place = { cx: x(count), cy: BOX.bottom + 25 + 5 * Math.min(before, 5), r: 2.2 };
    return element('circle', { ...place, fill: CHOSEN, 'fill-opacity': 0.8 });
  });
}

function line(
  x1: number,
  x2: number,
  y1: number,
  y2: number,
  style: Readonly<Record<string, string | number>>,
): string {
  return element('line', { x1, x2, y1, y2, 'stroke-width': 1.2, ...style });
}
