/** @file The top of the report: the answer as a headline, a sentence and a bar. */
import { html, type Markup, type Part } from './html.js';
import { componentColor, parseColor } from './palette.js';
import type { ReportData, ReportGroup } from './report-data.js';
import { formatNumber, formatPercent } from './svg.js';

/** A component with a smaller share than this is not a group that was found. */
const SMALLEST_GROUP = 0.005;
/** A headline names at most this many sizes. */
const MOST_IN_HEADLINE = 8;

/** Groups from the largest to the smallest. */
export function bySize(groups: readonly ReportGroup[]): ReportGroup[] {
  return [...groups].sort((a, b) => b.size - a.size || a.component - b.component);
}

/** The groups that are large enough to have been found, largest first. */
export function foundGroups(groups: readonly ReportGroup[]): ReportGroup[] {
  return bySize(groups).filter(({ size }) => size >= SMALLEST_GROUP);
}

/** "4 groups found: 53 %, 27 %, 13 %, 7 %": the percentages add up to 100 when the shares do to 1. */
export function headline(groups: readonly ReportGroup[]): string {
  const count = groups.length === 1 ? '1 group found' : `${groups.length} groups found`;
  if (groups.length === 0) return count;
  const percents = roundShares(groups.map(({ size }) => size)).map((percent) => `${percent}\u202f%`);
  const more = percents.length > MOST_IN_HEADLINE ? ', …' : '';
  return `${count}: ${percents.slice(0, MOST_IN_HEADLINE).join(', ')}${more}`;
}

/** Whole percents by largest remainder, so that rounding does not make the sum 99 or 101. */
export function roundShares(shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * 100);
  const rounded = exact.map(Math.floor);
  const missing = Math.round(exact.reduce((a, b) => a + b, 0)) - rounded.reduce((a, b) => a + b, 0);
  const order = exact.map((_, index) => index);
  order.sort((a, b) => exact[b]! - rounded[b]! - (exact[a]! - rounded[a]!) || a - b);
  for (const index of order.slice(0, Math.max(0, missing))) rounded[index]!++;
  return rounded;
}

/** "SLOGAN learned them from 1,797 samples of digits, without labels, in 3,000 steps." */
export function lead({ run }: ReportData): string {
  const { dataset, method, steps } = run;
  return `${method} learned them from ${formatNumber(dataset.count)} unlabelled samples of ${dataset.name} in ${formatNumber(steps)} steps.`;
}

/** How far the learned sizes are from the true ones, in one sentence; nothing where the truth is unknown. */
export function verdict({ groups, nmi }: ReportData): Part {
  const errors = groups.flatMap(({ size, trueSize }) =>
    trueSize === undefined ? [] : [Math.abs(size - trueSize)],
  );
  const agreement = nmi === undefined ? '' : `Agreement with the true groups is NMI ${formatNumber(nmi)}. `;
  if (errors.length < groups.length || errors.length === 0) {
    return agreement === '' ? undefined : html`<p class="verdict">${agreement}</p>`;
  }
  const worst = (Math.ceil(1000 * Math.max(...errors) - 1e-9) / 10).toFixed(1);
  return html`<p class="verdict">${agreement}Every learned size is within ${worst} percentage points of the truth.</p>`;
}

/** A run's time for people: "38 s", "1.8 min", "2.4 h". */
export function runTime(seconds: number): string {
  if (seconds < 90) return `${formatNumber(Math.round(seconds))} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** The shares as one bar, the true ones as a thin bar below it where all are known. */
export function proportions(groups: readonly ReportGroup[]): Part {
  if (groups.length === 0) return undefined;
  const known = groups.every(({ trueSize }) => trueSize !== undefined);
  const learned = groups.map((group) => segment(group, group.size, true));
  const truth = groups.map((group) => segment(group, group.trueSize ?? 0, false));
  return html`<div class="shares">
<span>learned</span><div class="share">${learned}</div>
${known && html`<span>true</span><div class="share thin">${truth}</div>`}
</div>`;
}

function segment({ component, trueName }: ReportGroup, share: number, named: boolean): Markup {
  const color = componentColor(component);
  const text = named && share >= 0.045 ? formatPercent(share) : '';
  const about = `group ${component + 1}${trueName === undefined ? '' : ` (${trueName})`}: ${formatPercent(share, 1)}`;
  const style = `flex:${share.toFixed(4)} 0 0;background:${color};color:${inkOn(color)}`;
  return html`<i style="${style}" title="${about}"><span>${text}</span></i>`;
}

/** Black or white, whichever reads better on a colour (luminance of ITU-R BT.709). */
function inkOn(color: string): string {
  const [red, green, blue] = parseColor(color).map((channel) => (channel / 255) ** 2.2);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! > 0.2 ? '#101418' : '#ffffff';
}
