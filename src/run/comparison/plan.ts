/** @file What a comparison trains: rows (a method or a preset each) by seeds on one data set, as plain data in its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../atomic-file.js';
import { groupedPreset, plainPreset } from '../../config/plain-presets.js';
import { requestOfContent } from '../../config/request.js';
import { presetNamed, type RunRequest, resolveRequest } from '../../config/resolve.js';
import { RUN_DEFAULTS, type RunConfig } from '../../config/schema.js';
import { classCounts, type Dataset } from '../../data/dataset.js';
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import { methodNamed, methodNames } from '../../methods/index.js';
import { VERSION } from '../../version.js';
import { absoluteName, type DataListeners, prepareRun, prepareWith } from '../prepare.js';

/** The word for every method. */
export const ALL = 'all';
/** Rows that stand beside the methods unless they are left out: plain methods, and the model on found groups. */
export const BESIDE = ['baselines', 'model'] as const;
/** One of {@link BESIDE}. */
export type Beside = (typeof BESIDE)[number];
/** Name of the row of the model on found groups. */
const MODEL = 'model on groups';

/** What a comparison is asked for. */
export interface ComparisonRequest {
  /** What all rows have in common: data, steps, number of groups, settings. Settings reach the methods that have them. */
  readonly common: RunRequest;
  /** Names of methods, or {@link ALL}; every method where there are no presets either. */
  readonly methods?: readonly string[] | undefined;
  readonly presets?: readonly string[] | undefined;
  readonly seeds: readonly number[];
  readonly without?: readonly Beside[] | undefined;
  readonly scoring?: Scoring | undefined;
}

/** How generated samples are scored; by default as `mixtura evaluate` does. */
export interface Scoring {
  readonly samples?: number | undefined;
  readonly features?: string | undefined;
  readonly convention?: string | undefined;
}

/** A row of the plan: one request, trained with every seed. */
export interface PlannedRow {
  readonly name: string;
  readonly kind: 'method' | 'preset' | 'model';
  readonly request: RunRequest;
}

/** Content of `plan.json`. */
export interface ComparisonPlan {
  readonly version: string;
  /** Name of the data, as it was given. */
  readonly data: string;
  readonly seeds: readonly number[];
  /** Whether plain methods stand beside the trained ones. */
  readonly baselines: boolean;
  /** The row that the others are compared with. */
  readonly reference: string;
  readonly scoring: Scoring;
  readonly rows: readonly PlannedRow[];
}

/** One run of a plan. */
export interface Cell {
  readonly row: PlannedRow;
  readonly seed: number;
}

const planSchema = z.strictObject({
  version: z.string(),
  data: z.string(),
  seeds: z.array(z.int().min(0)).min(1),
  baselines: z.boolean(),
  reference: z.string(),
  scoring: z.strictObject({
    samples: z.int().min(2).optional(),
    features: z.string().optional(),
    convention: z.string().optional(),
  }),
  rows: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['method', 'preset', 'model']),
        request: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
});

/** The cells in the order in which they are trained: every row with the first seed, then with the next. */
export function cellsOf({ rows, seeds }: Pick<ComparisonPlan, 'rows' | 'seeds'>): Cell[] {
  return seeds.flatMap((seed) => rows.map((row) => ({ row, seed })));
}

