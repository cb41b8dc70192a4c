/** @file Published values by data, method and metric, and which of them corresponds to a metric of ours. */
import { type MetricParts, RAW, withoutRejection } from './metric.js';
import {
  GM_GAN_CLUSTERING,
  SLOGAN_METHODS,
  SLOGAN_TABLE_6,
  SLOGAN_TABLE_7,
  SLOGAN_TABLE_9,
  SLOGAN_TABLE_10,
} from './published-tables.js';

/** The metrics of the papers' tables. */
export type PublishedMetric = 'NMI' | 'ACC' | 'FID' | 'ICFID';

/** One cell of a paper's table. */
export interface PublishedCell {
  /** The paper's name of the data: `MNIST-2 (7:3)`. */
  readonly data: string;
  /** The paper's name of the method: `SLOGAN`. */
  readonly method: string;
  /** The difference from the method's own settings, in words: `w/o U2C`. */
  readonly variant?: string;
  /** Settings of a run that has this variant. */
  readonly settings?: Readonly<Record<string, number>>;
  readonly metric: PublishedMetric;
  readonly mean: number;
  /** Deviation over runs, where the paper prints one. */
  readonly deviation?: number;
  /** The cell as it is printed: `0.92±0.05`. */
  readonly text: string;
  /** Paper and table. */
  readonly source: string;
}

/** Facts of a run by which its cell is found. */
export interface PublishedQuery {
  /** Name of the whole data set: `mnist`. */
  readonly base: string;
  readonly classNames: readonly string[];
  /** Training data of each class. */
  readonly classCounts: ArrayLike<number>;
  /** Name of the method: `slogan`. */
  readonly method: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The scale of SLOGAN's main table. */
const MAIN_SCALE = '4';

/** Every cell of SLOGAN's Tables 6, 7, 10 and 9 (without U2C; its other rows repeat 6 and 7), and of GM-GAN's clustering. */
export const publishedCells: readonly PublishedCell[] = [
  ...sloganTable(SLOGAN_TABLE_6, 'SLOGAN Table 6'),
  ...sloganTable(SLOGAN_TABLE_7, 'SLOGAN Table 7'),
  ...sloganWithoutU2C(),
  ...sloganScales(),
  ...gmGanClustering(),
];

/** The data sets of the tables that runs can have: whole set, classes if only some, and shares. */
const KNOWN: readonly {
  readonly data: readonly string[];
  readonly base?: string;
  readonly names?: readonly string[];
  readonly counts: readonly number[];
}[] = [
  {
    data: ['MNIST'],
    base: 'mnist',
    counts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  },
  { data: ['MNIST-2 (7:3)'], base: 'mnist', names: ['0', '4'], counts: [7, 3] },
  { data: ['FMNIST', 'Fashion-MNIST'], base: 'fashion-mnist', counts: new Array<number>(10).fill(1) },
  {
    data: ['FMNIST-5'],
    base: 'fashion-mnist',
    names: [
      'Trouser',
      'Bag',
      'T-shirt/top + Dress',
      'Pullover + Coat + Shirt',
      'Sandal + Sneaker + Ankle boot',
    ],
    counts: [1, 1, 2, 3, 3],
  },
  { data: ['CIFAR-10'], base: 'cifar-10', counts: new Array<number>(10).fill(1) },
  { data: ['CIFAR-2'], base: 'cifar-10', names: ['frog', 'airplane'], counts: [1, 1] },
  { data: ['CIFAR-2 (7:3)'], base: 'cifar-10', names: ['frog', 'airplane'], counts: [7, 3] },
  { data: ['CIFAR-2 (9:1)'], base: 'cifar-10', names: ['frog', 'airplane'], counts: [9, 1] },
  { data: ['10x_73k'], counts: [10085, 2612, 9232, 8385, 10224, 11953, 10479, 10263] },
];

/** Shares that differ by less are the same: sizes are rounded down. */
const SHARE_TOLERANCE = 0.002;

/** The papers' names of these data; empty where their tables do not have them. */
export function publishedData(
  query: Pick<PublishedQuery, 'base' | 'classNames' | 'classCounts'>,
): readonly string[] {
  const found = KNOWN.find(({ base, names, counts }) => {
    if (base !== undefined && base !== query.base) return false;
    const keys = names === undefined ? counts.map(() => '') : names;
    const own = names === undefined ? Array.from(query.classCounts, () => '') : query.classNames;
    const [wanted, had] = [shares(keys, counts), shares(own, query.classCounts)];
    return (
      wanted.length === had.length &&
      wanted.every(([name, share], i) => {
        const [ownName, ownShare] = had[i]!;
        return name === ownName && Math.abs(share - ownShare) < SHARE_TOLERANCE;
      })
    );
  });
  return found?.data ?? [];
}

/**
 * The cell that corresponds to a metric of a run, if the papers have one: of the same data, method and variant.
 *
 * NMI of SLOGAN's tables is that of k-means on the method's features; ACC and NMI of GM-GAN's are those of the
 * method's own clusters. FID and ICFID correspond to Frechet distances of any feature network, to compare their order
 * only: the papers do not name their networks.
 */
export function publishedCell(query: PublishedQuery, metric: MetricParts): PublishedCell | undefined {
  const wanted = paperMetric(metric);
  if (!wanted) return undefined;
  const data = publishedData(query);
  const candidates = publishedCells.filter(
    (cell) =>
      data.includes(cell.data) &&
      cell.metric === wanted.metric &&
      wanted.source.test(cell.source) &&
      letters(cell.method) === letters(query.method) &&
      Object.entries(cell.settings ?? {}).every(([key, value]) => query.settings[key] === value),
  );
  // The variant with the most settings in common with the run.
  const said = (cell: PublishedCell) => Object.keys(cell.settings ?? {}).length;
  return candidates.sort((a, b) => said(b) - said(a))[0];
}

/** The letters of a name: `CD-GAN` and `cdgan` are the same, as are `DeLiGAN+` and `deligan-plus`. */
function letters(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('+', 'plus')
    .replaceAll(/[^a-z0-9*]/g, '');
}

/** Whether a published value was computed from the same features as ours: Frechet distances of the papers were not. */
export function sameFeatures({ metric }: PublishedCell): boolean {
  return metric === 'NMI' || metric === 'ACC';
}

/** The column of a paper's table that a metric of ours corresponds to. */
function paperMetric({
  metric,
  protocol,
}: MetricParts): { metric: PublishedMetric; source: RegExp } | undefined {
  if (metric === 'nmi' && protocol.startsWith('kmeans-')) return { metric: 'NMI', source: /^SLOGAN/ };
  if (metric === 'nmi' && protocol === 'assign') return { metric: 'NMI', source: /^GM-GAN/ };
  if (metric === 'acc' && protocol === 'assign') return { metric: 'ACC', source: /^GM-GAN/ };
  if (withoutRejection(protocol) === RAW) return undefined;
  if (metric === 'fd') return { metric: 'FID', source: /^SLOGAN/ };
  if (metric === 'icfid') return { metric: 'ICFID', source: /^SLOGAN/ };
  return undefined;
}

/** Names (parts of merged ones sorted) with their share of the whole, in a fixed order. */
function shares(names: readonly string[], counts: ArrayLike<number>): (readonly [string, number])[] {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  return names
    .map((name, k) => [name.split(' + ').sort().join(' + '), counts[k]! / total] as const)
    .sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
}

function rowsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
}

