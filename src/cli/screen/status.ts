/** @file The live status of a run: one line that renews itself on a terminal, plain lines elsewhere. */
import { deviceOf } from '../../config/schema.js';
import { movedWords } from '../../evaluate/settling.js';
import type { RunEvent } from '../../run/recorder.js';
import { LiveLine } from './live-line.js';
import { duration, note } from './output.js';

/** Shows the events of a run on standard error. */
export function statusLine(): (event: RunEvent) => void {
  const line = new LiveLine();
  const left = timeLeft();
  let steps = 0;
  return (event) => {
    if (event.kind === 'started') steps = event.run.steps;
    if (event.kind === 'step') {
      line.show((columns) => stepText(event, steps, columns), event.event.step >= steps);
      return;
    }
    if (event.kind === 'learning') {
      const text = learningText(event, left(event, performance.now()));
      line.show(() => text, event.done >= 1);
      return;
    }
    line.clear();
    const text = eventText(event, steps);
    if (text) note(text);
  };
}

type Learning = Extract<RunEvent, { kind: 'learning' }>;

/** Share of the work after which the time that is left can be told. */
const TELLING = 0.05;

/** Tells the seconds that are left of what a run learns before its training, by the pace so far; first nothing. */
export function timeLeft(): (event: Learning, milliseconds: number) => number | undefined {
  let work: string | undefined;
  let [began, from] = [0, 0];
  return ({ what, done }, now) => {
    // What stands in brackets is a part of the work.
    const [title] = what.split(' (');
    if (title !== work) [work, began, from] = [title, now, done];
    const share = (done - from) / (1 - from);
    return share < TELLING || done >= 1 ? undefined : ((now - began) * (1 - share)) / share / 1000;
  };
}

/** What is learned, the share that is done, and about how long the rest takes. */
export function learningText({ what, done }: Learning, left: number | undefined): string {
  const rest = left === undefined ? '' : ` · about ${duration(left)} left`;
  return `${what}: ${Math.floor(100 * done)} %${rest}`;
}

/**
 * The step, the time that is left, and the sizes of the groups, the largest first; what else fits into the columns: as
 * many losses as do, the time of a step, memory. Sizes lose their digits last.
 */
export function stepText(
  { event, msPerStep, sizes, residentBytes }: Extract<RunEvent, { kind: 'step' }>,
  steps: number,
  columns: number,
): string {
  const { step, losses } = event;
  const shown = Object.entries(losses)
    .slice(0, 5)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const sorted = [...sizes].sort((a, b) => b - a);
  const sizesWith = (digits: number) =>
    `sizes % ${sorted.map((size) => (100 * size).toFixed(digits)).join(' ')}`;
  const left = `${duration(((steps - step) * msPerStep) / 1000)} left`;
  const rate = `${msPerStep.toFixed(1)} ms/step`;
  const memory = `${Math.round(residentBytes / 2 ** 20)} MiB`;
  const line = (middle: readonly string[], digits: number, last: readonly string[] = []) =>
    [`step ${step}/${steps}`, ...middle, sizesWith(digits), ...last]
      .filter((text) => text !== '')
      .join(' · ');
  // From the longest to the shortest: the first that fits is shown.
  const forms = [
    line([rate, left, shown.join('  ')], 1, [memory]),
    ...shown.map((_, fewer) => line([rate, left, shown.slice(0, shown.length - fewer).join('  ')], 1)),
    line([rate, left], 1),
    line([left], 1),
    line([left], 0),
  ];
  return forms.find((text) => text.length <= columns) ?? line([], 0);
}

function eventText(event: RunEvent, steps: number): string | undefined {
  switch (event.kind) {
    case 'started':
      return startText(event);
    case 'evaluated': {
      const { nmi, sizeError, modes } = event.evaluation.summary;
      const parts = [
        nmi !== undefined && `NMI ${nmi.toFixed(3)}`,
        sizeError !== undefined && `size error ${sizeError.toFixed(3)}`,
        modes !== undefined && `${modes} modes`,
        event.moved !== undefined && movedWords(event.moved),
      ].filter((part) => part !== false);
      return parts.length > 0 ? `step ${event.step}/${steps} · ${parts.join(' · ')}` : undefined;
    }
    case 'note':
      return event.note;
    case 'interrupted':
      return `Stopped after step ${event.step}; everything is saved.`;
    default:
      return undefined;
  }
}

function startText({ run, folder, from }: Extract<RunEvent, { kind: 'started' }>): string {
  const { dataset } = run;
  const device = deviceOf(run);
  const groups =
    run.auto && from === 0
      ? 'groups to be found'
      : `${run.components} group${run.components === 1 ? '' : 's'}`;
  return (
    `${run.method} · ${dataset.name}: ${dataset.count} samples of ${dataset.shape.join('x')} · ${groups} · ` +
    `${run.steps} steps, batch ${run.batch}, seed ${run.seed}, ${run.threads} threads${device === 'cpu' ? '' : `, ${device}`} · ${folder}`
  );
}
