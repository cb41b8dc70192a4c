/** @file The labels that training sees: all of the data's, some that are drawn, or those of a file or a column. */
import { basename } from 'node:path';
import { didYouMean } from '../../did-you-mean.js';
import { MixturaError, usageError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { classCounts, type Dataset } from '../dataset.js';
import { encodeLabels } from '../formats/labels.js';
import { balancedRows } from './draw-labelled.js';
import { type Apart, type FoundLabels, isUnlabelled, labelsOfFiles, readLabelFile } from './label-file.js';
import { LABEL_SPECS, type LabelSpec, labelSpec } from './spec.js';

/** The labels that training sees. */
export interface TrainingLabels {
  /** Class of every row, 0..K-1; -1 where training sees none. */
  readonly labels: Int32Array;
  /** Name of each class, K. */
  readonly classNames: readonly string[];
  /** Rows with a label. */
  readonly labelled: number;
  /** Which labels training sees, a sentence. */
  readonly sentence: string;
  /** What should be known of them, a sentence each. */
  readonly notices: readonly string[];
}

/** Ways to draw rows: of each class alike, or whatever comes. */
export const LABEL_DRAWS = ['balanced', 'random'] as const;

/** Which labels are asked for, and how they are drawn. */
export interface LabelRequest {
  /** As {@link labelSpec} reads it; by default all labels of the data. */
  readonly labels?: string | undefined;
  /** How a share or a number of rows is drawn (default `balanced`). */
  readonly labelDraw?: (typeof LABEL_DRAWS)[number] | undefined;
  /** Seed of the draw, apart from that of training (default 0). */
  readonly labelSeed?: number | undefined;
}

/**
 * The labels that training sees; nothing where none are asked for and the data have none.
 *
 * @throws a MixturaError where rows do not exist, or have two labels; where no row, or none of a class, has a label; and where
 * all labels are of one class
 */
export function trainingLabels(dataset: Dataset, request: LabelRequest): TrainingLabels | undefined {
  const { labels: asked, labelDraw, labelSeed = 0 } = request;
  if (asked === undefined && !dataset.labels) return undefined;
  const spec = labelSpec(asked ?? 'all');
  const way = wayOf(spec, request);
  if (spec.kind === 'files') {
    const { words, ...passed } = labelsOfFiles(spec.paths, dataset);
    return withNotices(described(dataset, classesOf(words, dataset), way), passed, dataset);
  }
  if (spec.kind === 'column') {
    const { words, ...passed } = columnWords(dataset, spec.name);
    requireClasses(words, spec.name, dataset.name);
    return withNotices(described(dataset, classesOf(words, dataset), way), passed, dataset);
  }
  const { labels, classNames } = requireLabels(dataset);
  if (spec.kind === 'all') return described(dataset, { labels, classNames }, way);
  const n = spec.kind === 'count' ? spec.count : Math.max(1, Math.round(spec.share * dataset.count));
  const counts = classCounts({ labels, classNames })!;
  requireNumber(n, counts, dataset, asked!);
  const stream = Stream.root(labelSeed).fork('labels');
  const drawn =
    labelDraw === 'random'
      ? new Set(stream.choice(dataset.count, n))
      : balancedRows(labels, counts, n, stream);
  const kept = labels.map((label, row) => (drawn.has(row) ? label : -1));
  return described(dataset, { labels: kept, classNames }, way);
}

/**
 * The labels that a run has kept in a file, as it was asked for them.
 * @throws as {@link trainingLabels} does
 */
export function keptLabels(dataset: Dataset, file: string, request: LabelRequest): TrainingLabels {
  const way = wayOf(labelSpec(request.labels ?? 'all'), request);
  return described(dataset, classesOf(readLabelFile(file, dataset), dataset), way);
}

/** How labels came, as a part of a sentence; nothing where they are all of the data's. */
function wayOf(spec: LabelSpec, { labelDraw, labelSeed = 0 }: LabelRequest): string | undefined {
  if (spec.kind === 'all') return undefined;
  if (spec.kind === 'files') return `from ${spec.paths.map((path) => basename(path)).join(' and ')}`;
  if (spec.kind === 'column') return `from the column ${spec.name}`;
  return `drawn ${labelDraw === 'random' ? 'at random' : 'of each class alike'} with seed ${labelSeed}`;
}

/** How the labels of rows are read in training; nothing where it sees none. */
export function rowLabels(
  known: TrainingLabels | undefined,
): { readonly labels: (rows: ArrayLike<number>) => Int32Array } | undefined {
  return known && { labels: (rows) => Int32Array.from(rows, (row) => known.labels[row]!) };
}

/** Labels and the names of their classes; -1 where a row has none. */
interface Classes {
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
}

function requireLabels({ labels, classNames, name }: Dataset): Classes {
  if (!labels) {
    throw usageError(
      `${name} has no labels that could be drawn; name their column by --label, or give --labels a CSV file of rows and classes.`,
    );
  }
  const classes = labels.reduce((top, label) => Math.max(top, label + 1), classNames?.length ?? 0);
  return { labels, classNames: classNames ?? Array.from({ length: classes }, (_, k) => String(k)) };
}

function requireNumber(n: number, counts: Int32Array, { name, count }: Dataset, asked: string): void {
  if (n > count) {
    throw usageError(`--labels is ${asked}, but ${name} has ${count} rows; give ${count} or less, or all.`);
  }
  if (n < counts.length) {
    const rows = n === 1 ? '1 row' : `${n} rows`;
    throw usageError(
      `--labels is ${asked}, which is ${rows} for ${counts.length} classes; give ${counts.length} or more.`,
    );
  }
}

function columnWords(dataset: Dataset, column: string): Pick<FoundLabels, 'words' | 'unread'> {
  const { name, rows, count } = dataset;
  const kept = rows?.kept?.find((one) => one.name === column);
  if (!kept) throw usageError(`${name} has no column ${column} to be read as labels; give ${LABEL_SPECS}.`);
  const unread = new Map<string, number>();
  const words = Array.from({ length: count }, (_, row) => {
    const word = kept.values[row]!.trim();
    if (!isUnlabelled(word, dataset)) return word;
    if (word !== '') unread.set(word, (unread.get(word) ?? 0) + 1);
    return '';
  });
  return { words, unread };
}

/** Classes that a column may have, however few its rows. */
const FEW_CLASSES = 20;

/** @throws a usage error for a column that holds nearly as many different words as rows: measurements, or names */
function requireClasses(words: readonly string[], column: string, name: string): void {
  const given = words.filter((word) => word !== '');
  const classes = new Set(given).size;
  if (classes <= FEW_CLASSES || 2 * classes <= given.length) return;
  throw usageError(
    `The column ${column} of ${name} has ${classes} different words in ${given.length} rows, which are no classes; name a column of classes by --labels.`,
  );
}

/** The labels with what their reading passed over. */
function withNotices(
  found: TrainingLabels,
  { apart = new Map(), unread }: Pick<FoundLabels, 'unread'> & Partial<Pick<FoundLabels, 'apart'>>,
  { name, classNames }: Dataset,
): TrainingLabels {
  const passed = [...apart].map(
    ([why, n]) => `The labels of ${n === 1 ? '1 row' : `${n} rows`} are not used: ${APART[why]}.`,
  );
  const words = [...unread].map(
    ([word, n]) =>
      `${n === 1 ? '1 row has' : `${n} rows have`} ${word} for a class, which is read as none; if it is one, call it otherwise.`,
  );
  const unknown = classNames ? found.classNames.filter((word) => !classNames.includes(word)) : [];
  const own = unknown
    .slice(0, MOST_NAMED)
    .map(
      (word) =>
        `No class of ${name} is called ${word}${didYouMean(word, classNames!)}; training has it as a class of its own.`,
    );
  const more =
    unknown.length > MOST_NAMED ? [`So it is with ${unknown.length - MOST_NAMED} classes more.`] : [];
  return { ...found, notices: [...passed, ...words, ...own, ...more, ...found.notices] };
}

/** What a row is that a file labels and that is no sample. */
const APART: Readonly<Record<Apart, string>> = {
  unselected: 'they were not selected',
  'held out': 'they are held out, where training never looks',
  'left out': 'they are left out of the data',
};
/** Classes of their own that are named at most. */
const MOST_NAMED = 5;

/** Classes of words: those of the data where all words are names of them, else their own. */
function classesOf(words: readonly string[], { classNames = [] }: Dataset): Classes {
  const present = words.filter((word) => word !== '');
  const index = new Map(classNames.map((name, k) => [name, k]));
  if (present.every((word) => index.has(word))) {
    return { labels: Int32Array.from(words, (word) => index.get(word) ?? -1), classNames };
  }
  const own = encodeLabels(present, 'labels').classNames;
  const at = new Map(own.map((name, k) => [name, k]));
  return { labels: Int32Array.from(words, (word) => at.get(word) ?? -1), classNames: own };
}

/** Looks whether every class has labels, and says which labels these are. */
function described({ name, count }: Dataset, { labels, classNames }: Classes, way?: string): TrainingLabels {
  const counts = new Int32Array(classNames.length);
  for (const label of labels) if (label >= 0) counts[label]! += 1;
  const labelled = counts.reduce((sum, n) => sum + n, 0);
  if (labelled === 0) {
    throw new MixturaError(
      `No row of ${name} has a label that training may see${way === undefined ? '' : ` (${way})`}; give some rows their class.`,
    );
  }
  const without = classNames.filter((_, k) => counts[k] === 0);
  if (without.length > 0) {
    const [which, have] =
      without.length === 1 ? [`class ${without[0]}`, 'has'] : [`classes ${without.join(', ')}`, 'have'];
    throw new MixturaError(
      `Of the ${labelled} labelled rows of ${name} ${which} ${have} none${way === undefined ? '' : ` (${way})`}; label one of each class, or choose classes by --classes.`,
    );
  }
  if (classNames.length === 1) {
    throw new MixturaError(
      `All labels of ${name} are of class ${classNames[0]}; give labels of two classes or more.`,
    );
  }
  const all = labelled === count;
  const figure = (n: number) => n.toLocaleString('en-US');
  const rows = all ? `all ${figure(count)} rows` : `${figure(labelled)} of ${figure(count)} rows`;
  const single = classNames.filter((_, k) => counts[k] === 1);
  return {
    ...{ labels, classNames, labelled },
    sentence: `Training sees the labels of ${rows}${way === undefined ? '' : `, ${way}`}.`,
    notices: single.length === 0 ? [] : [singleNotice(single)],
  };
}

function singleNotice(single: readonly string[]): string {
  const [which, have] = single.length === 1 ? ['Class', 'has'] : ['Classes', 'have'];
  return `${which} ${single.join(', ')} ${have} one labelled row${single.length === 1 ? '' : ' each'}, so what is generated of ${single.length === 1 ? 'it' : 'them'} rests on that alone; label more.`;
}
