/** @file A comparison on one page that needs nothing beside it: the table, a picture a method, learning curves, tests. */
import { html, inlinePng, type Markup, type Part, raw } from '../html.js';
import { lineChart } from '../line-chart.js';
import { selfContainedPage } from '../page.js';
import { profileSection } from '../report-profile.js';
import { formatNumber } from '../svg.js';
import { bestOf, cellText, minutesText, paperText, scoreText } from './numbers.js';
import type {
  ComparisonPage,
  ComparisonPicture,
  ComparisonRow,
  ComparisonTable,
  ComparisonTest,
} from './page-data.js';

/** Beside the style of reports: a wide table, the best of a column, the paper's cell below ours. */
const MORE_STYLE = `
main { max-width: 1280px; } table.compared td, table.compared th { white-space: nowrap; padding-right: 16px; } table.compared td { padding-top: 8px; padding-bottom: 8px; }
table.compared td.number small { display: block; color: var(--soft); font-size: 12px; font-weight: 400; } table.compared tr.kind td { border-top: 0; padding-top: 22px; color: var(--soft); font-size: 13px; }
table.compared td.best { font-weight: 700; } table.compared td.sentence { white-space: normal; color: var(--note-ink); background: var(--note); font-size: 14px; padding-left: 12px; }
table.compared td.name a { color: inherit; } .sheet > img { width: 100%; max-width: 420px; } ul.hint { padding-left: 20px; } .curve { max-width: 860px; }
`;

const SECTIONS: readonly (readonly [title: string, ...kinds: ComparisonRow['kind'][]])[] = [
  ['Methods', 'method'],
  ['Presets', 'preset'],
  ['The model on groups that are found first: what it learns from, its encoder, the whole', 'stage', 'model'],
  ['Plain methods, without training', 'baseline'],
];

/** Renders a comparison as one self-contained HTML page; all text in the data is escaped. */
export function comparisonPage(page: ComparisonPage): string {
  const { table } = page;
  return selfContainedPage({
    title: `Comparison on ${table.data.name}`,
    style: MORE_STYLE,
    sections: [
      header(page),
      tableSection(table),
      picturesSection(page),
      curvesSection(page),
      testsSection(table),
      notesSection(table),
    ],
    version: table.version,
  });
}

