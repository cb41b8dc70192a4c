/** @file How many groups, pairs of groups, what was tried, what the groups may follow instead, and what it cost. */
import { bicCounts } from '../../groups/remarks.js';
import { html, type Part, raw } from '../html.js';
import { groupTag, percent, runTime } from '../report-summary.js';
import { formatNumber } from '../svg.js';
import { mergeCurveSvg } from './merge-curve-chart.js';
import type { GroupsPageData } from './page-data.js';
import { bytes, countWords } from './words.js';

/** Pairs that are shown before the fold. */
const MOST_PAIRS = 15;
const ALL_PAIRS = 1000;
/** Explained shares above this say that the groups follow a plain difference. */
const FOLLOWS = 0.3;

/** How many groups there are, with the merge curve. */
export function countSection({ count, fragments }: GroupsPageData): Part {
  // How clear a number is, is known of the one that all rows show, and there is no border of one group.
  const known = count.groups > 1 && count.all[0] === count.groups;
  const gap = !known
    ? ''
    : Number.isFinite(count.gap)
      ? ` The last merge within groups is ${formatNumber(count.gap, 2)} times as strong as the next, which crosses a border: 2 and more is a clear number.`
      : ' No neighbours join the groups.';
  const bic =
    count.bic !== undefined &&
    ` The Bayesian information criterion of Gaussian mixtures prefers ${count.bic}${count.bic === count.groups ? '' : `: ${bicCounts(count.bic > count.groups)}`}.`;
  const apart = fragments.map(({ rows, ids }) => {
    const more = ids.length < rows ? ', …' : '';
    return html`<li>${formatNumber(rows)} rows: ${ids.join(', ')}${more}</li>`;
  });
  return html`<section><h2>How many groups</h2>
<p>${countWords({ ...count, fragments })}.${gap}${bic}</p>
<div class="curve"><figure>${raw(mergeCurveSvg(count))}<figcaption>Strength of the merge that comes next at each number of groups: above the dashed line it joins parts of one group, below it crosses a border. The band is the range over all rows and subsamples, the dots below the axis are their numbers.</figcaption></figure></div>
${apart.length > 0 && html`<p class="remark">Parts of fewer than ${count.smallest} rows are no groups; these may be rare ones:</p><ul class="hint">${apart}</ul>`}</section>`;
}

/** Pairs of groups, the least separate first. */
export function pairsSection({ pairs }: GroupsPageData): Part {
  if (pairs.length === 0) return undefined;
  const rows = pairs.map(
    ({
      groups: [a, b],
      strength,
      exchanged,
      continuum,
    }) => html`<tr><td class="nowrap">${groupTag({ number: a })} – ${groupTag({ number: b })}</td>
<td class="number" data-name="links">${formatNumber(strength, 2)}</td><td class="number" data-name="exchanged">${percent(exchanged)}</td><td data-name="together">${continuum ? 'one continuum' : 'apart'}</td></tr>`,
  );
  const table = (some: Part) =>
    html`<table class="stack"><tr class="head"><th>groups</th><th class="number">links</th><th class="number">exchanged</th><th></th></tr>${some}</table>`;
  const rest = rows.slice(MOST_PAIRS, ALL_PAIRS);
  return html`<section><h2>How separate the groups are</h2>
<p class="hint">Links: about 0.3 and more within one group, 0 between far ones. Exchanged: the share of the rows of both that change sides between subsamples. The least separate pairs first.</p>
${table(rows.slice(0, MOST_PAIRS))}
${rest.length > 0 && html`<details><summary>${rest.length} further pairs${pairs.length > ALL_PAIRS && ` of ${formatNumber(pairs.length - MOST_PAIRS)}`}</summary>${table(rest)}</details>`}</section>`;
}

/** Every view and way to divide it, and why this one. */
export function triedSection({ tried, choice, groups: found }: GroupsPageData): Part {
  const divided = found.length > 1 && ` Divided by ${choice.teacher}: ${sentence(choice.teacherSentence)}`;
  const scored = tried.some(({ agreement }) => agreement !== undefined);
  const rows = tried.map(
    ({ view, teacher, groups, stability, border, score, cpuSeconds, agreement }, i) =>
      html`<tr${i === 0 && raw(' class="chosen"')}><td class="nowrap">${view} · ${teacher}${i === 0 && found.length > 1 && ' (chosen)'}</td><td class="number" data-name="groups">${groups === 1 ? '1 group' : groups}</td><td class="number" data-name="stability">${groups === 1 ? '–' : stability.toFixed(3)}</td><td class="number" data-name="link">${groups === 1 ? '–' : border.toFixed(2)}</td><td class="number" data-name="score">${groups === 1 ? '–' : score.toFixed(3)}</td>${
        scored &&
        html`<td class="number" data-name="NMI with labels">${agreement === undefined ? '–' : agreement.toFixed(3)}</td>`
      }<td class="number" data-name="CPU">${formatNumber(cpuSeconds, 2)} s</td></tr>`,
  );
  return html`<section><h2>What was tried</h2>
<p>${choice.reason}</p>
<p class="hint">View ${choice.view}: ${sentence(choice.viewSentence)}${divided} Stability is the mean adjusted Rand index between subsamples: it says repeatable, not right. Link is the strongest link of two groups: 0.3 and more within one group. Score, by which divisions are compared, is stability less what links take off, and 0.05 for k-means. A view is a form in which the data are seen.${scored && ' Labels took no part in the choice.'}</p>
<table class="stack"><tr class="head"><th>view · division</th><th class="number">groups</th><th class="number">stability</th><th class="number">link</th><th class="number">score</th>${scored && html`<th class="number">NMI with labels</th>`}<th class="number">CPU</th></tr>${rows}</table></section>`;
}

/** How much of plain differences between images the groups explain. */
export function appearanceSection({ appearance }: GroupsPageData): Part {
  if (appearance.length === 0) return undefined;
  const rows = appearance.map(({ property, explained }) => {
    const width = (100 * Math.min(1, Math.max(0, explained))).toFixed(1);
    return html`<tr><td class="name">${property}</td><td class="fill" data-name="explained"><div class="meter"><i style="width:${width}%"></i></div></td><td class="number">${percent(explained)}</td></tr>`;
  });
  const most = appearance[0]!;
  const sentence =
    most.explained > FOLLOWS
      ? `These groups may follow ${most.property} and not what the images show.`
      : 'None of these plain differences explains the groups.';
  return html`<section><h2>Plain differences between the images</h2>
<p>${sentence}</p><p class="hint">Share of the variance of each that lies between the groups.</p><table class="stack">${rows}</table></section>`;
}

/** Time, memory, command. */
export function costSection({ cost, origin, data }: GroupsPageData): Part {
  return html`<section><h2>How this was made</h2>
<p class="hint">${data.source}</p><pre>${origin.command}</pre>
<p class="hint">Mixtura ${origin.version}, seed ${origin.seed}; ${runTime(cost.seconds)}, ${runTime(cost.cpuSeconds)} of CPU, ${bytes(cost.memory)} of memory. The same command on the same machine gives the same result. Data ${data.fingerprint.slice(0, 12)}.</p></section>`;
}

/** With its full stop. */
function sentence(text: string): string {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}