/** Of "0.92±0.05" or "0.92"; nothing for "N/A" and "-". */
function cell(parts: Omit<PublishedCell, 'mean' | 'deviation' | 'text'>, text: string): PublishedCell[] {
  if (text === 'N/A' || text === '-') return [];
  const [mean, deviation] = text.split('±').map(Number);
  return [{ ...parts, mean: mean!, ...(deviation !== undefined && { deviation }), text }];
}

function sloganTable(table: string, source: string): PublishedCell[] {
  const methods = SLOGAN_METHODS.split('|');
  return rowsOf(table).flatMap(([data, metric, ...values]) =>
    values.flatMap((text, i) =>
      cell({ data: data!, method: methods[i]!, metric: metric as PublishedMetric, source }, text),
    ),
  );
}

function sloganWithoutU2C(): PublishedCell[] {
  const columns: readonly PublishedMetric[] = ['NMI', 'FID', 'ICFID'];
  return rowsOf(SLOGAN_TABLE_9)
    .filter(([, variant]) => variant === 'w/o U2C')
    .flatMap(([data, variant, ...values]) =>
      columns.flatMap((metric, i) => {
        const own = { variant: variant!, settings: { lambda: 0 }, source: 'SLOGAN Table 9' };
        return cell({ data: data!, method: 'SLOGAN', metric, ...own }, values[i]!);
      }),
    );
}

/** Only runs with the paper's other settings are runs of this table; those of the main scale are SLOGAN itself. */
function sloganScales(): PublishedCell[] {
  const [[, ...scales], [, ...values]] = rowsOf(SLOGAN_TABLE_10) as [string[], string[]];
  return scales.flatMap((s, i) => {
    const settings = { scale: Number(s), margin: 0.5, lambda: 4 };
    const own = { variant: `s = ${s}`, source: 'SLOGAN Table 10', ...(s !== MAIN_SCALE && { settings }) };
    return cell({ data: 'MNIST-2 (7:3)', method: 'SLOGAN', metric: 'ICFID', ...own }, values[i]!);
  });
}

function gmGanClustering(): PublishedCell[] {
  const source = 'GM-GAN, clustering table';
  return rowsOf(GM_GAN_CLUSTERING).flatMap(([data, method, accuracy, information]) => [
    ...cell({ data: data!, method: method!, metric: 'ACC', source }, accuracy!),
    ...cell({ data: data!, method: method!, metric: 'NMI', source }, information!),
  ]);
}
