/** @file What exported files say of themselves: the units of their inputs and outputs, their columns, their groups. */

import type { ResolvedRun } from '../../config/schema.js';
import { type ColumnCoding, codedWidth } from '../../data/coding.js';
import type { ModelDocumentation } from '../../graph/onnx/file.js';
import { methodNamed } from '../../methods/index.js';
import type { Inference } from '../../train/inference.js';
import { VERSION } from '../../version.js';
import { readGroups, sizesWord } from '../groups.js';
import type { TrainedRun } from '../trained.js';
import { fileShape } from './transformation.js';

type DataFacts = ResolvedRun['dataset'];

/** What each input and output of the exported files holds, in a sentence. */
export interface ValueDocs {
  readonly inputs: { readonly samples: string; readonly latent: string };
  readonly outputs: { readonly probabilities?: string; readonly features: string; readonly samples: string };
}

/** The groups of a run in the order of their numbers. */
export interface ExportedGroup {
  /** Number of the group, 1..K. */
  readonly group: number;
  readonly component: number;
  readonly name?: string;
  /** Its mixing coefficient. */
  readonly size: number;
}

/** The groups by their numbers, with the names that `groups.json` has. @throws a MixturaError where that is damaged */
export function exportedGroups({ folder, inference }: TrainedRun): ExportedGroup[] {
  return readGroups(folder, inference.prior.mixing).map(({ group, component, name, size }) => ({
    ...{ group, component, size },
    ...(name !== undefined && { name }),
  }));
}

/** The columns of the file in the order in which a row holds them, where the data is a table whose columns are known. */
export function fileColumns({ coding, columns }: DataFacts): readonly ColumnCoding[] | undefined {
  return coding ?? columns?.map((name) => ({ kind: 'number', name }));
}

/** What was done to the values of the file: the first nodes of the graphs that take samples. */
export function transformationOf({ coding, scaling, largestCount, maximum }: DataFacts): object {
  return {
    ...(coding && { coding }),
    ...(scaling && { scaling }),
    ...(largestCount !== undefined && { largestCount }),
    ...(maximum !== undefined && { maximum }),
  };
}

/** What the inputs and outputs hold. */
export function valueDocs(trained: TrainedRun): ValueDocs {
  const { run, inference } = trained;
  const { dataset } = run;
  const { width, components } = inference.prior;
  return {
    inputs: {
      samples: `[N, ${fileShape(dataset).join(', ')}]: ${rowsOf(dataset)}`,
      latent: `[N, ${width}]: draws from the Gaussian of a group, by its mean and covariance in mixture.json`,
    },
    outputs: {
      ...(inference.assigns && {
        probabilities: `[N, ${components}]: column g - 1 is the probability of group g, 1 to ${components}, the largest group first; ${probabilityWords(inference)}`,
      }),
      features: `[N, F]: ${featuresOf(trained)}`,
      samples: `[N, ${dataset.shape.join(', ')}]: ${generatedOf(dataset)}`,
    },
  };
}

/** What the probabilities of a run are worth. */
export function probabilityWords({ calibration, graphs: { labelClasses = [] } }: Inference): string {
  const shared = new Set(Array.from(labelClasses)).size < labelClasses.length;
  const sum = shared ? '; groups of one class share its probability, so sum them before one is chosen' : '';
  const worth = calibration
    ? 'calibrated on samples of the model itself: of those with probability p, about that share is of the group'
    : 'the probabilities rank the groups and are not calibrated';
  return `${worth}${sum}`;
}

/** Rows as they go in. */
function rowsOf(dataset: DataFacts): string {
  const { kind, coding, scaling, largestCount } = dataset;
  if (kind === 'image') return `images (channels, height, width) of values ${imageValues(dataset)}`;
  const order = fileColumns(dataset) ? ' in the order of columns' : '';
  const rows = `rows as the file has them${order}`;
  if (coding) {
    return `${rows}, one number a column: numbers as they are, dates in days since 1970-01-01 UTC, a category by the place of its word among its levels from 0 (the empty word is a missing value), NaN for a missing number or date, and for a word that is no level${roundedTimes(dataset, '; ')}`;
  }
  if (scaling) return `${rows}, in its units; NaN is read as the mean of its column`;
  if (largestCount !== undefined)
    return `${rows}, counts from 0; those above ${largestCount} are read as that`;
  return `${rows}${dataset.maximum === undefined ? '' : `, ${interval(dataset)}`}`;
}

const SECONDS = 86_400;
/** Days since 1970-01-01 of a time of day whose column is not standardised. */
const TODAY = 20_000;

/**
 * What is lost of times of day, in words that follow `before`: float32 holds about 7 digits, and 5 of them are the day.
 * Nothing where no date has a time of day.
 */
