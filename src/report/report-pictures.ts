/** @file The report's pictures: the view in two dimensions and a sample sheet for each group. */
import { html, inlinePng, type Markup, type Part, raw } from './html.js';
import { imageGridPng } from './image-grid.js';
import { componentColor } from './palette.js';
import { pca, project } from './pca.js';
import type { ReportData, ReportGroup, ReportView, SampleForm } from './report-data.js';
import { groupName, groupTag } from './report-numbers.js';
import { bySize } from './report-summary.js';
import { scatterBounds, scatterSvg } from './scatter.js';
import { formatNumber, formatPercent } from './svg.js';

const SHEET_COLUMNS = 8;
/** Side of an image on a sheet, in pixels of the file: sharp also where the page is magnified. */
const SHEET_PIXELS = 48;
const MOST_COLUMNS = 24;

/** The data in the plane, coloured by the component that most likely made each point. */
export function viewSection({ view, groups }: ReportData): Part {
  if (view === undefined || view.points.length === 0) return undefined;
  const flat = flatten(view);
  const { labels, certainty } = mostLikely(view.responsibilities, groups.length);
  const bounds = scatterBounds(flat.points, flat.centers, view.generated?.points ?? []);
  const main = scatterSvg({
    title: view.kind === 'data' ? 'Data coloured by group' : 'Latents of the data coloured by group',
    points: flat.points,
    groups: labels,
    certainty,
    centers: flat.centers,
    bounds,
    width: view.generated === undefined ? 640 : 460,
  });
  const generated =
    view.generated !== undefined &&
    html`<figure><h3>New samples, by component</h3>${raw(
      scatterSvg({
        title: 'New samples coloured by component',
        points: view.generated.points,
        groups: view.generated.components,
        bounds,
        width: 460,
      }),
    )}<figcaption>Same axes as the data.</figcaption></figure>`;
  const [heading, caption] =
    view.kind === 'data'
      ? ['The data', 'Real data, by group']
      : ['The latent space', 'Encoded data, by group'];
  const crosses = flat.centers.length > 0 ? '; crosses are means of components' : '';
  return html`<section><h2>${heading}</h2><p class="hint">${flat.explanation}</p>
<div class="${generated === false ? 'wide' : 'pair'}"><figure><h3>${caption}</h3>${raw(main)}
<figcaption>${legend(groups)} Paler points are less certain${crosses}.</figcaption></figure>${generated}</div></section>`;
}

function legend(groups: readonly ReportGroup[]): Markup[] {
  return bySize(groups).map((group) => html`<span class="name">${groupTag(group)}</span> &ensp;`);
}

interface FlatView {
  readonly points: ArrayLike<number>;
  readonly centers: ArrayLike<number>;
  readonly explanation: string;
}

/** Two dimensions stay as they are; more are projected on the plane of the two widest directions. */
function flatten({ kind, points, dimensions, centers = [] }: ReportView): FlatView {
  if (dimensions === 2) {
    const what = kind === 'data' ? 'Each point is a datum' : 'Each point is the latent of a datum';
    return { points, centers, explanation: `${what}, in the colour of its most likely group.` };
  }
  if (dimensions === 1) {
    const line = (list: ArrayLike<number>) => Array.from(list, (value) => [value, 0]).flat();
    return { points: line(points), centers: line(centers), explanation: 'The latent has one dimension.' };
  }
  const plane = pca(points, dimensions);
  const share = formatPercent(plane.explained[0]! + plane.explained[1]!);
  return {
    points: project(points, plane),
    centers: project(centers, plane),
    explanation: `The ${dimensions} dimensions of the latent on their first two principal components, which hold ${share} of its variance.`,
  };
}

/** The most likely component of each point, and how far that is from a guess: 0 at 1/K, 1 at certainty. */
function mostLikely(responsibilities: ArrayLike<number>, components: number) {
  const count = Math.floor(responsibilities.length / Math.max(1, components));
  const labels = new Int32Array(count);
  const certainty = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let c = 1; c < components; c++) {
      if (responsibilities[i * components + c]! > responsibilities[i * components + labels[i]!]!)
        labels[i] = c;
    }
    const best = responsibilities[i * components + labels[i]!]!;
    certainty[i] = components > 1 ? (best * components - 1) / (components - 1) : 1;
  }
  return { labels, certainty };
}

/** New samples of each group, and the data that belongs to it, in the form of the data. */
export function sheetsSection({ groups, form }: ReportData): Part {
  const shown = bySize(groups).filter(({ samples }) => samples !== undefined && samples.length > 0);
  if (shown.length === 0) return undefined;
  if (form.kind === 'table') return columnsSection(shown, form.columns);
  const everything = shown.flatMap(({ assigned = [] }) => Array.from(assigned));
  const cards = shown.map(
    (group) =>
      html`<figure class="card" style="--group:${componentColor(group.component)}"><h3>${cardTitle(group)}</h3>${sheet(group, form, everything)}</figure>`,
  );
  const hint =
    form.kind === 'image'
      ? 'New images of each group, and the data that the model is most certain to belong to it.'
      : 'New points of each group over all the data.';
  return html`<section><h2>Samples of each group</h2>
<p class="hint">${hint}</p>
<div class="cards">${cards}</div></section>`;
}

function cardTitle(group: ReportGroup): string {
  const truth = group.trueName === undefined ? '' : ` · ${group.trueName}`;
  return `${groupName(group)} · ${formatPercent(group.size)}${truth}`;
}

function sheet(group: ReportGroup, form: SampleForm, everything: readonly number[]): Part {
  if (form.kind === 'points') {
    const samples = group.samples ?? [];
    return raw(
      scatterSvg({
        title: `New samples of ${groupName(group)}`,
        points: samples,
        groups: new Int32Array(samples.length / 2).fill(group.component),
        background: everything,
        width: 300,
        radius: 1.6,
      }),
    );
  }
  if (form.kind === 'table') return undefined;
  const grid = (samples: ArrayLike<number> | undefined, what: string) =>
    samples !== undefined &&
    samples.length > 0 &&
    html`<p>${what}</p>${inlinePng(
      imageGridPng({
        ...form,
        samples,
        columns: SHEET_COLUMNS,
        pixels: SHEET_PIXELS,
        separator: 3,
        background: 'transparent',
      }),
      `${what}: ${groupName(group)}`,
    )}`;
  return [grid(group.samples, 'New samples'), grid(group.assigned, 'Data assigned to it')];
}

/** For tables, mean and spread of every column in the new samples of each group. */
function columnsSection(groups: readonly ReportGroup[], columns: readonly string[]): Markup {
  const rows = columns.slice(0, MOST_COLUMNS).map((name, column) => {
    const cells = groups.map(({ samples = [] }) => {
      const { mean, deviation } = moments(samples, column, columns.length);
      return html`<td class="number">${formatNumber(mean)} <span class="hint">± ${formatNumber(deviation, 2)}</span></td>`;
    });
    return html`<tr><td class="name">${name}</td>${cells}</tr>`;
  });
  const heads = groups.map((group) => html`<th class="number">${groupTag(group)}</th>`);
  const left =
    columns.length > MOST_COLUMNS ? ` The first ${MOST_COLUMNS} of ${columns.length} columns.` : '';
  return html`<section><h2>What the groups look like</h2><p class="hint">Mean and standard deviation of new samples of each group.${left}</p>
<div class="scroll"><table><tr><th>column</th>${heads}</tr>${rows}</table></div></section>`;
}

function moments(samples: ArrayLike<number>, column: number, columns: number) {
  const values = Array.from(samples).filter((_, index) => index % columns === column);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
