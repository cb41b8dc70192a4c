/** @file What changes in a run that goes on: what is refused, and what is told and recorded. */
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import { usageError } from '../errors.js';
import type { PreparedRun } from './prepare.js';
import { FREE } from './settings-difference.js';
import { lessonKeys } from './stages/keys.js';

/** What has a sentence of its own, says how far a run goes, or where its data lie now. */
const TOLD_APART = new Set(['steps', 'horizon', 'version', 'dataset', 'changes', 'name']);

/** A setting whose value is another one. */
interface Change {
  readonly key: string;
  readonly was: unknown;
  readonly now: unknown;
}

/**
 * Refuses changes that nothing would follow from: of a run that is at its end, and of what it learned before its first
 * step, which stays.
 *
 * @param done steps that lie behind the run
 * @throws a usage error
 */
export function requireEffect(prepared: PreparedRun, saved: ResolvedRun, done: number, folder: string): void {
  const { run } = prepared;
  if (done === 0) return;
  const changed = changesOf(saved, run).map(({ key }) => key);
  if (changed.length > 0 && done >= run.steps) {
    throw usageError(
      `The run ${folder} has made all of its ${run.steps} steps, so another ${changed.join(', ')} would change nothing; give more --steps, or leave that out.`,
    );
  }
  const before = lessonsKey(prepared, saved.settings);
  const learned = changed.filter(
    (key) =>
      key === 'encoder' ||
      (Object.hasOwn(run.settings, key) &&
        lessonsKey(prepared, { ...saved.settings, [key]: run.settings[key] }) !== before),
  );
  if (learned.length === 0) return;
  throw usageError(
    `What the run ${folder} learned before its first step stays as it is, so ${learned.join(', ')} cannot change; leave that out, or train a new run.`,
  );
}

/** What changes from the next step on, a sentence each; nothing for a run that begins anew. */
export function changeNotes(saved: ResolvedRun, run: ResolvedRun, done: number): readonly string[] {
  if (done === 0) return [];
  const notes: string[] = [];
  const [was, now] = [deviceOf(saved), deviceOf(run)];
  if (was !== now) notes.push(`From step ${done + 1} on, training runs on ${now}; until then on ${was}.`);
  // A schedule that is stretched after it was begun is another one than that of a run of that length.
  if (saved.horizon !== run.horizon) {
    notes.push(
      `From step ${done + 1} on the schedule ends at step ${run.horizon}, until then at ${saved.horizon}: this is not what a run with that schedule from its start would be.`,
    );
  }
  const others = changesOf(saved, run).map(({ key, ...one }) => `${key} ${text(one.now)} (${text(one.was)})`);
  if (others.length > 0) notes.push(`From step ${done + 1} on (until then): ${others.join(', ')}.`);
  return notes;
}

/** Settings that differ, but for those that say how a run is executed or how far it goes. */
function changesOf(saved: ResolvedRun, run: ResolvedRun): Change[] {
  const of = ({ settings, data, ...rest }: ResolvedRun) =>
    ({ ...rest, ...data, ...settings }) as Readonly<Record<string, unknown>>;
  const [before, after] = [of(saved), of(run)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !TOLD_APART.has(key) && !FREE.has(key) && text(before[key]) !== text(after[key]))
    .map((key) => ({ key, was: before[key], now: after[key] }));
}

/** Of all that lessons with these settings leave. */
function lessonsKey({ method, dataset }: PreparedRun, settings: ResolvedRun['settings']): string {
  const lessons = method.lessons?.(method.settings.parse(settings), dataset);
  if (!lessons) return '';
  const keys = lessonKeys({ lessons, dataset, groups: 'auto', seed: 0, device: 'cpu' });
  return [keys.teacher, ...lessons.stages.map((stage) => keys.of(stage))].join();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