export function roundedTimes({ coding = [], scaling }: DataFacts, before = ''): string {
  let [place, step] = [0, 0];
  const names: string[] = [];
  for (const column of coding) {
    if (column.kind === 'date' && column.times) {
      names.push(column.name);
      const day = Math.max(1, Math.abs(scaling?.shift[place] ?? TODAY));
      step = Math.max(step, SECONDS * 2 ** (Math.floor(Math.log2(day)) - 23));
    }
    place += codedWidth(column);
  }
  if (names.length === 0) return '';
  return `${before}times of day in ${names.join(', ')} are rounded to steps of ${Math.ceil(step)} seconds, as a float32 holds a day and no more of its time`;
}

/** Rows as they come out. */
function generatedOf(dataset: DataFacts): string {
  const { kind, coding } = dataset;
  if (kind === 'image') return `new images (channels, height, width) of values ${imageValues(dataset)}`;
  const order = dataset.columns ? ' in the order of dataset.columns' : '';
  if (!coding) return `new rows in the units of the file${order}`;
  return `new rows${order}: numbers in the units of the file, dates in days since 1970-01-01 UTC, and for each level of a category and for what is missing a column near 0 or 1`;
}

function imageValues(dataset: DataFacts): string {
  if (dataset.maximum !== undefined) return `${interval(dataset)}, as the data's files have them`;
  return { unit: '0 to 1', signed: '-1 to 1', real: 'as the data have them' }[dataset.range];
}

function interval({ range, maximum = 1 }: DataFacts): string {
  return `${range === 'unit' ? '0' : -maximum} to ${maximum}`;
}

/** A method without an encoder gives the features of its critic. */
function featuresOf({ run, inference }: TrainedRun): string {
  switch (inference.graphs.protocol) {
    case 'kmeans-encoder':
      return 'outputs of the encoder';
    case 'kmeans-critic':
      return `values of the critic's penultimate layer, as ${methodNamed(run.method).title} has no encoder`;
    default:
      return 'the features that k-means clusters';
  }
}

/** What an ONNX file of this run says of itself: of the model, and of its one input and output. */
export function documentationOf(
  trained: TrainedRun,
  what: string,
  values: Readonly<Record<string, string>>,
): ModelDocumentation {
  const { run, step } = trained;
  const { title } = methodNamed(run.method);
  const groups = exportedGroups(trained).map(
    ({ group, name, size }) => `${group}${name === undefined ? '' : ` (${name})`} ${percent(size)}`,
  );
  const sizes = groups.length > 1 ? ` Groups by ${sizesWord(run)} size: ${groups.join(', ')}.` : '';
  return {
    producerVersion: VERSION,
    model: `${what}. ${title}, ${step} steps on ${run.dataset.name}.${sizes}`,
    values,
  };
}

/** A share as a percentage, such as `12.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The names of the columns in order, with what a number in each means, where they are known. */
export function columnList(columns: readonly ColumnCoding[] | undefined): string {
  if (!columns) return '';
  const words = columns.map((column, at) => {
    if (column.kind !== 'category') return `${at} ${column.name}${column.kind === 'date' ? ' (date)' : ''}`;
    const levels = column.levels.map((word, level) => `${level} = ${word === '' ? 'missing' : word}`);
    return `${at} ${column.name} (${levels.join(', ')})`;
  });
  return `. Columns: ${words.join('; ')}`;
}

/** The metadata of every file: what it was made from, and how its rows are read. */
export function metadataOf({ run, step }: TrainedRun): Record<string, string> {
  const { dataset } = run;
  const columns = fileColumns(dataset);
  return {
    version: VERSION,
    method: run.method,
    data: dataset.name,
    fingerprint: dataset.fingerprint,
    step: String(step),
    ...(columns && { columns: JSON.stringify(columns.map(({ name }) => name)) }),
    transformation: JSON.stringify(transformationOf(dataset)),
  };
}

/** The content of mixture.json: how latents are drawn, the groups in order, the columns, and what goes in and out. */
export function mixtureOf(trained: TrainedRun): object {
  const { run, step, inference } = trained;
  const { components, width, means, covariances } = inference.prior;
  const groups = exportedGroups(trained);
  const order = groups.map(({ component }) => component);
  const inOrder = <T>(all: readonly T[]) => order.map((component) => all[component]!);
  const named = groups.some(({ name }) => name !== undefined);
  const columns = fileColumns(run.dataset);
  return {
    version: VERSION,
    method: run.method,
    seed: run.seed,
    step,
    components,
    width,
    group: groups.map(({ group }) => group),
    ...(named && { names: groups.map(({ name }) => name ?? null) }),
    mixing: groups.map(({ size }) => size),
    means: inOrder(rows(means, width)),
    covariances: inOrder(rows(covariances, width * width).map((matrix) => rows(matrix, width))),
    dataset: run.dataset,
    ...(columns && { columns }),
    ...valueDocs(trained),
  };
}

function rows(values: ArrayLike<number>, length: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / length }, (_, i) => all.slice(i * length, (i + 1) * length));
}
