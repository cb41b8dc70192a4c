/** @file The report's tables and curves: groups, sizes over time, metrics, losses. */
import { sizeBarsChart } from './bar-chart.js';
import { html, type Markup, type Part, raw } from './html.js';
import { groupSizesChart, lineChart } from './line-chart.js';
import { groupColor, NEUTRAL } from './palette.js';
import { type ColumnProfile, tellingColumns } from './profile.js';
import type { ReportCurve, ReportData, ReportGroup } from './report-data.js';
import { thumbnails } from './report-members.js';
import { groupTag, percent } from './report-summary.js';
import { formatNumber } from './svg.js';

const STRIP_IMAGES = 6;
const MOST_DIFFERENCES = 3;
const CHART_WIDTH = 460;
/** Points of a reliability curve that are means of fewer say nothing. */
const LEAST_ANSWERS = 10;

/** A cell that says what it is where the table is drawn as cards. */
function cell(name: string, kind: string, content: Part): Markup {
  return html`<td class="${kind}" data-name="${name}">${content}</td>`;
}

/** One row for each group: number, name, learned, taught, assigned and true size, and its most typical data. */
export function groupsSection({ groups, fixedSizes, form, lookedAt, profile = [] }: ReportData): Part {
  if (groups.length === 0) return undefined;
  const size = fixedSizes ? 'fixed size' : 'learned size';
  const has = (field: keyof ReportGroup) => groups.some((group) => group[field] !== undefined);
  const [taught, assigned, known] = [has('taught'), has('assigned'), has('trueSize')];
  // A name that is its class needs no second mention.
  const matched = groups.some(({ name, trueName }) => trueName !== undefined && trueName !== name);
  const pictures = form.kind === 'image' && has('typical');
  const compared = profile.length > 0 && groups.length > 1;
  const rows = groups.map(
    (group) => html`<tr><td class="name">${groupTag(group)}</td>
${cell(size, 'number strong', percent(group.size))}
${taught && cell('taught', 'number', group.taught === undefined ? '–' : percent(group.taught))}
${assigned && cell('assigned data', 'number', shareOfData(group))}
${known && cell('true size', 'number', group.trueSize === undefined ? '–' : percent(group.trueSize))}
${matched && cell('matched class', 'soft', group.trueName ?? '–')}
${compared && cell('differs most in', 'soft', differences(profile, group))}
${pictures && cell('most typical data', 'fill', thumbnails(group.typical, form, STRIP_IMAGES))}</tr>`,
  );
  const head = (shown: boolean, name: string, kind = 'number') =>
    shown && html`<th class="${kind}">${name}</th>`;
  const parts = [
    'Largest first; that number is the name of a group everywhere.',
    fixedSizes
      ? 'The fixed size is the share of a group that the method sets at the start: it is not learned.'
      : 'The learned size is the share that the model gives to a group when it generates.',
    taught && 'The taught size is that of the group which was found in the data before the training.',
    assigned &&
      `The assigned data are those of which it is the most probable group${lookedAt === undefined ? '' : `, ${lookedAt}`}.`,
  ];
  return html`<section>
<h2>The groups</h2>
<p class="hint">${parts.filter(Boolean).join(' ')}</p>
<table class="stack">
<tr class="head"><th>group</th>${head(true, size)}${head(taught, 'taught')}${head(assigned, 'assigned data')}${head(known, 'true size')}${head(matched, 'matched class', '')}${head(compared, 'differs most in', '')}${head(pictures, 'most typical data', '')}</tr>
${rows}
</table>
</section>`;
}

/** "income higher, spend lower": the columns in which a group differs most from the rest of the data. */
function differences(profile: readonly ColumnProfile[], { number }: ReportGroup): string {
  const telling = tellingColumns(profile, number - 1).slice(0, MOST_DIFFERENCES);
  const words = telling.map(
    ({ name, groups }) => `${name} ${groups[number - 1]!.effect > 0 ? 'higher' : 'lower'}`,
  );
  return words.length > 0 ? words.join(', ') : 'no column clearly';
}

function shareOfData({ assigned }: ReportGroup): string {
  return assigned === undefined ? '–' : `${percent(assigned.share)} (${formatNumber(assigned.count)})`;
}

