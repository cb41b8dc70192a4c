/** @file The groups one by one: size, stability, real rows, and the columns in which they differ. */
import { html, type Markup, type Part } from '../html.js';
import { groupColor } from '../palette.js';
import { type ColumnProfile, tellingColumns } from '../profile.js';
import { signed } from '../report-cards.js';
import { formatDeviation, formatMean, memberTable, thumbnails } from '../report-members.js';
import { groupTag, percent } from '../report-summary.js';
import { formatNumber } from '../svg.js';
import type { GroupsPageData, PageGroup } from './page-data.js';
import { stabilityWord } from './words.js';

/** Columns of a table that a card shows of its group, and of its rows; genes that it names. */
const MOST_TELLING = 8;
const MOST_IN_ROWS = 3;
const MOST_NAMES = 20;
/** What the certainty of a row is called. */
const MEASURE = 'confidence';

/** A card for each group, the largest first. */
export function groupCards(data: GroupsPageData): Part {
  const { groups, form, profile } = data;
  const cards = groups.map(
    (group) => html`<div class="card" style="--group:${groupColor(group.group - 1)}">
<h3>${groupTag({ number: group.group })} <span class="hint">${percent(group.share)} <span class="nowrap">(${percent(group.interval[0])} to ${percent(group.interval[1])})</span></span></h3>
<p>${formatNumber(group.rows)} rows${groups.length > 1 && `; ${stabilityWord(group.stability)} (${group.stability.toFixed(2)})`}; mean confidence ${group.confidence.toFixed(2)}</p>
${members(group, data)}${profile && groups.length > 1 && telling(group, data, profile.columns)}</div>`,
  );
  const unexplained =
    data.unexplained > 0 &&
    ` No group explains ${formatNumber(data.unexplained)} of the rows: in group 0, ${data.unexplained === 1 ? 'it is' : 'they are'} in none.`;
  return html`<section><h2>The groups</h2>
<p class="hint">Shares with their 95 % interval over subsamples and the chance of the draw. Stability is the mean Jaccard similarity with the same group on subsamples: 1 where its very rows come back, below 0.6 it dissolves. Rows are real data: those in the middle of the group, those at its border, and those that fit it least.${unexplained}</p>
<div class="cards${form.kind !== 'image' && ' broad'}">${cards}</div></section>`;
}

function members({ group, shown }: PageGroup, { form, profile, counts }: GroupsPageData): Part {
  if (form.kind === 'image') {
    return shown.map(
      ({ name, members: rows }) =>
        html`<p>${name}</p>${thumbnails(rows, form, Number.POSITIVE_INFINITY, MEASURE)}`,
    );
  }
  const columns = profile?.columns ?? [];
  const own = counts ? byRise(tellingColumns(columns, group - 1), group) : tellingColumns(columns, group - 1);
  const order = [...own, ...columns.filter((column) => !own.includes(column))].map(({ index }) => index);
  const chosen = order.length > 0 ? order : [...form.columns.keys()];
  const kinds = shown.map(({ name, members: rows }) => [name, rows] as const);
  return memberTable(kinds, form.columns, chosen.slice(0, MOST_IN_ROWS), MEASURE);
}

/** Columns by falling effect: what a group has more of comes first. */
function byRise(columns: readonly ColumnProfile[], group: number): ColumnProfile[] {
  const effect = (column: ColumnProfile) => column.groups[group - 1]!.effect;
  return [...columns].sort((a, b) => effect(b) - effect(a) || a.index - b.index);
}

/** In what the group differs from the rest: a table of columns, and for counts all names by rank. */
function telling({ group }: PageGroup, { counts }: GroupsPageData, profile: readonly ColumnProfile[]): Part {
  const columns = tellingColumns(profile, group - 1);
  if (columns.length === 0) {
    return html`<p>No column of its rows differs clearly from the rest of the data.</p>`;
  }
  if (counts) return countNames(byRise(columns, group), group);
  const more =
    columns.length > MOST_TELLING &&
    html`<p>${columns.length - MOST_TELLING} further columns differ clearly.</p>`;
  return html`${table(columns.slice(0, MOST_TELLING), group)}${more}`;
}

function table(columns: readonly ColumnProfile[], group: number): Markup {
  const rows = columns.map((column) => {
    const { mean, deviation, rest, effect } = column.groups[group - 1]!;
    return html`<tr><td>${column.name}</td><td class="number">${formatMean(column, mean)} <span class="soft">${formatDeviation(column, deviation)}</span></td>
<td class="number soft">${formatMean(column, rest)}</td><td class="number">${effectText(effect)}</td></tr>`;
  });
  return html`<div class="scroll"><table class="rows"><tr><th>column</th><th class="number">this group</th><th class="number">the rest</th><th class="number">d</th></tr>${rows}</table></div>`;
}

/** A difference of columns that do not vary has no finite size: its value in the group is nowhere else. */
function effectText(effect: number): string {
  return Number.isFinite(effect) ? signed(effect) : 'only here';
}

function countNames(columns: readonly ColumnProfile[], group: number): Part {
  const more = columns.filter((column) => column.groups[group - 1]!.effect > 0);
  const list = (names: readonly ColumnProfile[]) =>
    names
      .slice(0, MOST_NAMES)
      .map(({ name }) => name)
      .join(', ');
  const less = columns.filter((column) => column.groups[group - 1]!.effect < 0).reverse();
  return html`${more.length > 0 && html`<p class="genes"><b>More than the rest</b> (${formatNumber(more.length)}): ${list(more)}</p>${table(more.slice(0, MOST_TELLING), group)}`}
${less.length > 0 && html`<p class="genes"><b>Less than the rest</b> (${formatNumber(less.length)}): ${list(less)}</p>`}`;
}
