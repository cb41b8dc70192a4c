/** @file From what the user asked for to a complete run: defaults, preset, flags, then the data's own facts. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Samples } from '../data/dataset.js';
import { selectionWords } from '../data/select.js';
import { expandSelection } from '../data/sets/constructed.js';
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../errors.js';
import { whatIsWrong } from './issue.js';
import { defaultPreset, type Preset, presets } from './presets.js';
import { isOwn, RUN_DEFAULTS, type RunConfig, runSchema } from './schema.js';

/** A run as it is asked for; what is absent comes from the preset or the defaults. */
export interface RunRequest extends Partial<Omit<RunConfig, 'data' | 'settings'>> {
  /** Name of a preset; by default that of the data, else the one that suits any. */
  readonly preset?: string | undefined;
  readonly data?: Partial<RunConfig['data']>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** @throws a usage error that names the presets there are. */
export function presetNamed(name: string): Preset {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (!preset)
    throw usageError(
      `There is no preset '${name}'${didYouMean(name, Object.keys(presets))}; choose one of ${Object.keys(presets).join(', ')}.`,
    );
  return preset;
}

/**
 * Defaults, then the preset, then the request; checked by the schemas of the run and of the method, whose settings are
 * then complete. Of a preset that was tuned for another method, only the settings that the method has too are taken, and
 * none where its settings are those of its authors.
 *
 * @param samples the data, once they are open: which preset suits data without one of their own depends on their shape
 * @throws a usage error that names the first setting that is unknown or not valid
 */
export function resolveRequest(
  request: RunRequest,
  settingsOf: (method: string) => z.ZodObject,
  samples?: Pick<Samples, 'kind' | 'shape'>,
): RunConfig {
  const { preset: named, data: asked, settings, ...rest } = request;
  const preset = presetNamed(
    named ?? suitedPreset(asked?.name ?? 'digits', samples, rest.probes !== undefined),
  );
  const data = asked && expandData(asked);
  const madeFor = preset.data?.name;
  if (named !== undefined && madeFor !== undefined && data?.name !== undefined && data.name !== madeFor) {
    throw usageError(
      `The preset ${named} is made for ${selectionWords({ ...preset.data, name: madeFor })}, not for ${data.name}; leave one of them out.`,
    );
  }
  const { summary: _, data: presetData, settings: presetSettings, ...presetRest } = preset;
  const made = presetRest.method ?? RUN_DEFAULTS.method;
  const method = rest.method ?? made;
  const schema = settingsOf(method);
  const apart = method !== made && [schema, settingsOf(made)].some(isOwn);
  const shared = Object.entries(presetSettings).filter(([key]) => !apart && Object.hasOwn(schema.shape, key));
  const chosen = { ...selected(presetData, data), ...defined(data ?? {}) };
  const config = parse(runSchema, {
    ...RUN_DEFAULTS,
    ...presetRest,
    ...defined(rest),
    data: chosen,
    settings: { ...Object.fromEntries(shared), ...settings },
  });
  requireThreads(config.threads);
  return { ...config, settings: parse(schema, config.settings, `setting of ${config.method}`) };
}

/** From this side on images are for convolutional networks. */
const CONVOLUTIONAL_SIDE = 16;

/** The preset of a request, and why it is that one: a part of a sentence. */
export function chosenPreset(
  { preset, data, probes }: RunRequest,
  samples?: Pick<Samples, 'kind' | 'shape'>,
): { readonly name: string; readonly why: string } {
  if (preset !== undefined) return { name: preset, why: 'asked for' };
  const set = data?.name ?? 'digits';
  const name = suitedPreset(set, samples, probes !== undefined);
  const probed = probes !== undefined && defaultPreset(set) === 'grouped';
  if (probed) return { name, why: 'probes turn an encoder that is trained' };
  if (name !== defaultPreset(set)) return { name, why: `images of ${CONVOLUTIONAL_SIDE} or more a side` };
  return { name, why: name === 'grouped' ? 'data without a preset of their own' : `the preset of ${set}` };
}

/**
 * The preset of the data, or where that is the one for any data, the one for samples of their shape; with probes it is one
 * without groups that are found first.
 */
function suitedPreset(
  data: string,
  samples: Pick<Samples, 'kind' | 'shape'> | undefined,
  probed: boolean,
): string {
  const preset = defaultPreset(data);
  const large = samples?.kind === 'image' && Math.min(...samples.shape.slice(1)) >= CONVOLUTIONAL_SIDE;
  if (preset !== 'grouped') return preset;
  if (probed) return large ? 'robust-28x28' : 'robust';
  if (!large) return preset;
  return samples.shape[0] === 1 ? 'grouped-digits' : 'grouped-signs';
}

/**
 * A set that is a selection of another, in terms of that one, so that a run says what its data are: `mnist-2` becomes
 * `mnist` with its classes and ratio. @throws a usage error for classes chosen of such a set.
 */
export function expandData(data: NonNullable<RunRequest['data']>): NonNullable<RunRequest['data']> {
  return data.name === undefined ? data : expandSelection({ ...data, name: data.name });
}

/** @throws a usage error for more threads than any machine like this one has a use for. */
export function requireThreads(threads: number): void {
  const most = Math.max(64, 4 * availableParallelism());
  if (threads > most) throw usageError(`${threads} threads are too many; give --threads ${most} or less.`);
}

/** The preset's data; without its classes and their sizes where the request chooses classes of its own. */
function selected(preset: Preset['data'], asked: RunRequest['data']): Preset['data'] | Record<string, never> {
  if (preset === undefined) return {};
  if (asked?.classes === undefined && asked?.groups === undefined) return preset;
  const { classes: _, ratio: __, groups: ___, ...rest } = preset;
  return rest;
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Names that an object of a schema may have, at a path within it. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(schema.shape);
  const inner = schema.shape[String(first)];
  return inner ? keysAt(inner, rest) : [];
}

/** Keys of a run that are options by themselves, and may be taken for settings. */
const OPTIONS: readonly string[] = ['method', 'components', 'steps', 'batch', 'seed', 'threads', 'device'];

/** Parses with a schema; the first issue becomes a usage error that names the option. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what = 'option',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    const names = keysAt(schema, issue.path);
    const known = names.length > 0 ? `; choose of ${names.join(', ')}` : '';
    const key = issue.keys[0]!;
    if (OPTIONS.includes(key) && !names.includes(key)) {
      throw usageError(`${key} is no ${what} but an option of its own; give it as --${key}.`);
    }
    if (Object.hasOwn(runSchema.shape, key) && !names.includes(key)) {
      throw usageError(`${key} is no ${what} but a key of the request; give it beside its settings.`);
    }
    // A setting of the method may be looked for that is an option of the run.
    const near = didYouMean(key, names) || didYouMean(key, Object.keys(runSchema.shape));
    throw usageError(`There is no ${what} '${key}'${near}${known}.`);
  }
  const path = issue.path.join('.');
  throw usageError(`The ${what}${path && ` ${path}`} is not valid: ${whatIsWrong(issue, value)}.`);
}
