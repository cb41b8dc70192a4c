/** @file The top of the report: the answer as a headline, what puts it in doubt, a sentence and a bar. */
import { html, type Markup, type Part } from './html.js';
import { groupColor, parseColor } from './palette.js';
import type { ReportData, ReportGroup } from './report-data.js';
import { formatNumber, formatPercent } from './svg.js';

/** A headline names at most this many sizes. */
const MOST_IN_HEADLINE = 8;

/** The one way in which the report writes shares: "53.4 %". */
export function percent(share: number): string {
  return formatPercent(share, 1);
}

/** "group 1", or "group 1 (sevens)" where it has a name. */
export function groupName({ number, name }: Pick<ReportGroup, 'number' | 'name'>): string {
  return name === undefined ? `group ${number}` : `group ${number} (${name})`;
}

/** A square of the group's colour, its number, and its name. */
export function groupTag({ number, name }: Pick<ReportGroup, 'number' | 'name'>): Markup {
  return html`<span class="swatch" style="background:${groupColor(number - 1)}"></span>group ${number}${
    name !== undefined && html` <span class="given">(${name})</span>`
  }`;
}

/**
 * "4 groups (number given): 53.4 %, 26.7 %, 13.3 %, 6.6 %". Whether how many there are is a finding is said; where the
 * sizes are in doubt, that is said too.
 */
export function headline({
  run,
  groups,
  warnings = [],
}: Pick<ReportData, 'run' | 'groups' | 'warnings'>): string {
  if (groups.length < 2) return groups.length === 1 ? 'One group, which holds all data' : 'No groups';
  const shown = groups.slice(0, MOST_IN_HEADLINE).map(({ size }) => percent(size));
  const more = groups.length > MOST_IN_HEADLINE ? ', …' : '';
  const doubt = warnings.length > 0 ? '; their sizes are in doubt' : '';
  const count = run.countFound ? 'number found' : 'number given';
  return `${groups.length} groups (${count})${doubt}: ${shown.join(', ')}${more}`;
}

/** "SLOGAN learned these groups from 1,797 unlabelled samples of digits in 3,000 steps", or from samples and probes. */
export function lead({
  run,
  groups,
  fixedSizes,
  probes,
}: Pick<ReportData, 'run' | 'groups' | 'fixedSizes' | 'probes'>): string {
  const { dataset, method, steps } = run;
  const count = formatNumber(dataset.count);
  const whole = probes || run.supervised ? `${count} samples` : `${count} unlabelled samples`;
  const samples = `${whole} of ${dataset.name}${probes ? ` and ${formatNumber(probes.count)} probes` : ''}`;
  const from = `from ${samples} in ${formatNumber(steps)} steps`;
  if (groups.length < 2) return `${method} learned ${from}.`;
  if (run.supervised)
    return `${method} was told classes, and learned to generate ${groups.length} groups of them ${from}.`;
  const learned = fixedSizes ? 'them, of fixed sizes,' : 'them and their sizes';
  const formed = run.countFound ? 'found' : 'was told to form';
  return `${method} ${formed} ${groups.length} groups, and learned ${learned} ${from}.`;
}

/** How far the learned sizes are from the true ones, in one sentence; nothing where the truth is unknown. */
export function verdict({ groups, fixedSizes, nmi }: ReportData): Part {
  const errors = groups.flatMap(({ size, trueSize }) =>
    trueSize === undefined ? [] : [Math.abs(size - trueSize)],
  );
  const agreement =
    nmi === undefined
      ? ''
      : `Agreement with the labels is NMI ${formatNumber(nmi)}: near 1 the groups are the labels, near 0 they have nothing to do with them. `;
  if (errors.length < groups.length || errors.length === 0) {
    return agreement === '' ? undefined : html`<p class="verdict">${agreement}</p>`;
  }
  const worst = (Math.ceil(1000 * Math.max(...errors) - 1e-9) / 10).toFixed(1);
  return html`<p class="verdict">${agreement}The largest error of a ${fixedSizes ? 'fixed' : 'learned'} size is ${worst} percentage points.</p>`;
}

/** A run's time for people: "38 s", "1.8 min", "2.4 h". */
export function runTime(seconds: number): string {
  if (seconds < 90) return `${formatNumber(Math.round(seconds))} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/**
 * The shares as one bar, those of the assigned data and the true ones as thin bars where all are known; `sizes` is what
 * the first are called.
 */
export function proportions(groups: readonly ReportGroup[], sizes = 'learned'): Part {
  if (groups.length < 2) return undefined;
  const bar = (name: string, shareOf: (group: ReportGroup) => number | undefined, thin: boolean): Part => {
    if (!groups.every((group) => shareOf(group) !== undefined)) return undefined;
    const segments = groups.map((group) => segment(group, name, shareOf(group)!, !thin));
    return html`<span>${name}</span><div class="share${thin && ' thin'}">${segments}</div>`;
  };
  return html`<div class="shares">
${bar(sizes, ({ size }) => size, false)}
${bar('assigned', ({ assigned }) => assigned?.share, true)}
${bar('true', ({ trueSize }) => trueSize, true)}
</div>`;
}

function segment(group: ReportGroup, what: string, share: number, written: boolean): Markup {
  const color = groupColor(group.number - 1);
  const text = written && share >= 0.045 ? percent(share) : '';
  const about = `${groupName(group)}: ${what} ${percent(share)}`;
  const style = `flex:${share.toFixed(4)} 0 0;background:${color};color:${inkOn(color)}`;
  return html`<i style="${style}" title="${about}"><span>${text}</span></i>`;
}

/** Black or white, whichever reads better on a colour (luminance of ITU-R BT.709). */
function inkOn(color: string): string {
  const [red, green, blue] = parseColor(color).map((channel) => (channel / 255) ** 2.2);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! > 0.2 ? '#101418' : '#ffffff';
}
