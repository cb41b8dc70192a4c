/** @file The groups one by one: their real members first, then new samples. */
import { html, inlinePng, type Markup, type Part, raw } from './html.js';
import { imageGridPng } from './image-grid.js';
import { groupColor } from './palette.js';
import { type ColumnProfile, tellingColumns } from './profile.js';
import type { ReportData, ReportGroup, ReportMembers, SampleForm } from './report-data.js';
import { formatDeviation, formatMean, memberTable, thumbnails } from './report-members.js';
import { groupName, groupTag, percent } from './report-summary.js';
import { scatterSvg } from './scatter.js';
import { formatNumber } from './svg.js';
import { thumbnail } from './thumbnail.js';

const SHEET_COLUMNS = 8;
/** Side of an image on a sheet, in pixels of the file: sharp also where the page is magnified. */
const SHEET_PIXELS = 48;
/** Columns of a table that a card shows of its group, and of its rows. */
const MOST_TELLING = 8;
const MOST_IN_ROWS = 3;

/** A card for each group. */
export function cardsSection(data: ReportData): Part {
  const { groups, form } = data;
  const shown = groups.filter(({ typical, samples }) => filled(typical) || (samples?.length ?? 0) > 0);
  if (shown.length === 0) return undefined;
  const cards = shown.map(
    (
      group,
    ) => html`<div class="card" style="--group:${groupColor(group.number - 1)}"><h3>${groupTag(group)} <span class="hint">${percent(group.size)}</span></h3>
${flatNote(group)}${cardContent(group, data)}${goldContent(group, data)}</div>`,
  );
  const real = shown.some(({ typical }) => filled(typical));
  return html`<section><h2>${real ? 'Members of each group' : 'New samples of each group'}</h2>
<p class="hint">${cardsHint(data, real)}${goldHint(data)}</p>
<div class="cards${form.kind === 'table' && ' broad'}">${cards}</div></section>`;
}

function flatNote(group: ReportGroup): Part {
  const flat = flatness(group);
  return flat !== undefined && html`<p class="hint">${flat}</p>`;
}

function filled(members: ReportMembers | undefined): boolean {
  return members !== undefined && members.rows.length > 0;
}

function cardsHint({ form, groups }: ReportData, real: boolean): string {
  if (!real) return 'New samples, drawn from each group alone.';
  const kinds =
    groups.length > 2
      ? 'Real data: most typical are those of which the group is most probable, borderline those of which another is nearly as probable, least typical those of the others of which it is least probable.'
      : 'Real data: most typical are those of which the group is most probable, borderline those of which the other is nearly as probable.';
  const drawn =
    form.kind !== 'table'
      ? ' New samples are made by the model.'
      : groups.some(({ generated }) => filled(generated))
        ? ' New rows are made by the model, each value one that its column may hold.'
        : '';
  return `${kinds}${drawn}`;
}

/** Probabilities of the shown members of a group that lie no further apart do not tell which of them are borderline. */
const FLAT = 0.05;

/** What is said in place of borderline members where the probabilities of a group are all about the same. */
function flatness({ typical, borderline, least }: ReportGroup): string | undefined {
  if (!filled(typical) || !filled(borderline)) return undefined;
  const all = [typical, borderline, least].flatMap((members) => members?.rows ?? []);
  const probabilities = all.map(({ probability }) => probability);
  const [low, high] = [Math.min(...probabilities), Math.max(...probabilities)];
  if (high - low >= FLAT) return undefined;
  return `The probabilities of its members are flat (${low.toFixed(2)} to ${high.toFixed(2)}), so they do not tell which of them are borderline.`;
}

/** The kinds of members with their names; in a single group none is more typical than another. */
function membersOf(group: ReportGroup, alone: boolean): [string, ReportMembers | undefined][] {
  const generated: [string, ReportMembers | undefined] = ['New, made by the model', group.generated];
  if (flatness(group) !== undefined) return [['Members', group.typical], generated];
  return [
    [alone ? 'Members' : 'Most typical', group.typical],
    ['Borderline', group.borderline],
    ['Least typical', group.least],
    generated,
  ];
}