/** Name of a cell in file names. */
export function cellName({ row, seed }: Cell): string {
  return `${row.name.replaceAll(' ', '-')}-seed-${seed}`;
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
  const named = methods.includes(ALL) ? methodNames() : methods.map((name) => methodNamed(name).name);
  for (const name of presets) presetNamed(name);
  const { dataset, data } = await opened(common, named.length === 0 ? presets[0] : undefined, listeners);
  for (const preset of presets) requireSplit(preset, common, data, dataset);
  const useful = named.filter(
    (name) => !methods.includes(ALL) || dataset.labels || methodNamed(name).supervision !== 'required',
  );
  const { settings = {}, ...rest } = { ...common, data };
  const rows: PlannedRow[] = [
    ...useful.map((name) =>
      row(name, 'method', { ...rest, ...harness(common, dataset, data), method: name }),
    ),
    ...presets.map((preset) => row(preset, 'preset', { ...rest, preset })),
    ...(without.includes('model') ? [] : [row(MODEL, 'model', { ...rest, preset: groupedPreset(dataset) })]),
  ];
  const plan: ComparisonPlan = {
    version: VERSION,
    data: common.data?.name ?? data.name,
    seeds,
    baselines: !without.includes('baselines'),
    reference: (rows.find(({ name }) => name === RUN_DEFAULTS.method) ?? rows[0]!).name,
    scoring: Object.fromEntries(Object.entries(scoring).filter(([, value]) => value !== undefined)),
    rows: withSettings(rows, settings),
  };
  requireAny(plan.rows, dataset);
  return { plan, dataset };
}

/** The data of all rows, opened: with the selection of the preset where there are presets only. */
async function opened(
  { data, components = 1 }: RunRequest,
  preset: string | undefined,
  listeners: DataListeners,
): Promise<{ readonly dataset: Dataset; readonly data: RunConfig['data'] }> {
  // The number of groups changes nothing in the data.
  const { dataset, run } = await prepareRun({ data: data ?? {}, preset, components }, listeners);
  return { dataset, data: run.data };
}

/** The data of a plan, opened again. */
export async function openPlanned({ rows }: ComparisonPlan, listeners: DataListeners): Promise<Dataset> {
  const { data = {}, preset } = rows[0]!.request;
  return (await prepareRun({ data, preset, components: 1 }, listeners)).dataset;
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

function selectionWords({ name, classes, ratio, groups }: RunConfig['data']): string {
  const parts = [
    classes === undefined ? '' : ` classes ${classes}`,
    groups === undefined ? '' : ` groups ${groups}`,
    ratio === undefined ? '' : ` at ${ratio}`,
  ];
  const words = parts.join('');
  return `${words === '' ? 'all of ' : ''}${name}${words}`;
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

/** @throws the sentence of the first method or preset where none of them can start: it is that of all */
function requireAny(rows: readonly PlannedRow[], dataset: Dataset): void {
  let first: unknown;
  for (const { request, kind } of rows) {
    if (kind === 'model' && first !== undefined) continue;
    try {
      prepareWith(request, dataset);
      return;
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      first ??= cause;
    }
  }
  throw first;
}

/** @throws a usage error for a name that is given twice. */
function requireOnce(what: string, names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return;
  throw usageError(`The ${what} ${twice} is given twice; give each ${what} once.`);
}

const settingsOf = (name: string) => methodNamed(name).settings;

const planFile = (folder: string) => join(folder, 'plan.json');

/** Whether a folder holds a comparison. */
export function isComparison(folder: string): boolean {
  return existsSync(planFile(folder));
}

/** Writes `plan.json`. */
export function writePlan(folder: string, plan: ComparisonPlan): void {
  writeFileAtomic(planFile(folder), `${JSON.stringify(plan, null, 2)}\n`);
}

/** The plan of a folder. @throws a MixturaError where there is none, or it cannot be read */
export function readPlan(folder: string): ComparisonPlan {
  const file = planFile(folder);
  if (!existsSync(file)) {
    throw usageError(
      `${folder} holds no comparison: it has no plan.json; give the folder that 'compare' wrote, or begin one by mixtura compare DATA.`,
    );
  }
  try {
    const { rows, ...plan } = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return {
      ...plan,
      rows: rows.map((one) => ({ ...one, request: requestOfContent(one.request, file) })),
    };
  } catch (cause) {
    if (cause instanceof MixturaError) throw cause;
    throw new MixturaError(
      `${file} is damaged; the runs in ${folder} are whole: score them by mixtura evaluate.`,
      { cause },
    );
  }
}
