/** @file Groups that were found without training, on one page that needs nothing beside it. */
import { html, type Markup } from '../html.js';
import { selfContainedPage } from '../page.js';
import { percent, proportions, runTime } from '../report-summary.js';
import { formatNumber } from '../svg.js';
import { groupCards } from './cards.js';
import { mapSection } from './map.js';
import type { GroupsPageData } from './page-data.js';
import { appearanceSection, costSection, countSection, pairsSection, triedSection } from './sections.js';
import { verdictWord } from './words.js';

/** Beside the style of reports: a picture of the curve, lists of names, the chosen row. */
const MORE_STYLE = `
.facts { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); } section > p + .hint { margin-top: 6px; }
.curve { max-width: 520px; margin-top: 20px; } .badge { display: inline-block; border-radius: 6px; padding: 2px 10px; font-size: 14px; font-weight: 600; background: var(--card); border: 1px solid var(--line); }
.badge.partly, .badge.none { background: var(--note); color: var(--note-ink); }
.card > p.genes { color: var(--ink); overflow-wrap: anywhere; } tr.chosen td { font-weight: 650; } ul.hint { padding-left: 20px; overflow-wrap: anywhere; } .nowrap { white-space: nowrap; }
`;

/**
 * Renders findings as one self-contained HTML page: style, SVG and PNG pictures inline, no script, no links out. All text
 * in the data is escaped.
 */
export function groupsPage(page: GroupsPageData): string {
  return selfContainedPage({
    title: `Groups of ${page.data.name}`,
    style: MORE_STYLE,
    sections: [
      header(page),
      groupCards(page),
      mapSection(page),
      countSection(page),
      pairsSection(page),
      triedSection(page),
      appearanceSection(page),
      costSection(page),
    ],
    version: page.origin.version,
  });
}

function header(page: GroupsPageData): Markup {
  const { data, headline, verdict, groups, looked, stability, choice, cost } = page;
  const [first = verdictWord(verdict), ...further] = headline;
  // One group comes back each time, and nothing divides it: neither says anything.
  const several: [string, string][] = [
    ['Stability', stability.toFixed(2)],
    ['Divided by', choice.teacher],
  ];
  const facts: [string, string][] = [
    ['Data', data.name],
    ['Rows', formatNumber(data.count)],
    ['Looked at', looked < data.count ? formatNumber(looked) : 'all rows'],
    [
      data.kind === 'image' ? 'Image' : 'Columns',
      data.shape.map((length) => formatNumber(length)).join(' × '),
    ],
    ['Groups', formatNumber(groups.length)],
    ...(groups.length > 1 ? several : []),
    ['View', choice.view],
    ['Time', runTime(cost.seconds)],
  ];
  const sizes = groups.map(({ group, share }) => ({ number: group, size: share }));
  return html`<header>
<p class="eyebrow">${data.name}</p>
<h1>${first}</h1>
<p><span class="badge ${verdict}">${verdictWord(verdict)}</span></p>
${further.map((sentence) => html`<p class="verdict">${sentence}</p>`)}
${groups.length === 1 && html`<p class="lead">It holds ${percent(groups[0]!.share)} of the rows.</p>`}
${proportions(sizes, 'share')}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}
