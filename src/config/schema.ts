/** @file What a run is: one schema for types, validation, `config.json`, and the command line. */
import { z } from 'zod';
import type { ColumnCoding } from '../data/coding.js';
import type { ColumnValues } from '../data/column-values.js';
import { LABEL_DRAWS } from '../data/labels/training-labels.js';
import { DEVICES, type DeviceName } from '../engine/devices.js';

const wholeNumber = z.int().min(0);

/**
 * Marks of a setting, given by `.meta()`, that shared code reads instead of lists of names:
 * `execution` is how a run is executed, not what it computes: it may differ when a run goes on. It leaves the results
 * the same bits, or changes their rounding.
 * `lower` is a rate to be lowered where training diverges.
 * `own`, of a method's whole schema, says that its settings are those of its authors: presets of other methods give it
 * none, and its own give none to others.
 */
export interface SettingMarks {
  readonly execution?: 'same bits' | 'rounding';
  readonly lower?: true;
  readonly own?: true;
}

/** Whether a schema as a whole bears the mark `own`. */
export function isOwn(schema: z.ZodObject): boolean {
  return z.globalRegistry.get(schema)?.own === true;
}

/** Names of the settings of a schema that bear this mark. */
export function settingsMarked<Mark extends keyof SettingMarks>(
  { shape }: z.ZodObject,
  mark: Mark,
  value: SettingMarks[Mark],
): string[] {
  return Object.entries(shape)
    .filter(([, schema]) => z.globalRegistry.get(schema)?.[mark] === value)
    .map(([key]) => key);
}

const SAME_BITS = { execution: 'same bits' } satisfies SettingMarks;
const ROUNDING = { execution: 'rounding' } satisfies SettingMarks;

/** The data of a run, as the user names it. */
export const dataSchema = z.strictObject({
  name: z.string().describe('name of a data set, or path of a file'),
  classes: z.string().optional().describe('classes to keep, such as 0,4'),
  ratio: z.string().optional().describe('sizes of the kept classes, such as 7:3'),
  groups: z.string().optional().describe('classes merged into groups, such as 1;8;0,3'),
  label: z.string().optional().describe('label column of a table'),
  key: z.string().optional().describe('array of an NPZ or HDF5 file, matrix of an AnnData file'),
  transpose: z.boolean().optional().describe('whether the columns of a table are the samples'),
  header: z.enum(['yes', 'no']).optional().describe('whether the first line of a text table holds names'),
  id: z.string().optional().describe('column of a table that names its rows'),
  drop: z.string().optional().describe('columns of a table that are left out, such as a,b'),
  keep: z
    .string()
    .optional()
    .describe('columns that are no measurements and go with their rows, such as a,b'),
  delimiter: z.string().optional().describe('what parts the cells of a text table, such as ; or tab'),
  decimal: z.enum([',', '.']).optional().describe('decimal mark of a text table'),
  missing: z
    .enum(['median', 'refuse', 'drop-rows'])
    .optional()
    .describe('missing values of a table: at the median (default), refused, or their rows left out'),
  categories: z
    .int()
    .min(1)
    .optional()
    .describe('words of a column of words that get a column each, the most frequent ones (default 20)'),
  counts: z
    .boolean()
    .optional()
    .describe('whether a table holds counts, read as log2(x + 1) over its largest'),
  size: z.string().optional().describe('size of images, such as 32 or 48x32 (width x height)'),
  crop: z
    .enum(['center', 'none'])
    .optional()
    .describe('before resizing: keep the middle of the wanted proportions (default), or stretch all'),
  color: z.enum(['grey', 'color']).optional().describe('images as grey or colour (default: grey if all are)'),
  background: z
    .string()
    .optional()
    .describe('what transparent parts of images are laid on: white, black or #rrggbb'),
  subsetSeed: wholeNumber.default(0).describe('seed of the subset, apart from the seed of training'),
});

