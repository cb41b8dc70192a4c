/** @file The report's tables and curves: groups, sizes over time, metrics, losses. */
import { sizeBarsChart } from './bar-chart.js';
import { html, inlinePng, type Markup, type Part, raw } from './html.js';
import { imageGridPng } from './image-grid.js';
import { groupSizesChart, lineChart } from './line-chart.js';
import { componentColor } from './palette.js';
import type { ReportData, ReportGroup, SampleForm } from './report-data.js';
import { bySize } from './report-summary.js';
import { formatNumber, formatPercent } from './svg.js';

const STRIP_IMAGES = 12;

/** "group 1" and so on: people count from one, components from zero. */
export function groupName({ component }: { readonly component: number }): string {
  return `group ${component + 1}`;
}

/** A square of the group's colour, and its name. */
export function groupTag(group: { readonly component: number }): Markup {
  const color = componentColor(group.component);
  return html`<span class="swatch" style="background:${color}"></span>${groupName(group)}`;
}

/** One row for each group: name, learned size, true size where known, a strip of new samples. */
export function groupsSection({ groups, form }: ReportData): Part {
  const known = groups.some(({ trueSize }) => trueSize !== undefined);
  const named = groups.some(({ trueName }) => trueName !== undefined);
  const strips = form.kind === 'image' && groups.some(({ samples }) => samples !== undefined);
  const rows = bySize(groups).map((group) => {
    const strip = html`<td class="fill">${strips && sampleStrip(group, form)}</td>`;
    const truth = known && html`<td class="number">${trueSize(group)}</td>`;
    const name = named && html`<td class="soft">${group.trueName ?? ''}</td>`;
    return html`<tr><td class="name">${groupTag(group)}</td>
<td class="number strong">${formatPercent(group.size, 1)}</td>${truth}${name}${strip}</tr>`;
  });
  const pictures = strips ? '; the pictures are new, drawn from that group alone' : '';
  const truthHead = known && html`<th class="number">true size</th>`;
  const nameHead = named && html`<th>truth</th>`;
  return html`<section>
<h2>The groups</h2>
<p class="hint">Largest first. A group's learned size is the share of the data that the model gives to it${pictures}.</p>
<div class="scroll"><table>
<tr><th>group</th><th class="number">learned size</th>${truthHead}${nameHead}<th>${strips && 'new samples'}</th></tr>
${rows}
</table></div>
</section>`;
}

function trueSize({ trueSize }: ReportGroup): string {
  return trueSize === undefined ? '–' : formatPercent(trueSize, 1);
}

function sampleStrip(group: ReportGroup, form: SampleForm): Part {
  if (form.kind !== 'image' || group.samples === undefined || group.samples.length === 0) return '';
  const size = form.shape.reduce((product, length) => product * length, 1);
  const count = Math.min(STRIP_IMAGES, group.samples.length / size);
  const png = imageGridPng({
    ...form,
    samples: Array.from(group.samples).slice(0, count * size),
    columns: count,
    pixels: 48,
    separator: 3,
    background: 'transparent',
  });
  return inlinePng(png, `new samples of ${groupName(group)}`);
}

/** Learned sizes over the steps beside the last ones as bars, with the truth in both. */
export function sizesSection({ groups, sizes, run }: ReportData): Part {
  const truth = [...groups].sort((a, b) => a.component - b.component).map((group) => group.trueSize);
  const known = truth.some((size) => size !== undefined);
  if (sizes === undefined && !known) return undefined;
  const bars = sizeBarsChart({
    title: known ? 'Learned and true size of each group' : 'Learned size of each group',
    bars: bySize(groups).map((group) => ({
      label: groupName(group),
      size: group.size,
      color: componentColor(group.component),
      ...(group.trueSize === undefined ? {} : { trueSize: group.trueSize }),
    })),
    width: 460,
  });
  const overTime =
    sizes !== undefined &&
    html`<figure><h3>Over the steps</h3>${raw(
      groupSizesChart({ title: 'Learned group sizes over the steps', ...sizes, truth, width: 460 }),
    )}</figure>`;
  const dashes = known ? '; dashed lines and marks are the true sizes, which training never saw' : '';
  return html`<section>
<h2>Sizes</h2>
<p class="hint">How the learned sizes came about${dashes}.</p>
<div class="pair">${overTime}<figure><h3>After ${formatNumber(run.steps)} steps</h3>${raw(bars)}</figure></div>
</section>`;
}

/** Metrics with the protocol in their name, and what they mean. */
export function metricsSection({ metrics }: ReportData): Part {
  if (metrics.length === 0) return undefined;
  const rows = metrics.map(
    ({ name, value, meaning = '' }) =>
      html`<tr><td><code>${name}</code></td><td class="number strong">${formatNumber(value)}</td><td class="soft fill">${meaning}</td></tr>`,
  );
  return html`<section>
<h2>Metrics</h2>
<p class="hint">Labels serve here, for evaluation; training has no access to them.</p>
<div class="scroll"><table><tr><th>metric</th><th class="number">value</th><th></th></tr>${rows}</table></div>
</section>`;
}

/** Every curve of the run, two a row. */
export function curvesSection({ curves }: ReportData): Part {
  const drawn = curves.filter(({ series }) => series.some(({ values }) => values.length > 0));
  if (drawn.length === 0) return undefined;
  const figures = drawn.map(({ title, series, logY, domain }) => {
    const chart = lineChart({
      title,
      series: series.map(({ label, steps, values }) => ({ label, x: steps, y: values })),
      width: 460,
      ...(logY === undefined ? {} : { logY }),
      ...(domain === undefined ? {} : { domain }),
    });
    return html`<figure><h3>${title}</h3>${raw(chart)}</figure>`;
  });
  return html`<section><h2>Training</h2><p class="hint">Long curves show means; the pale band reaches from the least to the largest value.</p>
<div class="pair">${figures}</div></section>`;
}
