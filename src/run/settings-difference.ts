/** @file What a run that goes on is asked for, against what it was started with. */
import { parse, type RunRequest } from '../config/resolve.js';
import { dataSchema, type ResolvedRun, runSchema, settingsMarked } from '../config/schema.js';
import { usageError } from '../errors.js';
import { methodNamed } from '../methods/index.js';

/** Settings that say how a run is executed, not what it computes: they may differ freely. */
export const FREE: ReadonlySet<string> = new Set([
  ...settingsMarked(runSchema, 'execution', 'same bits'),
  ...settingsMarked(runSchema, 'execution', 'rounding'),
]);

/** What no run can go on with another of: its data are known by their content, wherever they lie. */
const FIXED = new Set([
  'method',
  'components',
  'auto',
  ...Object.keys(dataSchema.shape).filter((key) => key !== 'name'),
]);

/**
 * The saved run with what the request changes: nothing but free settings and those that `allow` names.
 * @throws a usage error that names a change that is not valid, or that no run can make, or lists every other difference,
 * one a line
 */
export function settingsDifference(
  saved: ResolvedRun,
  request: RunRequest,
  allow: readonly string[],
): ResolvedRun {
  const { data = {}, settings = {}, preset: _, ...rest } = request;
  const differences = [
    ...compare('', rest, saved as unknown as Record<string, unknown>),
    ...compare('', settings, withDefaults(saved)),
    ...compare('', data, saved.data as Record<string, unknown>),
  ];
  if (differences.length === 0) return saved;
  const merged = {
    ...saved,
    ...rest,
    data: { ...saved.data, ...data },
    settings: { ...saved.settings, ...settings },
  } as ResolvedRun;
  const fixed = differences.filter(({ key }) => FIXED.has(key));
  if (fixed.length > 0) {
    const what = fixed.map(({ key, was, now }) => `${key} (the run has ${was}, you asked for ${now})`);
    throw usageError(`A run cannot go on with other ${what.join(', ')}; leave that out, or train a new run.`);
  }
  requireValid(merged);
  const refused = differences.filter(({ key }) => !FREE.has(key) && !allow.includes(key));
  if (refused.length > 0) {
    const lines = refused.map(({ key, was, now }) => `  ${key}: the run has ${was}, you asked for ${now}`);
    throw usageError(
      `The settings differ from those of the run:\n${lines.join('\n')}\nLeave them out, or allow the change by --allow ${refused.map(({ key }) => key).join(',')}.`,
    );
  }
  return merged;
}

/** The settings of a run; those that its method had no name for when it was written have their defaults. */
function withDefaults({ method, settings }: ResolvedRun): Readonly<Record<string, unknown>> {
  const { data } = methodNamed(method).settings.safeParse(settings);
  return { ...data, ...settings };
}

/** What was allowed to change is checked like the settings of a new run, before config.json is written again. */
function requireValid({ version: _, dataset: __, changes: ___, ...config }: ResolvedRun): void {
  parse(runSchema, config);
  parse(methodNamed(config.method).settings, config.settings, `setting of ${config.method}`);
}

function compare(prefix: string, asked: object, saved: Readonly<Record<string, unknown>>) {
  return Object.entries(asked)
    .map(([key, now]) => ({
      key: prefix + key,
      was: JSON.stringify(saved[key]) ?? 'none',
      now: JSON.stringify(now) ?? 'none',
    }))
    .filter(({ was, now }) => was !== now);
}
