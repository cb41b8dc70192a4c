/** @file Notes of training for people: what interventions did in one line, and whether they ever ceased. */

import type { ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import type { ReportData } from '../report/report-data.js';
import type { Inference } from '../train/inference.js';
import { countProbes, probesSentence } from './labels/probes.js';
import { readProbes } from './labels/probes-file.js';

/** Notes in the form in which the report shows them. */
export interface FoldedNotes {
  /** What the interventions did. */
  readonly interventions?: NonNullable<ReportData['interventions']>;
  /** All other notes. */
  readonly notes: readonly string[];
}

/** Fewer looks than this say nothing about whether a run settles. */
const LEAST_CHECKS = 4;
/** "Before step 21: Relocation moves groups 1, 2": the step, who acted, and what it did. */
const ACTED = /^Before step (\d+): (\w+)(?: (moves)\b)?/;

/**
 * Folds the notes of interventions into a line.
 *
 * @param checks how often an intervention looked, where there is only one
 * @param numbers the number of each component's group, for notes that count components from 1
 */
export function foldNotes(
  notes: readonly string[],
  checks: number | undefined,
  numbers: readonly number[],
): FoldedNotes {
  const acts = notes.flatMap((note) => {
    const found = ACTED.exec(note);
    return found ? [{ step: Number(found[1]), who: found[2]!, moved: found[3] !== undefined, note }] : [];
  });
  const others = notes.filter((note) => !ACTED.test(note));
  if (acts.length === 0) return { notes: others };
  const last = acts.at(-1)!;
  const who = [...new Set(acts.map((act) => act.who))].join(' and ');
  const did = acts.every(({ moved }) => moved) ? 'moved components' : 'acted';
  const times = acts.length === 1 ? 'once' : `${count(acts.length)} times`;
  const where = acts.length === 1 ? 'at' : 'last at';
  const always = checks !== undefined && checks >= LEAST_CHECKS && acts.length >= checks;
  const summary = always
    ? `This run never settled: ${who} ${did} at every one of its ${count(checks)} checks, last at step ${count(last.step)}.`
    : `${who} ${did} ${times}${checks === undefined ? '' : ` in ${count(checks)} checks`}, ${where} step ${count(last.step)}.`;
  const list = acts.map(({ note }) => withNumbers(note, numbers));
  return { interventions: { summary, list, unsettled: always }, notes: others };
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** A note that counts components, with the numbers that the groups have in the end. */
function withNumbers(note: string, numbers: readonly number[]): string {
  return note.replace(/\bgroups (\d+(?:, \d+)*)/, (_, list: string) => {
    const named = list.split(', ').map((word) => numbers[Number(word) - 1] ?? Number(word));
    return `groups ${named.sort((a, b) => a - b).join(', ')}`;
  });
}

/** What is said of columns that have numbers because the file with their names was not opened. */
export function namelessNote({ dataset }: ResolvedRun, opened: Dataset | undefined): string[] {
  const { kind, columns, reading = 1 } = dataset;
  if (opened || columns || kind !== 'table' || reading !== 1) return [];
  return [
    'The run kept no names of columns, as those of version 0.1.0 did not, and its data were not opened: columns are numbered.',
  ];
}

/** Which labels training saw, where a run has probes, and how many these are. */
export async function probesOf(
  folder: string,
  inference: Inference,
): Promise<{ readonly count: number; readonly sentence: string } | undefined> {
  const probes = readProbes(folder);
  if (!probes) return undefined;
  const counts = await countProbes(probes, inference);
  return { count: probes.component.length, sentence: probesSentence(probes, counts) };
}
