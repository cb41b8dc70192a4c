/** @file Which columns of a table tell the groups apart, from the real rows. */
import { html, type Markup, type Part } from './html.js';
import { type ColumnProfile, MEDIUM_EFFECT, SMALL_EFFECT, SMALL_SEPARATION } from './profile.js';
import { signed } from './report-cards.js';
import type { ReportData, ReportGroup } from './report-data.js';
import { formatDeviation, formatMean } from './report-members.js';
import { groupTag } from './report-summary.js';
import { formatNumber } from './svg.js';

/** Columns that the page shows before the fold. */
const MOST_COLUMNS = 24;
/** Cells of the folded table of all columns: a few hundred kilobytes. */
const MOST_CELLS = 10_000;

/** The telling columns by falling eta squared, the others pale below, and all columns in all groups in a fold. */
export function profileSection({
  profile = [],
  groups,
  lookedAt,
}: Pick<ReportData, 'profile' | 'groups' | 'lookedAt'>): Part {
  if (profile.length === 0 || groups.length < 2) return undefined;
  const telling = profile.filter((column) => column.telling);
  const others = profile.filter((column) => !column.telling);
  const rows = telling.slice(0, MOST_COLUMNS).map((column) => tellingRow(column, groups));
  const from = lookedAt === undefined ? 'From all rows' : `From rows ${lookedAt}`;
  return html`<section>
<h2>What tells the groups apart</h2>
<p class="hint">${from}, each in its most probable group, in the units of the file; missing numbers do not count, and missing words are a word. Separation is η², the share of the column's variance that lies between the groups.
d is the difference of the group's mean and that of all other rows, over their pooled standard deviation: s² = ((n₁ − 1) s₁² + (n₂ − 1) s₂²) / (n₁ + n₂ − 2).
A column is listed where |d| of some group is at least ${SMALL_EFFECT} and larger than chance makes it among all columns and groups; not where η² is below ${SMALL_SEPARATION} and no |d| reaches ${MEDIUM_EFFECT}, as the groups were formed from these very columns.</p>
${
  rows.length > 0
    ? html`<table class="stack"><tr class="head"><th>column</th><th>separation</th><th class="number">η²</th><th>highest</th><th>lowest</th></tr>${rows}</table>`
    : html`<p>No column does: no group differs clearly from the rest in any of them.</p>`
}
${telling.length > MOST_COLUMNS && html`<p class="hint">The ${MOST_COLUMNS} most telling of ${telling.length} such columns.</p>`}
${others.length > 0 && html`<p class="pale">${othersLine(others)}</p>`}
${everything(profile, groups)}
</section>`;
}

function tellingRow(column: ColumnProfile, groups: readonly ReportGroup[]): Markup {
  const known = groups.filter((_, g) => Number.isFinite(column.groups[g]!.mean));
  const byEffect = [...known].sort((a, b) => effectOf(column, b) - effectOf(column, a));
  const extreme = (group: ReportGroup | undefined, name: string) =>
    html`<td class="nowrap" data-name="${name}">${
      group !== undefined &&
      html`<span>${groupTag({ number: group.number })} <span class="soft">${formatMean(column, column.groups[group.number - 1]!.mean)}, d ${signed(effectOf(column, group))}</span></span>`
    }</td>`;
  const width = (100 * column.separation).toFixed(1);
  return html`<tr><td class="name">${column.name}</td><td class="fill" data-name="separation"><div class="meter"><i style="width:${width}%"></i></div></td>
<td class="number" data-name="η²">${formatNumber(column.separation, 2)}</td>${extreme(byEffect[0], 'highest')}${extreme(byEffect.at(-1), 'lowest')}</tr>`;
}

function effectOf(column: ColumnProfile, { number }: ReportGroup): number {
  return column.groups[number - 1]!.effect;
}

function othersLine(others: readonly ColumnProfile[]): string {
  const names = others.slice(0, MOST_COLUMNS).map(({ name }) => name);
  const more = others.length > MOST_COLUMNS ? ` and ${others.length - MOST_COLUMNS} more` : '';
  return `These say little about the groups: ${names.join(', ')}${more}.`;
}

/** All columns in all groups, as far as the page bears them. */
function everything(profile: readonly ColumnProfile[], groups: readonly ReportGroup[]): Markup {
  const shown = profile.slice(0, Math.max(MOST_COLUMNS, Math.floor(MOST_CELLS / groups.length)));
  const rows = shown.map((column) => {
    const cells = column.groups.map(
      ({ mean, deviation }) =>
        html`<td>${formatMean(column, mean)}${deviation > 0 && html` <i>${formatDeviation(column, deviation)}</i>`}</td>`,
    );
    return html`<tr${!column.telling && html` class="pale"`}><th>${column.name}</th>${cells}</tr>`;
  });
  const which = shown.length < profile.length ? `The first ${shown.length} of` : 'All';
  return html`<details><summary>${which} ${profile.length} columns in all groups: mean and standard deviation</summary>
<div class="scroll"><table class="all"><tr><th>column</th>${groups.map((group) => html`<th>${groupTag(group)}</th>`)}</tr>
${rows}</table></div></details>`;
}
