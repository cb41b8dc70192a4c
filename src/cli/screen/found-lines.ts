/** @file Findings as text for people: sentences first, then the groups, what was tried, and the cost. */
import type { GroupFinding, GroupFindings, TriedDivision } from '../../groups/findings.js';
import { whyOutside } from '../../groups/remarks.js';
import { duration, percent } from './output.js';

/** A column of a table: its title, and the text of each row. */
type Column<Row> = readonly [title: string, text: (row: Row) => string];

/** All that is printed of findings. @param byLabels NMI of each division that was tried, where there are labels */
export function foundLines(findings: GroupFindings, byLabels?: readonly number[]): string[] {
  const { headline, groups, cost } = findings;
  return [
    ...headline,
    '',
    ...countLines(findings),
    '',
    ...tableLines(
      groups,
      groups.length > 1 ? GROUP_COLUMNS : GROUP_COLUMNS.filter(([title]) => title !== 'stability'),
    ),
    '',
    ...choiceLines(findings),
    '',
    ...triedLines(findings.tried, byLabels),
    '',
    `${duration(cost.seconds)}, ${cost.cpuSeconds.toFixed(1)} CPU seconds, at most ${Math.round(cost.memory / 2 ** 20)} MiB.`,
  ];
}

const GROUP_COLUMNS: readonly Column<GroupFinding>[] = [
  ['group', ({ group }) => String(group)],
  ['rows', ({ rows }) => String(rows)],
  ['share', ({ share }) => percent(share)],
  ['interval', ({ interval: [least, most] }) => `${percent(least)} to ${percent(most)}`],
  ['stability', ({ stability }) => stability.toFixed(2)],
  ['confidence', ({ confidence }) => confidence.toFixed(2)],
];

/** What the columns of the table of what was tried say. */
const SCORE = [
  '  View: a form in which the data are seen. Teacher: a way to divide them. Link: the strongest between two groups, 0.3 and',
  '  more within one. Score, by which they are compared: stability less what links take off, and 0.05 for k-means.',
];

/** The number of groups, over which range it was found, and how clear it is. */
function countLines({ count }: GroupFindings): string[] {
  const { groups, given, least, most, all, gap, bic } = count;
  const range = least === most ? `${least} each time` : `${least} to ${most}`;
  const found = `the merge curve finds ${range} on all rows and on subsamples${whyOutside(count)}`;
  const clear =
    gap >= 2
      ? `the borders are ${Number.isFinite(gap) ? `${gap.toFixed(1)} times ` : 'far '}clearer than the next one within a group`
      : 'there is no clear step in the curve, so a number near it may be as good';
  // How clear a number is, is known of the one that all rows show.
  const known = groups > 1 && all[0] === groups;
  return [
    given
      ? `${groups} ${groups === 1 ? 'group' : 'groups'}, as asked for; ${found}.`
      : `Number of groups: ${groups}; ${found}${known ? `; ${clear}` : ''}.`,
    ...(bic === undefined ? [] : [`By the Bayesian criterion of Gaussian mixtures: ${bic}.`]),
  ];
}

function choiceLines({ choice, groups }: GroupFindings): string[] {
  const { view, viewSentence, teacher, teacherSentence, reason } = choice;
  if (groups.length === 1) return [`View ${view}: ${viewSentence}`, reason];
  return [`View ${view}: ${viewSentence}`, `Teacher ${teacher}: ${teacherSentence}.`, reason];
}

function triedLines(tried: readonly TriedDivision[], byLabels: readonly number[] | undefined): string[] {
  const best = byLabels?.indexOf(Math.max(...byLabels));
  const at = new Map(tried.map((division, i) => [division, i]));
  const labels: Column<TriedDivision>[] =
    byLabels === undefined
      ? []
      : [
          ['NMI', (division) => byLabels[at.get(division)!]!.toFixed(3)],
          ['', (division) => (at.get(division) === best ? 'best by labels' : '')],
        ];
  const table = tableLines(tried, [
    ['', (division) => (at.get(division) === 0 ? '*' : '')],
    ['view', ({ view }) => view],
    ['teacher', ({ teacher }) => teacher],
    ['groups', ({ groups }) => (groups === 1 ? '1 group' : String(groups))],
    // One group comes back each time, which says nothing.
    ['stability', ({ groups, stability }) => (groups === 1 ? '-' : stability.toFixed(3))],
    ['link', ({ groups, border }) => (groups === 1 ? '-' : border.toFixed(2))],
    ['score', ({ groups, score }) => (groups === 1 ? '-' : score.toFixed(3))],
    ['CPU s', ({ cpuSeconds }) => cpuSeconds.toFixed(2)],
    ...labels,
  ]);
  return tried.some(({ groups }) => groups > 1) ? [...table, ...SCORE] : table;
}

/** A heading and a line a row; numbers are at the right of their columns, words at the left. */
function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  const cells = columns.map(([title, text]) => [title, ...rows.map(text)]);
  const widths = cells.map((column) => Math.max(...column.map(({ length }) => length)));
  const words = cells.map((column) => column.slice(1).every((text) => !/^(\d|-$)/.test(text)));
  return [undefined, ...rows].map((_, line) =>
    `  ${cells
      .map((column, c) => (words[c] ? column[line]!.padEnd(widths[c]!) : column[line]!.padStart(widths[c]!)))
      .join('   ')}`.trimEnd(),
  );
}
