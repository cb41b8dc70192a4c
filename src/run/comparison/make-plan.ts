/** @file From what a comparison is asked for to its plan: names, selections and settings are checked on the data. */
import { groupedPreset, plainPreset } from '../../config/plain-presets.js';
import { chosenPreset, presetNamed, type RunRequest, resolveRequest } from '../../config/resolve.js';
import { RUN_DEFAULTS, type RunConfig } from '../../config/schema.js';
import { classCounts, type Dataset } from '../../data/dataset.js';
import { selectionWords } from '../../data/select.js';
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import { chooseFeatures } from '../../evaluate/choose-features.js';
import { subsetOf } from '../../features/sample-source.js';
import { methodNamed, methodNames } from '../../methods/index.js';
import { VERSION } from '../../version.js';
import { absoluteName, type DataListeners } from '../data/run-data.js';
import { prepareRun, prepareWith, requireModel } from '../prepare.js';
import type { ComparisonPlan, LeftOut, PlannedRow, Scoring } from './plan.js';

/** The word for every method. */
export const ALL = 'all';
/** Rows that stand beside the methods unless they are left out: plain methods, and the model on found groups. */
export const BESIDE = ['baselines', 'model'] as const;
/** One of {@link BESIDE}. */
export type Beside = (typeof BESIDE)[number];
/** Evaluations of a run, at least. */
const EVALUATIONS = 10;
/** Name of the row of the model on found groups. */
const MODEL = 'model on groups';

/** What a comparison is asked for. */
export interface ComparisonRequest {
  /** What all rows have in common: data, steps, number of groups, settings. Settings reach the methods that have them. */
  readonly common: RunRequest;
  /** Names of methods, {@link ALL}, or both: methods that are told the classes are not among all, but may be named beside. */
  readonly methods?: readonly string[] | undefined;
  readonly presets?: readonly string[] | undefined;
  readonly seeds: readonly number[];
  readonly without?: readonly Beside[] | undefined;
  readonly scoring?: Scoring | undefined;
}

/**
 * The plan of a comparison, with its data, opened; settings and selections are checked.
 *
 * @throws a usage error for names that there are not, or are given twice, settings that are not valid, and presets of
 * other data or another number of groups
 */
export async function planComparison(
  request: ComparisonRequest,
  listeners: DataListeners = {},
): Promise<{ readonly plan: ComparisonPlan; readonly dataset: Dataset }> {
  const { common, seeds, without = [], scoring = {}, presets = [] } = request;
  const methods = request.methods ?? (presets.length === 0 ? [ALL] : []);
  if (seeds.length === 0) throw usageError('No seed is given; give whole numbers, such as --seeds 0,1,2.');
  requireOnce('seed', seeds.map(String));
  requireOnce('method', methods);
  requireOnce('preset', presets);
  for (const name of methods) if (name !== ALL) methodNamed(name);
  const named = methods.includes(ALL) ? methodNames() : methods;
  for (const name of presets) presetNamed(name);
  const { dataset, data } = await opened(common, named.length === 0 ? presets[0] : undefined, listeners);
  for (const preset of presets) requireSplit(preset, common, data, dataset);
  // What is told the classes finds none, so a comparison with methods that find them says little.
  const isTold = (name: string) =>
    dataset.labels && !methods.includes(name) && methodNamed(name).supervision === 'required';
  const useful = named.filter((name) => !isTold(name));
  const told = named.filter(isTold).map((name) => ({ name, why: TOLD }));
  await requireReading(scoring, dataset);
  const { settings = {}, ...rest } = { ...common, data };
  const rows: PlannedRow[] = [
    ...useful.map((name) =>
      row(name, 'method', { ...rest, ...harness(common, dataset, data), method: name }),
    ),
    ...presets.map((preset) => row(preset, 'preset', { ...rest, preset })),
    ...(without.includes('model') ? [] : [row(MODEL, 'model', { ...rest, preset: groupedPreset(dataset) })]),
  ];
  const { kept, leftOut } = suited(withSettings(rows, settings), dataset, methods.includes(ALL));
  const plan: ComparisonPlan = {
    version: VERSION,
    data: common.data?.name ?? data.name,
    fingerprint: dataset.fingerprint,
    seeds,
    baselines: !without.includes('baselines'),
    reference: (kept.find(({ name }) => name === RUN_DEFAULTS.method) ?? kept[0]!).name,
    scoring: Object.fromEntries(Object.entries(scoring).filter(([, value]) => value !== undefined)),
    rows: kept.map(withCurve),
    ...(told.length + leftOut.length > 0 && { leftOut: [...told, ...leftOut] }),
  };
  return { plan, dataset };
}

/** Why methods that learn from labels are not compared unless they are named. */
const TOLD = 'They are told the classes that score the others; name them in --methods to compare them.';

/** The data of all rows, opened: with the selection of the preset where there are presets only. */
async function opened(
  { data, batch, components = 1 }: RunRequest,
  preset: string | undefined,
  listeners: DataListeners,
): Promise<{ readonly dataset: Dataset; readonly data: RunConfig['data'] }> {
  // The number of groups changes nothing in the data.
  const { dataset, run } = await prepareRun(
    { data: data ?? {}, preset, ...(batch !== undefined && { batch }), components },
    listeners,
  );
  return { dataset, data: run.data };
}

/** The data of a plan, opened again. @throws a MixturaError where they have changed */
export async function openPlanned(plan: ComparisonPlan, listeners: DataListeners): Promise<Dataset> {
  const { data = {}, preset, batch } = plan.rows[0]!.request;
  const { dataset } = await prepareRun(
    { data, preset, ...(batch !== undefined && { batch }), components: 1 },
    listeners,
  );
  if (plan.fingerprint === undefined || plan.fingerprint === dataset.fingerprint) return dataset;
  throw new MixturaError(
    `The data ${plan.data} have changed since the comparison began; put the old data back, or begin another comparison.`,
  );
}

