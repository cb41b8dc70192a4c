/** @file How far runs agree, as tables for people. */
import type { AgreedGroup, PartAgreement } from '../../evaluate/agreement.js';
import type { RunAgreement } from '../../run/seeds/run-agreement.js';
import { percent } from './output.js';

/** Runs that a table has room for side by side. */
const MOST_RUNS = 6;

/** The headline, the agreement of every pair, and the groups of all runs side by side. */
export function agreementLines(agreement: RunAgreement): string[] {
  const { headline, runs, train, test, groups, reference } = agreement;
  const names = runNames(agreement);
  const [own, ...others] = groups.filter(({ inAll }) => !inAll).map(({ group }) => group);
  const missing =
    own === undefined
      ? `All ${groups.length} groups are in all ${runs.length} runs.`
      : `Not in all runs: ${others.length === 0 ? 'group' : 'groups'} ${[own, ...others].join(', ')} of ${names[reference]}.`;
  return [
    ...headline,
    missing,
    '',
    ...partLines('training rows', train, names),
    ...(test ? partLines('held-out rows', test, names) : []),
    '',
    ...groupTable(groups, names, reference),
    '',
    `Groups by their numbers in ${names[reference]}, which agrees best with the others; of each run the size of the group in the model and its own number.`,
    'Similarity: shared rows over the rows of either (Jaccard), with the most similar group of each other run; 1 is the same rows.',
  ];
}

/** `seed 3`; the folder where seeds are not different. */
function runNames({ runs }: RunAgreement): string[] {
  const different = new Set(runs.map(({ seed }) => seed)).size === runs.length;
  return runs.map(({ run, seed }) => (different ? `seed ${seed}` : run));
}

function partLines(title: string, { ari, rows, pairs }: PartAgreement, names: readonly string[]): string[] {
  const each = pairs.map(
    ({ runs: [a, b], ari: index }) =>
      `${names[a]} and ${names[b]!.replace(/^seed /, '')} ${index.toFixed(3)}`,
  );
  const shown = each.length > 1 && names.length <= MOST_RUNS ? ` (${each.join(', ')})` : '';
  return [`  Agreement (ARI) on ${rows} ${title}: ${ari.toFixed(3)}${shown}`];
}

function groupTable(groups: readonly AgreedGroup[], names: readonly string[], reference: number): string[] {
  // Of many runs the reference and the first others.
  const others = names.map((_, run) => run).filter((run) => run !== reference);
  const shown = [reference, ...others].slice(0, MOST_RUNS).sort((a, b) => a - b);
  const rows = groups.map(({ group, similarity, inAll, runs }) => [
    String(group),
    similarity.toFixed(2),
    inAll ? 'yes' : 'no',
    ...shown.map((run) => {
      const found = runs[run];
      return found ? `${percent(found.size)} (${found.group})` : '-';
    }),
  ]);
  const table = [['group', 'similarity', 'in all', ...shown.map((run) => names[run]!)], ...rows];
  const widths = table[0]!.map((_, j) => Math.max(...table.map((row) => row[j]!.length)));
  return table.map((row) => `  ${row.map((text, j) => text.padStart(widths[j]!)).join('   ')}`);
}