function header({ table, folder }: ComparisonPage): Markup {
  const { data, seeds, cells } = table;
  const facts: [string, string][] = [
    ['Data', data.name],
    ['Samples', formatNumber(data.count)],
    ['Seeds', seeds.join(', ')],
    ['Runs', `${cells.done} done${cells.failed > 0 ? `, ${cells.failed} failed` : ''}`],
  ];
  return html`<header>
<p class="eyebrow">${folder}</p>
<h1>Methods side by side on ${data.name}</h1>
${cells.left > 0 && html`<p class="note">${cells.left === 1 ? '1 run is' : `${cells.left} runs are`} not done yet: the table shows what there is. Go on with: mixtura compare --resume ${folder}</p>`}
<p class="lead">${data.source}</p>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function tableSection(table: ComparisonTable): Markup {
  const { columns, rows } = table;
  const papers = rows.some(({ cells }) => Object.values(cells).some(({ published }) => published));
  const head = [
    html`<th>method</th><th>groups</th>`,
    ...columns.map(
      ({ title, about, better }) =>
        html`<th class="number" title="${about}">${title} ${better === 'higher' ? '↑' : '↓'}</th>`,
    ),
    html`<th class="number">min</th><th class="number">CPU min</th>`,
  ];
  const width = columns.length + 4;
  const body = SECTIONS.flatMap(([title, ...kinds]) => {
    const own = kinds.flatMap((kind) => rows.filter((row) => row.kind === kind));
    if (own.length === 0) return [];
    const heading = html`<tr class="kind"><td colspan="${width}">${title}</td></tr>`;
    return [heading, ...own.map((row) => rowMarkup(row, table, width))];
  });
  return html`<section>
<h2>All scores</h2>
<p class="hint">${table.seeds.length > 1 ? 'Mean ± deviation over the seeds; ' : ''}the best of a column is bold. Labels score; they take part in the training of rows that say so alone, which are never the best.${papers && ' Below ours, what a paper reports for the same data and method; its networks and features may differ.'}</p>
<div class="scroll"><table class="compared"><tr>${head}</tr>${body}</table></div>
<ul class="hint">${columns.map(({ title, about }) => html`<li><b>${title}</b>: ${about}.</li>`)}
<li><b>min</b>, <b>CPU min</b>: minutes of a run by the clock and of all processor cores, with what is learned before its steps, without the scoring at the end.</li></ul>
</section>`;
}

function rowMarkup(row: ComparisonRow, { columns, rows, seeds }: ComparisonTable, width: number): Markup {
  const missing = row.kind !== 'stage' && row.seeds.length < seeds.length && row.seeds.length > 0;
  const name = html`<td class="name">${row.name}${missing && html` <small>(${row.seeds.length} of ${seeds.length} seeds)</small>`}</td>`;
  const sentence =
    row.failed.length > 0 &&
    html`<tr><td></td><td class="sentence" colspan="${width - 1}">${row.failed.join(' ')}</td></tr>`;
  if (row.seeds.length === 0) {
    const text = row.failed.length > 0 ? row.failed.join(' ') : 'Not done yet.';
    return html`<tr>${name}<td class="sentence" colspan="${width - 1}">${text}</td></tr>`;
  }
  const cells = columns.map((column) => {
    const cell = row.cells[column.key];
    if (!cell) return html`<td class="number"></td>`;
    const best = !row.told && scoreText(column.key, cell.mean) === bestOf(column, rows);
    const paper = paperText(cell);
    return html`<td class="number${best && ' best'}" title="${cell.metric}: ${cell.values.join(', ')}">${cellText(column.key, cell)}${
      paper !== undefined && html`<small title="${cell.published!.source}">paper ${paper}</small>`
    }</td>`;
  });
  const minutes = [row.minutes, row.cpuMinutes].map(
    (one) => html`<td class="number">${one !== undefined && minutesText(one)}</td>`,
  );
  return html`<tr>${name}<td class="soft">${row.groups}</td>${cells}${minutes}</tr>${sentence}`;
}

function picturesSection({ pictures }: ComparisonPage): Part {
  const sheets = pictures.filter(({ png }) => png !== undefined);
  const profiles = pictures.filter(({ profile }) => profile !== undefined);
  return [
    sheets.length > 0 &&
      html`<section><h2>New samples</h2><p class="hint">Of the first seed that is done, by group: the largest first.</p><div class="cards">${sheets.map(sheetCard)}</div></section>`,
    profiles.length > 0 &&
      html`<section><h2>The groups of each method</h2><p class="hint">Of the first seed that is done.</p>${profiles.map(
        ({ row, seed, profile }) =>
          html`<details><summary>${row} (seed ${seed})</summary>${profileSection(profile!)}</details>`,
      )}</section>`,
  ];
}

function sheetCard({ row, seed, png }: ComparisonPicture): Markup {
  return html`<div class="card sheet"><h3>${row}</h3>${inlinePng(png!, `samples of ${row}, seed ${seed}`)}</div>`;
}

function curvesSection({ curves, table }: ComparisonPage): Part {
  if (curves.length === 0) return undefined;
  const chart = lineChart({
    title: 'NMI over the steps',
    series: curves.map(({ row, steps, values }) => ({ label: row, x: steps, y: values })),
    domain: [0, 1],
    width: 860,
    height: 340,
  });
  return html`<section>
<h2>NMI while it was trained</h2>
<p class="hint">Own groups, on at most 2,000 training data${table.seeds.length > 1 ? '; the mean of the seeds' : ''}. Methods that give data no groups of their own are scored at the end only.</p>
<div class="curve">${raw(chart)}</div>
</section>`;
}

function testsSection({ tests, reference, seeds }: ComparisonTable): Part {
  if (tests.length === 0) return undefined;
  const rows = tests.map(
    (one) =>
      html`<tr><td class="name">${one.row}</td><td><code>${one.metric}</code></td><td class="number">${pText(one)}</td><td class="number">${one.d === undefined ? '' : one.d.toFixed(2)}</td></tr>`,
  );
  return html`<section>
<h2>Against ${reference}</h2>
<p class="hint">Wilcoxon's rank-sum test over ${seeds.length} seeds, two-sided (~: by the normal approximation, as some values are equal), and Cohen's d, positive where the method is higher; 0.8 is large. The p of several metrics are not corrected.</p>
<div class="scroll"><table class="compared"><tr><th>method</th><th>metric</th><th class="number">p</th><th class="number">d</th></tr>${rows}</table></div>
</section>`;
}

/** A p-value, marked where it is approximate. */
export function pText({ p, method }: Pick<ComparisonTest, 'p' | 'method'>): string {
  return `${method === 'normal' ? '~' : ''}${p.toFixed(3)}`;
}

function notesSection({ notes, rows }: ComparisonTable): Part {
  const own = rows.filter((row) => row.notes.length > 0);
  if (notes.length + own.length === 0) return undefined;
  const list = (of: readonly string[]) =>
    html`<ul class="hint">${of.map((note) => html`<li>${note}</li>`)}</ul>`;
  return html`<section><h2>What to know</h2>${notes.length > 0 && list(notes)}
${own.map((row) => html`<details class="small"><summary>${row.name}: ${row.notes.length === 1 ? '1 remark' : `${row.notes.length} remarks`}</summary>${list(row.notes)}</details>`)}</section>`;
}