/** A row with so many evaluations that there is a learning curve, whatever its steps; they change no bit of the run. */
function withCurve(one: PlannedRow): PlannedRow {
  if (one.request.evaluateEvery !== undefined) return one;
  const steps =
    one.request.steps ?? presetNamed(one.request.preset ?? defaultOf(one)).steps ?? RUN_DEFAULTS.steps;
  const evaluateEvery = Math.min(RUN_DEFAULTS.evaluateEvery, Math.max(1, Math.ceil(steps / EVALUATIONS)));
  return { ...one, request: { ...one.request, evaluateEvery } };
}

/** The preset that the data of a row have by default. */
function defaultOf({ request }: PlannedRow): string {
  return chosenPreset(request).name;
}

/** What methods have in common: the preset of the data, without looking for groups first. */
function harness({ data = {} }: RunRequest, dataset: Dataset, opened: RunConfig['data']): RunRequest {
  const plain = plainPreset(data, dataset);
  const made = presetNamed(plain).data?.name;
  // A set that shares the preset of another one (a wider ring, say) has it by default only.
  if (made !== undefined && made !== opened.name) {
    return { data: { ...data, ...(data.name !== undefined && { name: absoluteName(data.name) }) } };
  }
  return { preset: plain, data: opened };
}

function row(name: string, kind: PlannedRow['kind'], request: RunRequest): PlannedRow {
  return { name, kind, request };
}

/** @throws a usage error for a preset of another selection of the data, or of another number of groups. */
function requireSplit(
  name: string,
  { components, data: asked = {} }: RunRequest,
  data: RunConfig['data'],
  dataset: Dataset,
): void {
  const made = presetNamed(name).data?.name;
  if (made === undefined) return;
  const own = resolveRequest({ preset: name, data: { name: data.name } }, settingsOf).data;
  const chosen = [asked.classes, asked.ratio, asked.groups].some((one) => one !== undefined);
  const same = (['classes', 'ratio', 'groups'] as const).every((key) => own[key] === data[key]);
  if (!same && !chosen) {
    throw usageError(
      `The preset ${name} is made for ${selectionWords(own)}, and the data are ${selectionWords(data)}; compare presets of one data set.`,
    );
  }
  const classes = classCounts(dataset)?.length;
  if (components === undefined || classes === undefined || components === classes) return;
  throw usageError(
    `The split of the preset ${name} has ${classes} classes, and --components is ${components}; leave out --components.`,
  );
}

/** Every row with those of the settings that its method has. @throws a usage error for a setting that no row has, or a bad value */
function withSettings(
  rows: readonly PlannedRow[],
  settings: Readonly<Record<string, unknown>>,
): PlannedRow[] {
  const shapeOf = ({ request }: PlannedRow) => {
    const preset = request.preset === undefined ? undefined : presetNamed(request.preset);
    return settingsOf(request.method ?? preset?.method ?? RUN_DEFAULTS.method).shape;
  };
  const known = [...new Set(rows.flatMap((one) => Object.keys(shapeOf(one))))];
  const wrong = Object.keys(settings).find((key) => !known.includes(key));
  if (wrong !== undefined) {
    throw usageError(
      `None of the methods has a setting '${wrong}'${didYouMean(wrong, known)}; choose of ${known.sort().join(', ')}.`,
    );
  }
  return rows.map((one) => {
    const own = Object.fromEntries(
      Object.entries(settings).filter(([key]) => Object.hasOwn(shapeOf(one), key)),
    );
    if (Object.keys(own).length === 0) return one;
    const request = { ...one.request, settings: own };
    resolveRequest(request, settingsOf);
    return { ...one, request };
  });
}

/**
 * The rows that are compared. Of every method those that cannot be trained on the data are left out; one that was asked
 * for by its name stays, as a row that fails.
 *
 * @throws the sentence of the first method or preset where none of them can start, or of every method none that learns groups
 */
function suited(
  rows: readonly PlannedRow[],
  dataset: Dataset,
  all: boolean,
): { readonly kept: readonly PlannedRow[]; readonly leftOut: readonly LeftOut[] } {
  const failed = new Map<PlannedRow, MixturaError>();
  for (const one of rows) {
    try {
      requireModel(prepareWith(one.request, dataset));
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      failed.set(one, cause);
    }
  }
  const asked = rows.filter(({ kind }) => kind !== 'model');
  const [first] = failed.values();
  const learning = asked.filter(({ kind, name }) => kind !== 'method' || !methodNamed(name).groupless);
  const needed = [all ? learning : [], asked, rows].find((some) => some.length > 0)!;
  if (first && needed.every((one) => failed.has(one))) throw first;
  const isOut = (one: PlannedRow) => all && one.kind === 'method' && failed.has(one);
  return {
    kept: rows.filter((one) => !isOut(one)),
    leftOut: rows.filter(isOut).map((one) => ({ name: one.name, why: failed.get(one)!.message })),
  };
}

/** @throws a MixturaError for a feature network that is not there, or that cannot read the data: a row of them is read */
async function requireReading(scoring: Scoring, dataset: Dataset): Promise<void> {
  if (scoring.features === undefined) return;
  const { network } = await chooseFeatures(dataset.name, dataset, scoring);
  try {
    await network?.features(subsetOf(dataset, Uint32Array.of(0)));
  } finally {
    await network?.close();
  }
}

/** @throws a usage error for a name that is given twice. */
function requireOnce(what: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return;
  throw usageError(`The ${what} ${twice} is given twice; give each ${what} once.`);
}

const settingsOf = (name: string) => methodNamed(name).settings;