/** A run as it is asked for; its keys are the settings of the run. */
export const runSchema = z.strictObject({
  method: z.string(),
  data: dataSchema,
  components: z.int().min(1).optional().describe('number of groups K (default: number of classes, if known)'),
  auto: z.boolean().optional().describe('whether the number of groups is found in the data'),
  encoder: z
    .strictObject({
      file: z.string().describe('ONNX file of the encoder'),
      input: z.string().optional().describe('how it reads its input, such as range=0..1,size=224'),
    })
    .optional()
    .describe('a pretrained encoder, in whose features groups are looked for'),
  probes: z
    .string()
    .optional()
    .describe(
      'marked examples of groups: a CSV of rows and groups, or a folder with a sub-folder of images for each',
    ),
  steps: z.int().min(1),
  horizon: z.int().min(1).optional().describe('step at which the decays end (default: steps)'),
  batch: z.int().min(2),
  seed: wholeNumber,
  threads: z.int().min(1).meta(SAME_BITS),
  device: z.enum(DEVICES).optional().describe('where the training step runs (default: cpu)').meta(ROUNDING),
  labels: z
    .string()
    .optional()
    .describe(
      'labels that training may see, of a method that learns from some: all (default), a share such as 1%, a number of rows such as 50, a CSV file, or a column',
    ),
  labelDraw: z
    .enum(LABEL_DRAWS)
    .optional()
    .describe(
      'how a share or a number of labels is drawn: of each class alike (balanced, default), or random',
    ),
  labelSeed: wholeNumber
    .optional()
    .describe('seed of that draw, apart from the seed of training (default: 0)'),
  untilCalm: z
    .boolean()
    .optional()
    .describe('whether training ends when the groups have been calm for three evaluations (default: no)'),
  evaluateEvery: z.int().min(1).meta(SAME_BITS),
  checkpointEvery: z.int().min(1).meta(SAME_BITS),
  keepCheckpoints: z.int().min(1).meta(SAME_BITS),
  settings: z.record(z.string(), z.unknown()).describe("the method's own settings"),
});

/** The data of a run, defaults filled in. */
export type DataConfig = z.output<typeof dataSchema>;
/** A run as it is asked for, defaults filled in. */
export type RunConfig = z.output<typeof runSchema>;

/** The device of a run: `cpu` where its config does not name one, as in runs of the first versions. */
export function deviceOf({ device = 'cpu' }: Pick<RunConfig, 'device'>): DeviceName {
  return device;
}

/** A run whose data has been opened and whose method's settings are complete: the content of `config.json`. */
export interface ResolvedRun extends RunConfig {
  /** Version of Mixtura that resolved the run. */
  readonly version: string;
  /** Number of groups K. */
  readonly components: number;
  /** Step at which the decays end. */
  readonly horizon: number;
  /** What was changed on the way, a sentence each: then the settings alone do not make the run again. */
  readonly changes?: readonly string[];
  /** Facts of the data as it was opened, by which it is recognised and its values are read back. */
  readonly dataset: {
    readonly name: string;
    readonly source: string;
    readonly count: number;
    readonly shape: readonly number[];
    readonly kind: 'image' | 'points' | 'table';
    readonly range: 'unit' | 'signed' | 'real';
    readonly fingerprint: string;
    /** Number of classes of the labels, where the method learns from labels. */
    readonly classes?: number;
    /** Names of the classes that training is told of. */
    readonly classNames?: readonly string[];
    /** Fingerprint of the labels that training sees. */
    readonly labels?: string;
    /** Fingerprint of the encoder in whose features groups are looked for. */
    readonly encoder?: string;
    readonly maximum?: number;
    readonly scaling?: { readonly shift: readonly number[]; readonly scale: readonly number[] };
    readonly largestCount?: number;
    /** What transparent parts of images were laid on, where there are some. */
    readonly background?: string;
    /** How the columns of a table's file became columns of numbers. */
    readonly coding?: readonly ColumnCoding[];
    /** Names of the columns of a table, where it has some. */
    readonly columns?: readonly string[];
    /** What values the columns of a table's file hold, so that samples hold such values too. */
    readonly columnValues?: readonly ColumnValues[];
    /** Version of the rules by which files were read; runs of version 0.1.0 have none. */
    readonly reading?: 2;
  };
}

/** Settings of a run where neither preset nor request gives them. */
export const RUN_DEFAULTS = {
  method: 'slogan',
  steps: 10_000,
  batch: 64,
  seed: 0,
  threads: 2,
  device: 'cpu',
  evaluateEvery: 500,
  checkpointEvery: 1000,
  keepCheckpoints: 3,
} as const;

/** Whether a config is one that `train` wrote: a request that the schema knows, and the facts of the data. */
export function isResolvedRun(config: unknown): config is ResolvedRun {
  if (typeof config !== 'object' || config === null) return false;
  const { version, dataset, changes = [], ...request } = config as Partial<ResolvedRun>;
  return (
    typeof version === 'string' &&
    typeof dataset?.fingerprint === 'string' &&
    Array.isArray(changes) &&
    runSchema.safeParse(request).success
  );
}
