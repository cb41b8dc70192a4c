/** @file Real data on the page: thumbnails with their names, and short tables of rows. */
import { html, type Markup, type Part, pngSource } from './html.js';
import { imageGridPng } from './image-grid.js';
import { type ReportColumn, USUAL_DIGITS } from './profile.js';
import type { ReportMember, ReportMembers, SampleForm } from './report-data.js';
import { percent } from './report-summary.js';
import { formatDigits, formatNumber } from './svg.js';
import { thumbnail } from './thumbnail.js';

type ImageForm = Extract<SampleForm, { kind: 'image' }>;

/** Probability for people: three digits. */
export function probability(value: number): string {
  return formatNumber(Number(value.toFixed(3)));
}

/** "img/003.png: probability 0.52, next group 2"; `measure` is what the number is called. */
export function aboutMember({ id, probability: p, second }: ReportMember, measure = 'probability'): string {
  return `${id}: ${measure} ${probability(p)}${second === undefined ? '' : `, next group ${second}`}`;
}

/** An image as a small PNG in the page: its address. */
export function imageSource(samples: ArrayLike<number>, form: ImageForm): string {
  const small = thumbnail(samples, form.shape);
  const png = imageGridPng({ ...form, ...small, columns: 1, pixels: 1, background: 'transparent' });
  return pngSource(png);
}

/** Images of members, each with its name below it; nothing where there are none. */
export function thumbnails(
  members: ReportMembers | undefined,
  form: SampleForm,
  most = Number.POSITIVE_INFINITY,
  measure?: string,
): Part {
  if (form.kind !== 'image' || members === undefined || members.rows.length === 0) return undefined;
  const size = form.shape.reduce((product, length) => product * length, 1);
  const values = Array.from(members.values);
  const figures = members.rows.slice(0, most).map((member, i) => {
    const about = aboutMember(member, measure);
    const source = imageSource(values.slice(i * size, (i + 1) * size), form);
    return html`<figure title="${about}"><img src="${source}" alt="${about}"><figcaption>${lastPart(member.id)}</figcaption></figure>`;
  });
  return html`<div class="thumbs">${figures}</div>`;
}

/** The file's own name, without its folders. */
function lastPart(id: string): string {
  return id.split('/').at(-1) || id;
}

/** A value of a column for people, free of the rounding of float32. */
export function formatValue({ kind, digits }: Pick<ReportColumn, 'kind' | 'digits'>, value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (kind === 'date') return formatDate(value);
  if (digits !== undefined) return formatDigits(value, digits);
  return formatNumber(Number(value.toPrecision(USUAL_DIGITS)), 4);
}

/** The mean of a column for people: shares in percent, dates as days. */
export function formatMean(column: Pick<ReportColumn, 'kind' | 'digits'>, mean: number): string {
  return column.kind === 'share' && Number.isFinite(mean) ? percent(mean) : formatValue(column, mean);
}

/** "± 2.1"; nothing for shares, whose deviation follows from their mean. */
export function formatDeviation({ kind }: Pick<ReportColumn, 'kind'>, deviation: number): string {
  if (kind === 'share') return '';
  return `± ${formatNumber(Number(deviation.toPrecision(5)), 2)}${kind === 'date' ? ' days' : ''}`;
}

const DAY = 86_400_000;
/** Days that a date of JavaScript can hold. */
const LAST_DAY = 8.64e15 / DAY;

/** Days since 1970-01-01 UTC as a date. */
function formatDate(days: number): string {
  if (Math.abs(days) > LAST_DAY) return formatNumber(days);
  return new Date(Math.round(days) * DAY).toISOString().slice(0, 10);
}

/** The rows of members as a table: what they stand for, their ids, probabilities, and some columns. */
export function memberTable(
  kinds: readonly (readonly [name: string, members: ReportMembers | undefined])[],
  columns: readonly ReportColumn[],
  shown: readonly number[],
  measure = 'probability',
): Part {
  const filled = kinds.filter(([, members]) => members !== undefined && members.rows.length > 0);
  if (filled.length === 0) return undefined;
  const bodies = filled.map(([name, members]) => memberRows(name, members!, columns, shown, measure));
  const heads = shown.map((index) => html`<th class="number">${columns[index]!.name}</th>`);
  return html`<div class="scroll"><table class="rows"><tr><th>row</th><th class="number">${measure}</th>${heads}</tr>${bodies}</table></div>`;
}

function memberRows(
  name: string,
  { rows, values }: ReportMembers,
  columns: readonly ReportColumn[],
  shown: readonly number[],
  measure: string,
): Markup[] {
  const title = html`<tr><th colspan="${shown.length + 2}" class="kind">${name}</th></tr>`;
  const lines = rows.map((member, i) => {
    const cells = shown.map((index) => {
      const text = formatValue(columns[index]!, values[i * columns.length + index]!);
      return html`<td class="number">${text}</td>`;
    });
    return html`<tr><td title="${aboutMember(member, measure)}">${member.id}</td><td class="number">${probability(member.probability)}</td>${cells}</tr>`;
  });
  return [title, ...lines];
}