/** Learned sizes over the steps beside the last ones as bars, with the truth in both. */
export function sizesSection({ groups, fixedSizes, sizes, run }: ReportData): Part {
  const truth = groups.map((group) => group.trueSize);
  const known = truth.some((size) => size !== undefined);
  if (groups.length < 2 || (sizes === undefined && !known)) return undefined;
  const word = fixedSizes ? 'Fixed' : 'Learned';
  const bars = sizeBarsChart({
    title: `${word}${known ? ' and true' : ''} size of each group`,
    bars: groups.map((group) => ({
      label: `group ${group.number}`,
      size: group.size,
      color: groupColor(group.number - 1),
      ...(group.trueSize === undefined ? {} : { trueSize: group.trueSize }),
    })),
    width: CHART_WIDTH,
  });
  const overTime =
    sizes !== undefined &&
    html`<figure><h3>Over the steps</h3>${raw(
      groupSizesChart({ title: 'Learned group sizes over the steps', ...sizes, truth, width: CHART_WIDTH }),
    )}</figure>`;
  const unseen = run.supervised ? '' : ', which training never saw';
  const dashes = known ? `; dashed lines and marks are the true sizes${unseen}` : '';
  return html`<section>
<h2>Sizes</h2>
<p class="hint">${fixedSizes ? 'The sizes are fixed by the method' : 'How the learned sizes came about'}${dashes}.</p>
<div class="pair">${overTime}<figure><h3>After ${formatNumber(run.steps)} steps</h3>${raw(bars)}</figure></div>
</section>`;
}

/** Metrics, each with a plain sentence, and with its protocol below. */
export function metricsSection({ metrics, run }: ReportData): Part {
  if (metrics.length === 0) return undefined;
  const entries = metrics.map(
    ({ name, value, explanation, protocol }) => html`<div class="metric">
<dt><code>${name}</code></dt><dd><b>${formatNumber(value)}</b>
${explanation !== undefined && html`<p>${explanation}</p>`}
${protocol !== undefined && html`<p class="hint">${protocol}</p>`}</dd></div>`,
  );
  return html`<section>
<h2>Metrics</h2>
<p class="hint">Labels serve here, for evaluation; ${run.supervised ? 'which of them training saw is said above' : 'training has no access to them'}.</p>
<dl class="metrics">${entries}</dl>
</section>`;
}

/** How often the most probable group is right, by its probability. */
export function reliabilitySection({ reliability = [] }: ReportData): Part {
  if (reliability.length === 0) return undefined;
  const shown = reliability.map((one) => ({
    ...one,
    bins: one.bins.filter(({ count }) => count >= LEAST_ANSWERS),
  }));
  const chart = lineChart({
    title: 'Share of right groups by their probability',
    series: [
      ...shown.map(({ label, bins }) => ({
        label,
        x: bins.map(({ confidence }) => confidence),
        y: bins.map(({ accuracy }) => accuracy),
      })),
      { label: 'as often as the probability says', x: [0, 1], y: [0, 1], color: NEUTRAL.truth },
    ],
    xLabel: 'probability of the most probable group',
    format: 'percent',
    domain: [0, 1],
    width: CHART_WIDTH,
  });
  const words = reliability.map(
    ({ label, error, accuracy }) =>
      `Of ${label} ${percent(accuracy)} are in the right group, and the probabilities are off by ${percent(error)} on average.`,
  );
  return html`<section>
<h2>What the probabilities are worth</h2>
<p class="hint">${words.join(' ')} Points of fewer than ${LEAST_ANSWERS} data are left out.</p>
<div class="pair"><figure>${raw(chart)}</figure></div>
</section>`;
}

/** Every curve of the run, two a row; those that few can act on are folded. */
export function curvesSection({ curves }: ReportData): Part {
  const drawn = curves.filter(({ series }) => series.some(({ values }) => values.length > 0));
  if (drawn.length === 0) return undefined;
  const figures = (chosen: readonly ReportCurve[]) =>
    html`<div class="pair">${chosen.map(curveFigure)}</div>`;
  const open = drawn.filter(({ folded }) => folded !== true);
  const folded = drawn.filter((curve) => curve.folded === true);
  return html`<section><h2>Training</h2><p class="hint">Long curves show means; the pale band reaches from the least to the largest value.</p>
${open.length > 0 && figures(open)}
${
  folded.length > 0 &&
  html`<details><summary>${folded.map(({ title }) => title).join(', ')}</summary>${figures(folded)}</details>`
}</section>`;
}

function curveFigure({ title, series, logY, domain }: ReportCurve): Markup {
  const chart = lineChart({
    title,
    series: series.map(({ label, steps, values }) => ({ label, x: steps, y: values })),
    width: CHART_WIDTH,
    ...(logY === undefined ? {} : { logY }),
    ...(domain === undefined ? {} : { domain }),
  });
  return html`<figure><h3>${title}</h3>${raw(chart)}</figure>`;
}
