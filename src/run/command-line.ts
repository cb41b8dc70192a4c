/** @file The command that makes a run again, as a shell reads it. */
import { deviceOf, type ResolvedRun, settingsMarked } from '../config/schema.js';
import type { MethodDefinition } from '../method/method.js';

/** `mixtura train` with every setting of the run. What changes nothing in the result is left out. */
export function commandLine(run: ResolvedRun): string {
  const { name, classes, ratio, groups, label, key, transpose, counts, size, crop, color, background } =
    run.data;
  const { header, id, drop, keep, delimiter, decimal, missing, categories } = run.data;
  const table = { header, id, drop, keep, delimiter, decimal, missing, categories: categories?.toString() };
  const words = [
    'mixtura',
    'train',
    name,
    '--method',
    run.method,
    '--components',
    run.auto ? 'auto' : String(run.components),
  ];
  for (const [flag, value] of Object.entries({
    classes,
    ratio,
    groups,
    label,
    key,
    ...table,
    size,
    crop,
    background,
  })) {
    if (value === undefined) continue;
    // A value that begins like an option must not stand alone.
    words.push(...(value.startsWith('-') ? [`--${flag}=${value}`] : [`--${flag}`, value]));
  }
  if (color !== undefined) words.push(`--${color}`);
  if (transpose) words.push('--transpose');
  if (counts) words.push('--counts');
  if (run.probes !== undefined) words.push('--probes', run.probes);
  words.push('--steps', String(run.steps), '--batch', String(run.batch), '--seed', String(run.seed));
  words.push('--threads', String(run.threads));
  if (deviceOf(run) !== 'cpu') words.push('--device', deviceOf(run));
  if (run.encoder) words.push('--features', run.encoder.file);
  if (run.encoder?.input !== undefined) words.push('--input', run.encoder.input);
  if (run.labels !== undefined) words.push('--labels', run.labels);
  if (run.labelDraw !== undefined) words.push('--set', `labelDraw=${run.labelDraw}`);
  if (run.labelSeed !== undefined) words.push('--set', `labelSeed=${run.labelSeed}`);
  // Whether the groups are calm is looked at with every evaluation.
  if (run.untilCalm) words.push('--until-calm', '--set', `evaluateEvery=${run.evaluateEvery}`);
  if (run.data.subsetSeed !== 0) words.push('--set', `subsetSeed=${run.data.subsetSeed}`);
  if (run.horizon !== run.steps) words.push('--set', `horizon=${run.horizon}`);
  for (const [key, value] of Object.entries(run.settings)) {
    words.push('--set', `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  return words.map(quoted).join(' ');
}

/** A word in single quotes, where a shell would read it otherwise. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The options that halve the rates which the method declares as those to lower; empty where there are none. */
export function lowerRates({
  run,
  method,
}: {
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
}): string {
  const rates = settingsMarked(method.settings, 'lower', true).filter(
    (name) => typeof run.settings[name] === 'number',
  );
  if (rates.length === 0) return '';
  const lowered = rates.map((name) => `--set ${name}=${(run.settings[name] as number) / 2}`);
  return ` ${lowered.join(' ')} --allow ${rates.join(',')}`;
}