function cardContent(group: ReportGroup, { groups, form, profile = [], view }: ReportData): Part {
  const kinds = membersOf(group, groups.length === 1);
  if (form.kind === 'image') {
    const real = kinds.map(
      ([name, members]) => filled(members) && html`<p>${name}</p>${thumbnails(members, form)}`,
    );
    return [real, sampleSheet(group, form)];
  }
  const telling = tellingColumns(profile, group.number - 1);
  const order = [...telling, ...profile.filter((column) => !telling.includes(column))];
  const chosen = order.length > 0 ? order.map(({ index }) => index) : [...form.columns.keys()];
  const rows = memberTable(kinds, form.columns, chosen.slice(0, MOST_IN_ROWS));
  if (form.kind === 'points') return [rows, pointSheet(group, view?.kind === 'data' ? view.points : [])];
  return [profile.length > 0 && groupProfile(telling, group), rows];
}

/** What the cards say of GOLD; nothing where it was not asked for. */
function goldHint({ groups, goldIsRatio }: ReportData): string {
  if (groups.every(({ gold }) => gold === undefined)) return '';
  const what = goldIsRatio
    ? 'd estimates how much more probable a sample is in the data than in the model, as a logarithm'
    : 'd orders samples by how much more probable they are in the data than in the model, in deviations of new ones';
  return ` GOLD: ${what}; it is large where the model makes too little, and small where it makes too much.`;
}

/** Of a group the data that the model misses most, and the new samples that it makes too much of. */
function goldContent({ gold }: ReportGroup, { form, profile = [] }: ReportData): Part {
  if (gold === undefined) return undefined;
  const mean = (value: number) => (Number.isFinite(value) ? formatNumber(value, 2) : '–');
  const means = [gold.real && `data ${mean(gold.real.value)}`, `new samples ${mean(gold.generated.value)}`];
  const kinds = [
    ['Missed most by the model', gold.missed],
    ['New, made too often', gold.overproduced],
  ] as const;
  const shown =
    form.kind === 'image'
      ? []
      : profile.length > 0
        ? profile.map(({ index }) => index)
        : [...form.columns.keys()];
  return [
    html`<p>GOLD, mean d: ${means.filter(Boolean).join(', ')}</p>`,
    form.kind === 'image'
      ? kinds.map(
          ([name, members]) =>
            filled(members) && html`<p>${name}</p>${thumbnails(members, form, undefined, 'd')}`,
        )
      : memberTable(kinds, form.columns, shown.slice(0, MOST_IN_ROWS), 'd'),
  ];
}

/** The columns in which a group differs most from the rest of the data. */
function groupProfile(telling: readonly ColumnProfile[], { number, assigned }: ReportGroup): Part {
  if (assigned?.count === 0) return html`<p>No row is assigned to this group.</p>`;
  if (telling.length === 0) {
    return html`<p>No column of its rows differs clearly from the rest of the data.</p>`;
  }
  const rows = telling.slice(0, MOST_TELLING).map((column) => {
    const { mean, deviation, rest, effect } = column.groups[number - 1]!;
    return html`<tr><td>${column.name}</td><td class="number">${formatMean(column, mean)} <span class="soft">${formatDeviation(column, deviation)}</span></td>
<td class="number soft">${formatMean(column, rest)}</td><td class="number">${signed(effect)}</td></tr>`;
  });
  const more =
    telling.length > MOST_TELLING &&
    html`<p>${telling.length - MOST_TELLING} further columns differ clearly; all are in the table of all columns.</p>`;
  return html`<div class="scroll"><table class="rows"><tr><th>column</th><th class="number">this group</th><th class="number">the rest</th><th class="number">d</th></tr>${rows}</table></div>${more}`;
}

/** An effect with its sign: "+1.9". */
export function signed(effect: number): string {
  return `${effect > 0 ? '+' : ''}${formatNumber(effect, 2)}`;
}

function sampleSheet(group: ReportGroup, form: Extract<SampleForm, { kind: 'image' }>): Part {
  if (group.samples === undefined || group.samples.length === 0) return undefined;
  const png = imageGridPng({
    ...form,
    ...thumbnail(group.samples, form.shape),
    columns: SHEET_COLUMNS,
    pixels: SHEET_PIXELS,
    separator: 3,
    background: 'transparent',
  });
  return html`<p>New samples</p>${inlinePng(png, `new samples of ${groupName(group)}`)}`;
}

function pointSheet(group: ReportGroup, everything: ArrayLike<number>): Markup | undefined {
  const { samples = [] } = group;
  if (samples.length === 0) return undefined;
  return html`<p>New samples over all data</p>${raw(
    scatterSvg({
      title: `New samples of ${groupName(group)}`,
      points: samples,
      groups: new Int32Array(samples.length / 2).fill(group.number - 1),
      background: everything,
      width: 300,
      radius: 1.6,
    }),
  )}`;
}
