/** @file What is said while methods are compared: the plan, what it takes, the run that goes on, what is done. */

import { pickColumns } from '../../run/comparison/columns.js';
import { estimatedSeconds, type RowEstimate } from '../../run/comparison/estimate.js';
import { type Cell, type ComparisonPlan, cellsOf, leftOutSentences } from '../../run/comparison/plan.js';
import type { CellRecord } from '../../run/comparison/record.js';
import type { ComparisonFollow } from '../../run/comparison/run-comparison.js';
import { LiveLine } from './live-line.js';
import { duration, note } from './output.js';

/** How many runs there are, of what, and where. */
export function planLine(plan: ComparisonPlan, folder: string, left?: number): string {
  const { rows, seeds, data } = plan;
  const all = cellsOf(plan).length;
  const done = left === undefined || left === all ? '' : `, ${all - left} of them done`;
  const names = rows.map(({ name }) => name).join(', ');
  const of = `${rows.length} row${rows.length === 1 ? '' : 's'} (${names}) x ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`;
  const line = `${all} run${all === 1 ? '' : 's'} on ${data}: ${of}${done} · ${folder}`;
  return [line, ...leftOutSentences(plan.leftOut)].join('\n');
}

/** What a step of a row takes, or why it has none. */
export function estimateLine({ name, steps, msPerStep, failed }: RowEstimate): string {
  if (failed !== undefined) return `  ${name}: cannot be trained: ${failed}`;
  if (msPerStep === undefined)
    return `  ${name}: ${steps} steps after groups are found; what a step takes is not known before`;
  return `  ${name}: ${msPerStep.toFixed(1)} ms a step, ${steps} step${steps === 1 ? '' : 's'}: ${duration((steps! * msPerStep) / 1000)} a seed`;
}

/** What the steps of all rows take together. */
export function totalLine(rows: readonly RowEstimate[], seeds: number): string {
  return `About ${duration(estimatedSeconds(rows, seeds))} of training${besideWords(rows)}.`;
}

/** Follows a comparison on standard error. @param onBegun called before the first run is trained */
export function comparisonProgress(onBegun: () => void): {
  readonly follow: ComparisonFollow;
  end(): void;
} {
  const line = new LiveLine();
  let plan: ComparisonPlan | undefined;
  let now = '';
  let steps = 0;
  const say = (text: string) => {
    line.clear();
    note(text);
  };
  const rowsLeft: RowEstimate[] = [];
  return {
    end: () => line.clear(),
    follow: {
      onPlan(planned, folder, left) {
        plan = planned;
        say(planLine(planned, folder, left));
        onBegun();
      },
      onEstimate(row) {
        rowsLeft.push(row);
        say(estimateLine(row));
      },
      onEstimated: (seconds) => {
        if (rowsLeft.length > 0)
          say(`About ${duration(seconds)} of training are left${besideWords(rowsLeft)}.`);
      },
      onCell(cell, at) {
        now = `run ${at + 1} of ${cellsOf(plan!).length} · ${nameOf(cell)}`;
        line.show(() => now);
      },
      onEvent(event) {
        if (event.kind === 'started') steps = event.run.steps;
        if (event.kind === 'learning')
          line.show(() => `${now} · ${event.what}: ${Math.floor(100 * event.done)} %`);
        if (event.kind !== 'step') return;
        const { step } = event.event;
        const left = duration(((steps - step) * event.msPerStep) / 1000);
        line.show(
          () => `${now} · step ${step}/${steps} · ${event.msPerStep.toFixed(1)} ms/step · ${left} left`,
        );
      },
      onScoring: ({ stage, fraction }) =>
        line.show(() => `${now} · scoring: ${stage} · ${Math.floor(100 * fraction)} %`),
      onCellDone: (_, record) => say(`${now} · ${recordWords(record)}`),
      onBaseline: (what) => line.show(() => `plain methods · ${what}`),
    },
  };
}

/** What an estimate does not count. */
function besideWords(rows: readonly RowEstimate[]): string {
  const unknown = rows.filter(({ failed, msPerStep }) => failed === undefined && msPerStep === undefined);
  const names = unknown.map(({ name }) => name).join(', ');
  return `, without scoring${names === '' ? '' : ` and without ${names}`}`;
}

function nameOf({ row, seed }: Cell): string {
  return `${row.name}, seed ${seed}`;
}

function recordWords(record: CellRecord): string {
  if (record.state === 'failed') return `failed: ${record.sentence}`;
  if (record.state === 'begun') return 'interrupted; what is done is saved';
  const { nmi, fd } = pickColumns(record.scores);
  const parts = [
    nmi && `NMI ${nmi.value.toFixed(3)}`,
    fd && `FID ${fd.value.toFixed(2)}`,
    duration(record.wallSeconds),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
