/** @file The options of `mixtura train` as a request, nothing filled in. */
import { presets } from '../config/presets.js';
import type { RunRequest } from '../config/resolve.js';
import { DEVICES, type DeviceName } from '../engine/devices.js';
import { usageError } from '../errors.js';
import { imageOptions } from './image-options.js';
import { tableOptions } from './table-options.js';
import type { Arguments } from './verb.js';

/** Settings of the run itself that `--set` also takes. */
const RUN_KEYS = ['horizon', 'evaluateEvery', 'checkpointEvery', 'keepCheckpoints'];

/** What the user typed, as far as it was typed. @throws a usage error for a value that is none. */
export function requestOf(args: Arguments): RunRequest {
  const settings: Record<string, unknown> = {};
  const runSettings: Record<string, unknown> = {};
  for (const item of args.list('set')) {
    const at = item.indexOf('=');
    if (at < 1) throw usageError(`--set is '${item}'; give it as key=value.`);
    const key = item.slice(0, at);
    (RUN_KEYS.includes(key) ? runSettings : settings)[key] = parseValue(item.slice(at + 1));
  }
  const preset = args.text('preset');
  const name = args.positionals[0] ?? (preset === undefined ? undefined : presets[preset]?.data?.name);
  return {
    ...runSettings,
    ...present({
      preset,
      method: args.text('method'),
      components: args.integer('components', 1),
      steps: args.integer('steps', 1),
      batch: args.integer('batch', 2),
      seed: args.integer('seed'),
      threads: args.integer('threads', 1),
      device: deviceOption(args),
    }),
    data: present({
      name: name ?? (args.text('resume') === undefined ? 'digits' : undefined),
      classes: args.text('classes'),
      ratio: args.text('ratio'),
      groups: args.text('groups'),
      ...tableOptions(args),
      ...imageOptions(args),
    }),
    settings,
  };
}

/** @throws a usage error for a device that there is not. */
function deviceOption(args: Arguments): DeviceName | undefined {
  const name = args.text('device');
  if (name === undefined) return undefined;
  const device = DEVICES.find((known) => known === name);
  if (!device) throw usageError(`--device is '${name}'; give ${DEVICES.join(' or ')}.`);
  return device;
}

/** Numbers, true, false, lists as JSON; anything else is text. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
