/** @file The live status of a run: one line that renews itself on a terminal, plain lines elsewhere. */
import { deviceOf } from '../config/schema.js';
import type { RunEvent } from '../run/recorder.js';
import { LiveLine } from './live-line.js';
import { duration, note } from './output.js';

/** Shows the events of a run on standard error. */
export function statusLine(): (event: RunEvent) => void {
  const line = new LiveLine();
  let steps = 0;
  return (event) => {
    if (event.kind === 'started') steps = event.run.steps;
    if (event.kind === 'step') {
      line.show(() => stepText(event, steps), event.event.step >= steps);
      return;
    }
    line.clear();
    const text = eventText(event, steps);
    if (text) note(text);
  };
}

function stepText(event: Extract<RunEvent, { kind: 'step' }>, steps: number): string {
  const { step, losses } = event.event;
  const left = ((steps - step) * event.msPerStep) / 1000;
  const shown = Object.entries(losses)
    .slice(0, 5)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const sizes = [...event.sizes].sort((a, b) => b - a).map((size) => (100 * size).toFixed(1));
  const memory = `${Math.round(event.residentBytes / 2 ** 20)} MiB`;
  return [
    `step ${step}/${steps}`,
    `${event.msPerStep.toFixed(1)} ms/step`,
    `${duration(left)} left`,
    shown.join('  '),
    `sizes % ${sizes.join(' ')}`,
    memory,
  ].join(' · ');
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

function startText({ run, folder }: Extract<RunEvent, { kind: 'started' }>): string {
  const { dataset } = run;
  const device = deviceOf(run);
  return (
    `${run.method} · ${dataset.name}: ${dataset.count} samples of ${dataset.shape.join('x')} · ${run.components} groups · ` +
    `${run.steps} steps, batch ${run.batch}, seed ${run.seed}, ${run.threads} threads${device === 'cpu' ? '' : `, ${device}`} · ${folder}`
  );
}
