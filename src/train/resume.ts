/** @file Resuming: what was asked for now against what the run was started with. */
import type { RunRequest } from '../config/resolve.js';
import type { ResolvedRun } from '../config/schema.js';
import { usageError } from '../errors.js';

/** Settings that say how a run is executed, not what it computes: they may differ freely. */
const FREE = new Set(['threads', 'keepCheckpoints', 'checkpointEvery', 'evaluateEvery']);

/**
 * The saved run with what the request changes: nothing but free settings and those that `allow` names.
 * @throws a usage error that lists every other difference, one a line.
 */
export function settingsDifference(
  saved: ResolvedRun,
  request: RunRequest,
  allow: readonly string[],
): ResolvedRun {
  const { data = {}, settings = {}, preset: _, ...rest } = request;
  const differences = [
    ...compare('', rest, saved as unknown as Record<string, unknown>),
    ...compare('', settings, saved.settings),
    ...compare('', data, saved.data as Record<string, unknown>),
  ];
  const refused = differences.filter(({ key }) => !FREE.has(key) && !allow.includes(key));
  if (refused.length > 0) {
    const lines = refused.map(({ key, was, now }) => `  ${key}: the run has ${was}, you asked for ${now}`);
    throw usageError(
      `The settings differ from those of the run:\n${lines.join('\n')}\nLeave them out, or allow the change by --allow ${refused.map(({ key }) => key).join(',')}.`,
    );
  }
  if (differences.length === 0) return saved;
  const merged = {
    ...saved,
    ...rest,
    data: { ...saved.data, ...data },
    settings: { ...saved.settings, ...settings },
  };
  return merged as ResolvedRun;
}

function compare(prefix: string, asked: object, saved: Readonly<Record<string, unknown>>) {
  return Object.entries(asked)
    .map(([key, now]) => ({ key: prefix + key, was: JSON.stringify(saved[key]), now: JSON.stringify(now) }))
    .filter(({ was, now }) => was !== now);
}
