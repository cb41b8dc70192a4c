/** @file The columns of a comparison: which score of a row stands in each, and what it is called. */
import { type MetricParts, protocols, RAW, withoutRejection } from '../../metrics/metric.js';
import { metrics } from '../../metrics/metric-table.js';
import {
  COLUMN_KEYS,
  type ColumnKey,
  type ComparisonColumn,
  type ComparisonRow,
} from '../../report/comparison/page-data.js';

/** Groups of these protocols are those that a method gives the data itself, best first. */
const OWN = ['assign', 'found'];
const KMEANS = 'kmeans-';

/** Where groups come from, in few words. */
export function groupsWords(protocol: string): string {
  if (OWN.includes(protocol)) return 'own groups';
  return protocol.replace(/^kmeans-/, 'k-means of the ');
}

/** The score of every column that a row has: groups on the training data, generated samples beside held-out data. */
export function pickColumns<T extends MetricParts>(scores: readonly T[]): Partial<Record<ColumnKey, T>> {
  const groups = scores.filter(({ split, count }) => split === 'train' && count === undefined);
  const protocol =
    OWN.find((own) => groups.some((one) => one.metric === 'nmi' && one.protocol === own)) ??
    groups.find((one) => one.metric === 'nmi' && one.protocol.startsWith(KMEANS))?.protocol;
  const by = (metric: MetricParts['metric']) =>
    groups.find((one) => one.metric === metric && one.protocol === protocol);
  const generated = (metric: MetricParts['metric']) => {
    const own = scores.filter((one) => one.metric === metric && one.count !== undefined);
    return own.find(({ split }) => split === 'test') ?? own[0];
  };
  const picked = {
    nmi: by('nmi'),
    nmiKmeans: groups.find((one) => one.metric === 'nmi' && one.protocol.startsWith(KMEANS)),
    ari: by('ari'),
    acc: by('acc'),
    sizeError: by('size-error'),
    modes: scores.find(({ metric }) => metric === 'modes'),
    fd: generated('fd'),
    icfid: generated('icfid'),
  };
  return Object.fromEntries(Object.entries(picked).filter(([, one]) => one !== undefined)) as Partial<
    Record<ColumnKey, T>
  >;
}

/** The columns that any row has. */
export function columnsOf(rows: readonly ComparisonRow[]): ComparisonColumn[] {
  return COLUMN_KEYS.flatMap((key) => {
    const cell = rows.map(({ cells }) => cells[key]).find((one) => one !== undefined);
    return cell ? [columnOf(key, cell.metric)] : [];
  });
}

const TITLES: Readonly<Record<ColumnKey, string>> = {
  nmi: 'NMI',
  nmiKmeans: 'NMI by k-means',
  ari: 'ARI',
  acc: 'ACC',
  sizeError: 'size error',
  modes: 'modes',
  fd: 'FID',
  icfid: 'ICFID',
};

const KINDS: Readonly<Record<ColumnKey, keyof typeof metrics>> = {
  nmi: 'nmi',
  nmiKmeans: 'nmi',
  ari: 'ari',
  acc: 'acc',
  sizeError: 'size-error',
  modes: 'modes',
  fd: 'fd',
  icfid: 'icfid',
};

function columnOf(key: ColumnKey, metric: string): ComparisonColumn {
  const { better, summary } = metrics[KINDS[key]];
  return { key, title: TITLES[key], better, about: `${summary}; ${aboutOf(key, metric)}` };
}

/** Where the groups or features come from. */
function aboutOf(key: ColumnKey, metric: string): string {
  if (key === 'nmiKmeans')
    return 'by k-means on the features of each method, as the papers score; training data';
  if (key === 'modes') return protocols.nearest;
  if (key !== 'fd' && key !== 'icfid')
    return 'by the groups that stand in the column of groups; training data';
  const [, count, protocol = '', split] = /^[a-z]+(\d+k?)-(.+)-(train|test)/.exec(metric) ?? [];
  const features = withoutRejection(protocol);
  const network =
    features === RAW
      ? 'the standardised values themselves, without a feature network'
      : `the feature network ${features}`;
  const of = key === 'icfid' ? 'samples of each group' : 'samples of each side';
  return `${network}, ${count} ${of}, beside ${split === 'test' ? 'held-out' : 'training'} data`;
}
