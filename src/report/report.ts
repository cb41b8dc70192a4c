/** @file The report of a run: one HTML page that needs nothing beside it. The answer comes first. */
import { html, inlinePng, type Markup, type Part } from './html.js';
import { imageGridPng } from './image-grid.js';
import { selfContainedPage } from './page.js';
import { cardsSection } from './report-cards.js';
import type { ReportData } from './report-data.js';
import { mapSection } from './report-map.js';
import {
  curvesSection,
  groupsSection,
  metricsSection,
  reliabilitySection,
  sizesSection,
} from './report-numbers.js';
import { profileSection } from './report-profile.js';
import { headline, lead, proportions, runTime, verdict } from './report-summary.js';
import { formatNumber } from './svg.js';

/** More remarks than these are folded. */
const MOST_NOTES = 2;

/**
 * Renders a run as one self-contained HTML page: style, SVG and PNG pictures inline, no script, no links out.
 * All text in `data` is escaped.
 *
 * @returns the page, to be written as `report.html`
 */
export function renderReport(data: ReportData): string {
  const title = headline(data);
  return selfContainedPage({
    title: `${title} · ${data.run.dataset.name}`,
    sections: [
      header(data, title),
      groupsSection(data),
      profileSection(data),
      cardsSection(data),
      mapSection(data),
      sizesSection(data),
      reliabilitySection(data),
      metricsSection(data),
      curvesSection(data),
      making(data),
    ],
    version: data.run.version,
  });
}

function header(data: ReportData, title: string): Markup {
  const { run } = data;
  const warnings = [...(data.warnings ?? []), ...unfinished(data)];
  const facts: [string, string][] = [
    ['Data', run.dataset.name],
    ['Samples', formatNumber(run.dataset.count)],
    ['Method', run.method],
    ['Steps', formatNumber(run.steps)],
    ['Time', runTime(run.seconds)],
    ['Seed', String(run.seed)],
  ];
  return html`<header>
<p class="eyebrow">${run.folder}</p>
<h1>${title}</h1>
${warnings.length > 0 && html`<p class="note">${warnings.join(' ')}</p>`}
<p class="lead">${lead(data)}</p>
${verdict(data)}
${proportions(data.groups, data.fixedSizes ? 'fixed' : 'learned')}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${happened(data)}
</header>`;
}

/** What interventions did as one line that unfolds, and other remarks; many of these are folded too. */
function happened({ interventions, notes = [] }: ReportData): Part {
  const fold = (summary: string, list: readonly string[], kind = 'small') =>
    html`<details class="${kind}"><summary>${summary}</summary><ul>${list.map((note) => html`<li>${note}</li>`)}</ul></details>`;
  return [
    interventions &&
      fold(interventions.summary, interventions.list, interventions.unsettled ? 'small note' : 'small'),
    notes.length > MOST_NOTES
      ? fold(`${notes.length} remarks on the training`, notes)
      : notes.map((note) => html`<p class="hint remark">${note}</p>`),
  ];
}

function unfinished({ run }: ReportData): string[] {
  if (run.unfinished === undefined) return [];
  const planned = formatNumber(run.unfinished.plannedSteps);
  return [`This run has done ${formatNumber(run.steps)} of ${planned} steps; what is shown is not its end.`];
}

/** Transformations that the encoder took for no difference: people see whether they leave what their images show. */
function transformedImages(
  { name, values, columns }: NonNullable<ReportData['transformed']>,
  form: Extract<ReportData['form'], { kind: 'image' }>,
): Markup {
  const grid = imageGridPng({ samples: values, ...form, columns, pixels: 48 });
  return html`<details><summary>What the encoder took for the same image (transformations: ${name})</summary>
<p class="hint">Each row begins with an image of the data; the others are transformed ones of it. They should show the same thing: a 6 that is turned over would be a 9. Else choose other ones with <code>--set transformations</code>.</p>
${inlinePng(grid, 'images of the data, each with transformed ones')}</details>`;
}

function making({ run, form, transformed, settings = {} }: ReportData): Markup {
  const rows = Object.entries(settings);
  return html`<section>
<h2>How this was made</h2>
<p class="hint">${run.dataset.source}</p>
<pre>${run.command}</pre>
${transformed && form.kind === 'image' && transformedImages(transformed, form)}
<p class="hint">Mixtura ${run.version}, seed ${run.seed}: ${
    run.changes
      ? `this run was changed on its way, so the command alone does not make it again. ${run.changes.join(' ')}`
      : 'the same command on the same machine gives the same result.'
  }</p>
${
  rows.length > 0 &&
  html`<details><summary>All ${rows.length} settings</summary><div class="scroll"><table>
${rows.map(([name, value]) => html`<tr><td><code>${name}</code></td><td class="fill">${String(value)}</td></tr>`)}
</table></div></details>`
}
</section>`;
}
