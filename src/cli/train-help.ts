/** @file The help of `mixtura train` on presets and on the settings of a method, with the values that a run gets. */
import type { z } from 'zod';
import { defaultPreset, presets } from '../config/presets.js';
import { presetNamed } from '../config/resolve.js';
import { RUN_DEFAULTS } from '../config/schema.js';
import { methodNamed, methodNames } from '../methods/index.js';
import { choice, DATA_SETTINGS, RUN_SETTINGS } from './train-request.js';
import { type Arguments, table } from './verb.js';

/** The presets, and the settings of the method that is asked for under the preset that is asked for. */
export function trainHelp(args: Arguments): string {
  const method = methodNamed(args.text('method') ?? RUN_DEFAULTS.method);
  const [data] = args.positionals;
  const name = args.text('preset') ?? (data === undefined ? 'grouped' : defaultPreset(data));
  const others = methodNames().filter((other) => other !== method.name);
  return [
    'Presets (--preset NAME); without one the data decide, and --dry-run tells which it is and why:',
    ...table(Object.entries(presets).map(([preset, { summary }]) => [preset, summary] as const)),
    '',
    `${method.title}: ${method.source}.`,
    '',
    `Settings (--set key=value), of ${method.name}, as the preset ${name} has them:`,
    ...table(settingRows(method.settings, presetNamed(name).settings)),
    '',
    'Those of another preset: mixtura train --preset NAME --help. All settings of a run: mixtura train DATA --dry-run.',
    `Settings of the run that --set takes too: ${RUN_SETTINGS.join(', ')}; of the data: ${DATA_SETTINGS.join(', ')}.`,
    `Settings of ${choice(others)}: mixtura train --method NAME --help.`,
  ].join('\n');
}

/** `key=value` beside what it is; of a preset for another method, only what both have counts. */
function settingRows(
  schema: z.ZodObject,
  preset: Readonly<Record<string, unknown>>,
): (readonly [string, string])[] {
  const defaults = schema.parse({});
  return Object.entries(schema.shape).map(([key, setting]) => {
    const value = Object.hasOwn(preset, key) ? preset[key] : defaults[key];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return [`${key}=${text}`, (setting as z.ZodType).description ?? ''] as const;
  });
}
