/** @file The options of `mixtura train`, and the request that is made of them, nothing filled in. */
import { presets } from '../config/presets.js';
import { requestOfFile } from '../config/request-file.js';
import type { RunRequest } from '../config/resolve.js';
import { RUN_DEFAULTS, runSchema } from '../config/schema.js';
import { LABEL_SPECS } from '../data/labels/spec.js';
import { DEVICES, type DeviceName } from '../engine/devices.js';
import { usageError } from '../errors.js';
import { methodNames } from '../methods/index.js';
import { IMAGE_OPTIONS, imageOptions } from './image-options.js';
import { TABLE_OPTIONS, tableOptions } from './table-options.js';
import type { Arguments, Option } from './verb.js';

/** The words to choose from, the default marked: `slogan (default), infogan or wgan`. */
export function choice(words: readonly string[], byDefault?: string): string {
  const marked = words.map((word) => (word === byDefault ? `${word} (default)` : word));
  return marked.length < 2
    ? marked.join()
    : `${marked.slice(0, -1).join(', ')} or ${marked[marked.length - 1]}`;
}

/** The options of `mixtura train`. */
export const TRAIN_OPTIONS: Readonly<Record<string, Option>> = {
  method: { value: 'NAME', summary: choice(methodNames(), RUN_DEFAULTS.method), choices: methodNames() },
  preset: {
    value: 'NAME',
    summary: 'settings that go well together, listed below (default: what suits the data)',
    choices: Object.keys(presets),
  },
  config: {
    value: 'FILE',
    summary:
      'settings from a JSON or YAML file, such as the config.json of a run; paths of data in it are from its folder',
  },
  components: {
    value: 'K',
    summary:
      'number of groups, or auto: it is found in the data (default: number of classes, where known, else auto)',
  },
  classes: { value: 'A,B', summary: 'classes to keep' },
  ratio: { value: 'A:B', summary: 'sizes of the kept classes' },
  groups: { value: 'A;B,C', summary: 'classes merged into groups' },
  labels: {
    value: 'WHICH',
    summary: `labels that training may see, of a method that learns from some (acgan): ${LABEL_SPECS} (default: all)`,
  },
  ...TABLE_OPTIONS,
  ...IMAGE_OPTIONS,
  probes: {
    value: 'PATH',
    summary:
      'marked examples that turn the groups to what is asked for: a CSV of rows and groups, or a folder with a sub-folder of images for each group',
  },
  steps: { value: 'N', summary: 'steps of training (default: those of the preset)' },
  batch: { value: 'N', summary: `batch size (default: that of the preset, else ${RUN_DEFAULTS.batch})` },
  seed: { value: 'N', summary: `seed of everything random in training (default ${RUN_DEFAULTS.seed})` },
  features: {
    value: 'NET.onnx',
    summary: 'an encoder, in whose features groups are looked for (its preprocessor file is read)',
  },
  input: {
    value: 'KEY=VALUE,...',
    summary: 'how the encoder reads images, over what lies beside it, such as range=0..1,size=224',
  },
  'until-calm': {
    summary:
      'end when the groups have been calm for three evaluations: under 0.5 % of rows moved, no size by 0.5 points',
  },
  seeds: {
    value: 'N',
    summary: 'train with that many seeds, one after another, and tell how far their groups agree',
  },
  threads: { value: 'N', summary: `threads (default ${RUN_DEFAULTS.threads})` },
  device: {
    value: 'NAME',
    summary: `where the training step runs: ${choice(DEVICES, RUN_DEFAULTS.device)}`,
    choices: DEVICES,
  },
  out: { value: 'FOLDER', summary: 'run folder (default: runs/NAME, numbered)' },
  resume: {
    value: 'FOLDER',
    summary: 'go on with that run from its last checkpoint, or with the runs of --seeds in that folder',
  },
  allow: { value: 'A,B', summary: 'settings that may differ on --resume' },
  set: {
    value: 'KEY=VALUE',
    summary: 'a setting of the method or of the run, any number of times',
    repeated: true,
  },
  mlflow: {
    value: 'URL',
    summary: 'tell the run to that MLflow server (a run that goes on: its own by default)',
  },
  'dry-run': { summary: 'print the resolved settings and stop' },
};

/** Settings of the run itself that have no option of their own: `--set` takes them beside those of the method. */
export const RUN_SETTINGS: readonly string[] = Object.keys(runSchema.shape).filter(
  (key) => !Object.hasOwn(TRAIN_OPTIONS, key) && !['data', 'settings', 'auto', 'encoder'].includes(key),
);

/** Settings of the data that have no option of their own. */
export const DATA_SETTINGS: readonly string[] = ['subsetSeed'];

/**
 * What the user typed, over what a file of settings holds.
 * @throws a usage error for a value that is none
 */
export async function requestOf(args: Arguments): Promise<RunRequest> {
  const file = args.text('config');
  const base = file === undefined ? {} : await requestOfFile(file);
  const typed = typedRequest(args);
  const preset = typed.preset ?? base.preset;
  const data = { ...base.data, ...typed.data };
  const name =
    data.name ??
    (preset === undefined ? undefined : presets[preset]?.data?.name) ??
    (args.text('resume') === undefined ? 'digits' : undefined);
  return {
    ...base,
    ...typed,
    data: present({ ...data, name }),
    settings: { ...base.settings, ...typed.settings },
  };
}

function typedRequest(args: Arguments): RunRequest {
  const settings: Record<string, unknown> = {};
  const runSettings: Record<string, unknown> = {};
  const dataSettings: Record<string, unknown> = {};
  for (const item of args.list('set')) {
    const at = item.indexOf('=');
    // No setting begins otherwise, and '__proto__' would vanish as a name of an object.
    if (!/^[a-z][^=]*=/i.test(item)) throw usageError(`--set is '${item}'; give it as key=value.`);
    const key = item.slice(0, at);
    const ofRun = RUN_SETTINGS.includes(key) ? runSettings : settings;
    (DATA_SETTINGS.includes(key) ? dataSettings : ofRun)[key] = parseValue(item.slice(at + 1));
  }
  return {
    ...runSettings,
    ...present({
      preset: args.text('preset'),
      method: args.text('method'),
      ...componentsOf(args),
      probes: args.text('probes'),
      steps: args.integer('steps', 1),
      batch: args.integer('batch', 2),
      seed: args.integer('seed'),
      threads: args.integer('threads', 1),
      device: deviceOption(args),
      labels: args.text('labels'),
      untilCalm: args.flag('until-calm') || undefined,
      encoder: encoderOption(args),
    }),
    data: present({
      name: args.positionals[0],
      classes: args.text('classes'),
      ratio: args.text('ratio'),
      groups: args.text('groups'),
      ...tableOptions(args),
      ...imageOptions(args),
      ...dataSettings,
    }),
    settings,
  };
}

/** @throws a usage error where it is said how an encoder reads, and not which. */
function encoderOption(args: Arguments): RunRequest['encoder'] {
  const [file, input] = [args.text('features'), args.text('input')];
  if (file !== undefined) return { file, ...(input !== undefined && { input }) };
  if (input !== undefined)
    throw usageError('--input goes with --features; it says how an encoder reads its input.');
  return undefined;
}

/** @throws a usage error for a device that there is not. */
function deviceOption(args: Arguments): DeviceName | undefined {
  const name = args.text('device');
  if (name === undefined) return undefined;
  const device = DEVICES.find((known) => known === name);
  if (!device) throw usageError(`--device is '${name}'; give ${choice(DEVICES)}.`);
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

/** The number of groups, or that it is to be found. */
function componentsOf(args: Arguments): Pick<RunRequest, 'components' | 'auto'> {
  const text = args.text('components');
  if (text === 'auto') return { auto: true };
  if (text !== undefined && Number.isNaN(Number(text))) {
    throw usageError(`--components is '${text}'; give a whole number of at least 1, or auto.`);
  }
  return { components: args.integer('components', 1) };
}
